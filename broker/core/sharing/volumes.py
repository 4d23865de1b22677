"""Keep-clear volumes: all that others see of a covert flight.

Theory of operation. The sky is cut into cells by a grid that is the same for everybody and for
ever. A covert aircraft's volume is its cell with PAD_M round it, from the surface or a step of
heights to another. It is steady: a volume stays where it is for as long as the aircraft keeps well
inside, and what an aircraft does inside shows in nothing. It moves, appears and ends at whole steps
of ten seconds only. Two things do not wait for a step: a volume whose edge comes within MARGIN_M,
and an alert with another agency's aircraft while there is no volume yet.

Whoever knows these rules knows that the aircraft was in the volume's cell when the volume last
moved, and has kept MARGIN_M from its edge since. Nothing else can be worked out from it: no class,
no speed, no identity goes in. An aircraft on the ground or in its dock has no volume.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from broker.core.geodesy.geoid import undulation
from broker.core.plain import Plain, integer, items, number
from broker.core.sharing.keep_clear import (
    CELL_EAST_DEG,
    CELL_NORTH_DEG,
    HEIGHT_PAD_M,
    HEIGHT_SETTLED_M,
    HEIGHT_STEP_M,
    MARGIN_M,
    METRES_PER_DEGREE,
    PAD_M,
    SETTLED_M,
    STEP_US,
    KeepClearVolume,
    box_of,
    cell_of,
)
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import OperationalStatus

_GROUNDED: Final = (int(OperationalStatus.ON_GROUND), int(OperationalStatus.AT_DOCK))


@dataclass(slots=True)
class _Placed:
    volume: KeepClearVolume
    row: int
    column: int
    band: int | None


class Volumes:
    """Every covert aircraft's volume, by track number."""

    def __init__(self, tracks: TrackRegister) -> None:
        self._tracks = tracks
        self._placed: dict[int, _Placed] = {}
        self._step = 0

    def of_number(self, track_number: int) -> KeepClearVolume | None:
        """The track's volume, if it has one."""
        placed = self._placed.get(track_number)
        return None if placed is None else placed.volume

    def current(self) -> list[KeepClearVolume]:
        """Every volume."""
        return [placed.volume for placed in self._placed.values()]

    def open(self, slot: int, view_key: int, now_us: int) -> list[KeepClearVolume]:
        """A volume for the track in a row, at once, unless it has one."""
        track_number = int(self._tracks.columns.track_number[slot])
        if track_number in self._placed:
            return []
        [height_m] = self._heights_amsl_m([slot])
        return [self._place(slot, view_key, height_m, now_us, None)]

    def end(self, track_number: int) -> list[KeepClearVolume]:
        """The track is covert no more: its volume ends at once, as others see it again."""
        placed = self._placed.pop(track_number, None)
        return [] if placed is None else [_ended(placed.volume)]

    def advance(self, covert: dict[int, int], now_us: int) -> list[KeepClearVolume]:
        """Time passed. `covert` holds the rows of the covert tracks with their view keys."""
        if not covert and not self._placed:
            return []
        is_step = now_us // STEP_US != self._step
        self._step = now_us // STEP_US
        news: list[KeepClearVolume] = []
        present: dict[int, None] = {}
        heights_m = self._heights_amsl_m(list(covert))
        for (slot, view_key), height_m in zip(covert.items(), heights_m, strict=True):
            track_number = int(self._tracks.columns.track_number[slot])
            if int(self._tracks.columns.operational_status[slot]) in _GROUNDED:
                continue
            present[track_number] = None
            placed = self._placed.get(track_number)
            if placed is None:
                if is_step:
                    news.append(self._place(slot, view_key, height_m, now_us, None))
            elif self._must_move(slot, placed, height_m, is_step=is_step):
                news.append(self._place(slot, view_key, height_m, now_us, placed))
        if is_step:
            for track_number in [one for one in self._placed if one not in present]:
                news += self.end(track_number)
        return news

    def _must_move(
        self, slot: int, placed: _Placed, height_m: float | None, *, is_step: bool
    ) -> bool:
        columns = self._tracks.columns
        latitude_deg = float(columns.latitude_deg[slot])
        longitude_deg = float(columns.longitude_deg[slot])
        north_m = _outside(latitude_deg / CELL_NORTH_DEG, placed.row) * CELL_NORTH_DEG
        east_m = _outside(longitude_deg / CELL_EAST_DEG, placed.column) * CELL_EAST_DEG
        away_m = METRES_PER_DEGREE * max(north_m, east_m * math.cos(math.radians(latitude_deg)))
        if away_m > PAD_M - MARGIN_M:
            return True
        if (height_m is None) != (placed.band is None):
            return True
        off_m = 0.0
        if height_m is not None and placed.band is not None:
            off_m = _outside(height_m / HEIGHT_STEP_M, placed.band) * HEIGHT_STEP_M
        if off_m > HEIGHT_PAD_M:
            return True
        return is_step and (away_m > SETTLED_M or off_m > HEIGHT_SETTLED_M)

    def _place(
        self,
        slot: int,
        view_key: int,
        height_m: float | None,
        now_us: int,
        before: _Placed | None,
    ) -> KeepClearVolume:
        columns = self._tracks.columns
        place = float(columns.latitude_deg[slot]), float(columns.longitude_deg[slot])
        row, column = cell_of(*place)
        band = None if height_m is None else math.floor(height_m / HEIGHT_STEP_M)
        volume = KeepClearVolume(
            owner=self._tracks.publisher_name(slot).agency,
            view_key=view_key,
            box=box_of(row, column, band),
            since_us=now_us // STEP_US * STEP_US,
            revision=1 if before is None else before.volume.revision + 1,
            moved_from=None if before is None else before.volume.box,
        )
        self._placed[int(columns.track_number[slot])] = _Placed(volume, row, column, band)
        return volume

    def _heights_amsl_m(self, slots: list[int]) -> list[float | None]:
        """Of the tracks in these rows, at one look at the geoid; None where it is not known."""
        columns, rows = self._tracks.columns, np.array(slots, dtype=np.int64)
        geoid = undulation(columns.latitude_deg[rows], columns.longitude_deg[rows])
        heights_m = (columns.altitude_hae_m[rows] - geoid.undulation_m).tolist()
        return [None if math.isnan(one) else one for one in heights_m]

    def state(self) -> dict[str, Plain]:
        """For a snapshot."""
        placed: list[Plain] = [
            [track_number, one.row, one.column, one.band, one.volume.owner, one.volume.view_key,
             one.volume.since_us, one.volume.revision]
            for track_number, one in self._placed.items()
        ]  # fmt: skip
        return {"placed": placed, "step": self._step}

    def restore(self, state: dict[str, Plain]) -> None:
        """From a snapshot."""
        self._step = integer(state["step"])
        for item in items(state["placed"]):
            track_number, row, column, band, owner, view_key, since_us, revision = items(item)
            band_number = None if band is None else integer(band)
            volume = KeepClearVolume(
                str(owner), integer(view_key),
                box_of(integer(row), integer(column), band_number),
                int(number(since_us)), integer(revision),
            )  # fmt: skip
            self._placed[integer(track_number)] = _Placed(
                volume, integer(row), integer(column), band_number
            )


def _outside(place: float, cell: int) -> float:
    """How far outside its cell a place is, in cells; 0 inside."""
    return max(0.0, cell - place, place - (cell + 1))


def _ended(volume: KeepClearVolume) -> KeepClearVolume:
    return KeepClearVolume(
        volume.owner, volume.view_key, volume.box, volume.since_us, volume.revision + 1, True
    )
