"""`keepclear separation alerts`: recorded encounters through the live core, CSV in and out."""

import itertools
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from broker.cli.csv_files import Row, numbers, optional_numbers, read_rows, shown, write_rows
from broker.cli.problems import Problem
from broker.core.airspace import Setup
from broker.core.geodesy.datum import resolve_altitude
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

REQUIRED: Final = (
    "encounter",
    "t_s",
    "aircraft_id",
    "aircraft_class",
    "lat_deg",
    "lon_deg",
    "altitude_hae_m",
    "ve_mps",
    "vn_mps",
    "vu_mps",
)
HEADER: Final = ("encounter", "t_s", "aircraft_a", "aircraft_b", "level", "time_to_loss_s")
_CLASSES: Final = {one.name.lower(): one for one in AircraftClass}


def run(source: Path, target: Path, policy_toml: str) -> int:
    """Replay every encounter of `source`. Returns how many reports the core refused."""
    policy = parse_policy(policy_toml)
    _, rows = read_rows(source, REQUIRED)
    times_s = numbers(rows, "t_s")
    if any(abs(time_s) > T_S_MAX for time_s in times_s):
        raise Problem(f"t_s must be from {-T_S_MAX:g} to {T_S_MAX:g}")
    by_encounter: dict[str, dict[str, list[int]]] = {}
    for place, row in enumerate(rows):
        aircraft = by_encounter.setdefault(row["encounter"], {})
        aircraft.setdefault(row["aircraft_id"], []).append(place)
    replays = _Replays(rows, times_s, Setup(exercise=False, policy_toml=policy_toml), policy)
    write_rows(
        target,
        HEADER,
        itertools.chain.from_iterable(
            replays.rows_of(name, aircraft) for name, aircraft in by_encounter.items()
        ),
    )
    return replays.refused_count


class _Replays:
    """One file's encounters, replayed one after the other."""

    def __init__(
        self, rows: Sequence[Row], times_s: Sequence[float], setup: Setup, policy: Policy
    ) -> None:
        self._rows = rows
        self._times_s = times_s
        self._setup = setup
        self._policy = policy
        self.refused_count = 0

    def rows_of(self, encounter: str, aircraft: dict[str, list[int]]) -> Iterator[list[str]]:
        """The answer rows of one encounter."""
        ids = list(aircraft)
        order = [sorted(places, key=self._times_s.__getitem__) for places in aircraft.values()]
        batches = [self._batch(number, places) for number, places in enumerate(order)]
        problem = check_recording(batches)
        if problem:
            raise Problem(f"encounter {encounter} {problem}")
        replay = Replay(batches, self._setup, self._policy)
        first_s = min(self._times_s[places[0]] for places in order)
        for one in replay.run():
            yield [
                encounter,
                shown(first_s + one.second),
                ids[one.place_a],
                ids[one.place_b],
                str(int(one.level)),
                shown(one.time_to_loss_s),
            ]
        for refused in replay.refused:
            self._tell(encounter, order[refused.place][refused.row], refused.reason)

    def _tell(self, encounter: str, place: int, reason: str) -> None:
        self.refused_count += 1
        if self.refused_count <= REFUSALS_SHOWN_MAX:
            print(f"row {place + 1} (encounter {encounter}): {reason}", file=sys.stderr)

    def _batch(self, number: int, places: Sequence[int]) -> ReportBatch:
        """One aircraft's reports. Each aircraft is an agency of its own: none is related."""
        rows = [self._rows[place] for place in places]
        times_us = [EPOCH_US + round(self._times_s[place] * SECOND_US) for place in places]
        count = len(rows)
        blank, codes = np.full(count, np.nan), np.zeros(count, dtype=np.int8)
        latitude_deg, longitude_deg = _column(rows, "lat_deg"), _column(rows, "lon_deg")
        altitude_m = _column(rows, "altitude_hae_m")
        vertical_accuracy_m = _column(rows, "vertical_accuracy_m")
        datum = np.where(np.isnan(altitude_m), AltitudeDatum.NONE, AltitudeDatum.HAE)
        resolved = resolve_altitude(
            latitude_deg=latitude_deg,
            longitude_deg=longitude_deg,
            published_altitude_m=altitude_m,
            altitude_datum=datum.astype(np.int8),
            height_m=blank,
            height_reference=codes,
            vertical_accuracy_m=vertical_accuracy_m,
        )
        return ReportBatch(
            publisher=SystemName(f"aircraft-{number}", "recorded"),
            batch_id="recorded",
            source_track_ids=(f"aircraft-{number}",) * count,
            time_of_validity_us=np.array(times_us, dtype=np.int64),
            latitude_deg=latitude_deg,
            longitude_deg=longitude_deg,
            altitude_hae_m=resolved.altitude_hae_m,
            vertical_doubt_m=resolved.vertical_doubt_m,
            published_altitude_m=altitude_m,
            altitude_datum=datum.astype(np.int8),
            height_m=blank,
            height_reference=codes,
            velocity_east_mps=_column(rows, "ve_mps"),
            velocity_north_mps=_column(rows, "vn_mps"),
            vertical_speed_mps=_column(rows, "vu_mps"),
            horizontal_accuracy_m=_column(rows, "horizontal_accuracy_m"),
            vertical_accuracy_m=vertical_accuracy_m,
            velocity_accuracy_mps=_column(rows, "velocity_accuracy_mps"),
            vertical_speed_accuracy_mps=_column(rows, "vertical_speed_accuracy_mps"),
            operational_status=codes,
            source=codes,
            descriptions={0: AircraftDescription(aircraft_class=self._class_of(rows, places))},
        )

    def _class_of(self, rows: Sequence[Row], places: Sequence[int]) -> AircraftClass:
        names = {row["aircraft_class"].strip() for row in rows}
        if len(names) != 1 or not names <= _CLASSES.keys():
            wanted = ", ".join(_CLASSES)
            raise Problem(
                f"row {places[0] + 1}: aircraft_class must be one of {wanted}, and stay the same"
            )
        return _CLASSES[names.pop()]


def _column(rows: Sequence[Row], name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(optional_numbers(rows, name), dtype=np.float64)
