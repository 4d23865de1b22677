"""Which airframe an ICAO address is, from lists that people keep: a register, not the radio.

A transponder says what its maker and crew set, and many say no category at all. A register that
somebody answers for says what the airframe with that address is: then a police helicopter without
a category is a helicopter, not an unknown aircraft. That is all it says. Anyone can transmit any
address, so being listed never gives an aircraft a right, and a callsign is never looked up.

The lists are those of plane-alert-db (ODbL, credited and kept apart): comma-separated, a first line
of headings, each with an optional leading `$` or `#`. Any list with the columns ICAO, Registration
and ICAO Type will do.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from adapters.model import Refusal
from keepclear.v1 import common_pb2

MAX_LIST_BYTES = 20_000_000
MAX_AIRFRAMES = 200_000
MAX_TEXT = 80  # characters, the contract's longest

_ADDRESS = re.compile(r"[0-9A-Fa-f]{6}")

# ICAO Doc 8643 type designators of the helicopters that emergency services fly.
HELICOPTERS = frozenset({
    "A109", "A119", "A129", "A139", "A149", "A169", "A189", "ALO2", "ALO3", "AS32", "AS3B",
    "AS50", "AS55", "AS65", "B06", "B06T", "B105", "B212", "B214", "B222", "B230", "B407", "B412",
    "B427", "B429", "B430", "B47G", "B505", "BK17", "EC20", "EC25", "EC30", "EC35", "EC45",
    "EC55", "EC75", "EH10", "EN28", "EN48", "EXPL", "GAZL", "H269", "H47", "H500", "H53", "H60",
    "K126", "K226", "KA32", "LAMA", "LYNX", "MD52", "MD60", "MI8", "NH90", "PUMA", "R22", "R44",
    "R66", "S61", "S76", "S92", "SUCO", "UH1",
})  # fmt: skip


class Category(StrEnum):
    """What an airframe does, as its list says."""

    POLICE = "police"
    AMBULANCE = "ambulance"
    COASTGUARD = "coastguard"
    FIRE = "fire"
    ROYAL = "royal"
    OTHER = "other"


# Words of a list's category, in the order they are looked for.
CATEGORY_WORDS = (
    ("police", Category.POLICE),
    ("doctor", Category.AMBULANCE),
    ("ambulance", Category.AMBULANCE),
    ("coastguard", Category.COASTGUARD),
    ("coast guard", Category.COASTGUARD),
    ("fire", Category.FIRE),
    ("royal", Category.ROYAL),
)


@dataclass(frozen=True, slots=True)
class Airframe:
    """One line of a list; `icao_address` in lower case."""

    icao_address: str
    registration: str
    operator: str
    type_designator: str
    category: Category

    @property
    def aircraft_class(self) -> common_pb2.AircraftClass:
        """HELICOPTER for a known type designator; UNSPECIFIED says nothing, never less."""
        if self.type_designator in HELICOPTERS:
            return common_pb2.AIRCRAFT_CLASS_HELICOPTER
        return common_pb2.AIRCRAFT_CLASS_UNSPECIFIED


Register = Mapping[str, Airframe]
NO_REGISTER: Register = {}


def read_airframes(data: bytes) -> tuple[dict[str, Airframe], tuple[Refusal, ...]]:
    """A list's airframes by address, and the lines that were not used; never raises."""
    if len(data) > MAX_LIST_BYTES:
        return {}, (Refusal("", f"over {MAX_LIST_BYTES} bytes"),)
    found: dict[str, Airframe] = {}
    refusals: list[Refusal] = []
    for number, row in _rows(data.decode("utf-8-sig", errors="replace"), refusals):
        address = row.get("icao", "")
        if _ADDRESS.fullmatch(address) is None:
            refusals.append(Refusal(f"line {number}", "not an address"))
        elif address.lower() in found:
            refusals.append(Refusal(f"line {number}", "an address twice"))
        elif len(found) >= MAX_AIRFRAMES:
            refusals.append(Refusal(f"line {number}", f"over {MAX_AIRFRAMES} airframes"))
        else:
            found[address.lower()] = _airframe(address.lower(), row)
    return found, tuple(refusals)


def _rows(text: str, refusals: list[Refusal]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each line's fields by the heading of their column."""
    reader = csv.reader(text.splitlines())
    heads: list[str] | None = None
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a field beyond the reader's limit
            refusals.append(Refusal(f"line {reader.line_num}", "not comma-separated values"))
            continue
        if heads is None:
            heads = [head.strip().lstrip("$#").lower() for head in row]
            if "icao" not in heads:
                refusals.append(Refusal("line 1", "no column ICAO"))
                return
        elif row:
            yield reader.line_num, dict(zip(heads, row, strict=False))


def _airframe(address: str, row: dict[str, str]) -> Airframe:
    words = row.get("category", "").lower()
    category = next((made for word, made in CATEGORY_WORDS if word in words), Category.OTHER)
    return Airframe(
        icao_address=address,
        registration=_text(row.get("registration", "")),
        operator=_text(row.get("operator", "")),
        type_designator=_text(row.get("icao type", "")).upper(),
        category=category,
    )


def _text(value: str) -> str:
    return "".join(each for each in value if each.isprintable())[:MAX_TEXT].strip()
