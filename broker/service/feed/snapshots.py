"""Snapshots: what stands at an audience's last number, for readers who join late.

Nothing here takes a number: parts of a snapshot repeat the last one given.
"""

from broker.core.airspace import Airspace
from broker.core.names import Audience
from broker.core.sharing.roles import Zone
from broker.service.feed.audience_feed import AudienceFeed
from broker.service.feed.contents import Contents
from broker.service.feed.frames import FrameCutter
from broker.service.feed.items import Encoder, Item, ItemKind


class Snapshots:
    """What every audience would be shown on joining now."""

    def __init__(
        self,
        airspace: Airspace,
        feeds: dict[Audience, AudienceFeed],
        frames: FrameCutter,
        contents: Contents,
        encoder: Encoder,
    ) -> None:
        """`feeds` are the projection's own, which go on growing."""
        self.standing_notices: dict[str, str] = {}
        """Code -> what every reader must know from the start, for as long as it is so."""
        self._airspace = airspace
        self._feeds = feeds
        self._frames = frames
        self._contents = contents
        self._encoder = encoder

    def whole(self, audience: Audience, reason: str, now_us: int) -> list[Item]:
        """What a late joiner is shown: the state at the audience's last number."""
        feed, encoder = self._feeds[audience], self._encoder
        inside = [
            *self._frames.whole_picture(feed, now_us),
            *self.retained(audience, now_us),
            *self._silent_publishers(feed, now_us),
            *self._notices(feed, now_us),
        ]
        begin = feed.part(ItemKind.SNAPSHOT_BEGIN, encoder.snapshot_begin(reason), now_us)
        end = feed.part(ItemKind.SNAPSHOT_END, encoder.snapshot_end(len(inside)), now_us)
        return [begin, *inside, end]

    def retained(self, audience: Audience, now_us: int) -> list[Item]:
        """Live restrictions, alerts and volumes: what a topic retains and a snapshot holds."""
        airspace, contents = self._airspace, self._contents
        found = [
            *(contents.restriction(one) for one in airspace.restrictions.live()),
            *(contents.standing_alert(one, audience) for one in airspace.alerting.active()),
            *(contents.volume(one, audience) for one in airspace.hidden.volumes.current()),
        ]
        feed = self._feeds[audience]
        return [content.as_part(feed, now_us) for content in found if content is not None]

    def alerts_touching(self, zone: Zone, audience: Audience, now_us: int) -> list[Item]:
        """Alerts in progress that touch a zone now, without numbers: not news, but told late.

        An alert moves without being news. Who is confined to a zone may not have been told of it.
        """
        feed, found = self._feeds[audience], []
        for alert in self._airspace.alerting.active():
            extent = self._contents.alert_extent(alert)
            if extent is None or not zone.touches(extent):
                continue
            told = self._contents.standing_alert(alert, audience)
            if told is not None:
                found.append(feed.aside(told.kind, told.body, now_us, told.key, told.extent))
        return found

    def _silent_publishers(self, feed: AudienceFeed, now_us: int) -> list[Item]:
        return [
            feed.part(ItemKind.COVERAGE, self._encoder.coverage(change), now_us)
            for change in self._airspace.coverage.current(feed.audience.agency)
        ]

    def _notices(self, feed: AudienceFeed, now_us: int) -> list[Item]:
        """What people must be told, from the least to the most lasting."""
        controls, contents, audience = self._airspace.controls, self._contents, feed.audience
        told = [
            *(
                contents.notice(one.code, one.text)
                for one in controls.publishing.escalation.standing(audience)
            ),
            *(
                contents.agreement(one)
                for one in controls.agreements.standing(audience.agency, now_us)
            ),
            *(contents.notice(code, text) for code, text in self.standing_notices.items()),
        ]
        return [one.as_part(feed, now_us) for one in told]
