"""A second, dumb reader of the samples: facts from the text of one item alone.

It shares no line with the decoders. It knows no grammar: it collects every position, every radius
and both limits that an item's text holds, and expands its hours day by day. Whatever a decoder says
was read exactly must consist of just these facts.
"""

import json
import math
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

FT, NM = 0.3048, 1852.0
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
DAYS = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
Point = tuple[float, float]
Hours = tuple[date, str, str]


@dataclass
class Facts:
    """What one item's text holds."""

    name: str
    points: list[Point] = field(default_factory=list)
    radii_m: list[float] = field(default_factory=list)
    limits: list[tuple[str, float]] = field(default_factory=list)
    """(reference, metres), floor and ceiling of each volume in turn."""
    start: float | None = None
    end: float | None = None
    hours: str = ""
    disc: tuple[float, float, float] | None = None
    words: str = ""


def point_key(latitude: float, longitude: float) -> Point:
    return round(latitude, 6), round(longitude, 6)


def _angle(digits: str, degrees: int) -> float:
    whole, rest = digits[:degrees], digits[degrees:]
    minutes, seconds = rest[:2], rest[2:] or "0"
    return int(whole) + int(minutes) / 60 + float(seconds) / 3600


def text_points(text: str) -> list[Point]:
    """Positions by cutting the text up at its hemisphere letters."""
    found = []
    squeezed = re.sub(r"\s+", " ", text)
    for lat, ns, lon, ew in re.findall(
        r"(\d{4,6}(?:\.\d+)?)([NS])[ ]?(\d{5,7}(?:\.\d+)?)([EW])", squeezed
    ):
        y, x = _angle(lat, 2), _angle(lon, 3)
        found.append(point_key(-y if ns == "S" else y, -x if ew == "W" else x))
    for ns, lat, ew, lon in re.findall(r"([NS])(\d{6})([EW])(\d{7})", squeezed):
        y, x = _angle(lat, 2), _angle(lon, 3)
        found.append(point_key(-y if ns == "S" else y, -x if ew == "W" else x))
    return found


def text_turns(text: str) -> list[bool]:
    """For each arc of the text whether it is said to run clockwise."""
    return [not before for before in re.findall(r"(ANTI|COUNTER)? ?-? ?CLOCKWISE", text.upper())]


def text_radii(text: str) -> list[float]:
    squeezed = re.sub(r"\s+", " ", text)
    number = r"(\d+(?:\.\d+)?) ?(NM|KM|MTR|M)\b"
    said = re.findall(rf"{number} RADIUS|RADIUS (?:OF )?{number}|WI {number} PSN", squeezed)
    scale = {"NM": NM, "KM": 1000.0, "MTR": 1.0, "M": 1.0}
    found = []
    for groups in said:
        pair = [g for g in groups if g]
        found.append(float(pair[0]) * scale[pair[1]])
    return found


def limit(text: str) -> tuple[str, float]:
    """A limit word for word: SFC, UNL, FL or a number with feet or metres."""
    plain = " ".join(text.upper().split())
    if plain in {"SFC", "GND", "0"}:
        return "SFC", 0.0
    if plain in {"UNL", "FL999"}:
        return "UNL", 0.0
    if plain.startswith("FL"):
        return "FL", float(plain[2:]) * 100 * FT
    number = float(re.match(r"[\d.]+", plain)[0])  # type: ignore[index]
    metres = number * FT if "FT" in plain else number
    return ("AGL" if plain.endswith(("AGL", "SFC")) else "AMSL"), metres


def stamp(text: str) -> float | None:
    if not re.fullmatch(r"\d{10}", text):
        return None
    century = 1900 if text[0] in "789" else 2000
    moment = datetime(
        century + int(text[:2]),
        int(text[2:4]),
        int(text[4:6]),
        int(text[6:8]),
        int(text[8:]),
        tzinfo=UTC,
    )
    return moment.timestamp()


def bulletin(data: bytes) -> list[Facts]:
    """The NOTAM elements of a bulletin, cut out of it with a knife."""
    found = []
    for block in re.findall(r"<Notam .*?</Notam>", data.decode(), re.DOTALL):
        said = dict(re.findall(r"<(\w+)>([^<]*)</\1>", block))
        unescaped = {k: v.replace("&amp;", "&").replace("&gt;", ">") for k, v in said.items()}
        found.append(_notam_facts(unescaped))
    return found


def _notam_facts(said: dict[str, str]) -> Facts:
    center = text_points(said.get("Coordinates", ""))
    limits = [limit(said[k]) for k in ("ItemF", "ItemG") if k in said and _is_limit(said[k])]
    return Facts(
        name=f"{said['Series']}{int(said['Number']):04d}/{said['Year']}",
        points=text_points(said["ItemE"]),
        radii_m=text_radii(said["ItemE"]),
        limits=limits,
        start=stamp(said["StartValidity"]),
        end=stamp(said["EndValidity"]),
        hours=" ".join(said.get("ItemD", "").split()),
        disc=(*center[0], float(said["Radius"]) * NM) if center else None,
        words=said["ItemE"],
    )


