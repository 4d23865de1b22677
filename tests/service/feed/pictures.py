"""A small picture and its readers, for the tests of the feed."""

from typing import Any, Final

import numpy as np

from broker.core.names import Audience, Role
from broker.core.restrictions.register import RestrictionRegister
from broker.core.sharing.views import Views
from broker.core.tracks.register import Slots, TrackRegister
from broker.gateways.wire.feed import WireEncoder
from broker.service.feed.audience_feed import AudienceFeed
from broker.service.feed.frames import FrameCutter
from broker.service.feed.items import Item
from keepclear.v1 import feed_pb2
from tests.core.tracks.batches import NOW_US, at, batch

SECRET: Final = bytes(range(32))
POLICE: Final = Audience("met-police", Role.DESK)
FIRE: Final = Audience("lfb", Role.DESK)
WATCHER: Final = Audience("met-police", Role.OBSERVER)
ENCODER: Final = WireEncoder(exercise=False)
EPOCH: Final = "log.1"


def parsed(message: bytes) -> feed_pb2.FeedMessage:
    return feed_pb2.FeedMessage.FromString(message)


class Picture:
    """A register with its views and its frame cutter."""

    def __init__(self) -> None:
        self.tracks = TrackRegister(np.zeros((6, 8), dtype=np.int16))
        names = {"met-police": "Metropolitan Police", "lfb": "London Fire Brigade"}
        self.views = Views(SECRET, self.tracks, RestrictionRegister(), names)
        self.cutter = FrameCutter(self.tracks, self.views, ENCODER)
        self.feeds = {who: AudienceFeed(who, ENCODER, EPOCH) for who in (POLICE, FIRE, WATCHER)}

    def move(self, *rows: dict[str, Any]) -> Slots:
        """Take reports (each track once) and mark their tracks as changed."""
        one = batch(*rows)
        slots, _ = self.tracks.assign(one, np.arange(len(one)))
        _, changes = self.tracks.write(one, np.arange(len(one)), slots, NOW_US)
        self.cutter.mark(slots)
        for change in changes:
            self.cutter.state_changed(change, lost=False)
        return slots

    def cut(self, now_us: int = NOW_US) -> dict[Audience, list[Item]]:
        """Every audience's frames."""
        frames = {who: self.cutter.cut(feed, now_us) for who, feed in self.feeds.items()}
        self.cutter.clear()
        return frames


def fleet(count: int, seconds: float = 0.0, **fields: Any) -> list[dict[str, Any]]:
    """Reports of so many tracks, each further north."""
    return [
        at(seconds, f"t{place}", latitude_deg=51.0 + place / 1_000, **fields)
        for place in range(count)
    ]
