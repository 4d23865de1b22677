"""Feed items: one message of one audience, encoded, with what is needed to route and filter it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple, Protocol

from broker.core.effects import FeedStateChanged
from broker.core.names import Audience
from broker.core.restrictions.model import Restriction
from broker.core.sharing.views import AlertView
from broker.core.tracks.register import TrackRegister

MESSAGE_BYTES_MAX: Final = 60_000
"""No feed message is larger: MQTT servers and small readers have limits of their own."""
HEADER_BYTES_MAX: Final = 512
FRAME_BYTES_MAX: Final = MESSAGE_BYTES_MAX - HEADER_BYTES_MAX


class ItemKind(IntEnum):
    """Kinds of feed message; the first five are FeedKind's numbers, which a reader may choose."""

    TRACKS = 1
    ALERT = 2
    RESTRICTION = 3
    COVERAGE = 4
    NOTICE = 5
    HEARTBEAT = 6
    SNAPSHOT_BEGIN = 7
    SNAPSHOT_END = 8


class Entry(NamedTuple):
    """One track in one audience's frame. A tuple: thousands are made on every tick."""

    track_number: int
    latitude_deg: float
    longitude_deg: float
    encoded: bytes


@dataclass(frozen=True, slots=True)
class Item:
    """One message of an audience; `message` is the whole FeedMessage, the same for all readers."""

    kind: ItemKind
    number: int
    sent_us: int
    message: bytes
    header_length: int
    """Where the body starts in `message`."""
    entries: tuple[Entry, ...] = ()
    """For TRACKS: the parts of the frame, for readers who want only some of it."""
    key: str = ""
    """Alert id or restriction name, for topics that retain the latest state."""
    ended: bool = False
    """The alert has cleared or the restriction has ended: what is retained goes."""
    snapshot: bool = False
    """Part of a snapshot: state for one reader, never merged with news."""
    numbered: bool = True
    """Whether `number` is its own: a heartbeat or an aside repeats the last one given."""


class Encoder(Protocol):
    """The wire format, given to the service by the composition root. All methods are pure."""

    def header(
        self, audience: Audience, epoch: str, number: int, sent_us: int, *, snapshot: bool
    ) -> bytes:
        """A FeedMessage's header field, resume token included."""
        ...

    def covers_from(self, number: int) -> bytes:
        """What to append to a message so that its header answers from `number` on."""
        ...

    def track_entries(
        self, tracks: TrackRegister, slots: Sequence[int], *, lost: bool
    ) -> list[bytes]:
        """The start of each slot's frame entry, the same for all audiences."""
        ...

    def track_id(self, track_id: str) -> bytes:
        """An audience's track id: the end of a frame entry."""
        ...

    def frame(self, entries: Iterable[bytes]) -> bytes:
        """A `tracks` body from whole entries."""
        ...

    def alert(self, view: AlertView) -> bytes:
        """An `alert` body."""
        ...

    def restriction(self, restriction: Restriction) -> bytes:
        """A `restriction` body."""
        ...

    def coverage(self, change: FeedStateChanged) -> bytes:
        """A `coverage` body."""
        ...

    def notice(self, code: str, text: str) -> bytes:
        """A `notice` body."""
        ...

    def heartbeat(
        self, picture_age_s: float | None, track_count: int, silent_publisher_count: int
    ) -> bytes:
        """A `heartbeat` body."""
        ...

    def snapshot_begin(self, reason: str) -> bytes:
        """A `snapshot_begin` body."""
        ...

    def snapshot_end(self, message_count: int) -> bytes:
        """A `snapshot_end` body."""
        ...
