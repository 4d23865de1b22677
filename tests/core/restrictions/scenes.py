"""Made-up restrictions and tracks for the tests of this folder."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from broker.core.geodesy.frame import project, unproject
from broker.core.names import RestrictionName
from broker.core.restrictions.model import (
    AppliesTo,
    RestrictionDraft,
)
from broker.core.restrictions.periods import (
    Window,
)
from broker.core.restrictions.register import RestrictionRegister
from broker.core.restrictions.samples import RestrictionSamples
from broker.core.restrictions.shapes import (
    Circle,
    LimitDatum,
    Polygon,
    VerticalLimit,
    Volume,
)
from broker.core.separation.packing import KernelRules, kernel_rules
from broker.core.tracks.reports import AircraftClass
from broker.core.tracks.table import TrackColumns, empty_columns
from broker.core.units import MINUTE_US, SECOND_US
from tests.core.separation.traffic import rule_table

NOW_US = 1_900_000_000 * SECOND_US
CENTRE = (51.5, -0.12)
AGENCIES = ("met-police", "lfb", "hems")
SURFACE = VerticalLimit(0.0, LimitDatum.SURFACE)
UNLIMITED = VerticalLimit(0.0, LimitDatum.UNLIMITED)
RULES: KernelRules = kernel_rules(rule_table(stale_after_s=5.0))
"""What tracks are predicted by: unknown velocities are taken for 20 m/s."""


def degrees(east_m: float, north_m: float) -> tuple[float, float]:
    """The point that lies so many metres from CENTRE, in CENTRE's own frame."""
    x, y, scale = project(np.array([CENTRE[0]]), np.array([CENTRE[1]]))
    latitude = unproject(x, y + north_m)[0]
    _, _, scale_there = project(latitude, np.array([0.0]))
    latitude, longitude = unproject(x + 2.0 * east_m / (scale + scale_there), y + north_m)
    return float(latitude[0]), float(longitude[0])


def circle(radius_m: float = 500.0, east_m: float = 0.0, north_m: float = 0.0) -> Circle:
    return Circle(*degrees(east_m, north_m), radius_m)


def polygon(*ring_m: tuple[float, float]) -> Polygon:
    return Polygon(tuple(degrees(east_m, north_m) for east_m, north_m in ring_m))


def volume(
    shape: Circle | Polygon, floor: VerticalLimit = SURFACE, ceiling: VerticalLimit = UNLIMITED
) -> Volume:
    return Volume(shape, floor, ceiling)


def draft(name: str = "fire", agency: str = "lfb", **changes: object) -> RestrictionDraft:
    """A sound draft: one open-ended circle of 500 m, active for ten minutes from NOW_US."""
    sound = RestrictionDraft(
        name=RestrictionName(agency, name),
        title="Warehouse fire",
        reason="Aerial appliances and crane",
        volumes=(volume(circle()),),
        windows=(Window(NOW_US, NOW_US + 10 * MINUTE_US),),
        applies_to=AppliesTo.ALL_AIRCRAFT,
        exempt_agencies=(),
        contact="020 7946 0000",
    )
    return replace(sound, **changes)  # type: ignore[arg-type]


class Scene:
    """A track table filled by hand; slot = order of adding, track number = slot + 100."""

    def __init__(self) -> None:
        self.columns: TrackColumns = empty_columns(64)
        self.count = 0

    def add(
        self,
        east_m: float,
        north_m: float,
        velocity: tuple[float, float] = (math.nan, math.nan),
        altitude_hae_m: float = 100.0,
        now_us: int = NOW_US,
        aircraft_class: AircraftClass = AircraftClass.DRONE,
        agency: int = 0,
    ) -> int:
        """An exact aircraft (no doubt at all) this far from CENTRE; returns its slot."""
        slot, self.count = self.count, self.count + 1
        c = self.columns
        c.active[slot], c.track_number[slot], c.trusted[slot] = 1, slot + 100, 1
        c.aircraft_class[slot], c.agency_index[slot] = aircraft_class, agency
        c.altitude_hae_m[slot], c.vertical_speed_mps[slot] = altitude_hae_m, 0.0
        for name in (
            "horizontal_accuracy_m",
            "vertical_doubt_m",
            "velocity_accuracy_mps",
            "vertical_speed_accuracy_mps",
        ):
            getattr(c, name)[slot] = 0.0
        self.move(slot, east_m, north_m, velocity, now_us)
        return slot

    def move(
        self,
        slot: int,
        east_m: float,
        north_m: float,
        velocity: tuple[float, float],
        now_us: int,
    ) -> None:
        """A fresh report."""
        c = self.columns
        latitude, longitude = degrees(east_m, north_m)
        x, y, scale = project(np.array([latitude]), np.array([longitude]))
        c.latitude_deg[slot], c.longitude_deg[slot] = latitude, longitude
        c.x_m[slot], c.y_m[slot], c.east_scale[slot] = x[0], y[0], scale[0]
        c.velocity_east_mps[slot], c.velocity_north_mps[slot] = velocity
        c.time_of_validity_us[slot] = c.received_us[slot] = now_us
        c.report_count[slot] += 1

    def slots(self) -> NDArray[np.int32]:
        return np.arange(self.count, dtype=np.int32)


def touched(
    register: RestrictionRegister, scene: Scene, now_us: int = NOW_US
) -> RestrictionSamples:
    return register.touched(scene.columns, scene.slots(), now_us, AGENCIES, RULES)
