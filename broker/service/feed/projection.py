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
from broker.core.plain import Plain, integer, mapping
from broker.core.restrictions.model import Restriction, RestrictionState
from broker.core.sharing.extents import around, extent_of_alert, extent_of_volume
from broker.core.sharing.keep_clear import KeepClearVolume
from broker.core.sharing.roles import Zone
from broker.core.sharing.views import Views
from broker.service.feed.audience_feed import AudienceFeed
from broker.service.feed.frames import FrameCutter
from broker.service.feed.items import Edition, Encoder, Item, ItemKind
from broker.service.feed.telling import Telling

News = list[tuple[Audience, list[Item]]]
"""What there is to send, by audience; within one in order of number."""

_LEFT = (TrackState.LOST, TrackState.MERGED)
_ENDED = (RestrictionState.WITHDRAWN, RestrictionState.EXPIRED)


class Projection:
    """Turns one airspace's effects into every audience's messages."""

    def __init__(self, airspace: Airspace, secret: bytes, encoder: Encoder, epoch: str) -> None:
        self.airspace = airspace
        self.epoch = epoch
        self.feeds: dict[Audience, AudienceFeed] = {}
        self.standing_notices: dict[str, str] = {}
        """Code -> what every reader must know from the start, for as long as it is so."""
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

    def project(self, effects: Sequence[Effect], now_us: int, *, frames_due: bool) -> News:
        """Messages for these effects; on a tick also the frames and, when due, nothing else."""
        for audience in self.airspace.controls.audiences:
            if audience not in self.feeds:
                self.feeds[audience] = AudienceFeed(audience, self._encoder, self.epoch)
        by_audience: dict[Audience, list[Item]] = {audience: [] for audience in self.feeds}
        for effect in effects:
            self._one(effect, now_us, by_audience)
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

    def _one(self, effect: Effect, now_us: int, by_audience: dict[Audience, list[Item]]) -> None:
        match effect:
            case TracksUpdated():
                self._frames.mark(effect.slots)
            case TrackStateChanged():
                self._frames.state_changed(effect, effect.state in _LEFT)
            case TracksMerged() | TrackSplit():
                pass  # the tracks themselves show it
            case AlertChanged() | AlertRetold():
                self._alert(effect, now_us, by_audience)
            case RestrictionChanged():
                self._restriction(effect, now_us, by_audience)
            case DeskNotice() | AgreementNotice():
                self._addressed_notice(effect, now_us, by_audience)
            case FeedStateChanged():
                body = self._encoder.coverage(effect)
                told = {who: to for who, to in by_audience.items() if _is_told(effect, who)}
                self._to_all(ItemKind.COVERAGE, body, now_us, told)
            case PolicyLoaded() | SupplyChainLoaded():
                code, text = _loaded(effect)
                body = self._encoder.notice(code, text)
                self._to_all(ItemKind.NOTICE, body, now_us, by_audience)
            case SharingChanged() | VolumeChanged() | OwnerTold():
                self._of_hidden(effect, now_us, by_audience)
            case AuditFound():
                text = (
                    f"the full separation pass found {effect.missing_pairs} pairs the incremental "
                    f"one had not and {effect.extra_pairs} too many; both are mended"
                )
                for audience, items in self.notice("audit-repaired", text, now_us):
                    by_audience[audience] += items

    def _restriction(
        self, effect: RestrictionChanged, now_us: int, by_audience: dict[Audience, list[Item]]
    ) -> None:
        restriction = effect.restriction
        self._to_all(
            ItemKind.RESTRICTION,
            self._encoder.restriction(restriction),
            now_us,
            by_audience,
            key=str(restriction.draft.name),
            ended=restriction.state in _ENDED,
            edition=_edition_of(restriction),
            extent=self._extent_of_restriction(restriction),
        )

    def _extent_of_restriction(self, restriction: Restriction) -> Zone | None:
        return around(self.airspace.restrictions.boxes(restriction.draft.name))

    def _addressed_notice(
        self,
        effect: DeskNotice | AgreementNotice,
        now_us: int,
        by_audience: dict[Audience, list[Item]],
    ) -> None:
        """To one agency's desk, or to every reader of an agreement's parties."""
        if isinstance(effect, DeskNotice):
            desk = Audience(effect.agency, Role.DESK)
            told = {who: to for who, to in by_audience.items() if who == desk}
            body = self._encoder.notice(effect.code, effect.text)
        else:
            told = {who: to for who, to in by_audience.items() if who.agency in effect.agencies}
            body = self._agreement_notice(effect)
        self._to_all(ItemKind.NOTICE, body, now_us, told)

    def _agreement_notice(self, effect: AgreementNotice) -> bytes:
        subject = "" if effect.name is None else str(effect.name)
        return self._encoder.notice(effect.code, effect.text, subject)

    def _alert(
        self,
        effect: AlertChanged | AlertRetold,
        now_us: int,
        by_audience: dict[Audience, list[Item]],
    ) -> None:
        alert = effect.alert
        ended = alert.level is AlertLevel.NONE
        extent = extent_of_alert(alert, self.airspace.tracks, self.airspace.hidden)
        telling = Telling(effect, self.views, self._encoder)
        for audience, items in by_audience.items():
            body = telling.body(audience)
            if body is None:
                continue
            feed = self.feeds[audience]
            key = alert.alert_id
            items.append(
                feed.news(ItemKind.ALERT, body, now_us, key=key, ended=ended, extent=extent)
            )

    def _of_hidden(
        self,
        effect: SharingChanged | VolumeChanged | OwnerTold,
        now_us: int,
        by_audience: dict[Audience, list[Item]],
    ) -> None:
        match effect:
            case SharingChanged():
                self._frames.sharing_changed(effect)
            case VolumeChanged():
                self._volume(effect.volume, now_us, by_audience)
            case OwnerTold():
                body = self._encoder.notice(str(effect.reason), effect.text)
                own = {who: to for who, to in by_audience.items() if who.agency == effect.agency}
                self._to_all(ItemKind.NOTICE, body, now_us, own)

    def _volume(
        self, volume: KeepClearVolume, now_us: int, by_audience: dict[Audience, list[Item]]
    ) -> None:
        """To everybody but the agency that is shown the aircraft itself."""
        extent = extent_of_volume(volume)
        for audience, items in by_audience.items():
            if audience.agency == volume.owner:
                continue
            key = self.views.volume_id(audience, volume)
            body = self._encoder.volume(key, volume)
            feed = self.feeds[audience]
            ended = volume.ended
            items.append(
                feed.news(ItemKind.VOLUME, body, now_us, key=key, ended=ended, extent=extent)
            )

    def _to_all(
        self,
        kind: ItemKind,
        body: bytes,
        now_us: int,
        by_audience: dict[Audience, list[Item]],
        key: str = "",
        *,
        ended: bool = False,
        edition: Edition | None = None,
        extent: Zone | None = None,
    ) -> None:
        for audience, items in by_audience.items():
            one = self.feeds[audience].news(
                kind, body, now_us, key=key, ended=ended, edition=edition, extent=extent
            )
            items.append(one)

    def snapshot(self, audience: Audience, reason: str, now_us: int) -> list[Item]:
        """What a late joiner is shown: the state at the audience's last number."""
        feed = self.feeds[audience]
        encoder, airspace = self._encoder, self.airspace
        inside = self._frames.whole_picture(feed, now_us) + self.retained(audience, now_us)
        for change in airspace.coverage.current(audience.agency):
            inside.append(feed.part(ItemKind.COVERAGE, encoder.coverage(change), now_us))
        for told in airspace.controls.publishing.escalation.standing(audience):
            body = encoder.notice(told.code, told.text)
            inside.append(feed.part(ItemKind.NOTICE, body, now_us))
        for agreed in airspace.controls.agreements.standing(audience.agency, now_us):
            inside.append(feed.part(ItemKind.NOTICE, self._agreement_notice(agreed), now_us))
        for code, text in self.standing_notices.items():
            inside.append(feed.part(ItemKind.NOTICE, encoder.notice(code, text), now_us))
        begin = feed.part(ItemKind.SNAPSHOT_BEGIN, encoder.snapshot_begin(reason), now_us)
        end = feed.part(ItemKind.SNAPSHOT_END, encoder.snapshot_end(len(inside)), now_us)
        return [begin, *inside, end]

    def retained(self, audience: Audience, now_us: int) -> list[Item]:
        """Live restrictions, alerts and volumes: what a topic retains and a snapshot holds."""
        feed, airspace, encoder = self.feeds[audience], self.airspace, self._encoder
        parts = []
        for restriction in airspace.restrictions.live():
            body, key = encoder.restriction(restriction), str(restriction.draft.name)
            edition, extent = _edition_of(restriction), self._extent_of_restriction(restriction)
            part = feed.part(
                ItemKind.RESTRICTION, body, now_us, key=key, edition=edition, extent=extent
            )
            parts.append(part)
        for alert in airspace.alerting.active():
            view = self.views.alert(alert, audience)
            if view is not None:
                body = encoder.alert(view)
                key = alert.alert_id
                extent = extent_of_alert(alert, airspace.tracks, airspace.hidden)
                parts.append(feed.part(ItemKind.ALERT, body, now_us, key=key, extent=extent))
        for volume in airspace.hidden.volumes.current():
            if volume.owner != audience.agency:
                key = self.views.volume_id(audience, volume)
                body, extent = encoder.volume(key, volume), extent_of_volume(volume)
                parts.append(feed.part(ItemKind.VOLUME, body, now_us, key=key, extent=extent))
        return parts

    def alerts_touching(self, zone: Zone, audience: Audience, now_us: int) -> list[Item]:
        """Alerts in progress that touch a zone now, without numbers: not news, but told late.

        An alert moves without being news. Who is confined to a zone may not have been told of it.
        """
        feed, encoder, airspace = self.feeds[audience], self._encoder, self.airspace
        found = []
        for alert in airspace.alerting.active():
            extent = extent_of_alert(alert, airspace.tracks, airspace.hidden)
            if extent is None or not zone.touches(extent):
                continue
            view = self.views.alert(alert, audience)
            if view is not None:
                body, key = encoder.alert(view), alert.alert_id
                found.append(feed.aside(ItemKind.ALERT, body, now_us, key=key, extent=extent))
        return found

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


def _edition_of(restriction: Restriction) -> Edition | None:
    """The version, of what an agency set: nobody owes proof of what is only mirrored."""
    if restriction.publication is None:
        return None
    return restriction.draft.name, restriction.version


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


def _loaded(effect: PolicyLoaded | SupplyChainLoaded) -> tuple[str, str]:
    """Code and words of the notice."""
    if isinstance(effect, PolicyLoaded):
        return "policy-loaded", f"pair policy {effect.version} is in force"
    text = f"supply-chain policy {effect.version or '(none)'} is in force"
    return "supply-chain-loaded", text
