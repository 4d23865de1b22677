"""Frames: the latest state of the tracks that changed, encoded once, under each audience's ids.

What is the same for all audiences (the bytes of the entries, where the frames are split, which
tracks they show) is made once a tick. What is an audience's own is settled then too: the number,
and what its ids are made from. Its ids and the copy of the bytes with those ids in it are made by
the thread that sends it, if any does.

Hidden tracks stand in frames of their own: in full for their agency, without identity for the
others, and not at all where they are covert. All who are shown the same of them share these too, so
that a tick takes hardly longer for one audience more. Where nothing is hidden nothing is asked.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.effects import SharingChanged, TrackStateChanged
from broker.core.names import Audience
from broker.core.sharing.pairs import TURN_SHIFT
from broker.core.sharing.settings import SharingLevel
from broker.core.sharing.views import Views
from broker.core.tracks.register import Slots, TrackRegister
from broker.service.feed.audience_feed import AudienceFeed
from broker.service.feed.frame_ids import FrameIds
from broker.service.feed.items import (
    FRAME_BYTES_MAX,
    Bytes,
    Deferred,
    Encoder,
    Item,
    ItemKind,
    Shown,
    Slots64,
)

Rows = Callable[[TrackRegister, Slots64, NDArray[np.bool_], str], tuple[Bytes, Slots64]]
"""What encodes the entries of rows, in full or masked."""


class _Frame(NamedTuple):
    """A frame as it is for all who are shown these tracks alike: blank ids."""

    slots: Slots64
    shown: Shown
    entries: Bytes
    is_renamed: bool
    """Whether some audience's ids are made from more than the tracks' numbers."""


class _Reading(NamedTuple):
    """What the frames of hidden tracks depend on, of who reads them."""

    own: str
    """The reader, if some of these tracks are its own agency's."""
    by_name: bytes
    """Whose open flights it is shown by name."""


class _Cut(NamedTuple):
    """One tick's frames."""

    shared: list[_Frame]
    """Of tracks that are open: the same for all."""
    hidden: Slots64
    lost: NDArray[np.bool_]
    """Of the hidden ones, (n,)."""
    owners: Slots64
    """Of the hidden ones, (n,): the agencies' places."""
    by_reading: dict[_Reading, list[_Frame]]
    """Frames of the hidden ones, made when first asked for."""


class _Withheld(NamedTuple):
    """A track that others, or one reader, are no longer shown under one id."""

    change: SharingChanged
    agency: str

    def is_for(self, agency: str) -> bool:
        """Whether the id was in an agency's views, and ends there."""
        if self.change.before == SharingLevel.COVERT or agency == self.agency:
            return False
        return self.change.reader in ("", agency)

    def view_key(self, agency: str) -> int:
        """What the agency's id was made from."""
        turn = dict(self.change.turns).get(agency, 0)
        return self.change.old_view_key + (turn << TURN_SHIFT)


