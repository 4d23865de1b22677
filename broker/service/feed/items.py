"""Feed items: one message of one audience, encoded, with what is needed to route and filter it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from broker.core.effects import FeedStateChanged
from broker.core.names import Audience, RestrictionName
from broker.core.restrictions.model import (
    Restriction,
)
from broker.core.sharing.keep_clear import KeepClearVolume
from broker.core.sharing.roles import Zone
from broker.core.sharing.views import AlertView
from broker.core.tracks.register import TrackRegister

MESSAGE_BYTES_MAX: Final = 60_000
"""No feed message is larger: MQTT servers and small readers have limits of their own."""
HEADER_BYTES_MAX: Final = 512
FRAME_BYTES_MAX: Final = MESSAGE_BYTES_MAX - HEADER_BYTES_MAX


Slots64 = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Edition = tuple[RestrictionName, int]
"""A version of a keep-clear request."""


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
    VOLUME = 9
    """A keep-clear volume: never left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Which tracks a frame shows and where: the same arrays (n,) for every audience."""

    track_number: Slots64
    latitude_deg: NDArray[np.float64]
    longitude_deg: NDArray[np.float64]
    ends: Slots64
    """Where each track's entry ends, counted from the first byte of the first one."""

    def __len__(self) -> int:
        return len(self.track_number)

    def part(self, first: int, last: int) -> "Shown":
        """Tracks `first` to `last`, the latter not included, as a frame of their own."""
        start = int(self.ends[first - 1]) if first else 0
        return Shown(
            self.track_number[first:last],
            self.latitude_deg[first:last],
            self.longitude_deg[first:last],
            self.ends[first:last] - start,
        )

    def only(self, places: Slots64) -> "Shown":
        """The tracks at these places."""
        starts = np.concatenate([[0], self.ends[:-1]])
        return Shown(
            self.track_number[places],
            self.latitude_deg[places],
            self.longitude_deg[places],
            np.cumsum((self.ends - starts)[places]),
        )


def _nothing_shown() -> Shown:
    none = np.zeros(0)
    whole = np.zeros(0, dtype=np.int64)
    return Shown(whole, none, none, whole)


NOTHING_SHOWN: Final = _nothing_shown()


class Deferred:
    """A message that is put together when it is first sent, by the thread that sends it.

    A tick's frames are most of what an engine would write, and reports are waiting for it. What
    they say, their numbers and their order are settled by the engine; this only joins bytes that
    nobody changes any more. Two threads that ask at once make the same bytes twice.
    """

    __slots__ = ("_made", "_make", "byte_count")

    def __init__(self, byte_count: int, make: Callable[[], bytes]) -> None:
        self.byte_count = byte_count
        self._make: Callable[[], bytes] | None = make
        self._made = b""

    def made(self) -> bytes:
        """The message; made once."""
        make = self._make
        if make is not None:
            self._made = make()
            self._make = None  # only now: whoever finds it gone finds the message
        return self._made


class BlankAlert(NamedTuple):
    """An `alert` body that several audiences are shown, with room for each one's track ids."""

    between: tuple[bytes, ...]
    """What stands before, between and after the sides' ids: one part more than there are ids."""


class Item(NamedTuple):
    """One message of an audience: a whole FeedMessage, the same for all readers."""

    kind: ItemKind
    number: int
    sent_us: int
    whole: bytes | Deferred
    header_length: int
    """Where the body starts."""
    shown: Shown = NOTHING_SHOWN
    """For TRACKS: the parts of the frame, for readers who want only some of it."""
    key: str = ""
    """Alert id or restriction name, for topics that retain the latest state."""
    ended: bool = False
    """The alert has cleared or the restriction has ended: what is retained goes."""
    snapshot: bool = False
    """Part of a snapshot: state for one reader, never merged with news."""
    edition: Edition | None = None
    """Of a keep-clear request: the version it says, whose delivery is proven."""
    extent: Zone | None = None
    """Of an alert, a restriction or a volume: where it is, if that is known still."""
    numbered: bool = True
    """Whether `number` is its own: a heartbeat or an aside repeats the last one given."""

    @property
    def message(self) -> bytes:
        """The bytes, made by whoever asks first."""
        return self.whole if isinstance(self.whole, bytes) else self.whole.made()

    @property
    def byte_count(self) -> int:
        """How long the message is, without making it."""
        return len(self.whole) if isinstance(self.whole, bytes) else self.whole.byte_count

    def entries(self, places: Slots64) -> bytes:
        """The entries at these places of a frame, which ends with its entries."""
        ends, message = self.shown.ends, self.message
        first = len(message) - int(ends[-1])
        starts = np.concatenate([[0], ends[:-1]])
        bounds = zip(
            (first + starts[places]).tolist(), (first + ends[places]).tolist(), strict=True
        )
        return b"".join([message[start:end] for start, end in bounds])


class HeaderMaker(Protocol):
    """Makes the headers of one audience's messages in one epoch."""

    def at(self, number: int, sent_us: int) -> bytes:
        """A FeedMessage's header field, resume token included."""
        ...


class Encoder(Protocol):
    """The wire format, given to the service by the composition root. All methods are pure."""

    def headers(self, audience: Audience, epoch: str, *, snapshot: bool) -> HeaderMaker:
        """What makes the headers of an audience's news, or of the parts of its snapshots."""
        ...

    def covers_from(self, number: int) -> bytes:
        """What to append to a message so that its header answers from `number` on."""
        ...

    def superseded(self, position_count: int) -> bytes:
        """What to append to a heartbeat so that it says how much its reader was not sent."""
        ...

    def track_rows(
        self, tracks: TrackRegister, slots: Slots64, lost: NDArray[np.bool_], owner: str = ""
    ) -> tuple[Bytes, Slots64]:
        """The slots' frame entries with blank ids, the same for all audiences; where each ends.

        With an owner: for that agency, with what only the owner of a track is shown.
        """
        ...

    def masked_rows(
        self, tracks: TrackRegister, slots: Slots64, lost: NDArray[np.bool_], owner: str = ""
    ) -> tuple[Bytes, Slots64]:
        """The same as others are shown masked tracks: no identity, no purpose."""
        ...

    def withheld_rows(self, ids: Sequence[str]) -> tuple[Bytes, Slots64]:
        """Entries, ids written in, of tracks that are no longer shown under these ids."""
        ...

    def volume(self, volume_id: str, volume: KeepClearVolume) -> bytes:
        """A `volume` body."""
        ...

    def with_ids(self, entries: Bytes, ends: Slots64, ids: Bytes) -> bytes:
        """Whole entries, with an audience's ids (n, digits) written in."""
        ...

    def frame(self, entries: bytes) -> bytes:
        """A `tracks` body from whole entries."""
        ...

    def alert(self, view: AlertView) -> bytes:
        """An `alert` body."""
        ...

    def blank_alert(self, view: AlertView) -> BlankAlert:
        """The same without ids, for several audiences."""
        ...

    def alert_with_ids(self, blank: BlankAlert, ids: Sequence[str]) -> bytes:
        """An `alert` body with one audience's ids, in the order of the view's sides."""
        ...

    def restriction(self, restriction: Restriction) -> bytes:
        """A `restriction` body."""
        ...

    def coverage(self, change: FeedStateChanged) -> bytes:
        """A `coverage` body."""
        ...

    def notice(self, code: str, text: str, subject: str = "") -> bytes:
        """A `notice` body; `subject` names the resource that it is about."""
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
