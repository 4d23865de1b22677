"""Planned path points out of events: the aircraft's stated intent.

Sources: DJI Cloud API, `fly_to_point_progress`, `takeoff_to_point_progress`, `return_home_info`.
Their `height` is documented as ellipsoid, like the aircraft's own, and trusted just as little.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from adapters.dji.fields import position
from adapters.json_numbers import finite

PATH_METHODS: Final = frozenset(
    {"fly_to_point_progress", "takeoff_to_point_progress", "return_home_info"}
)
MAX_POINTS_READ: Final = 2_000
MAX_POINTS: Final = 50  # the contract's limit
_OVER: Final = frozenset(
    {
        "wayline_cancel", "wayline_failed", "wayline_ok", "task_finish", "task_ready_cancel",
        "canceled", "failed", "ok", "rejected", "timeout",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """One point; the height is in the fleet's own datum, None where there is none."""

    latitude_deg: float
    longitude_deg: float
    height_m: float | None


@dataclass(frozen=True, slots=True)
class Intent:
    """A stated path; without points it takes an earlier one back."""

    points: tuple[Point, ...]
    stated_us: int


def read_intent(method: str, data: object, stated_us: int) -> Intent | None:
    """The intent an event states or takes back; None where it says nothing of it."""
    if method not in PATH_METHODS or not isinstance(data, dict):
        return None
    status = data.get("status")
    if isinstance(status, str) and status in _OVER:
        return Intent((), stated_us)
    points = data.get("planned_path_points")
    if not isinstance(points, list):
        return None
    read = [made for point in points[:MAX_POINTS_READ] if (made := _point(point)) is not None]
    return Intent(_thinned(read), stated_us) if read else None


def _point(value: object) -> Point | None:
    if not isinstance(value, dict):
        return None
    place = position(value)
    if place is None:
        return None
    height_m = finite(value.get("height"))
    if height_m is not None and not -500.0 <= height_m <= 30_000.0:
        height_m = None
    return Point(*place, height_m)


def _thinned(points: Sequence[Point]) -> tuple[Point, ...]:
    """At most the contract's number of points, the first and the last among them."""
    if len(points) <= MAX_POINTS:
        return tuple(points)
    step = (len(points) - 1) / (MAX_POINTS - 1)
    return tuple(points[round(place * step)] for place in range(MAX_POINTS))
