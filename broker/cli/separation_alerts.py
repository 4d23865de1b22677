"""`keepclear separation alerts`: recorded encounters through the live core, CSV in and out."""

import itertools
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.cli.csv_files import Row, numbers, optional_numbers, read_rows, shown, write_rows
from broker.cli.problems import Problem
from broker.core.airspace import Setup
from broker.core.geodesy.datum import Floats, ResolvedAltitude, resolve_altitude
from broker.core.geodesy.ground import NOTHING_KNOWN
from broker.core.names import SystemName
from broker.core.recorded import Replay, check_recording
from broker.core.separation.policy import Policy, parse_policy
from broker.core.tracks.reports import (
    AircraftClass,
    AircraftDescription,
    AltitudeDatum,
    ReportBatch,
)
from broker.core.units import SECOND_US

EPOCH_US: Final = 1_700_000_000 * SECOND_US
"""An encounter's t_s of 0; any instant serves, since the core knows no other clock."""
T_S_MAX: Final = 1e9
REFUSALS_SHOWN_MAX: Final = 20

MEASURED: Final = ("lat_deg", "lon_deg", "altitude_hae_m", "ve_mps", "vn_mps", "vu_mps")
REQUIRED: Final = ("encounter", "t_s", "aircraft_id", "aircraft_class", *MEASURED)
ACCURACIES: Final = (
    "horizontal_accuracy_m",
    "vertical_accuracy_m",
    "velocity_accuracy_mps",
    "vertical_speed_accuracy_mps",
)
HEADER: Final = ("encounter", "t_s", "aircraft_a", "aircraft_b", "level", "time_to_loss_s")
_CLASSES: Final = {one.name.lower(): one for one in AircraftClass}


def run(source: Path, target: Path, policy_toml: str) -> int:
    """Replay every encounter of `source`. Returns how many reports the core refused."""
    policy = parse_policy(policy_toml)
    _, rows = read_rows(source, REQUIRED)
    recorded = _Recorded(rows)
    by_encounter: dict[str, dict[str, list[int]]] = {}
    for place, row in enumerate(rows):
        aircraft = by_encounter.setdefault(row["encounter"], {})
        aircraft.setdefault(row["aircraft_id"], []).append(place)
    # All is read before anything is written: a bad row leaves no half of an answer behind.
    encounters = [recorded.encounter(name, seen) for name, seen in by_encounter.items()]
    replays = _Replays(Setup(exercise=False, policy_toml=policy_toml), policy)
    write_rows(target, HEADER, itertools.chain.from_iterable(map(replays.rows_of, encounters)))
    return replays.refused_count


@dataclass(frozen=True, slots=True)
class _Encounter:
    """What was recorded of a few aircraft together."""

    name: str
    aircraft_ids: Sequence[str]
    places: Sequence[Sequence[int]]
    """By aircraft, the file's rows in the order of time."""
    first_s: float
    batches: Sequence[ReportBatch]


class _Replays:
    """Encounters, replayed one after the other."""

    def __init__(self, setup: Setup, policy: Policy) -> None:
        self._setup = setup
        self._policy = policy
        self.refused_count = 0

    def rows_of(self, encounter: _Encounter) -> Iterator[list[str]]:
        """The answer rows of one encounter."""
        replay = Replay(encounter.batches, self._setup, self._policy)
        for one in replay.run():
            yield [
                encounter.name,
                shown(encounter.first_s + one.second),
                encounter.aircraft_ids[one.place_a],
                encounter.aircraft_ids[one.place_b],
                str(int(one.level)),
                shown(one.time_to_loss_s),
            ]
        for refused in replay.refused:
            self._tell(encounter.name, encounter.places[refused.place][refused.row], refused.reason)

    def _tell(self, encounter: str, place: int, reason: str) -> None:
        self.refused_count += 1
        if self.refused_count <= REFUSALS_SHOWN_MAX:
            print(f"row {place + 1} (encounter {encounter}): {reason}", file=sys.stderr)


