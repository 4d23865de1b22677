"""What every adapter is made of: a source of documents and a pure decoder."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Protocol

from adapters.clock import Clock
from keepclear.v1.tracks_pb2 import TrackReport


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes as they came, and when (Unix microseconds UTC)."""

    data: bytes
    received_us: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was not used: its place in the document, and one of a few fixed reasons."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one document held.

    `refusals` are records (or the whole document) that were not used; `unread` are single fields
    of records that were used, taken as not known.
    """

    reports: tuple[TrackReport, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    unread: tuple[Refusal, ...] = ()


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


# Pure: the same document gives the same answer, and whatever the bytes are it never raises.
Decoder = Callable[[Document], Decoded]


@dataclass(frozen=True, slots=True)
class Adapter:
    """One configured feed. `lossless`: every document is published before the next is read."""

    name: str
    source: Source
    decode: Decoder
    clock: Clock
    lossless: bool = False
