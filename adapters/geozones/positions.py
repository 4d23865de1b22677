"""Positions in text: 512703N 0000019E, N314705E0351414, 5127N00000E, 45:37:56N 13:55:08E."""

import re
from typing import Final

from adapters.geozones.model import Position
from adapters.geozones.report import Reason, Unreadable

_NUMBER: Final = r"(\d{2})(\d{2})(\d{2}(?:\.\d{1,6})?)?"
_NUMBER_LON: Final = r"(\d{3})(\d{2})(\d{2}(?:\.\d{1,6})?)?"
_GAP: Final = r"[ \t]*[\n,/]?[ \t]*"
POSITION: Final = re.compile(
    rf"(?<![\dA-Z.])(?:{_NUMBER} ?([NS]){_GAP}{_NUMBER_LON} ?([EW])"
    rf"|([NS]) ?{_NUMBER}{_GAP}([EW]) ?{_NUMBER_LON})(?![\d.]\d|[\dA-Z])"
)
"""A position as NOTAMs write it, hemisphere after or before. A number too many and it is none."""


def _degrees(degrees: str, minutes: str, seconds: str | None, negative: bool, most: int) -> float:
    whole, minute, second = int(degrees), int(minutes), float(seconds or 0.0)
    value = whole + minute / 60.0 + second / 3600.0
    if minute >= 60 or second >= 60.0 or value > most:
        raise Unreadable(Reason.MALFORMED, "a position has minutes, seconds or degrees too large")
    return -value if negative else value


def from_match(match: re.Match[str]) -> Position:
    """The position of a POSITION match; Unreadable when its minutes or degrees cannot be."""
    g = match.groups()
    if g[3]:
        return Position(
            _degrees(g[0], g[1], g[2], g[3] == "S", 90),
            _degrees(g[4], g[5], g[6], g[7] == "W", 180),
        )
    return Position(
        _degrees(g[9], g[10], g[11], g[8] == "S", 90),
        _degrees(g[13], g[14], g[15], g[12] == "W", 180),
    )


def parse(text: str) -> Position:
    """A text that is one position and nothing else."""
    match = POSITION.fullmatch(text.strip())
    if match is None:
        raise Unreadable(Reason.MALFORMED, "not a position")
    return from_match(match)


def checked(latitude_deg: float, longitude_deg: float) -> Position:
    """Numbers as a position; out of range or not a number is Unreadable."""
    if not (-90.0 <= latitude_deg <= 90.0 and -180.0 <= longitude_deg <= 180.0):
        raise Unreadable(Reason.MALFORMED, "latitude or longitude out of range")
    return Position(latitude_deg, longitude_deg)
