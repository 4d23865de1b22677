"""What a message says of a thing that stands for a while, told as news or as part of a snapshot."""

from typing import NamedTuple

from broker.core.airspace import Airspace
from broker.core.alerts import Alert
from broker.core.effects import AgreementNotice
from broker.core.names import Audience
from broker.core.restrictions.model import Restriction, RestrictionState
from broker.core.sharing.extents import around, extent_of_alert, extent_of_volume
from broker.core.sharing.keep_clear import KeepClearVolume
from broker.core.sharing.roles import Zone
from broker.core.sharing.views import Views
from broker.service.feed.audience_feed import AudienceFeed
from broker.service.feed.items import Edition, Encoder, Item, ItemKind

_ENDED = (RestrictionState.WITHDRAWN, RestrictionState.EXPIRED)


class Content(NamedTuple):
    """A body, and what readers and topics go by without reading it; see `Item`."""

    kind: ItemKind
    body: bytes
    key: str = ""
    ended: bool = False
    edition: Edition | None = None
    extent: Zone | None = None

    def as_news(self, feed: AudienceFeed, now_us: int) -> Item:
        """The feed's next numbered message."""
        return feed.news(
            self.kind,
            self.body,
            now_us,
            key=self.key,
            ended=self.ended,
            edition=self.edition,
            extent=self.extent,
        )

    def as_part(self, feed: AudienceFeed, now_us: int) -> Item:
        """Part of a snapshot, of a thing that has not ended."""
        return feed.part(
            self.kind, self.body, now_us, key=self.key, edition=self.edition, extent=self.extent
        )


class Contents:
    """Makes them from one airspace's state."""

    def __init__(self, airspace: Airspace, views: Views, encoder: Encoder) -> None:
        self._airspace = airspace
        self._views = views
        self._encoder = encoder

    def restriction(self, restriction: Restriction) -> Content:
        """The same for everybody."""
        name = restriction.draft.name
        return Content(
            ItemKind.RESTRICTION,
            self._encoder.restriction(restriction),
            key=str(name),
            ended=restriction.state in _ENDED,
            edition=_edition_of(restriction),
            extent=around(self._airspace.restrictions.boxes(name)),
        )

    def volume(self, volume: KeepClearVolume, audience: Audience) -> Content | None:
        """To everybody but the agency that is shown the aircraft itself."""
        if audience.agency == volume.owner:
            return None
        key = self._views.volume_id(audience, volume)
        body = self._encoder.volume(key, volume)
        extent = extent_of_volume(volume)
        return Content(ItemKind.VOLUME, body, key, ended=volume.ended, extent=extent)

    def standing_alert(self, alert: Alert, audience: Audience) -> Content | None:
        """An alert in progress as the audience is shown it, None if it is not."""
        view = self._views.alert(alert, audience)
        if view is None:
            return None
        body, extent = self._encoder.alert(view), self.alert_extent(alert)
        return Content(ItemKind.ALERT, body, alert.alert_id, extent=extent)

    def alert_extent(self, alert: Alert) -> Zone | None:
        """Where an alert is, if that is known still."""
        return extent_of_alert(alert, self._airspace.tracks, self._airspace.hidden)

    def agreement(self, notice: AgreementNotice) -> Content:
        """Word of an agreement, to its parties."""
        subject = "" if notice.name is None else str(notice.name)
        body = self._encoder.notice(notice.code, notice.text, subject)
        return Content(ItemKind.NOTICE, body)

    def notice(self, code: str, text: str) -> Content:
        """A word to people."""
        return Content(ItemKind.NOTICE, self._encoder.notice(code, text))


def _edition_of(restriction: Restriction) -> Edition | None:
    """The version, of what an agency set: nobody owes proof of what is only mirrored."""
    if restriction.publication is None:
        return None
    return restriction.draft.name, restriction.version
