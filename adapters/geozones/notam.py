"""NOTAMs as text in the ICAO form, one or many in a file.

aviconv-notam was measured first: it refuses the bracket that every NOTAM begins with and an EST
without a space, and reads the year 91 as 2091; what is left of its work is a regular expression for
each item.
"""

import re
from typing import Final

from adapters.geozones.limits_of_input import ITEMS, SOURCE_BYTES, TEXT_CHARS
from adapters.geozones.notam_fields import NotamFields, read_notam
from adapters.geozones.report import Decoded, Notes, Reason, SourceItem, Unreadable, refused_item

FORMAT: Final = "notam"
_HEAD: Final = re.compile(
    r"\(?\b(?P<reference>[A-Z]\d{4}/\d{2})[ \t]+NOTAM(?P<kind>[NRC])"
    r"(?:[ \t]+(?P<refers>[A-Z]\d{4}/\d{2}))?"
)
_Q_LINE: Final = re.compile(
    r"Q\)\s*(?P<fir>[A-Z]{4})/Q(?P<subject>[A-Z]{2})(?P<condition>[A-Z]{2})/(?P<traffic>[A-Z]{1,3})"
    r"/(?P<purpose>[A-Z]{1,4})/(?P<scope>[A-Z]{1,3})/(?P<lower>\d{3})/(?P<upper>\d{3})"
    r"/(?P<center>\d{4}[NS]\d{5}[EW])(?P<radius>\d{3})"
)
_KEY: Final = re.compile(r"(?:^|(?<=\s))([A-G])\)(?=\s)", re.MULTILINE)


def decode(data: bytes) -> Decoded:
    """Every NOTAM of a text. Raises Unreadable when there is none; nothing else."""
    if len(data) > SOURCE_BYTES:
        raise Unreadable(Reason.TOO_LARGE, f"larger than {SOURCE_BYTES} bytes")
    text = data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    heads = list(_HEAD.finditer(text))
    if not heads:
        raise Unreadable(Reason.MALFORMED, "no NOTAM begins in this text")
    if len(heads) > ITEMS:
        raise Unreadable(Reason.TOO_LARGE, f"more than {ITEMS} NOTAMs")
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return Decoded(
        FORMAT,
        tuple(_item(head, text[head.start() : end]) for head, end in zip(heads, ends, strict=True)),
    )


def _item(head: re.Match[str], text: str) -> SourceItem:
    notes, reference = Notes(), head["reference"]
    try:
        return read_notam(_fields(head, text[:TEXT_CHARS], notes), notes)
    except Unreadable as problem:
        return refused_item(reference, "", problem, notes)


def _fields(head: re.Match[str], text: str, notes: Notes) -> NotamFields:
    body = text[head.end() - head.start() :].rstrip()
    if text.startswith("(") and body.endswith(")"):
        body = body[:-1]
    else:
        notes.deviate("not in brackets")
    q_line = _Q_LINE.search(body)
    if q_line is None:
        raise Unreadable(Reason.MALFORMED, "no Q line of the ICAO form")
    items = _items(body[q_line.end() :])
    for letter in "ABCE":
        if letter not in items and head["kind"] != "C":
            notes.deviate(f"no item {letter}")
    return NotamFields(
        reference=head["reference"],
        kind=head["kind"],
        refers_to=head["refers"] or "",
        subject=q_line["subject"],
        condition=q_line["condition"],
        scope=q_line["scope"],
        center=q_line["center"],
        radius_nm=q_line["radius"],
        start=items.get("B", ""),
        end=items.get("C", ""),
        hours=items.get("D", ""),
        text=items.get("E", ""),
        lower=items.get("F", ""),
        upper=items.get("G", "").rstrip("."),
        whole=text.strip(),
    )


def _items(body: str) -> dict[str, str]:
    """Text by letter. A letter that does not come after the one before it is prose."""
    found: list[re.Match[str]] = []
    for match in _KEY.finditer(body):
        if not found or match[1] > found[-1][1]:
            found.append(match)
    ends = [match.start() for match in found[1:]] + [len(body)]
    return {m[1]: body[m.end() : end].strip() for m, end in zip(found, ends, strict=True)}
