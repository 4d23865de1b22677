"""What an aircraft is doing, as far as minima depend on it: declared, or seen from its behaviour.

Theory of operation. What the publisher declares comes first; behaviour only fills in where it says
no more than "airborne". A crewed aircraft that works an incident is landing while it descends and
may be lower than the policy's height above ground, and on scene while it is slower than helicopters
travel; a drone at or below 100 ft above its take-off is low, which only counts beside a helicopter
whose crew has accepted close work. An acceptance ends when that helicopter climbs.

Of ground heights only bounds are known, or nothing. A landing brings the larger volume, so it is
believed over the highest ground there may be. The presumption that a silent aircraft has landed
takes volume away, so it is believed over the lowest.
"""

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.geodesy.geoid import undulation
from broker.core.geodesy.ground import Ground, GroundBounds
from broker.core.tracks.reports import AircraftClass, HeightReference, OperationalStatus
from broker.core.tracks.table import TrackColumns

Slots = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Phase(IntEnum):
    """Rows of the pair policy within a class."""

    TRANSIT = 0
    LANDING = 1
    """Landing or lifting: declared, or a tasked aircraft that descends low."""
    ROTORS_TURNING = 2
    """On the ground, rotors turning."""
    GROUND = 3
    DOCK = 4
    ON_SCENE = 5
    """A crewed aircraft, slow, at the incident that it names."""
    CLOSE_WORK = 6
    """Landing or landed; the crew has accepted by voice that drones work close by."""
    LOW = 7
    """A drone at or below the height of close work."""


PHASE_OF_STATUS: Final = {
    OperationalStatus.AIRBORNE: Phase.TRANSIT,
    OperationalStatus.ON_GROUND: Phase.GROUND,
    OperationalStatus.ROTORS_TURNING: Phase.ROTORS_TURNING,
    OperationalStatus.LANDING_OR_LIFTING: Phase.LANDING,
    OperationalStatus.AT_DOCK: Phase.DOCK,
    OperationalStatus.LAUNCHING: Phase.TRANSIT,  # it is where it will be in seconds
    OperationalStatus.CLOSE_WORK_ACCEPTED: Phase.CLOSE_WORK,
}
DECLARED: Final = np.array([PHASE_OF_STATUS[one] for one in OperationalStatus], dtype=np.int8)
"""(statuses,) the phase that each declares."""
_DRONE: Final = np.array(
    [one in {AircraftClass.DRONE, AircraftClass.UNKNOWN_DRONE} for one in AircraftClass]
)


class PhaseLimits(NamedTuple):
    """The `[phases]` table of a pair policy."""

    landing_below_m: float
    """Height above ground."""
    landing_descent_mps: float
    on_scene_below_mps: float
    low_below_m: float
    docked_for_s: float
    """A drone last heard in its dock stays in the picture this long."""


def declared_phases(columns: TrackColumns, slots: Slots) -> NDArray[np.int8]:
    """(n,) what the publishers said."""
    phases: NDArray[np.int8] = DECLARED[columns.operational_status[slots]]
    return phases


def phases_of(
    columns: TrackColumns, slots: Slots, limits: PhaseLimits, ground: Ground
) -> NDArray[np.int8]:
    """(n,) the phase of each slot, whose row is written."""
    phases = declared_phases(columns, slots)
    drone = _DRONE[columns.aircraft_class[slots]]
    airborne = phases == Phase.TRANSIT
    low = airborne & drone & (columns.height_m[slots] <= limits.low_below_m)
    low &= columns.height_reference[slots] != HeightReference.NONE
    phases[low] = Phase.LOW
    tasked = airborne & ~drone & (columns.incident_index[slots] >= 0)
    if tasked.any():
        phases[tasked] = _tasked_phases(columns, slots[tasked], limits, ground)
    accepted = phases == Phase.CLOSE_WORK
    if accepted.any():
        lifting = columns.vertical_speed_mps[slots] >= limits.landing_descent_mps
        phases[accepted & lifting] = Phase.LANDING
    return phases


def presumed_landing(
    columns: TrackColumns, slots: Slots, limits: PhaseLimits, ground: Ground
) -> Flags:
    """(n,) crewed aircraft that fell silent while they came down low to land."""
    phases = declared_phases(columns, slots)
    crewed = ~_DRONE[columns.aircraft_class[slots]]
    flying = (phases == Phase.TRANSIT) | (phases == Phase.LANDING) | (phases == Phase.CLOSE_WORK)
    lowest_amsl_m = _below(columns, slots, ground).lowest_amsl_m
    low = _height_agl_m(columns, slots, lowest_amsl_m) < limits.landing_below_m
    landing: Flags = crewed & flying & low & _descending(columns, slots, limits)
    return landing


def _tasked_phases(
    columns: TrackColumns, slots: Slots, limits: PhaseLimits, ground: Ground
) -> NDArray[np.int8]:
    speed_mps = np.hypot(columns.velocity_east_mps[slots], columns.velocity_north_mps[slots])
    slow = speed_mps < limits.on_scene_below_mps
    highest_amsl_m = _below(columns, slots, ground).highest_amsl_m
    low = _height_agl_m(columns, slots, highest_amsl_m) < limits.landing_below_m
    landing = low & _descending(columns, slots, limits)
    return np.select(
        [landing, slow], [np.int8(Phase.LANDING), np.int8(Phase.ON_SCENE)], np.int8(Phase.TRANSIT)
    )


def _descending(columns: TrackColumns, slots: Slots, limits: PhaseLimits) -> Flags:
    descending: Flags = columns.vertical_speed_mps[slots] <= -limits.landing_descent_mps
    return descending


def _below(columns: TrackColumns, slots: Slots, ground: Ground) -> GroundBounds:
    return ground.below(
        columns.latitude_deg[slots], columns.longitude_deg[slots],
        columns.horizontal_accuracy_m[slots],
    )  # fmt: skip


def _height_agl_m(columns: TrackColumns, slots: Slots, ground_amsl_m: Floats) -> Floats:
    """Height above ground, as reported, else over ground so high; NaN where the altitude is."""
    geoid_m = undulation(columns.latitude_deg[slots], columns.longitude_deg[slots]).undulation_m
    derived_m = columns.altitude_hae_m[slots] - geoid_m - ground_amsl_m
    reported = columns.height_reference[slots] == HeightReference.GROUND
    return np.where(reported, columns.height_m[slots], derived_m)
