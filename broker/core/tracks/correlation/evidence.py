"""Whether two tracks move as one aircraft would, from looks at both every few seconds.

Theory of operation. Two receivers of one aircraft show two tracks whose distance is noise: it has
no steady part beyond what the accuracies allow, and both turn, climb and speed up together. Two
aircraft in company show a steady offset, or drift. So the mean offset must be known well enough to
rule company out, the spread no larger than the stated accuracies explain, and the flight long
enough to tell: an aircraft that hovers proves nothing. Who keeps a place beside another's nose has
no steady offset by the compass once both have turned, so the mean is taken by the course as well.
Whatever is not proved stays two tracks, because a wrong merge would hide a real conflict, and a
missed one only shows an aircraft twice.
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
LOOK_INTERVAL_S: Final = 5.0
COMPANY_M: Final = 10.0
"""Nobody keeps company closer than this [J]: a steady offset this large must be ruled out ..."""
SEEN_COMPANY_M: Final = 20.0
"""Standing errors of two sources look like company up to this [J] ..."""
CLOCK_S: Final = 0.2
"""... and ahead or behind further, as far as is flown in this: no two clocks agree, and a filter
lags behind a stated velocity that is a little off [J]."""
DOUBT_SIGMAS: Final = 4.0
"""... by so many standard errors of the mean: the question is asked at every look, for hours."""
SPREAD_FACTOR_MAX: Final = 0.75
"""Root mean square of the distance over the joint 95 % accuracy; honest noise shows 0.58."""
SIGMAS_95: Final = math.sqrt(-2.0 * math.log(0.05))
"""Radius of a 95 % circle over the standard deviation of each axis."""
NOISE_FLOOR: Final = 0.5
"""Noise is taken as no less than this share of what the accuracies say: positions are filtered."""
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
    ahead_sum_m: float = 0.0
    abeam_sum_m: float = 0.0
    course_count: int = 0
    """Looks at which the offset could be told by the course."""

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
        if not math.isnan(look.course_rad):
            sine, cosine = math.sin(look.course_rad), math.cos(look.course_rad)
            self.ahead_sum_m += look.east_m * sine + look.north_m * cosine
            self.abeam_sum_m += look.east_m * cosine - look.north_m * sine
            self.course_count += 1

    @property
    def offset_m(self) -> float:
        """Length of the mean offset by the compass."""
        return math.hypot(self.east_sum_m, self.north_sum_m) / self.looks

    @property
    def offset_by_course_m(self) -> float:
        """Length of the mean offset ahead and abeam."""
        return math.hypot(self.ahead_sum_m, self.abeam_sum_m) / max(1, self.course_count)

    def doubt_m(self, looks: int) -> float:
        """Of one axis of a mean over so many looks."""
        accuracy_m = self.accuracy_sum_m / self.looks
        seen_m = math.sqrt(max(0.0, self.spread_m**2 - self.offset_m**2) / 2.0)
        noise_m = max(seen_m, NOISE_FLOOR * accuracy_m / SIGMAS_95)
        return DOUBT_SIGMAS * noise_m / math.sqrt(looks)

    def is_company(self) -> bool:
        """Whether a steady offset shows beyond doubt: two aircraft."""
        if self.looks < LOOKS_MIN:
            return False
        clocks_m = CLOCK_S * self.path_m / (self.looks * LOOK_INTERVAL_S)
        if self.offset_m > SEEN_COMPANY_M + clocks_m + self.doubt_m(self.looks):
            return True
        if self.course_count < LOOKS_MIN:
            return False  # who hovers has a course now and then, and a mean of three is noise
        ahead_m = max(0.0, abs(self.ahead_sum_m) / self.course_count - clocks_m)
        steady_m = math.hypot(ahead_m, self.abeam_sum_m / self.course_count)
        return steady_m > SEEN_COMPANY_M + self.doubt_m(self.course_count)

    def _rules_company_out(self) -> bool:
        """Whether no steady offset as large as company's is left, by compass and by course."""
        if self.course_count == 0:
            return False
        by_compass_m = self.offset_m + self.doubt_m(self.looks)
        by_course_m = self.offset_by_course_m + self.doubt_m(self.course_count)
        return max(by_compass_m, by_course_m) <= COMPANY_M

    @property
    def spread_m(self) -> float:
        """Root mean square of the distance."""
        return math.sqrt(self.square_sum_m2 / self.looks)

    def is_proof(self) -> bool:
        """Whether one aircraft is the only sensible reading."""
        return not self.lacking()

    def lacking(self) -> str:
        """The first thing that keeps this from being proof; empty if it is."""
        enough = {
            "too few looks": self.looks >= LOOKS_MIN,
            "too short": self.last_us - self.first_us >= DURATION_US_MIN,
            "flew too little": self.path_m >= PATH_M_MIN,
            "turned too little": self.turned_rad >= TURNED_RAD_MIN,
            "not told from company": self._rules_company_out(),
            "wide spread": self.looks > 0
            and self.spread_m <= SPREAD_FACTOR_MAX * self.accuracy_sum_m / self.looks,
            "heights differ": self.up_count == 0
            or abs(self.up_sum_m / self.up_count) <= HEIGHT_M_MAX,
        }
        return next((words for words, there in enough.items() if not there), "")

    def confidence(self) -> float:
        """From 0.9 with the least evidence that is proof, towards certainty with more looks."""
        return min(CONFIDENCE_MAX, 1.0 - 0.1 * LOOKS_MIN / self.looks)


def refutes(look: Look) -> bool:
    """Whether this look alone shows two aircraft."""
    return math.hypot(look.east_m, look.north_m) > REFUTED_M + look.joint_accuracy_m
