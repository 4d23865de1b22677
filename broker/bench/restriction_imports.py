"""Published restrictions read and taken in per second, beside parsing the same bytes alone.

Two made-up sources over Greater London, an ED-269 file (JSON) and a bulletin of NOTAMs (XML), and
whatever files are named. *Read* is bytes to the contract's messages, with everything that is said
of each item; *taken in* is those messages through the gateway's decoding and one import a part of
200 into an empty register, each checked and made into geometry. The peer is the parser alone, which
knows nothing of what it reads; text that neither parser takes has none. Times are the thread's.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median
from time import thread_time
from typing import Final

import numpy as np
from defusedxml import ElementTree

from adapters.geozones import sources
from adapters.geozones.mirror import Mirrored, mirror
from broker.core.commands import ImportRestrictions
from broker.core.names import SystemName
from broker.core.restrictions.imports import ITEMS_PER_IMPORT_MAX, SourceItems, import_items
from broker.core.restrictions.register import RestrictionRegister
from broker.core.units import SECOND_US
from broker.gateways.wire.requests import import_restrictions
from keepclear.v1.restrictions_pb2 import ImportRestrictionsRequest

Json = dict[str, object]
MIRROR: Final = SystemName("bench", "mirror")
NOW_US: Final = SECOND_US
"""Before everything that is read, so that nothing is refused for being over."""
LATITUDE_DEG, LONGITUDE_DEG = (51.3, 51.7), (-0.5, 0.3)


def run(items: int, repeats: int, files: Sequence[Path]) -> list[Json]:
    """A row for each source."""
    made = {"made up, ED-269": ed269_source(items), "made up, NOTAMs": notam_source(items)}
    given = {one.name: one.read_bytes() for one in files}
    return [_measured(name, data, repeats) for name, data in {**made, **given}.items()]


def _measured(name: str, data: bytes, repeats: int) -> Json:
    mirrored = _read(data)
    commands = list(_commands(mirrored))
    taken = _taken_in(commands)
    read_s = _median_s(repeats, lambda: _read(data))
    taken_s = _median_s(repeats, lambda: _taken_in(list(_commands(mirrored))))
    parsed_s = _parsing_s(data, repeats)
    items = len(mirrored.rows)
    return {
        "source": name,
        "kB": round(len(data) / 1_000),
        "items": items,
        "set": taken,
        "read_per_s": round(items / read_s),
        "taken_in_per_s": round(taken / taken_s) if taken else None,
        "items_per_s": round(items / (read_s + taken_s)),
        "parser_items_per_s": None if parsed_s is None else round(items / parsed_s),
        "of_parser": None if parsed_s is None else round(parsed_s / (read_s + taken_s), 4),
    }


def _read(data: bytes) -> Mirrored:
    return mirror(sources.decode(data), MIRROR.agency, "bench", None)


def _commands(mirrored: Mirrored) -> Iterator[ImportRestrictions]:
    messages = mirrored.restrictions
    for first in range(0, len(messages), ITEMS_PER_IMPORT_MAX):
        part = messages[first : first + ITEMS_PER_IMPORT_MAX]
        request = ImportRestrictionsRequest(source_id="bench", restrictions=part)
        yield import_restrictions(request, MIRROR).command


def _taken_in(commands: Sequence[ImportRestrictions]) -> int:
    """How many restrictions an empty register then holds."""
    register = RestrictionRegister()
    for one in commands:
        given = SourceItems(MIRROR.agency, one.source_id, one.drafts, False, ())
        import_items(register, given, NOW_US, None)
    return len(register.live())


def _parsing_s(data: bytes, repeats: int) -> float | None:
    """Seconds of the parser alone; None for what neither takes."""
    for parse in (json.loads, ElementTree.fromstring):
        try:
            parse(data)
        except (ValueError, ElementTree.ParseError):
            continue
        return _median_s(repeats, lambda with_=parse: with_(data))  # type: ignore[misc]
    return None


def _median_s(repeats: int, work: Callable[[], object]) -> float:
    times_s: list[float] = []
    for _ in range(repeats):
        start_s = thread_time()
        work()
        times_s.append(thread_time() - start_s)
    return median(times_s)


def ed269_source(items: int) -> bytes:
    """Circles and polygons of 12 corners in turn, with weekly hours."""
    rng = np.random.default_rng(11)
    return json.dumps({"features": [_zone(rng, number) for number in range(items)]}).encode()


def _zone(rng: np.random.Generator, number: int) -> Json:
    latitude_deg, longitude_deg = _place(rng)
    shape: Json = {"type": "Circle", "center": [longitude_deg, latitude_deg], "radius": 300}
    if number % 2:
        angles = np.linspace(0.0, 2.0 * np.pi, 13)
        ring = [
            [round(longitude_deg + 0.01 * np.sin(a), 6), round(latitude_deg + 0.006 * np.cos(a), 6)]
            for a in angles.tolist()
        ]
        shape = {"type": "Polygon", "coordinates": [ring]}
    return {
        "identifier": f"B{number:05d}",
        "country": "GBR",
        "name": f"Made up {number}",
        "type": "COMMON",
        "restriction": "REQ_AUTHORISATION",
        "reason": ["AIR_TRAFFIC"],
        "applicability": [
            {
                "permanent": "NO",
                "startDateTime": "2026-03-01T00:00:00Z",
                "endDateTime": "2026-12-31T00:00:00Z",
                "schedule": [{"day": ["MON"], "startTime": "06:00Z", "endTime": "22:00Z"}],
            }
        ],
        "zoneAuthority": [{"name": "Made up", "phone": "01", "purpose": "AUTHORIZATION"}],
        "geometry": [
            {
                "uomDimensions": "M",
                "lowerLimit": 0,
                "lowerVerticalReference": "AGL",
                "upperLimit": 120,
                "upperVerticalReference": "AGL",
                "horizontalProjection": shape,
            }
        ],
    }


def notam_source(items: int) -> bytes:
    """A bulletin of circles whose positions stand in the text."""
    rng = np.random.default_rng(12)
    notams = "".join(_notam(rng, number) for number in range(items))
    return f"<Pib><FIRSection>{notams}</FIRSection></Pib>".encode()


def _notam(rng: np.random.Generator, number: int) -> str:
    latitude_deg, longitude_deg = _place(rng)
    minute, east = int((latitude_deg - 51.0) * 60.0), "E" if longitude_deg >= 0.0 else "W"
    east_minute = int(abs(longitude_deg) * 60.0)
    fields = {
        "Series": "J",
        "Number": str(number + 1),
        "Year": "26",
        "Type": "N",
        "Coordinates": f"51{minute:02d}N000{east_minute:02d}{east}",
        "Radius": "2",
        "ItemA": "EGTT",
        "StartValidity": "2603010000",
        "EndValidity": "2603312359",
        "ItemD": "0600-2200",
        "ItemE": f"AREA ACTIVE WI 1.5NM RADIUS OF 51{minute:02d}00N 000{east_minute:02d}00{east} "
        f"(MADE UP {number}).",
        "ItemF": "SFC",
        "ItemG": "1500FT AMSL",
    }
    q_line = (
        "<QLine><FIR>EGTT</FIR><Code23>RT</Code23><Code45>CA</Code45><Traffic>IV</Traffic>"
        "<Purpose>BO</Purpose><Scope>W</Scope><Lower>0</Lower><Upper>15</Upper></QLine>"
    )
    return f"<Notam>{q_line}{''.join(f'<{k}>{v}</{k}>' for k, v in fields.items())}</Notam>"


def _place(rng: np.random.Generator) -> tuple[float, float]:
    return (
        round(float(rng.uniform(*LATITUDE_DEG)), 6),
        round(float(rng.uniform(*LONGITUDE_DEG)), 6),
    )
