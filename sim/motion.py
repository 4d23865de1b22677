"""Exact trajectories: a path is a row of timed legs, each a closed formula of time.

Nothing is integrated, so the truth at any instant is exact and costs the same in any order.
A line speeds up and slows down over its ramps; a circle is flown at constant speed. Corners
between legs are sharp: real aircraft turn over a few seconds, which only makes them easier to
predict than ours.
"""

import math
from bisect import bisect_right
from dataclasses import dataclass
from enum import IntEnum

from sim.measures import SECOND_US


class Status(IntEnum):
    """What the operator declares; the numbers are those of the contract."""

    UNSPECIFIED = 0
    AIRBORNE = 1
    ON_GROUND = 2
    ROTORS_TURNING = 3
    LANDING_OR_LIFTING = 4
    AT_DOCK = 5


@dataclass(frozen=True, slots=True)
class Point:
    """Metres east, north of the origin and above mean sea level."""

    east_m: float
    north_m: float
    amsl_m: float


def away_m(a: Point, b: Point) -> float:
    """How far one point is from another over the ground."""
    return math.hypot(a.east_m - b.east_m, a.north_m - b.north_m)


@dataclass(frozen=True, slots=True)
class State:
    """Exact position and velocity at one instant."""

    east_m: float
    north_m: float
    amsl_m: float
    east_mps: float
    north_mps: float
    up_mps: float
    status: Status
    silent: bool = False
    """Below the receiver's horizon: flown, not reported."""


@dataclass(frozen=True, slots=True)
class Line:
    """Straight from `start` to `end`; start equal to end is a hover."""

    start: Point
    end: Point
    duration_us: int
    ramp_in_s: float = 0.0
    ramp_out_s: float = 0.0
    status: Status = Status.AIRBORNE
    silent: bool = False

    def at(self, since_us: int) -> State:
        """State `since_us` after the leg began."""
        elapsed_s, total_s = since_us / SECOND_US, self.duration_us / SECOND_US
        share, share_per_s = _progress(elapsed_s, total_s, self.ramp_in_s, self.ramp_out_s)
        east_m = self.end.east_m - self.start.east_m
        north_m = self.end.north_m - self.start.north_m
        up_m = self.end.amsl_m - self.start.amsl_m
        return State(
            self.start.east_m + share * east_m,
            self.start.north_m + share * north_m,
            self.start.amsl_m + share * up_m,
            share_per_s * east_m,
            share_per_s * north_m,
            share_per_s * up_m,
            self.status,
            self.silent,
        )


@dataclass(frozen=True, slots=True)
class Circle:
    """Round `center` at constant height; a negative rate turns clockwise."""

    center: Point
    radius_m: float
    start_angle_rad: float
    rate_rad_per_s: float
    duration_us: int
    status: Status = Status.AIRBORNE

    def at(self, since_us: int) -> State:
        """State `since_us` after the leg began."""
        angle_rad = self.start_angle_rad + self.rate_rad_per_s * since_us / SECOND_US
        cosine, sine = math.cos(angle_rad), math.sin(angle_rad)
        speed_mps = self.radius_m * self.rate_rad_per_s
        return State(
            self.center.east_m + self.radius_m * cosine,
            self.center.north_m + self.radius_m * sine,
            self.center.amsl_m,
            -speed_mps * sine,
            speed_mps * cosine,
            0.0,
            self.status,
        )

    @property
    def start(self) -> Point:
        """Where the circle is entered."""
        return self._point(self.start_angle_rad)

    @property
    def end(self) -> Point:
        """Where it is left."""
        return self._point(
            self.start_angle_rad + self.rate_rad_per_s * self.duration_us / SECOND_US
        )

    def _point(self, angle_rad: float) -> Point:
        return Point(
            self.center.east_m + self.radius_m * math.cos(angle_rad),
            self.center.north_m + self.radius_m * math.sin(angle_rad),
            self.center.amsl_m,
        )


Leg = Line | Circle


def _progress(
    elapsed_s: float, total_s: float, ramp_in_s: float, ramp_out_s: float
) -> tuple[float, float]:
    """Share of the leg flown and its rate, for a trapezoidal speed profile."""
    peak_per_s = 1.0 / (total_s - 0.5 * (ramp_in_s + ramp_out_s))
    if elapsed_s < ramp_in_s:
        return 0.5 * peak_per_s * elapsed_s**2 / ramp_in_s, peak_per_s * elapsed_s / ramp_in_s
    left_s = total_s - elapsed_s
    if left_s < ramp_out_s:
        left = max(left_s, 0.0)
        return 1.0 - 0.5 * peak_per_s * left**2 / ramp_out_s, peak_per_s * left / ramp_out_s
    return peak_per_s * (elapsed_s - 0.5 * ramp_in_s), peak_per_s


@dataclass(frozen=True, slots=True)
class Path:
    """Legs flown one after the other from `start_us`."""

    start_us: int
    legs: tuple[Leg, ...]
    starts_us: tuple[int, ...]
    end_us: int

    @classmethod
    def of(cls, start_us: int, legs: list[Leg]) -> "Path":
        """Lay the legs end to end."""
        starts_us, now_us = [], start_us
        for leg in legs:
            starts_us.append(now_us)
            now_us += leg.duration_us
        return cls(start_us, tuple(legs), tuple(starts_us), now_us)

    def then(self, at_us: int, legs: list[Leg]) -> "Path":
        """The same path up to an instant, and from there these legs."""
        flown = [
            (start_us, leg)
            for start_us, leg in zip(self.starts_us, self.legs, strict=True)
            if start_us < at_us
        ]
        rest = Path.of(max(at_us, self.start_us), legs)
        return Path(
            self.start_us,
            (*(leg for _, leg in flown), *rest.legs),
            (*(start_us for start_us, _ in flown), *rest.starts_us),
            rest.end_us,
        )

    def at(self, at_us: int) -> State:
        """State at an instant within the path; clipped to its ends outside."""
        inside_us = min(max(at_us, self.start_us), self.end_us)
        index = max(bisect_right(self.starts_us, inside_us) - 1, 0)
        return self.legs[index].at(inside_us - self.starts_us[index])


def straight(
    start: Point,
    end: Point,
    speed_mps: float,
    *,
    ramp_in_s: float = 0.0,
    ramp_out_s: float = 0.0,
    status: Status = Status.AIRBORNE,
    silent: bool = False,
) -> Line:
    """A line flown at `speed_mps` between its ramps (lower where it is too short for them)."""
    length_m = math.dist(
        (start.east_m, start.north_m, start.amsl_m), (end.east_m, end.north_m, end.amsl_m)
    )
    ramps_s = ramp_in_s + ramp_out_s
    total_s = length_m / speed_mps + 0.5 * ramps_s
    if total_s < ramps_s:
        ramp_in_s, ramp_out_s = (total_s * r / ramps_s for r in (ramp_in_s, ramp_out_s))
    return Line(
        start, end, max(round(total_s * SECOND_US), 1), ramp_in_s, ramp_out_s, status, silent
    )


def hover(
    where: Point, duration_s: float, status: Status = Status.AIRBORNE, *, silent: bool = False
) -> Line:
    """Stay at one point."""
    duration_us = max(round(duration_s * SECOND_US), 1)
    return Line(where, where, duration_us, status=status, silent=silent)
