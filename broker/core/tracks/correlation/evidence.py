"""Whether two tracks move as one aircraft would, from looks at both every few seconds.

Theory of operation. Two receivers of one aircraft show two tracks whose distance is noise: it has
no steady part beyond what the accuracies allow, and both turn, climb and speed up together. Two
aircraft in company show a steady offset, or drift. So the mean offset must be small, the spread no
larger than the stated accuracies explain, and the flight long enough to tell: an aircraft that
hovers proves nothing. Whatever is not proved stays two tracks, because a wrong merge would hide a
real conflict, and a missed one only shows an aircraft twice.
"""

import math
from dataclasses import dataclass
from typing import Final

from broker.core.units import SECOND_US

LOOKS_MIN: Final = 8
DURATION_US_MIN: Final = 35 * SECOND_US
PATH_M_MIN: Final = 300.0
"""Flown while it was looked at; less proves nothing."""
TURNED_RAD_MIN: Final = math.radians(60.0)
"""Turned in all: aircraft in company on a straight leg look alike for miles."""
OFFSET_M_MAX: Final = 8.0
"""Mean offset: below the spacing of any formation [J]."""
SPREAD_FACTOR_MAX: Final = 1.0
"""Root mean square of the distance over the joint 95 % accuracy."""
HEIGHT_M_MAX: Final = 60.0
"""Mean difference of height: altimetry 150 ft and the other's doubt [J]."""
REFUTED_M: Final = 150.0
"""One look so far apart, beyond the joint accuracy, and they are two."""
CONFIDENCE_MAX: Final = 0.99


@dataclass(frozen=True, slots=True)
class Look:
    """Both tracks at one moment: b from a."""

    at_us: int
    east_m: float
    north_m: float
    up_m: float
    """NaN where a height is unknown."""
    joint_accuracy_m: float
    drift_m: float
    """Flown between the two positions."""
    step_m: float
    """Flown by the slower between two looks."""
    course_rad: float
    """Of a; NaN while either is too slow to have one."""


@dataclass(slots=True)
class Evidence:
    """The sums of all looks at one pair."""

    first_us: int
    last_us: int
    looks: int = 0
    east_sum_m: float = 0.0
    north_sum_m: float = 0.0
    square_sum_m2: float = 0.0
    accuracy_sum_m: float = 0.0
    up_sum_m: float = 0.0
    up_count: int = 0
    path_m: float = 0.0
    turned_rad: float = 0.0
    course_rad: float = math.nan

    def add(self, look: Look) -> None:
        """One more look."""
        self.last_us = look.at_us
        self.looks += 1
        self.east_sum_m += look.east_m
        self.north_sum_m += look.north_m
        self.square_sum_m2 += look.east_m**2 + look.north_m**2
        self.accuracy_sum_m += look.joint_accuracy_m
        if not math.isnan(look.up_m):
            self.up_sum_m += look.up_m
            self.up_count += 1
        self.path_m += look.step_m
        if not math.isnan(self.course_rad) and not math.isnan(look.course_rad):
            turn = (look.course_rad - self.course_rad + math.pi) % math.tau - math.pi
            self.turned_rad += abs(turn)
        self.course_rad = look.course_rad

    @property
    def offset_m(self) -> float:
        """Length of the mean offset."""
        return math.hypot(self.east_sum_m, self.north_sum_m) / self.looks

    @property
    def spread_m(self) -> float:
        """Root mean square of the distance."""
        return math.sqrt(self.square_sum_m2 / self.looks)

    def is_proof(self) -> bool:
        """Whether one aircraft is the only sensible reading."""
        return (
            self.looks >= LOOKS_MIN
            and self.last_us - self.first_us >= DURATION_US_MIN
            and self.path_m >= PATH_M_MIN
            and self.turned_rad >= TURNED_RAD_MIN
            and self.offset_m <= OFFSET_M_MAX
            and self.spread_m <= SPREAD_FACTOR_MAX * self.accuracy_sum_m / self.looks
            and (self.up_count == 0 or abs(self.up_sum_m / self.up_count) <= HEIGHT_M_MAX)
        )

    def confidence(self) -> float:
        """From 0.9 with the least evidence that is proof, towards certainty with more looks."""
        return min(CONFIDENCE_MAX, 1.0 - 0.1 * LOOKS_MIN / self.looks)


def refutes(look: Look) -> bool:
    """Whether this look alone shows two aircraft."""
    return math.hypot(look.east_m, look.north_m) > REFUTED_M + look.joint_accuracy_m