class _Recorded:
    """The whole file by columns, so that whatever is wrong with a cell is told with its row."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        for name in ("encounter", "aircraft_id"):
            blank = next((at for at, row in enumerate(rows) if not row[name].strip()), None)
            if blank is not None:
                raise Problem(f"row {blank + 1}, {name}: must not be blank")
        self._times_s = numbers(rows, "t_s")
        for place, time_s in enumerate(self._times_s):
            if abs(time_s) > T_S_MAX:
                limits = f"from {-T_S_MAX:g} to {T_S_MAX:g}"
                raise Problem(f"row {place + 1}, t_s: {rows[place]['t_s']} must be {limits}")
        self._columns = {
            name: np.array(optional_numbers(rows, name), dtype=np.float64)
            for name in (*MEASURED, *ACCURACIES)
        }

    def encounter(self, name: str, aircraft: dict[str, list[int]]) -> _Encounter:
        """One encounter's reports; Problem where it cannot be replayed."""
        places = [sorted(one, key=self._times_s.__getitem__) for one in aircraft.values()]
        for one in places:
            self._check_times(one)
        batches = [self._batch(number, one) for number, one in enumerate(places)]
        problem = check_recording(batches)
        if problem:
            raise Problem(f"encounter {name} {problem}")
        first_s = min(self._times_s[one[0]] for one in places)
        return _Encounter(name, list(aircraft), places, first_s, batches)

    def _check_times(self, places: Sequence[int]) -> None:
        for before, place in itertools.pairwise(places):
            if _time_us(self._times_s[before]) == _time_us(self._times_s[place]):
                raise Problem(
                    f"row {max(before, place) + 1}, t_s: the same aircraft and time as row "
                    f"{min(before, place) + 1}"
                )

    def _batch(self, number: int, places: Sequence[int]) -> ReportBatch:
        """One aircraft's reports. Each aircraft is an agency of its own: none is related."""
        column = {name: values[list(places)] for name, values in self._columns.items()}
        times_us = [_time_us(self._times_s[place]) for place in places]
        count = len(places)
        blank, codes = np.full(count, np.nan), np.zeros(count, dtype=np.int8)
        resolved = _resolved(column)
        return ReportBatch(
            publisher=SystemName(f"aircraft-{number}", "recorded"),
            batch_id="recorded",
            source_track_ids=(f"aircraft-{number}",) * count,
            time_of_validity_us=np.array(times_us, dtype=np.int64),
            latitude_deg=column["lat_deg"],
            longitude_deg=column["lon_deg"],
            altitude_hae_m=resolved.altitude_hae_m,
            vertical_doubt_m=resolved.vertical_doubt_m,
            published_altitude_m=column["altitude_hae_m"],
            altitude_datum=_datum_of(column["altitude_hae_m"]),
            height_m=blank,
            height_reference=codes,
            velocity_east_mps=column["ve_mps"],
            velocity_north_mps=column["vn_mps"],
            vertical_speed_mps=column["vu_mps"],
            horizontal_accuracy_m=column["horizontal_accuracy_m"],
            vertical_accuracy_m=column["vertical_accuracy_m"],
            velocity_accuracy_mps=column["velocity_accuracy_mps"],
            vertical_speed_accuracy_mps=column["vertical_speed_accuracy_mps"],
            operational_status=codes,
            source=codes,
            descriptions={0: AircraftDescription(aircraft_class=self._class_of(places))},
        )

    def _class_of(self, places: Sequence[int]) -> AircraftClass:
        first = self._rows[places[0]]["aircraft_class"].strip()
        for place in places:
            name = self._rows[place]["aircraft_class"].strip()
            if name not in _CLASSES or name != first:
                wanted = ", ".join(_CLASSES)
                raise Problem(
                    f"row {place + 1}, aircraft_class: {name!r} must be one of {wanted}, "
                    "and stay the same"
                )
        return _CLASSES[first]


def _datum_of(altitude_m: Floats) -> NDArray[np.int8]:
    """A row without an altitude has no datum either."""
    return np.where(np.isnan(altitude_m), AltitudeDatum.NONE, AltitudeDatum.HAE).astype(np.int8)


def _resolved(column: dict[str, Floats]) -> ResolvedAltitude:
    """Recorded altitudes are above the ellipsoid; no heights are recorded."""
    altitude_m = column["altitude_hae_m"]
    return resolve_altitude(
        latitude_deg=column["lat_deg"],
        longitude_deg=column["lon_deg"],
        published_altitude_m=altitude_m,
        altitude_datum=_datum_of(altitude_m),
        height_m=np.full(len(altitude_m), np.nan),
        height_reference=np.zeros(len(altitude_m), dtype=np.int8),
        horizontal_accuracy_m=column["horizontal_accuracy_m"],
        vertical_accuracy_m=column["vertical_accuracy_m"],
        ground=NOTHING_KNOWN,
    )


def _time_us(time_s: float) -> int:
    return EPOCH_US + round(time_s * SECOND_US)