def _is_limit(text: str) -> bool:
    return re.fullmatch(r"SFC|GND|UNL|FL\d+|\d+(FT|M) (AMSL|AGL)", text.strip()) is not None


def notam(data: bytes) -> list[Facts]:
    """One NOTAM as text: items found by their letters."""
    text = data.decode()
    body = {
        m[1]: m[2].strip()
        for m in re.finditer(r"([A-G])\) ?(.*?)(?=\s[A-G]\) |\)?\s*$)", text, re.DOTALL)
    }
    q = re.search(r"(\d{4}[NS]\d{5}[EW])(\d{3})\s", text)
    center = text_points(q[1]) if q else []
    limits = [limit(body[k]) for k in "FG" if k in body and _is_limit(body[k])]
    end = body.get("C", "")
    return [
        Facts(
            name=text.split()[0].lstrip("("),
            points=text_points(body.get("E", "")),
            radii_m=text_radii(body.get("E", "")),
            limits=limits,
            start=stamp(body.get("B", "")),
            end=stamp(end),
            hours=" ".join(body.get("D", "").split()),
            disc=(*center[0], float(q[2]) * NM) if center and q else None,
            words=body.get("E", ""),
        )
    ]


def hours_by_day(text: str, first: date, last: date) -> list[Hours] | None:
    """Item D day by day as (day, from, to); None for words this reader does not know.

    Splits at commas, and takes a date without a month as of the month before it.
    """
    found: list[Hours] = []
    month, base = first.month, first
    for chunk in re.split(r",", re.sub(r"\s*-\s*", "-", text)):
        times = re.findall(r"((?:\d{4}|SR|SS)-(?:\d{4}|SR|SS)(?: PLUS ?\d+)?)", chunk)
        rest = chunk
        for time in times:
            rest = rest.replace(time, " ", 1)
        days: list[date] = []
        for token in re.findall(
            r"(?:[A-Z]{3} )?\d\d-(?:[A-Z]{3} )?\d\d|(?:[A-Z]{3} )?\d\d|[A-Z]{3}-[A-Z]{3}|[A-Z]{3,}",
            rest,
        ):
            if not times or any(w not in MONTHS + DAYS for w in re.findall("[A-Z]+", token)):
                return None
            named = re.findall(r"(?:([A-Z]{3}) )?(\d\d)", token)
            if named:
                ends = []
                for name, day in named:
                    month = MONTHS.index(name) + 1 if name else month
                    year = base.year + (month < base.month)
                    ends.append(date(year, month, int(day)))
                span = (ends[-1] - ends[0]).days
                days += [ends[0] + timedelta(n) for n in range(span + 1)]
            else:
                ends_ = [DAYS.index(name) for name in token.split("-")]
                wanted = {(ends_[0] + n) % 7 for n in range((ends_[-1] - ends_[0]) % 7 + 1)}
                days += [
                    first + timedelta(n)
                    for n in range((last - first).days + 1)
                    if (first + timedelta(n)).weekday() in wanted
                ]
        if not days:
            days = [first + timedelta(n) for n in range((last - first).days + 1)]
        for time in times:
            start, end = time.replace(" ", "").split("-", 1)
            found += [(day, start, end) for day in days]
    return sorted(found)


def ed269(data: bytes) -> list[Facts]:
    found = []
    for zone in json.loads(data.decode("utf-8-sig"))["features"]:
        facts = Facts(zone["identifier"])
        for part in zone["geometry"]:
            shape = part["horizontalProjection"]
            _json_shape(facts, shape.get("coordinates"), shape.get("center"), shape.get("radius"))
            scale = FT if part["uomDimensions"] == "FT" else 1.0
            for end in ("lower", "upper"):
                if f"{end}Limit" in part:
                    value = part[f"{end}Limit"] * scale
                    facts.limits.append(_json_limit(part[f"{end}VerticalReference"], value))
        times = zone["applicability"][0]
        facts.start, facts.end = _iso(times.get("startDateTime")), _iso(times.get("endDateTime"))
        found.append(facts)
    return found


def ed318(data: bytes) -> list[Facts]:
    document = json.loads(data.decode("utf-8-sig"))
    found = []
    for feature in document.get("features", [document]):
        properties = feature["properties"]
        zone = properties.get("UASZone", properties)
        facts = Facts(zone["identifier"])
        geometry = feature["geometry"]
        for part in geometry.get("geometries", [geometry]):
            circle = part["type"] == "Point"
            radius = part["extent"]["radius"] if circle else None
            center = part["coordinates"] if circle else None
            _json_shape(facts, None if circle else part["coordinates"], center, radius)
            layer = part.get("layer") or properties["verticalLayer"]
            scale = FT if str(layer.get("uom", "")).lower() == "ft" else 1.0
            facts.limits += [
                _json_limit(layer[f"{end}Reference"], layer[end] * scale)
                for end in ("lower", "upper")
            ]
        times = (properties.get("limitedApplicability") or [{}])[0]
        facts.start, facts.end = _iso(times.get("startDateTime")), _iso(times.get("endDateTime"))
        found.append(facts)
    return found


