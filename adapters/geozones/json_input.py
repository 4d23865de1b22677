"""JSON from outside: bounded in size and depth, no NaN, and values taken with their departures."""

import json
import math
from typing import Final

from adapters.geozones.limits_of_input import SOURCE_BYTES, TEXT_CHARS
from adapters.geozones.report import Notes, Reason, Unreadable

JsonObject = dict[str, object]
_BOM: Final = b"\xef\xbb\xbf"


def _no_constant(name: str) -> object:
    raise ValueError(name)


def parse(data: bytes, notes: Notes) -> object:
    """The document. Raises Unreadable, and nothing else; a byte order mark is a departure."""
    if len(data) > SOURCE_BYTES:
        raise Unreadable(Reason.TOO_LARGE, f"larger than {SOURCE_BYTES} bytes")
    if data.startswith(_BOM):
        notes.deviate("begins with a byte order mark")
        data = data.removeprefix(_BOM)
    try:
        document: object = json.loads(data.decode(), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise Unreadable(Reason.MALFORMED, "not UTF-8") from error
    except RecursionError as error:
        raise Unreadable(Reason.TOO_LARGE, "JSON nested too deep") from error
    except ValueError as error:
        raise Unreadable(Reason.MALFORMED, f"not JSON: {str(error)[:100]}") from error
    return document


def as_object(value: object) -> JsonObject:
    """A JSON object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """A JSON list; one lone value counts as a list of it, null as an empty one."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def text(value: object) -> str:
    """A text or a number as text; anything else is empty."""
    if isinstance(value, str):
        return value.strip()[:TEXT_CHARS]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return str(value)[:TEXT_CHARS]


def number(value: object, where: str, notes: Notes) -> float | None:
    """A finite number; one written as text is a departure; None for anything else."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        if not value.strip():
            return None
        notes.deviate(f"{where} is a number written as text")
    elif not isinstance(value, int | float):
        return None
    try:
        plain = float(value)
    except (ValueError, OverflowError):
        return None
    return plain if math.isfinite(plain) else None


def localized(value: object, where: str, notes: Notes) -> str:
    """The text of [{text, lang}], English first; a plain text in its place is a departure."""
    if isinstance(value, str):
        if value.strip():
            notes.deviate(f"{where} is a plain text")
        return text(value)
    entries = [as_object(entry) for entry in as_list(value)]
    english = [e for e in entries if text(e.get("lang")).lower().startswith("en")]
    for entry in (*english, *entries):
        if said := text(entry.get("text")):
            return said
    return ""
