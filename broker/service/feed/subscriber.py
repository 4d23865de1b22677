"""One reader of a feed: its filter, its bounded outbox, and what happens when it is slow.

Display detail waits in one place only: frames that have not been sent yet are merged, the newest
position of each track winning, so a slow reader holds at most one picture. Safety messages are
never merged or dropped: a reader that lets too many of them pile up is cut off, with the reason,
and comes back with its token. What merging left out is said in the reader's own heartbeats.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from broker.core.names import Audience, RestrictionName
from broker.core.sharing.roles import Zone
from broker.service.feed.items import FRAME_BYTES_MAX, Encoder, Item, ItemKind, Shown, Slots64

SAFETY_ITEMS_MAX: Final = 2_000
"""Messages other than frames and heartbeats that may wait for one reader."""
FRAMES_BEFORE_MERGING: Final = 8
"""Two seconds of frames: what a reader may be behind before detail is shed."""
_PLACED: Final = frozenset({ItemKind.ALERT, ItemKind.RESTRICTION, ItemKind.VOLUME})
"""Kinds that are about a part of the sky, beside tracks."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What a reader wants: everything, unless it says otherwise."""

    area: Zone | None = None
    confined: bool = False
    """The area is all that the reader may see: it holds for whatever has a place, not for tracks
    alone."""
    kinds: frozenset[ItemKind] = field(default_factory=frozenset)

    def wants(self, kind: ItemKind) -> bool:
        """Whether the reader asked for messages of this kind; marks and heartbeats always come."""
        return not self.kinds or kind in self.kinds or kind > ItemKind.NOTICE


class SubscriberTooSlow(Exception):
    """Safety messages piled up beyond the limit; the reader must come back with its token."""


class ReaderGone(Exception):
    """The reader went away before its feed began."""


