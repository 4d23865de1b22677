"""The three generations of aircraft.json, told apart by the fields they use.

Sources: readsb's README-json.md; dump1090-fa's and dump1090-mutability's README-json.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Generation(StrEnum):
    """Which program's vocabulary a file uses."""

    READSB = "readsb"  # has `type`: how each aircraft is known
    DUMP1090_FA = "dump1090-fa"  # the same fields without `type`
    MUTABILITY = "dump1090-mutability"  # `altitude`, `speed`, `vert_rate`, `nucp`


@dataclass(frozen=True, slots=True)
class FieldNames:
    """What one generation calls its fields."""

    pressure_altitude_ft: str
    ground_speed_kt: str
    pressure_rate_fpm: str


_MODERN = FieldNames("alt_baro", "gs", "baro_rate")
FIELD_NAMES = {
    Generation.READSB: _MODERN,
    Generation.DUMP1090_FA: _MODERN,
    Generation.MUTABILITY: FieldNames("altitude", "speed", "vert_rate"),
}

_MODERN_FIELDS = ("alt_baro", "alt_geom", "gs", "baro_rate", "geom_rate", "nac_p", "rc", "version")
_MUTABILITY_FIELDS = ("altitude", "speed", "vert_rate", "nucp")


def generation_of(aircraft: Iterable[object]) -> Generation:
    """Which generation wrote these aircraft; a file with nothing to tell by counts as dump1090-fa.

    The whole file is looked at, because most aircraft have only some of the fields.
    """
    mutability = modern = False
    for entry in aircraft:
        if not isinstance(entry, Mapping):
            continue
        if "type" in entry:
            return Generation.READSB
        modern = modern or any(name in entry for name in _MODERN_FIELDS)
        mutability = mutability or any(name in entry for name in _MUTABILITY_FIELDS)
    return Generation.MUTABILITY if mutability and not modern else Generation.DUMP1090_FA
