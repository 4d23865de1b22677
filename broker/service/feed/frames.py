"""Frames: the latest state of the tracks that changed, encoded once and joined per audience."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from broker.core.effects import TrackStateChanged
from broker.core.names import Audience
from broker.core.sharing.views import Views
from broker.core.tracks.register import Slots, TrackRegister
from broker.service.feed.audience_feed import AudienceFeed
from broker.service.feed.items import FRAME_BYTES_MAX, Encoder, Entry, Item, ItemKind


class _Shared(NamedTuple):
    """One track's part of a frame that is the same for all audiences."""

    slot: int
    track_number: int
    latitude_deg: float
    longitude_deg: float
    encoded: bytes


class FrameCutter:
    """Collects changed tracks and cuts them into frames of at most 60 kB."""

    def __init__(self, tracks: TrackRegister, views: Views, encoder: Encoder) -> None:
        self._tracks = tracks
        self._views = views
        self._encoder = encoder
        self._changed: dict[int, None] = {}
        self._lost: list[_Shared] = []
        self._encoded: list[_Shared] | None = None
        self._ids: dict[Audience, dict[int, bytes]] = {}

    @property
    def has_pending(self) -> bool:
        """Whether a frame would show anything."""
        return bool(self._changed or self._lost)

    def mark(self, slots: Slots) -> None:
        """These tracks changed; the next frame shows their latest state."""
        self._changed.update(dict.fromkeys(slots.tolist()))
        self._encoded = None

    def state_changed(self, change: TrackStateChanged, lost: bool) -> None:
        """A track went stale, came back, or was lost: its last state is shown once more."""
        self._encoded = None
        if not lost:
            self._changed[change.slot] = None
            return
        self._changed.pop(change.slot, None)
        self._lost += self._encode([change.slot], lost=True)

    def cut(self, feed: AudienceFeed, now_us: int) -> list[Item]:
        """The audience's frames of everything that changed, numbered."""
        if self._encoded is None:
            self._encoded = self._lost + self._encode(list(self._changed), lost=False)
        frames = [
            feed.news(ItemKind.TRACKS, self._body(entries), now_us, entries=entries)
            for entries in self._frames(feed.audience, self._encoded)
        ]
        for shared in self._lost:
            self._ids[feed.audience].pop(shared.track_number, None)
        return frames

    def clear(self) -> None:
        """Every audience has its frames."""
        self._changed.clear()
        self._lost.clear()
        self._encoded = None

    def whole_picture(self, feed: AudienceFeed, now_us: int) -> list[Item]:
        """Every live track, in frames that are parts of a snapshot."""
        live = self._encode(self._tracks.live_slots().tolist(), lost=False)
        return [
            feed.part(ItemKind.TRACKS, self._body(entries), now_us, entries=entries)
            for entries in self._frames(feed.audience, live)
        ]

    def _encode(self, slots: Sequence[int], *, lost: bool) -> list[_Shared]:
        columns = self._tracks.columns
        rows = np.asarray(slots, dtype=np.int64)
        return list(
            map(
                _Shared,
                slots,
                columns.track_number[rows].tolist(),
                columns.latitude_deg[rows].tolist(),
                columns.longitude_deg[rows].tolist(),
                self._encoder.track_entries(self._tracks, slots, lost=lost),
            )
        )

    def _frames(self, audience: Audience, shared: Iterable[_Shared]) -> list[tuple[Entry, ...]]:
        """Entries with the audience's ids, split so that no frame is too long."""
        ids = self._ids.setdefault(audience, {})
        frames: list[tuple[Entry, ...]] = []
        entries: list[Entry] = []
        length = 0
        for _, track_number, latitude_deg, longitude_deg, start in shared:
            track_id = ids.get(track_number)
            if track_id is None:
                text = self._views.track_id(audience, track_number)
                track_id = ids[track_number] = self._encoder.track_id(text)
            encoded = start + track_id
            size = len(encoded)
            if entries and length + size > FRAME_BYTES_MAX:
                frames.append(tuple(entries))
                entries, length = [], 0
            entries.append(Entry(track_number, latitude_deg, longitude_deg, encoded))
            length += size
        return [*frames, tuple(entries)] if entries else frames

    def _body(self, entries: tuple[Entry, ...]) -> bytes:
        return self._encoder.frame([entry.encoded for entry in entries])