def _json_limit(reference: str, metres: float) -> tuple[str, float]:
    return ("SFC", 0.0) if reference == "AGL" and metres == 0 else (reference, metres)


def _json_shape(facts: Facts, coordinates: Any, center: Any, radius: Any) -> None:
    if center:
        facts.points.append(point_key(center[1], center[0]))
        facts.radii_m.append(float(radius))
        return
    for ring in coordinates:
        facts.points += [point_key(latitude, longitude) for longitude, latitude, *_ in ring]


def _iso(text: str | None) -> float | None:
    return datetime.fromisoformat(text).timestamp() if text else None


def openair(data: bytes) -> list[Facts]:
    found = []
    for block in re.split(r"(?m)^AC ", data.decode())[1:]:
        facts = Facts(re.search(r"(?m)^AN (.*)$", block)[1].strip())  # type: ignore[index]
        for d, m, s, ns, d2, m2, s2, ew in re.findall(
            r"(?m)^(?:DP |V X=)(\d+):(\d+):(\d+) ?([NS]) (\d+):(\d+):(\d+) ?([EW])", block
        ):
            y = int(d) + int(m) / 60 + int(s) / 3600
            x = int(d2) + int(m2) / 60 + int(s2) / 3600
            facts.points.append(point_key(-y if ns == "S" else y, -x if ew == "W" else x))
        facts.radii_m = [float(r) * NM for r in re.findall(r"(?m)^DC ([\d.]+)", block)]
        facts.limits = [limit(v) for v in re.findall(r"(?m)^A[LH] (.*?)\s*$", block)]
        times = re.findall(r"(?m)^AA (\S+)/(\S+)", block)
        if times:
            facts.start, facts.end = _iso(times[0][0]), _iso(times[-1][1])
        facts.words = "NONE" if re.search(r"(?m)^AA NONE", block) else ""
        found.append(facts)
    return found


def yaxim(data: bytes) -> list[Facts]:
    found = []
    for block in re.split(r"(?m)^- name:", data.decode())[1:]:
        named = re.search(r"(?m)^  id: (.*)$", block)
        facts = Facts((named[1] if named else block.split("\n", 1)[0]).strip())
        facts.points = text_points(block)
        facts.radii_m = [float(r) * NM for r in re.findall(r"radius: ([\d.]+) nm", block)]
        lowers = re.findall(r"lower: (.*)", block)
        uppers = re.findall(r"upper: (.*)", block)
        for low, high in zip(lowers, uppers, strict=True):
            facts.limits += [limit(low), limit(high)]
        found.append(facts)
    return found


def aixm(data: bytes) -> list[Facts]:
    text = data.decode()
    found = []
    coast = "".join(re.findall(r"<aixm:GeoBorder .*?</aixm:GeoBorder>", text, re.DOTALL))
    pairs = re.findall(r"<gml:pos>(\S+) (\S+)</gml:pos>", coast)
    border = [point_key(float(a), float(b)) for a, b in pairs]
    for block in re.findall(r"<aixm:Airspace .*?</aixm:Airspace>", text, re.DOTALL):
        facts = Facts(re.search(r"<aixm:designator>(.*?)<", block)[1])  # type: ignore[index]
        facts.points = [
            point_key(float(a), float(b))
            for a, b in re.findall(r"<gml:pos>(\S+) (\S+)</gml:pos>", block)
        ]
        if "xlink:href" in block:
            # A ring that follows a border takes the border's points between its own ends.
            south, north = min(facts.points)[0], max(facts.points)[0]
            facts.points += [p for p in border if south <= p[0] <= north]
        facts.radii_m = [float(r) * NM for r in re.findall(r"nmi_i\]\">([\d.]+)<", block)]
        for end in ("lower", "upper"):
            m = re.search(
                rf'{end}Limit uom="(\w+)">(\d+)<.*?{end}LimitReference>(\w+)<', block, re.DOTALL
            )
            assert m is not None
            metres = float(m[2]) * (100 * FT if m[1] == "FL" else FT)
            name = {"SFC": "AGL", "MSL": "AMSL", "STD": "FL"}[m[3]]
            if (m[1], m[2]) == ("FL", "999"):
                name, metres = "UNL", 0.0
            facts.limits.append(("SFC", 0.0) if (name, metres) == ("AGL", 0.0) else (name, metres))
        found.append(facts)
    return found


def reader_of(name: str) -> Any:
    """Which dumb reader a sample is for, by the name of the file."""
    for part, reader in (
        ("aixm", aixm),
        ("ed269", ed269),
        ("ed318", ed318),
        ("enaire", ed318),
        ("es_aero", ed318),
        (".openair", openair),
        (".yaml", yaxim),
        (".txt", notam),
        (".xml", bulletin),
    ):
        if part in name:
            return reader
    raise AssertionError(name)


def distance_m(a: Point, b: Point) -> float:
    lat = math.radians((a[0] + b[0]) / 2)
    return math.hypot((a[0] - b[0]) * 111_195, (a[1] - b[1]) * 111_195 * math.cos(lat))
