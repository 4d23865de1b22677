"""A dock's states: whether its aircraft is in it, and whether it is about to climb out.

Sources: DJI Cloud API, dock 2 properties and wayline events. Dock 3 sends the same names; its
`mode_code` 5 was seen live and is not documented, so nothing is read from a code above 4.
"""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Final

from adapters.dji.fields import Value


class Cover(IntEnum):
    """`cover_state`."""

    CLOSED = 0
    OPENED = 1
    HALF_OPENED = 2
    ABNORMAL = 3


class Step(IntEnum):
    """`flighttask_step_code`."""

    PREPARING = 0
    FLYING = 1
    RECOVERING = 2
    CUSTOM_AREA_UPDATING = 3
    TERRAIN_UPDATING = 4
    RETURNED = 5
    IDLE = 255
    ABNORMAL = 256


class Presence(StrEnum):
    """Where a dock's aircraft is, as far as the dock can tell."""

    UNKNOWN = "unknown"
    IN_DOCK = "in the dock"
    LAUNCHING = "about to climb out"
    OUT = "out of the dock"


LAUNCH_EVENTS: Final = frozenset({"flighttask_ready", "takeoff_to_point_progress"})
"""Events that come before the aircraft has left: the task's conditions hold, or take-off began."""
LAUNCH_EVENT_HOLDS_US: Final = 90_000_000
"""How long such an event alone keeps the warning up: the look-ahead of a dock (90 s)."""
_ABOUT_TO_FLY: Final = frozenset({Step.PREPARING, Step.FLYING})
_COMING_BACK: Final = frozenset({Step.RECOVERING, Step.RETURNED})
_OPENING: Final = frozenset({Cover.OPENED, Cover.HALF_OPENED})


def presence(values: Mapping[str, Value], launch_event_age_us: int | None) -> Presence:
    """From a dock's merged properties; an abnormal cover counts as closed, a task does not."""
    inside = values.get("drone_in_dock")
    if inside == 0:
        return Presence.OUT
    if inside != 1:
        return Presence.UNKNOWN
    if values.get("flighttask_step_code") in _COMING_BACK:
        return Presence.IN_DOCK
    recent = launch_event_age_us is not None and launch_event_age_us <= LAUNCH_EVENT_HOLDS_US
    # A cover opens for maintenance too. With an aircraft inside, caution is the right reading.
    opening = values.get("cover_state") in _OPENING
    if opening or recent or values.get("flighttask_step_code") in _ABOUT_TO_FLY:
        return Presence.LAUNCHING
    return Presence.IN_DOCK
