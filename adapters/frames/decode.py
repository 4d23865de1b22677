"""The frames adapter's decoder: lines of Mode S frames to position reports; free of I/O.

Three forms of a line are read:

    *8D406B90...;              AVR: the frame alone, received now
    @0123456789AB8D406B90...;  AVR with a 12 MHz counter before the frame
    1457996400,"8D406B90..."   a list: Unix seconds and the frame, more fields ignored

Times in a list are taken as they stand in a recording; live they are too old to matter.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from adapters.adsb.report import Reporter
from adapters.adsb.squitters import Frame, SquitterDecoder
from adapters.clock import MICROSECONDS
from adapters.lines import LineFraming
from adapters.model import Decoded, Document, Recorded, Refusal

MAX_LINE_BYTES = 200
LINES_AT_ONCE = 200  # of a recording
MAX_TIME_S = 4_102_444_800.0  # the year 2100: later is a broken clock

_AVR = re.compile(rb"(?:\*|@[0-9A-Fa-f]{12})((?:[0-9A-Fa-f]{2}){7}|(?:[0-9A-Fa-f]{2}){14});")
_LISTED = re.compile(
    rb'(\d{1,10}(?:\.\d{1,9})?),"?((?:[0-9A-Fa-f]{2}){14}|(?:[0-9A-Fa-f]{2}){7})"?(?:,.*)?'
)


class FramesDecoder:
    """Decodes the lines of one receiver."""

    def __init__(self, reporter: Reporter, receiver: tuple[float, float] | None = None) -> None:
        self._reporter = reporter
        self._lines = LineFraming(MAX_LINE_BYTES)
        self._squitters = SquitterDecoder(receiver)

    def __call__(self, document: Document) -> Decoded:
        """The positions that these bytes complete."""
        if document.opens:
            self._lines.reset()
        lines, unreadable = self._lines.feed(document.data)
        refusals = list(unreadable)
        frames: list[Frame] = []
        for line in lines:
            frame = _frame(line.strip(), document.received_us)
            if frame is None:
                refusals.append(Refusal("line", "not a Mode S frame"))
            else:
                frames.append(frame)
        found = self._squitters.decode(frames)
        return Decoded(
            tuple(self._reporter.report(aircraft) for aircraft in found.aircraft),
            (*refusals, *found.refusals),
            records=len(lines) + len(unreadable),
        )


def _frame(line: bytes, received_us: int) -> Frame | None:
    if found := _AVR.fullmatch(line):
        return Frame(bytes.fromhex(found[1].decode()), received_us)
    if found := _LISTED.fullmatch(line):
        time_us = _time_us(line)
        return None if time_us is None else Frame(bytes.fromhex(found[2].decode()), time_us)
    return None


def _time_us(line: bytes) -> int | None:
    """The time of a list's line; a Unix time that can be true."""
    found = _LISTED.fullmatch(line.strip())
    if found is None or not 0.0 < float(found[1]) < MAX_TIME_S:
        return None
    return round(float(found[1]) * MICROSECONDS)


def recorded(path: Path) -> Iterator[Recorded]:
    """A recorded list in pieces, each at the time of its last line."""
    with path.open("rb") as file:
        while lines := file.readlines(LINES_AT_ONCE * 50):
            times = [time for line in lines if (time := _time_us(line)) is not None]
            yield Recorded(b"".join(lines), max(times, default=None))
