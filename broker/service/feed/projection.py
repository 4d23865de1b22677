"""The feed as a projection of the log: effects in, numbered messages per audience out.

Theory of operation. Nothing here asks for the time or for a random number, and nothing depends on
who is listening. Numbers, bytes and the moments at which frames are cut follow from the log alone
(ticks are in the log), so replaying the log after a crash makes the very same messages under the
very same numbers, and a reader that was cut off in the middle can be given what it missed.

Alerts, restrictions, coverage and notices become messages at once. Tracks are display detail: their
latest state goes out in frames, cut on each tick, every track encoded once for all audiences and
completed with each audience's own id.
"""

from collections.abc import Sequence

from broker.core.airspace import Airspace
from broker.core.effects import Effect
from broker.core.names import Audience
from broker.core.plain import Plain, integer, mapping
from broker.core.sharing.views import Views
from broker.service.feed.announcing import Announcer, ByAudience
from broker.service.feed.audience_feed import AudienceFeed
from broker.service.feed.contents import Contents
from broker.service.feed.frames import FrameCutter
from broker.service.feed.items import Encoder, Item, ItemKind
from broker.service.feed.snapshots import Snapshots

News = list[tuple[Audience, list[Item]]]
"""What there is to send, by audience; within one in order of number."""


class Projection:
    """Turns one airspace's effects into every audience's messages."""

    def __init__(self, airspace: Airspace, secret: bytes, encoder: Encoder, epoch: str) -> None:
        self.airspace = airspace
        self.epoch = epoch
        self.feeds: dict[Audience, AudienceFeed] = {}
        self.views = Views(
            secret,
            airspace.tracks,
            airspace.restrictions,
            airspace.controls.agency_names,
            airspace.hidden,
            airspace.controls.agreements.register,
        )
        self._encoder = encoder
        self._frames = FrameCutter(airspace.tracks, self.views, encoder)
        contents = Contents(airspace, self.views, encoder)
        self.snapshots = Snapshots(airspace, self.feeds, self._frames, contents, encoder)
        self._announcer = Announcer(self.feeds, self.views, self._frames, contents, encoder)

    def project(self, effects: Sequence[Effect], now_us: int, *, frames_due: bool) -> News:
        """Messages for these effects; on a tick also the frames and, when due, nothing else."""
        for audience in self.airspace.controls.audiences:
            if audience not in self.feeds:
                self.feeds[audience] = AudienceFeed(audience, self._encoder, self.epoch)
        by_audience: ByAudience = {audience: [] for audience in self.feeds}
        for effect in effects:
            self._announcer.announce(effect, now_us, by_audience)
        if frames_due:
            for audience in by_audience:
                by_audience[audience] += self._frames.cut(self.feeds[audience], now_us)
            self._frames.clear()
        return [(audience, items) for audience, items in by_audience.items() if items]

    def notice(self, code: str, text: str, now_us: int) -> News:
        """A word about the service itself, to every audience.

        It has no number: it does not follow from the log, and a replay would not make it again.
        """
        body = self._encoder.notice(code, text)
        return [
            (audience, [feed.aside(ItemKind.NOTICE, body, now_us)])
            for audience, feed in self.feeds.items()
        ]

    @property
    def has_pending_frames(self) -> bool:
        """Whether tracks have changed since the last frame was cut."""
        return self._frames.has_pending

    def new_epoch(self, epoch: str) -> None:
        """Start numbering again: numbers that may have been given are lost to the log."""
        self.epoch = epoch
        for audience in self.feeds:
            self.feeds[audience] = AudienceFeed(audience, self._encoder, epoch)

    def heartbeats(self, now_us: int) -> News:
        """A sign of life for every audience; it has no number of its own."""
        bodies: dict[str, bytes] = {}
        news: News = []
        for audience, feed in self.feeds.items():
            body = bodies.get(audience.agency)
            if body is None:
                body = bodies[audience.agency] = self._heartbeat(audience.agency, now_us)
            news.append((audience, [feed.aside(ItemKind.HEARTBEAT, body, now_us)]))
        return news

    def _heartbeat(self, agency: str, now_us: int) -> bytes:
        """Age and size of the picture as the agency is shown it."""
        newest_us, count = self.airspace.picture(agency)
        age_s = None if newest_us is None else max(0.0, (now_us - newest_us) / 1e6)
        silent = self.airspace.coverage.silent_count(agency)
        return self._encoder.heartbeat(age_s, count, silent)

    def state(self) -> dict[str, Plain]:
        """For a snapshot taken right after a tick, when no frame is pending."""
        return {
            f"{audience.agency}/{audience.role}": feed.last_number
            for audience, feed in self.feeds.items()
        }

    def restore(self, state: Plain) -> None:
        """Go on numbering where the snapshot left off."""
        numbers = mapping(state)
        for audience in self.airspace.controls.audiences:
            last = integer(numbers.get(f"{audience.agency}/{audience.role}", 0))
            self.feeds[audience] = AudienceFeed(audience, self._encoder, self.epoch, last)
