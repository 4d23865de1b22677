"""Categories: aircraft class x phase of flight, the rows and columns of a pair policy."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.tracks.phases import Phase
from broker.core.tracks.reports import AircraftClass

CATEGORY_COUNT: Final = len(AircraftClass) * len(Phase)
DRONE_CLASSES: Final = frozenset({AircraftClass.DRONE, AircraftClass.UNKNOWN_DRONE})


def is_crewed(aircraft_class: AircraftClass) -> bool:
    """Whether people are, or may be, on board: an unknown class counts as crewed."""
    return aircraft_class not in DRONE_CLASSES


def category(aircraft_class: AircraftClass, phase: Phase) -> int:
    """Row of the rule table for a class in a phase."""
    return aircraft_class * len(Phase) + phase


def category_name(index: int) -> str:
    """`class/phase` as a policy file spells them."""
    aircraft_class, phase = divmod(index, len(Phase))
    return f"{AircraftClass(aircraft_class).name.lower()}/{Phase(phase).name.lower()}"


def category_table() -> NDArray[np.int16]:
    """(classes, phases) -> category, to look up whole columns at once."""
    return np.array([[category(one, phase) for phase in Phase] for one in AircraftClass], np.int16)