class Subscriber:
    """A reader's outbox. Used from one event loop only."""

    def __init__(self, audience: Audience, chosen: Filter, encoder: Encoder) -> None:
        self.audience = audience
        self.shed_frame_count = 0
        self.superseded_position_count = 0
        """Positions that a newer one of the same track replaced before they were sent."""
        self.handed_over: list[tuple[RestrictionName, int]] = []
        """Versions of keep-clear requests that were taken; whoever takes them empties it."""
        self._filter = chosen
        self._encoder = encoder
        self._waiting: deque[Item] = deque()
        self._frames_waiting = 0
        self._safety_waiting = 0
        self._heartbeat: Item | None = None
        self._last_number: int | None = None
        self.on_end: Callable[[Exception], None] | None = None
        """Called once when the reader is cut off, in the loop."""
        self._told: set[tuple[ItemKind, str]] = set()
        """Of a confined reader: what stands in its picture, whose news it hears to the end."""
        self._snapshot_count = 0
        self._wake = asyncio.Event()
        self._ended: Exception | None = None

    def resume_after(self, number: int | None) -> None:
        """The last message the reader already has; before anything is offered."""
        self._last_number = number

    @property
    def confined_to(self) -> Zone | None:
        """The area that is all the reader may see; None where it may see everything."""
        return self._filter.area if self._filter.confined else None

    @property
    def is_ended(self) -> bool:
        """Whether the reader was cut off."""
        return self._ended is not None

    def open_with(self, items: list[Item]) -> None:
        """Queue the opening: a snapshot, or what was missed.

        It is bounded where it is kept (`KEPT_BYTES_MAX`), and does not count as being slow: a
        reader that missed much would be cut off for it again each time it came back.
        """
        self._waiting.extend(items)
        self._wake.set()

    def offer(self, items: list[Item]) -> None:
        """Queue messages, oldest first."""
        if self._ended is not None:
            return
        for item in items:
            if item.snapshot:
                pass
            elif item.kind is ItemKind.TRACKS:
                self._frames_waiting += 1
            elif item.kind is ItemKind.HEARTBEAT:
                self._replace_heartbeat(item)
            else:
                self._safety_waiting += 1
            self._waiting.append(item)
        if self._frames_waiting > FRAMES_BEFORE_MERGING:
            self._merge_frames()
        if self._safety_waiting > SAFETY_ITEMS_MAX:
            self.end(SubscriberTooSlow(f"{SAFETY_ITEMS_MAX} safety messages are waiting"))
        self._wake.set()

    def remind(self, items: list[Item]) -> None:
        """Queue those alerts in progress that have come to touch a confined reader's area.

        What it was told of goes on as news; what waits for it is judged when it is taken.
        """
        area = self.confined_to
        if area is None:
            return
        waiting = {item.key for item in self._waiting if item.kind is ItemKind.ALERT}
        self.offer(
            [
                item
                for item in items
                if (item.kind, item.key) not in self._told
                and item.key not in waiting
                and item.extent is not None
                and area.touches(item.extent)
            ]
        )

    def _replace_heartbeat(self, heartbeat: Item) -> None:
        """Only the newest heartbeat is worth waiting for: one is in the queue at most."""
        if self._heartbeat is not None:
            with suppress(ValueError):  # it has been taken already
                self._waiting.remove(self._heartbeat)
        self._heartbeat = heartbeat

    def end(self, reason: Exception) -> None:
        """Cut the reader off; what waits is dropped, its token still resumes."""
        if self._ended is not None:
            return
        self._ended = reason
        self._waiting.clear()
        self._wake.set()
        if self.on_end is not None:
            self.on_end(reason)

    async def take(self) -> list[bytes]:
        """The messages waiting, at least one, as the reader's own bytes. Raises when cut off."""
        while True:
            while not self._waiting and self._ended is None:
                self._wake.clear()
                await self._wake.wait()
            if self._ended is not None:
                raise self._ended
            taken = list(self._waiting)
            self._waiting.clear()
            self._frames_waiting = self._safety_waiting = 0
            self._heartbeat = None
            messages = []
            for item in taken:
                message = self._for_reader(item)
                if message is not None:
                    messages.append(message)
                    if item.edition is not None:
                        self.handed_over.append(item.edition)
            if messages:
                return messages

    def _for_reader(self, item: Item) -> bytes | None:
        if item.kind is ItemKind.SNAPSHOT_BEGIN:
            self._last_number = item.number
            self._snapshot_count = 0
            self._told.clear()
            return item.message
        if item.kind is ItemKind.SNAPSHOT_END:
            # The count is of what this reader got: its filter may have left parts out.
            return item.message + self._encoder.snapshot_end(self._snapshot_count)
        if not self._filter.wants(item.kind) or self._withhold(item):
            return None
        message = self._within_area(item)
        if message is None:
            return None
        if item.kind is ItemKind.HEARTBEAT and self.superseded_position_count:
            message += self._encoder.superseded(self.superseded_position_count)
        self._snapshot_count += item.snapshot
        before = item.number - item.numbered
        last = before if self._last_number is None else self._last_number
        self._last_number = max(last, item.number)
        if last >= before:
            return message
        return message + self._encoder.covers_from(last + 1)

    def _withhold(self, item: Item) -> bool:
        """Whether it does not touch the area that a confined reader may see; notes what it told."""
        area = self.confined_to
        if area is None or item.kind not in _PLACED:
            return False
        known = (item.kind, item.key)
        if item.ended:
            told = known in self._told
            self._told.discard(known)
            return not told
        if known not in self._told:
            if item.extent is None or not area.touches(item.extent):
                return True
            self._told.add(known)
        return False

    def _within_area(self, item: Item) -> bytes | None:
        area = self._filter.area
        if area is None or item.kind is not ItemKind.TRACKS:
            return item.message
        inside = _inside(area, item.shown)
        if len(inside) == 0:
            return None
        if len(inside) == len(item.shown):
            return item.message
        return item.message[: item.header_length] + self._encoder.frame(item.entries(inside))

    def _merge_frames(self) -> None:
        """Keep the newest entry of each track, under the newest frame's number."""
        frames = [item for item in self._waiting if _is_mergeable(item)]
        if sum(frame.byte_count for frame in frames) <= FRAME_BYTES_MAX:
            return
        kept = _newest([frame.shown for frame in frames])
        self.shed_frame_count += sum(len(places) == 0 for places in kept)
        shown = sum(len(frame.shown) for frame in frames)
        self.superseded_position_count += shown - sum(len(places) for places in kept)
        survivors = {
            id(frame): self._thinned(frame, places)
            for frame, places in zip(frames, kept, strict=True)
            if len(places)
        }
        self._waiting = deque(
            survivors.get(id(item), item)
            for item in self._waiting
            if not _is_mergeable(item) or id(item) in survivors
        )
        self._frames_waiting = 0

    def _thinned(self, frame: Item, places: Slots64) -> Item:
        if len(places) == len(frame.shown):
            return frame
        body = self._encoder.frame(frame.entries(places))
        header = frame.message[: frame.header_length]
        return Item(
            frame.kind,
            frame.number,
            frame.sent_us,
            header + body,
            frame.header_length,
            frame.shown.only(places),
        )


def _inside(area: Zone, shown: Shown) -> Slots64:
    """The places of the tracks that are inside; one without a place is everywhere."""
    north, east = shown.latitude_deg, shown.longitude_deg
    within = (area.south_deg <= north) & (north <= area.north_deg)
    within &= (area.west_deg <= east) & (east <= area.east_deg)
    return np.flatnonzero(within | np.isnan(north))


def _newest(frames: list[Shown]) -> list[Slots64]:
    """For each frame, oldest first, the places of the tracks that no later one shows again."""
    numbers = np.concatenate([one.track_number for one in frames])
    # The first of each number from the end is its last.
    _, from_end = np.unique(numbers[::-1], return_index=True)
    is_newest = np.zeros(len(numbers), dtype=np.bool_)
    is_newest[len(numbers) - 1 - from_end] = True
    bounds = np.cumsum([len(one) for one in frames])[:-1]
    return [np.flatnonzero(part) for part in np.split(is_newest, bounds)]


def _is_mergeable(item: Item) -> bool:
    return item.kind is ItemKind.TRACKS and not item.snapshot
