"""Vertical limits in text: SFC, 600FT AMSL, FL085, 1000ft AGL, 150 m MSL, UNL."""

import math
import re
from dataclasses import replace
from typing import Final

from adapters.geozones.model import Datum, Limit, Unit
from adapters.geozones.report import Notes
from adapters.geozones.units import FOOT_M

SURFACE: Final = Limit(0.0, Unit.NONE, Datum.SURFACE, "")
UNLIMITED: Final = Limit(0.0, Unit.NONE, Datum.UNLIMITED, "")
_SURFACE_WORDS: Final = ("SFC", "GND", "SURFACE", "GROUND", "0")
_UNLIMITED_WORDS: Final = ("UNL", "UNLIMITED", "UNLTD", "UNLIM", "FL999", "FL 999", "999")
_LEVEL: Final = re.compile(r"FL ?(\d{2,3})")
_HEIGHT: Final = re.compile(
    r"(\d{1,6}(?:\.\d{1,3})?) ?(FT|FEET|F|M|MTR|METRES)? ?(AMSL|MSL|ALT|AGL|ASFC|SFC|GND|STD|QNH)?"
)
_ABOVE_GROUND: Final = ("AGL", "ASFC", "SFC", "GND")
HIGHEST_M: Final = 100_000.0


def parse_limit(text: str | None, bare_is_feet_amsl: bool = False) -> Limit | None:
    """A limit, or None when the text is not exactly one.

    A number without a datum is a limit only where the format says that it means feet above mean
    sea level; a pressure altitude in feet (STD) is a flight level.
    """
    published = " ".join((text or "").split())
    words = published.upper().replace(",", "").rstrip(".")
    if words in _SURFACE_WORDS:
        return replace(SURFACE, published=published)
    if words in _UNLIMITED_WORDS:
        return replace(UNLIMITED, published=published)
    if (level := _LEVEL.fullmatch(words)) is not None:
        return Limit(float(level.group(1)), Unit.FLIGHT_LEVEL, Datum.FLIGHT_LEVEL, published)
    if (height := _HEIGHT.fullmatch(words)) is None:
        return None
    return _height(height, published, bare_is_feet_amsl)


def _height(match: re.Match[str], published: str, bare_is_feet_amsl: bool) -> Limit | None:
    number, unit, reference = float(match.group(1)), match.group(2), match.group(3)
    if reference is None and not bare_is_feet_amsl:
        return None
    if unit is None and not bare_is_feet_amsl:
        return None
    feet = unit is None or unit.startswith("F")
    if reference == "STD":
        level = Limit(number, Unit.FEET, Datum.FLIGHT_LEVEL, published)
        return level if feet else None
    datum = Datum.AGL if reference in _ABOVE_GROUND else Datum.AMSL
    limit = Limit(number, Unit.FEET if feet else Unit.METRES, datum, published)
    return limit if limit.value_m <= HIGHEST_M else None


def finite(value: float) -> bool:
    """A height that can be one: finite, and neither below the Dead Sea nor beyond the air."""
    return math.isfinite(value) and -500.0 <= value <= HIGHEST_M


def settled(floor: Limit | None, ceiling: Limit | None, notes: Notes) -> tuple[Limit, Limit]:
    """Floor and ceiling that can stand together; what cannot be read is the larger meaning."""
    if floor is None:
        notes.coarse("no lower limit that can be read: from the surface")
    if ceiling is None:
        notes.coarse("no upper limit that can be read: unlimited")
    low, high = floor or SURFACE, ceiling or UNLIMITED
    if _impossible(low, high):
        said = f"{low.published or 'the surface'} to {high.published}"
        notes.coarse(f"nothing lies from {said}: surface to unlimited")
        return SURFACE, UNLIMITED
    if low.datum is high.datum and low.value_m == high.value_m:
        notes.coarse(
            f"floor and ceiling are one height, {low.published}: 100 ft either side is set"
        )
        return _moved(low, -100.0 * FOOT_M), _moved(high, 100.0 * FOOT_M)
    return low, high


def _moved(limit: Limit, by_m: float) -> Limit:
    lowest = 0.0 if limit.datum is Datum.AGL else limit.value_m + by_m
    value = max(lowest, limit.value_m + by_m)
    return Limit(value, Unit.METRES, limit.datum, limit.published)


def _impossible(floor: Limit, ceiling: Limit) -> bool:
    """They leave nothing between them, whatever the ground and the air pressure are."""
    if ceiling.datum is Datum.SURFACE or floor.datum is Datum.UNLIMITED:
        return True
    if ceiling.datum is Datum.AGL and ceiling.value == 0.0:
        return floor.datum in {Datum.SURFACE, Datum.AGL}
    return floor.datum is ceiling.datum and ceiling.value_m < floor.value_m
