"""What each effect of the core tells, and whom: messages that go out at once, one by one."""

from broker.core.alerts import AlertLevel
from broker.core.effects import (
    AgreementNotice,
    AlertChanged,
    AlertRetold,
    AuditFound,
    DeskNotice,
    Effect,
    FeedStateChanged,
    OwnerTold,
    PolicyLoaded,
    RestrictionChanged,
    SharingChanged,
    ShownTo,
    SupplyChainLoaded,
    TracksMerged,
    TrackSplit,
    TrackState,
    TrackStateChanged,
    TracksUpdated,
    VolumeChanged,
)
from broker.core.names import Audience, Role
from broker.core.sharing.keep_clear import KeepClearVolume
from broker.core.sharing.views import Views
from broker.service.feed.audience_feed import AudienceFeed
from broker.service.feed.contents import Content, Contents
from broker.service.feed.frames import FrameCutter
from broker.service.feed.items import Encoder, Item, ItemKind
from broker.service.feed.telling import Telling

ByAudience = dict[Audience, list[Item]]
"""What there is to send to each, in order of number."""

_LEFT = (TrackState.LOST, TrackState.MERGED)


class Announcer:
    """Makes messages of everything but tracks, which it hands on to be shown in frames."""

    def __init__(
        self,
        feeds: dict[Audience, AudienceFeed],
        views: Views,
        frames: FrameCutter,
        contents: Contents,
        encoder: Encoder,
    ) -> None:
        """`feeds` are the projection's own, which go on growing."""
        self._feeds = feeds
        self._views = views
        self._frames = frames
        self._contents = contents
        self._encoder = encoder

    def announce(self, effect: Effect, now_us: int, by_audience: ByAudience) -> None:
        """Add what there is to tell of one effect; every audience has its list."""
        match effect:
            case TracksUpdated():
                self._frames.mark(effect.slots)
            case TrackStateChanged():
                self._frames.state_changed(effect, effect.state in _LEFT)
            case SharingChanged():
                self._frames.sharing_changed(effect)
            case TracksMerged() | TrackSplit():
                pass  # the tracks themselves show it
            case AlertChanged() | AlertRetold():
                self._alert(effect, now_us, by_audience)
            case RestrictionChanged():
                content = self._contents.restriction(effect.restriction)
                self._to_all(content, now_us, by_audience)
            case VolumeChanged():
                self._volume(effect.volume, now_us, by_audience)
            case FeedStateChanged():
                told = {who: to for who, to in by_audience.items() if _is_told(effect, who)}
                content = Content(ItemKind.COVERAGE, self._encoder.coverage(effect))
                self._to_all(content, now_us, told)
            case AuditFound():
                self._audit(effect, now_us, by_audience)
            case (
                DeskNotice()
                | AgreementNotice()
                | OwnerTold()
                | PolicyLoaded()
                | SupplyChainLoaded()
            ):
                self._notice(effect, now_us, by_audience)

    def _alert(
        self, effect: AlertChanged | AlertRetold, now_us: int, by_audience: ByAudience
    ) -> None:
        alert = effect.alert
        key, ended = alert.alert_id, alert.level is AlertLevel.NONE
        extent = self._contents.alert_extent(alert)
        telling = Telling(effect, self._views, self._encoder)
        for audience, items in by_audience.items():
            body = telling.body(audience)
            if body is None:
                continue
            feed = self._feeds[audience]
            items.append(
                feed.news(ItemKind.ALERT, body, now_us, key=key, ended=ended, extent=extent)
            )

    def _volume(self, volume: KeepClearVolume, now_us: int, by_audience: ByAudience) -> None:
        for audience, items in by_audience.items():
            content = self._contents.volume(volume, audience)
            if content is not None:
                items.append(content.as_news(self._feeds[audience], now_us))

    def _audit(self, found: AuditFound, now_us: int, by_audience: ByAudience) -> None:
        """Word to everybody, without a number: a replay would not find it again."""
        text = (
            f"the full separation pass found {found.missing_pairs} pairs the incremental "
            f"one had not and {found.extra_pairs} too many; both are mended"
        )
        body = self._encoder.notice("audit-repaired", text)
        for audience, items in by_audience.items():
            items.append(self._feeds[audience].aside(ItemKind.NOTICE, body, now_us))

    def _notice(
        self,
        effect: DeskNotice | AgreementNotice | OwnerTold | PolicyLoaded | SupplyChainLoaded,
        now_us: int,
        by_audience: ByAudience,
    ) -> None:
        """A word to people: to one desk, to the agencies that it is about, or to everybody."""
        told = {who: to for who, to in by_audience.items() if _is_addressed(effect, who)}
        self._to_all(self._worded(effect), now_us, told)

    def _worded(
        self,
        effect: DeskNotice | AgreementNotice | OwnerTold | PolicyLoaded | SupplyChainLoaded,
    ) -> Content:
        match effect:
            case AgreementNotice():
                return self._contents.agreement(effect)
            case DeskNotice():
                return self._contents.notice(effect.code, effect.text)
            case OwnerTold():
                return self._contents.notice(str(effect.reason), effect.text)
            case PolicyLoaded():
                text = f"pair policy {effect.version} is in force"
                return self._contents.notice("policy-loaded", text)
            case SupplyChainLoaded():
                text = f"supply-chain policy {effect.version or '(none)'} is in force"
                return self._contents.notice("supply-chain-loaded", text)

    def _to_all(self, content: Content, now_us: int, told: ByAudience) -> None:
        for audience, items in told.items():
            items.append(content.as_news(self._feeds[audience], now_us))


def _is_addressed(
    effect: DeskNotice | AgreementNotice | OwnerTold | PolicyLoaded | SupplyChainLoaded,
    audience: Audience,
) -> bool:
    """Whether a notice is for the audience."""
    match effect:
        case DeskNotice():
            return audience == Audience(effect.agency, Role.DESK)
        case AgreementNotice():
            return audience.agency in effect.agencies
        case OwnerTold():
            return audience.agency == effect.agency
        case PolicyLoaded() | SupplyChainLoaded():
            return True


def _is_told(change: FeedStateChanged, audience: Audience) -> bool:
    """Whether a publisher's state is for the audience."""
    is_owner = audience.agency == change.publisher.agency
    match change.shown_to:
        case ShownTo.ALL:
            return True
        case ShownTo.OWNER:
            return is_owner
        case ShownTo.OTHERS:
            return not is_owner
