"""What an alert asks of the desk that flies one of its drones, and what that desk did."""

from dataclasses import dataclass
from enum import StrEnum


class Move(StrEnum):
    """What an alert's advice comes to."""

    LAND = "land"
    """A helicopter lands here."""
    DOWN = "down"
    """Crewed traffic passes."""
    ASIDE = "aside"
    """Another drone is close."""
    ROUND = "round"
    """A keep-clear request lies ahead, or round it."""
    HOLD = "hold"
    """Not to be launched yet."""
    RELEASE = "release"
    """The launch hold is over."""


class Answer(StrEnum):
    """What a desk did about an alert that asked it to act."""

    BUSY = "busy"
    """Nothing: one in so many is not acted on."""
    SENT = "sent"
    """It has told the drone, which has not moved yet."""
    OVER = "over"
    """The drone had landed by then."""
    STAYED = "stayed"
    """Nothing was to be done: the other moves, or it is low already."""
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Advised:
    """An alert on the screen of the desk that flies one of its aircraft."""

    alert_id: str
    track_id: str
    move: Move
    latitude_deg: float = 0.0
    longitude_deg: float = 0.0
    """Of the other drone, for ASIDE."""
    speed_mps: float = 0.0
    """Of the other drone, for ASIDE."""
    other_id: str = ""
    """Track of the other drone, for ASIDE."""
    request_id: str = ""
    """Of the keep-clear request, for ROUND."""
    urgent: bool = True
    """To be acted on at once; else it is a caution of another aircraft."""