class FrameCutter:
    """Collects changed tracks and cuts them into frames of at most 60 kB."""

    def __init__(self, tracks: TrackRegister, views: Views, encoder: Encoder) -> None:
        self._tracks = tracks
        self._views = views
        self._encoder = encoder
        self._changed: dict[int, None] = {}
        self._lost: dict[int, None] = {}
        self._withheld: list[_Withheld] = []
        self._cuts: dict[str, _Cut] = {}
        """By the agency that sees marks of its own in them; "": everybody else's."""
        self._alike: dict[bool, tuple[Bytes, Slots64]] = {}
        """One tick's entries of the tracks that not all are shown alike: in full, and masked."""
        self._ids: dict[Audience, FrameIds] = {}

    @property
    def has_pending(self) -> bool:
        """Whether a frame would show anything."""
        return bool(self._changed or self._lost or self._withheld)

    def mark(self, slots: Slots) -> None:
        """These tracks changed; the next frame shows their latest state."""
        self._changed.update(dict.fromkeys(slots.tolist()))
        self._cuts.clear()

    def state_changed(self, change: TrackStateChanged, lost: bool) -> None:
        """A track went stale, came back, or was lost: its last state is shown once more.

        Frames must be cut before a lost track's row is used again.
        """
        self._cuts.clear()
        if lost:
            self._changed.pop(change.slot, None)
            self._lost[change.slot] = None
        else:
            self._changed[change.slot] = None

    def sharing_changed(self, change: SharingChanged) -> None:
        """Others are shown a track otherwise: under another id, the old one is withheld."""
        self._cuts.clear()
        if change.slot not in self._lost:
            self._changed[change.slot] = None
        agency = self._tracks.publisher_name(change.slot).agency
        self._withheld.append(_Withheld(change, agency))

    def cut(self, feed: AudienceFeed, now_us: int) -> list[Item]:
        """The audience's frames of everything that changed, numbered."""
        owner = self._owner(feed.audience)
        if owner not in self._cuts:
            slots = np.array([*self._lost, *self._changed], dtype=np.int64)
            lost = np.arange(len(slots)) < len(self._lost)
            self._cuts[owner] = self._divided(slots, lost, owner)
            self._alike.clear()
        cut = self._cuts[owner]
        items = self._withheld_from(feed, now_us)
        for body, shown in self._bodies(feed.audience, cut):
            items.append(feed.news(ItemKind.TRACKS, body, now_us, shown=shown))
        return items

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
        self._withheld.clear()
        self._cuts.clear()
        self._alike.clear()

    def whole_picture(self, feed: AudienceFeed, now_us: int) -> list[Item]:
        """Every live track, in frames that are parts of a snapshot."""
        live = self._tracks.live_slots().astype(np.int64)
        owner = self._owner(feed.audience)
        whole = self._divided(live, np.zeros(len(live), dtype=np.bool_), owner)
        self._alike.clear()
        bodies = self._bodies(feed.audience, whole)
        self._alike.clear()
        return [feed.part(ItemKind.TRACKS, body, now_us, shown=shown) for body, shown in bodies]

    def _divided(self, slots: Slots64, lost: NDArray[np.bool_], owner: str) -> _Cut:
        """The frames that all are shown, and the tracks that only their agency is shown in full."""
        sharing = self._views.hidden.sharing
        hidden = np.zeros(len(slots), dtype=np.bool_)
        if not sharing.is_idle:
            hidden = ~sharing.are_open_to_all(slots)
        shared = self._encode(slots[~hidden], lost[~hidden], self._encoder.track_rows, owner)
        owners = self._tracks.columns.agency_index[slots[hidden]].astype(np.int64)
        return _Cut(shared, slots[hidden], lost[hidden], owners, {})

    def _hidden(self, agency: str, cut: _Cut) -> list[_Frame]:
        """Frames of the hidden tracks: the agency's own in full, others' masked ones masked."""
        if len(cut.hidden) == 0:
            return []
        place = self._tracks.agencies.index(agency)
        is_owner = place is not None and bool((cut.owners == place).any())
        by_name = self._views.hidden.sharing.pairs.full_to(agency)
        reading = _Reading(agency if is_owner else "", by_name.tobytes())
        frames = cut.by_reading.get(reading)
        if frames is None:
            own = cut.owners == (place if is_owner else -1)
            frames = cut.by_reading[reading] = self._hidden_from(agency, cut, own)
        return frames

    def _hidden_from(self, agency: str, cut: _Cut, own: NDArray[np.bool_]) -> list[_Frame]:
        """The same, made for all who read as this agency does; `own` are its own tracks."""
        levels = self._views.hidden.sharing.shown_levels(cut.hidden, agency)
        agreed = (levels == SharingLevel.OPEN) & ~own
        masked = levels == SharingLevel.MASKED
        rows = self._encoder.track_rows
        return [
            *self._encode(cut.hidden[own], cut.lost[own], rows, agency),
            *self._others(cut, agreed, masked=False),
            *self._others(cut, masked, masked=True),
        ]

    def _others(self, cut: _Cut, chosen: NDArray[np.bool_], *, masked: bool) -> list[_Frame]:
        """Frames of some of others' tracks: every track is encoded once for all, or once masked."""
        if not chosen.any():
            return []
        known = self._alike.get(masked)
        if known is None:
            rows = self._encoder.masked_rows if masked else self._encoder.track_rows
            known = self._alike[masked] = rows(self._tracks, cut.hidden, cut.lost, "")
        entries, ends = known
        lengths = np.diff(ends, prepend=0)
        picked = entries[np.repeat(chosen, lengths)]
        return self._split(cut.hidden[chosen], picked, np.cumsum(lengths[chosen]))

    def _withheld_from(self, feed: AudienceFeed, now_us: int) -> list[Item]:
        """Others' ids that end, without a place: a reader of any area must know."""
        agency = feed.audience.agency
        ended = [one.view_key(agency) for one in self._withheld if one.is_for(agency)]
        if not ended:
            return []
        ids = [self._views.id_of_key(feed.audience, key) for key in ended]
        entries, ends = self._encoder.withheld_rows(ids)
        nowhere = np.full(len(ended), np.nan)
        # Numbers of their own: merging frames for a slow reader must not take the same track's
        # next id for news of this one.
        numbers = np.array([-key for key in ended], dtype=np.int64)
        shown = Shown(numbers, nowhere, nowhere, ends)
        body = self._encoder.frame(entries.tobytes())
        return [feed.news(ItemKind.TRACKS, body, now_us, shown=shown)]

    def _encode(
        self, slots: Slots64, lost: NDArray[np.bool_], rows: Rows, owner: str = ""
    ) -> list[_Frame]:
        """Frames with blank ids."""
        if len(slots) == 0:
            return []
        return self._split(slots, *rows(self._tracks, slots, lost, owner))

    def _split(self, slots: Slots64, entries: Bytes, ends: Slots64) -> list[_Frame]:
        """Frames of encoded rows, split so that none is too long."""
        columns = self._tracks.columns
        shown = Shown(
            columns.track_number[slots],
            columns.latitude_deg[slots],
            columns.longitude_deg[slots],
            ends,
        )
        is_renamed = not self._views.hidden.sharing.keys.are_numbers(slots)
        frames: list[_Frame] = []
        first, start = 0, 0
        while first < len(slots):
            fitting = int(np.searchsorted(ends, start + FRAME_BYTES_MAX, side="right"))
            last = max(fitting, first + 1)
            end = int(ends[last - 1])
            part = shown.part(first, last)
            frames.append(_Frame(slots[first:last], part, entries[start:end], is_renamed))
            first, start = last, end
        return frames

    def _bodies(self, audience: Audience, cut: _Cut) -> list[tuple[Deferred, Shown]]:
        """An audience's frames; who sends one makes its ids, and joins the two."""
        ids = self._ids.get(audience)
        if ids is None:
            ids = self._ids[audience] = FrameIds(self._views, audience)
        view_keys = self._views.hidden.sharing.keys.of
        bodies = []
        for one in (*cut.shared, *self._hidden(audience.agency, cut)):
            keys = one.shown.track_number
            if one.is_renamed:
                keys = view_keys(one.slots, audience.agency)
            body = Deferred(len(one.entries), partial(self._body, one, keys, ids))
            bodies.append((body, one.shown))
        return bodies

    def _body(self, one: _Frame, keys: Slots64, ids: FrameIds) -> bytes:
        """Any thread: nothing that it reads is ever changed."""
        own = ids.of(one.slots, keys)
        return self._encoder.frame(self._encoder.with_ids(one.entries, one.shown.ends, own))
