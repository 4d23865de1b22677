"""Recordings: files whose own times drive the clock."""

from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path

from adapters.clock import VirtualClock
from adapters.model import Document, Recorded, SourceUnavailable

ReadRecorded = Callable[[Path], Iterator[Recorded]]

EPOCH_LIMIT_US = 1_000_000_000_000_000  # September 2001: smaller times count from a file's start
LOOKED_AT_FOR_TIME = 100  # pieces


class RecordingSource:
    """Plays a recorded file at its own times, which drive the virtual clock.

    Times that count from the file's start begin when the clock does. A piece without a time comes
    at the time of the one before; the decoder says what is wrong with it.
    """

    def __init__(self, path: Path, clock: VirtualClock, read: ReadRecorded) -> None:
        self._path = path
        self._clock = clock
        self._read = read

    @property
    def where(self) -> str:
        """The path."""
        return str(self._path)

    async def documents(self) -> AsyncGenerator[Document, None]:
        """Every piece once; SourceUnavailable when the recording cannot be read."""
        started_us = self._clock.now_us()
        opens = True
        try:
            for piece in self._read(self._path):
                if piece.time_us is not None:
                    dated = piece.time_us >= EPOCH_LIMIT_US
                    await self._clock.advance_to_us(piece.time_us + (0 if dated else started_us))
                yield Document(piece.data, self._clock.now_us(), opens, topic=piece.topic)
                opens = False
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise SourceUnavailable(f"{self.where}: {reason}") from error


def first_time_us(path: Path, read: ReadRecorded) -> int | None:
    """The time a recording begins at, or None for a format without dates."""
    for number, piece in enumerate(read(path)):
        if piece.time_us is not None and piece.time_us >= EPOCH_LIMIT_US:
            return piece.time_us
        if number >= LOOKED_AT_FOR_TIME:
            break
    return None
