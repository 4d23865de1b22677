"""Categories: aircraft class x phase of flight, the rows and columns of a pair policy."""

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.tracks.reports import AircraftClass, OperationalStatus


class Phase(IntEnum):
    """What the aircraft is doing, as far as minima depend on it."""

    TRANSIT = 0
    LANDING = 1
    """Landing or lifting, as declared by the publisher."""
    ROTORS_TURNING = 2
    """On the ground, rotors turning."""
    GROUND = 3
    DOCK = 4


PHASE_OF_STATUS: Final[dict[OperationalStatus, Phase]] = {
    OperationalStatus.AIRBORNE: Phase.TRANSIT,
    OperationalStatus.ON_GROUND: Phase.GROUND,
    OperationalStatus.ROTORS_TURNING: Phase.ROTORS_TURNING,
    OperationalStatus.LANDING_OR_LIFTING: Phase.LANDING,
    OperationalStatus.AT_DOCK: Phase.DOCK,
    OperationalStatus.LAUNCHING: Phase.TRANSIT,  # it is where it will be in seconds
}
CATEGORY_COUNT: Final = len(AircraftClass) * len(Phase)
DRONE_CLASSES: Final = frozenset({AircraftClass.DRONE, AircraftClass.UNKNOWN_DRONE})


def is_crewed(aircraft_class: AircraftClass) -> bool:
    """Whether people are, or may be, on board: an unknown class counts as crewed."""
    return aircraft_class not in DRONE_CLASSES


def category(aircraft_class: AircraftClass, phase: Phase) -> int:
    """Row of the rule table for a class in a phase."""
    return aircraft_class * len(Phase) + phase


def category_of(aircraft_class: AircraftClass, status: OperationalStatus) -> int:
    """Row of the rule table for a class that reports a status."""
    return category(aircraft_class, PHASE_OF_STATUS[status])


def category_name(index: int) -> str:
    """`class/phase` as a policy file spells them."""
    aircraft_class, phase = divmod(index, len(Phase))
    return f"{AircraftClass(aircraft_class).name.lower()}/{Phase(phase).name.lower()}"


def category_table() -> NDArray[np.int16]:
    """(classes, statuses) -> category, to look up whole columns at once."""
    return np.array(
        [[category_of(one, status) for status in OperationalStatus] for one in AircraftClass],
        dtype=np.int16,
    )
