"""What every adapter is made of: a source of documents and a pure decoder."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Protocol

from adapters.clock import Clock
from adapters.registerbook import RegisterBook
from keepclear.v1.tracks_pb2 import TrackReport

SILENT_AFTER_S = 20.0  # twice the broker's own limit, which is the least


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes as they came, and when (Unix microseconds UTC).

    `opens` marks the first piece of a new connection: half a message left over from the one before
    does not go on here. `dropped` counts documents thrown away before this one for want of room.
    `topic` is the MQTT topic they came on, empty where a feed has no topics.
    """

    data: bytes
    received_us: int
    opens: bool = False
    dropped: int = 0
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A piece of a recorded file, and its own time in microseconds, None where it tells none.

    Formats without a date count from 0 at the beginning of the file.
    """

    data: bytes
    time_us: int | None
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was not used: its place in the document, and one of a few fixed reasons."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one document held.

    `records` counts what was found, used or not: messages, frames or aircraft. `refusals` are
    records (or the whole document) that were not used; `unread` are single fields of records that
    were used, taken as not known.
    """

    reports: tuple[TrackReport, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    unread: tuple[Refusal, ...] = ()
    records: int = 0


class SourceUnavailable(Exception):
    """The source cannot be read now; the runtime comes back to it."""


class Source(Protocol):
    """Where documents come from. Iterated anew after every interruption."""

    @property
    def where(self) -> str:
        """The address for people and logs, without credentials."""
        ...

    def documents(self) -> AsyncGenerator[Document, None]:
        """Each new document once; raises SourceUnavailable, ends only with a recording."""
        ...


# Free of I/O and clock: the same documents in the same order give the same answers, and whatever
# the bytes are it never raises. Formats that are split across documents, or whose messages must be
# joined, keep a bounded memory: each feed has a decoder of its own.
Decoder = Callable[[Document], Decoded]


class Upkeep(Protocol):
    """What a decoder looks things up in, and what fills it from outside beside the feed."""

    async def keep_read(self) -> None:
        """Read it now and again and again, until cancelled; nothing stops it."""
        ...

    def age_s(self, now_us: int) -> float | None:
        """Of the newest thing read; None before there is one."""
        ...


@dataclass(frozen=True, slots=True)
class Adapter:
    """One configured feed.

    `lossless`: every document is published before the next is read. `silent_after_s`: how long
    nothing may come before the feed counts as silent. `book` is the agency's register, where
    the decoder looks aircraft up; who runs the feed fills it, and keeps up `upkeep`.
    """

    name: str
    source: Source
    decode: Decoder
    clock: Clock
    lossless: bool = False
    silent_after_s: float = SILENT_AFTER_S
    book: RegisterBook | None = None
    upkeep: Upkeep | None = None
