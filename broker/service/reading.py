"""Reading: snapshot, resume and lists, taken in the engine thread between two micro-batches."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from broker.core.aircraft.model import RegisteredAircraft
from broker.core.alerts import Alert, urgency_key
from broker.core.errors import refuse
from broker.core.names import Audience, RestrictionName
from broker.core.restrictions.model import Restriction
from broker.core.restrictions.register import RestrictionRegister
from broker.core.sharing.extents import around
from broker.core.sharing.roles import Zone
from broker.core.sharing.settings import SharingSetting
from broker.core.sharing.views import AlertView
from broker.service.clock import Clock
from broker.service.feed.hub import Hub
from broker.service.feed.items import Encoder, Item
from broker.service.feed.projection import Projection
from broker.service.feed.subscriber import Filter, ReaderGone, Subscriber
from broker.service.feed.tokens import ResumePoint, decode_token
from broker.service.intake import Intake

PAGE_SIZE_DEFAULT: Final = 50
PAGE_SIZE_MAX: Final = 200

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Opening:
    """How a reader's feed begins: the missed messages, or a snapshot."""

    items: list[Item]
    resumed_from: int | None


class Reading:
    """What gateways may read of the core."""

    def __init__(
        self, intake: Intake, projection: Projection, hub: Hub, encoder: Encoder, clock: Clock
    ) -> None:
        self._intake = intake
        self._projection = projection
        self._hub = hub
        self._encoder = encoder
        self._clock = clock

    async def subscribe(self, audience: Audience, chosen: Filter, token: bytes) -> Subscriber:
        """Attach a reader: missed messages or snapshot first, then everything new, no gap.

        Raises Refused for a token that this broker did not give.
        """
        point = decode_token(token) if token else None

        subscriber = Subscriber(audience, chosen, self._encoder)

        def attach() -> None:
            opening = self.opening(audience, point, confined=chosen.confined)
            subscriber.resume_after(opening.resumed_from)
            # In the engine thread, between two micro-batches: whatever is published after this
            # reaches the loop after the opening does.
            self._hub.attach_from_engine(subscriber, opening.items)

        try:
            await self._intake.ask(attach)
        except BaseException:
            subscriber.end(ReaderGone())
            self._hub.detach(subscriber)
            raise
        return subscriber

    def opening(
        self, audience: Audience, point: ResumePoint | None, *, confined: bool = False
    ) -> Opening:
        """Engine thread only: how a feed begins for a reader that has everything up to `point`.

        A reader that is confined to its area always begins with a snapshot: only that says what of
        the news is about something it was told of.
        """
        projection, now_us = self._projection, self._clock.now_us()

        def begins_afresh(why: str) -> Opening:
            return Opening(projection.snapshots.whole(audience, why, now_us), None)

        if point is None:
            return begins_afresh("first subscription")
        if point.audience != audience:
            raise refuse("resume_token", f"belongs to {point.audience}, not to {audience}")
        if point.epoch != projection.epoch:
            return begins_afresh("new epoch: the broker could not keep its numbers")
        if confined:
            return begins_afresh("a view of one zone begins afresh")
        missed = projection.feeds[audience].since(point.number)
        if missed is None:
            return begins_afresh("cannot resume: the messages after the token are no longer kept")
        return Opening(missed, point.number)

    async def restrictions(self, within: Zone | None = None) -> list[Restriction]:
        """Planned and active restrictions by name; with a zone those that touch it."""
        register = self._projection.airspace.restrictions

        def found() -> list[Restriction]:
            if within is None:
                return register.live()
            return [one for one in register.live() if _touches(register, one.draft.name, within)]

        return sorted(await self._intake.ask(found), key=lambda one: one.draft.name)

    async def aircraft(self, agency: str) -> list[RegisteredAircraft]:
        """One agency's registered aircraft, by name."""
        register, now_us = self._projection.airspace.controls.aircraft, self._clock.now_us()
        return await self._intake.ask(lambda: register.of_agency(agency, now_us))

    async def restriction(
        self, name: RestrictionName, within: Zone | None = None
    ) -> Restriction | None:
        """One restriction, ended ones too while they are kept; with a zone a live one in it."""
        register = self._projection.airspace.restrictions

        def found() -> Restriction | None:
            if within is not None and not _touches(register, name, within):
                return None
            return register.get(name)

        return await self._intake.ask(found)

    async def alerts(self, audience: Audience) -> list[AlertView]:
        """Active alerts as the audience is shown them, most urgent first."""

        def views() -> list[AlertView]:
            active = self._projection.airspace.alerting.active()
            shown = [self.view(alert, audience) for alert in active]
            told = [view for view in shown if view is not None]
            return sorted(told, key=lambda view: urgency_key(view.alert))

        return await self._intake.ask(views)

    async def sharing(self, agency: str) -> list[tuple[SharingSetting, int]]:
        """One agency's sharing settings, by subject, and how many tracks each names."""
        sharing = self._projection.airspace.hidden.sharing

        def settings() -> list[tuple[SharingSetting, int]]:
            own = sharing.register.of_agency(agency)
            return [(one, sharing.tracks_named(one.subject)) for one in own]

        return await self._intake.ask(settings)

    async def alert(self, alert: Alert, audience: Audience) -> AlertView | None:
        """One alert as the audience is shown it, None if it is not."""
        return await self._intake.ask(lambda: self.view(alert, audience))

    def view(self, alert: Alert, audience: Audience) -> AlertView | None:
        """Engine thread only: one alert as the audience is shown it."""
        return self._projection.views.alert(alert, audience)


def _touches(register: RestrictionRegister, name: RestrictionName, zone: Zone) -> bool:
    extent = around(register.boxes(name))
    return extent is not None and zone.touches(extent)


def page(things: Sequence[Thing], size: int, token: str) -> tuple[list[Thing], str]:
    """One page of a list and the token of the next, "" on the last."""
    if not 0 <= size <= PAGE_SIZE_MAX:
        raise refuse("page_size", f"must be from 0 to {PAGE_SIZE_MAX}")
    if token and not (token.isdecimal() and len(token) <= 9):
        raise refuse("page_token", "was not given by this broker")
    start = int(token or 0)
    end = start + (size or PAGE_SIZE_DEFAULT)
    return list(things[start:end]), str(end) if end < len(things) else ""
