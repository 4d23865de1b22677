"""The UAT adapter's decoder: lines of dump978 to position reports; free of I/O.

A line is `-` (downlink, from an aircraft) or `+` (uplink: weather and notices from the ground, of
no use here), the message in hexadecimal, and fields that follow `;`. Stratux writes nanoseconds
since the start of its log before it, and `START` with the date; those times pace a recording.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from adapters.adsb.aircraft import Aircraft
from adapters.adsb.memory import Memory
from adapters.adsb.report import Reporter
from adapters.clock import MICROSECONDS
from adapters.lines import LineFraming
from adapters.model import Decoded, Document, Recorded, Refusal
from adapters.uat.message import read_message

MAX_LINE_BYTES = 2_000  # an uplink message is 864 digits
MAX_OFFSET_US = 366 * 86_400 * MICROSECONDS  # of a recording
LINES_AT_ONCE_BYTES = 2_000

_LINE = re.compile(rb"(?:(\d{1,19}),)?([-+])((?:[0-9A-Fa-f]{2}){1,500})(?:;.*)?")
_START = re.compile(rb"(?:START|PAUSE|UNPAUSE),(.{1,60})")


class UatDecoder:
    """Decodes the lines of one receiver."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._lines = LineFraming(MAX_LINE_BYTES)
        self._memory = Memory()

    def __call__(self, document: Document) -> Decoded:
        """The positions in these bytes."""
        if document.opens:
            self._lines.reset()
        lines, unreadable = self._lines.feed(document.data)
        messages = [line for line in map(bytes.strip, lines) if not _START.fullmatch(line)]
        made = (self._line(line, document.received_us) for line in messages)
        return self._reporter.decoded(made, unreadable, len(messages) + len(unreadable))

    def _line(self, line: bytes, time_us: int) -> Aircraft | Refusal | None:
        found = _LINE.fullmatch(line)
        if found is None:
            return Refusal("line", "not a UAT message")
        if found[2] == b"+":
            return None
        return read_message(bytes.fromhex(found[3].decode()), time_us, self._memory)


def recorded(path: Path) -> Iterator[Recorded]:
    """A recorded log in pieces, each at its last line's time where Stratux wrote one."""
    started_us = 0
    with path.open("rb") as file:
        while lines := file.readlines(LINES_AT_ONCE_BYTES):
            time_us: int | None = None
            for line in map(bytes.strip, lines):
                if found := _START.fullmatch(line):
                    started_us = _date_us(found[1]) or started_us
                elif (found := _LINE.fullmatch(line)) and found[1]:
                    offset_us = int(found[1]) // 1_000
                    if offset_us <= MAX_OFFSET_US:
                        time_us = started_us + offset_us
            yield Recorded(b"".join(lines), time_us)


def _date_us(text: bytes) -> int | None:
    """The date that Stratux (Go) writes: `Mon Jan 2 15:04:05 -0700 MST 2006`."""
    words = text.decode("ascii", errors="replace").split()
    if len(words) != 7:
        return None
    try:
        moment = datetime.strptime(" ".join((*words[1:5], words[6])), "%b %d %H:%M:%S %z %Y")
    except ValueError:
        return None
    return round(moment.timestamp() * MICROSECONDS)
