"""The phrases that alerts are worded with: heights, distances, directions and times.

Heights are relative, in steps, with their doubt. Drone desks read metres, crews nautical miles.
"""

import math
from typing import Final

from broker.core.alerts import AlertGeometry
from broker.core.units import FOOT_M, NAUTICAL_MILE_M

SAME_HEIGHT_FT: Final = 25
"""Below this, "same height": half the 50 ft that people are given heights in."""
HEIGHT_STEP_FT: Final = 50
_COMPASS: Final = (
    "north",
    "north-east",
    "east",
    "south-east",
    "south",
    "south-west",
    "west",
    "north-west",
)
_HOURS: Final = (
    "twelve",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
)
_MILES_UP_TO: Final = (
    (0.15, "less than a quarter mile"),
    (0.375, "quarter of a mile"),
    (0.625, "half a mile"),
    (0.875, "three quarters of a mile"),
)


def sentence(words: str) -> str:
    """As a sentence begins."""
    return words[:1].upper() + words[1:]


def height(seen: AlertGeometry, unit: str = "ft") -> str:
    """The other's height relative to us, with its doubt."""
    if seen.relative_height_m is None:
        return "height unknown"
    height_ft = seen.relative_height_m / FOOT_M
    if abs(height_ft) < SAME_HEIGHT_FT:
        return f"same height{_doubt(seen, unit)}"
    side = "above" if height_ft > 0.0 else "below"
    return f"{_stepped(abs(height_ft))} {unit} {side}{_doubt(seen, unit)}"


def apart(geometry: AlertGeometry) -> str:
    """Height between two aircraft, with no side taken."""
    if geometry.relative_height_m is None:
        return "height unknown"
    height_ft = abs(geometry.relative_height_m) / FOOT_M
    if height_ft < SAME_HEIGHT_FT:
        return f"same height{_doubt(geometry)}"
    return f"{_stepped(height_ft)} ft between them in height{_doubt(geometry)}"


def _doubt(seen: AlertGeometry, unit: str = "ft") -> str:
    if seen.relative_height_doubt_m is None:
        return ", doubt of height unknown"
    doubt_ft = seen.relative_height_doubt_m / FOOT_M
    rounded_ft = max(1, math.ceil(doubt_ft / 10.0 - 1e-9)) * 10
    return f", give or take {rounded_ft} {unit}"


def _stepped(height_ft: float) -> int:
    return max(1, math.floor(height_ft / HEIGHT_STEP_FT + 0.5)) * HEIGHT_STEP_FT


def nautical_miles(range_m: float) -> str:
    """Nautical miles as crews are given them."""
    miles = range_m / NAUTICAL_MILE_M
    for limit, words in _MILES_UP_TO:
        if miles < limit:
            return words
    whole = math.floor(miles + 0.5)
    return "one mile" if whole == 1 else f"{whole} miles"


def distance(range_m: float) -> str:
    """Tens of metres, and from 1 km on kilometres."""
    if range_m < 995.0:
        return f"{max(10, math.floor(range_m / 10.0 + 0.5) * 10)} m"
    return f"{range_m / 1_000.0:.1f} km"


def times(seen: AlertGeometry) -> list[str]:
    """Seconds until the volume is entered, or none where it is not."""
    if seen.time_to_loss_s is None:
        return []
    return ["now"] if seen.time_to_loss_s < 0.5 else [in_seconds(seen.time_to_loss_s)]


def in_seconds(time_s: float) -> str:
    """Whole seconds."""
    return f"{math.floor(time_s + 0.5)} s"


def picture_age(seen: AlertGeometry) -> str:
    """How old what is told is, rounded up."""
    return f"Picture {math.ceil(seen.picture_age_s - 1e-9)} s old."


def compass(bearing_deg: float) -> str:
    """The nearest of eight directions."""
    return _COMPASS[round((bearing_deg % 360.0) / 45.0) % 8]


def clock_code(bearing_deg: float, course_deg: float) -> str:
    """Where a crew on a course looks: "two o'clock"."""
    hour = round(((bearing_deg - course_deg) % 360.0) / 30.0) % 12
    return f"{_HOURS[hour]} o'clock"
