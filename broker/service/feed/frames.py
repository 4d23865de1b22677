"""Frames: the latest state of the tracks that changed, encoded once, under each audience's ids.

What is the same for all audiences (the bytes of the entries, where the frames are split, which
tracks they show) is made once a tick. What is an audience's own is its ids, kept by row, and one
copy of the bytes with those ids in it.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.effects import TrackStateChanged
from broker.core.names import Audience
from broker.core.sharing.parties import TRACK_ID_BYTES
from broker.core.sharing.views import Views
from broker.core.tracks.register import Slots, TrackRegister
from broker.service.feed.audience_feed import AudienceFeed
from broker.service.feed.items import (
    FRAME_BYTES_MAX,
    Bytes,
    Encoder,
    Item,
    ItemKind,
    Shown,
    Slots64,
)

ID_DIGITS: Final = 2 * TRACK_ID_BYTES


class _Frame(NamedTuple):
    """A frame as it is for all audiences: blank ids."""

    slots: Slots64
    shown: Shown
    entries: Bytes


class _Ids:
    """One audience's track ids, by the table's row; a row used again has another number."""

    def __init__(self, views: Views, audience: Audience) -> None:
        self._views = views
        self._audience = audience
        self._number: Slots64 = np.zeros(0, dtype=np.int64)
        self._digits: Bytes = np.zeros((0, ID_DIGITS), dtype=np.uint8)

    def of(self, slots: Slots64, numbers: Slots64, capacity: int) -> Bytes:
        """(n, digits) of the tracks with these numbers, which stand in these rows."""
        more = capacity - len(self._number)
        if more > 0:
            self._number = np.append(self._number, np.zeros(more, dtype=np.int64))
            self._digits = np.append(self._digits, np.zeros((more, ID_DIGITS), np.uint8), axis=0)
        for place in np.flatnonzero(self._number[slots] != numbers).tolist():
            slot, number = slots[place], int(numbers[place])
            text = self._views.track_id(self._audience, number)
            self._digits[slot] = np.frombuffer(text.encode("ascii"), dtype=np.uint8)
            self._number[slot] = number
        return self._digits[slots]


class FrameCutter:
    """Collects changed tracks and cuts them into frames of at most 60 kB."""

    def __init__(self, tracks: TrackRegister, views: Views, encoder: Encoder) -> None:
        self._tracks = tracks
        self._views = views
        self._encoder = encoder
        self._changed: dict[int, None] = {}
        self._lost: dict[int, None] = {}
        self._frames: dict[str, list[_Frame]] = {}
        """By the agency that sees marks of its own in them; "": everybody else's."""
        self._ids: dict[Audience, _Ids] = {}

    @property
    def has_pending(self) -> bool:
        """Whether a frame would show anything."""
        return bool(self._changed or self._lost)

    def mark(self, slots: Slots) -> None:
        """These tracks changed; the next frame shows their latest state."""
        self._changed.update(dict.fromkeys(slots.tolist()))
        self._frames.clear()

    def state_changed(self, change: TrackStateChanged, lost: bool) -> None:
        """A track went stale, came back, or was lost: its last state is shown once more.

        Frames must be cut before a lost track's row is used again.
        """
        self._frames.clear()
        if lost:
            self._changed.pop(change.slot, None)
            self._lost[change.slot] = None
        else:
            self._changed[change.slot] = None

    def cut(self, feed: AudienceFeed, now_us: int) -> list[Item]:
        """The audience's frames of everything that changed, numbered."""
        owner = self._owner(feed.audience)
        if owner not in self._frames:
            slots = np.array([*self._lost, *self._changed], dtype=np.int64)
            lost = np.arange(len(slots)) < len(self._lost)
            self._frames[owner] = self._encode(slots, lost, owner)
        return [
            feed.news(ItemKind.TRACKS, self._body(feed.audience, one), now_us, shown=one.shown)
            for one in self._frames[owner]
        ]

    def _owner(self, audience: Audience) -> str:
        """The audience's agency, if marks that it alone is shown stand on a track of its own."""
        marks, tracks = self._tracks.marks, self._tracks
        for slot in marks.flags:
            if tracks.publisher_name(slot).agency == audience.agency and marks.private_flags(slot):
                return audience.agency
        return ""

    def clear(self) -> None:
        """Every audience has its frames."""
        self._changed.clear()
        self._lost.clear()
        self._frames.clear()

    def whole_picture(self, feed: AudienceFeed, now_us: int) -> list[Item]:
        """Every live track, in frames that are parts of a snapshot."""
        live = self._tracks.live_slots().astype(np.int64)
        nobody_lost = np.zeros(len(live), dtype=np.bool_)
        return [
            feed.part(ItemKind.TRACKS, self._body(feed.audience, one), now_us, shown=one.shown)
            for one in self._encode(live, nobody_lost, self._owner(feed.audience))
        ]

    def _encode(self, slots: Slots64, lost: NDArray[np.bool_], owner: str) -> list[_Frame]:
        """Frames with blank ids, split so that none is too long."""
        if len(slots) == 0:
            return []
        columns = self._tracks.columns
        entries, ends = self._encoder.track_rows(self._tracks, slots, lost, owner)
        shown = Shown(
            columns.track_number[slots],
            columns.latitude_deg[slots],
            columns.longitude_deg[slots],
            ends,
        )
        frames: list[_Frame] = []
        first, start = 0, 0
        while first < len(slots):
            fitting = int(np.searchsorted(ends, start + FRAME_BYTES_MAX, side="right"))
            last = max(fitting, first + 1)
            end = int(ends[last - 1])
            frames.append(_Frame(slots[first:last], shown.part(first, last), entries[start:end]))
            first, start = last, end
        return frames

    def _body(self, audience: Audience, one: _Frame) -> bytes:
        ids = self._ids.get(audience)
        if ids is None:
            ids = self._ids[audience] = _Ids(self._views, audience)
        capacity = len(self._tracks.columns.active)
        digits = ids.of(one.slots, one.shown.track_number, capacity)
        return self._encoder.frame(self._encoder.with_ids(one.entries, one.shown.ends, digits))
