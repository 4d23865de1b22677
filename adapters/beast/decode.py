"""The Beast adapter's decoder: a byte stream to position reports; free of I/O."""

from collections.abc import Iterator
from pathlib import Path

from adapters.adsb.report import Reporter
from adapters.adsb.squitters import Frame, SquitterDecoder
from adapters.beast.framing import BeastFraming
from adapters.beast.ticks import TICKS_PER_US, TickClock
from adapters.model import Decoded, Document, Recorded

PIECE_BYTES = 4_096  # of a recording


class BeastDecoder:
    """Decodes the stream of one receiver."""

    def __init__(self, reporter: Reporter, receiver: tuple[float, float] | None = None) -> None:
        self._reporter = reporter
        self._framing = BeastFraming()
        self._ticks = TickClock()
        self._squitters = SquitterDecoder(receiver)

    def __call__(self, document: Document) -> Decoded:
        """The positions that these bytes complete."""
        if document.opens:
            self._framing.reset()
            self._ticks.reset()
        frames, refusals = self._framing.feed(document.data)
        newest = max((each.counter for each in frames if not each.multilaterated), default=None)
        if newest is not None:
            self._ticks.arrived(newest, document.received_us)
        found = self._squitters.decode(
            [
                Frame(
                    frame.data,
                    document.received_us
                    if frame.multilaterated
                    else self._ticks.time_us(frame.counter, document.received_us),
                    frame.multilaterated,
                )
                for frame in frames
            ]
        )
        return Decoded(
            tuple(self._reporter.report(aircraft) for aircraft in found.aircraft),
            (*refusals, *found.refusals),
            records=len(frames) + len(refusals),
        )


def recorded(path: Path) -> Iterator[Recorded]:
    """A recorded stream in pieces, each at its last counter; the first frame is at time 0."""
    framing = BeastFraming()
    first: int | None = None
    latest_us = 0
    with path.open("rb") as file:
        while data := file.read(PIECE_BYTES):
            for frame in framing.feed(data)[0]:
                if not frame.multilaterated:
                    first = frame.counter if first is None else first
                    latest_us = max(latest_us, (frame.counter - first) // TICKS_PER_US)
            yield Recorded(data, latest_us)
