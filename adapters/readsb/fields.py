"""Reads single fields of an aircraft entry without trusting their type or range."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from adapters.json_numbers import finite
from adapters.model import Refusal

NOT_A_NUMBER = "not a finite number"
OUT_OF_RANGE = "out of range"
NOT_A_TEXT = "not a readable text"

_READABLE = re.compile(r"[\x20-\x7e]{1,80}")  # the contract's longest text


@dataclass(slots=True)
class FieldReader:
    """One aircraft entry at its place in the file; unreadable fields are noted in `unread`."""

    place: str
    entry: Mapping[str, object]
    unread: list[Refusal] = field(default_factory=list)

    def number(self, name: str, low: float, high: float) -> float | None:
        """A finite number within the limits; None, and noted unless absent, otherwise."""
        value = self.entry.get(name)
        if value is None:
            return None
        made = finite(value)
        if made is None:
            self._note(name, NOT_A_NUMBER)
            return None
        if not low <= made <= high:
            self._note(name, OUT_OF_RANGE)
            return None
        return made

    def code(self, name: str) -> int | None:
        """A quality code: a small whole number."""
        value = self.number(name, 0, 15)
        return None if value is None else int(value)

    def text(self, name: str) -> str:
        """A printable text without surrounding blanks; empty when absent or unreadable."""
        value = self.entry.get(name)
        if value is None or value == "":
            return ""
        if not isinstance(value, str) or _READABLE.fullmatch(value) is None:
            self._note(name, NOT_A_TEXT)
            return ""
        return value.strip(" @")  # dump1090 fills unsent characters with blanks or @

    def lists(self, name: str, wanted: str) -> bool:
        """Whether the list in field `name` holds the word `wanted`."""
        value = self.entry.get(name)
        return isinstance(value, list) and wanted in value

    def _note(self, name: str, reason: str) -> None:
        self.unread.append(Refusal(f"{self.place}.{name}", f"{name}: {reason}"))
