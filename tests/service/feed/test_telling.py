"""An alert that is worded once for many reads to each as if it had been worded for it alone."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.alerts import AlertKind
from broker.core.commands import Command, CreateRestriction, OpenAudience
from broker.core.effects import AlertChanged, AlertRetold
from broker.core.names import Audience, Role, SystemName
from broker.core.outcomes import Outcome
from broker.core.restrictions.periods import Window
from broker.core.restrictions.shapes import Circle
from broker.core.sharing.roles import Terms
from broker.core.sharing.settings import SharingLevel
from broker.core.sharing.views import AlertView
from broker.core.tracks.reports import AircraftClass, AircraftDescription
from broker.core.units import HOUR_US
from broker.gateways.wire.feed import WireEncoder
from broker.service.feed.items import BlankAlert
from broker.service.feed.telling import Telling
from tests.core.agreements.test_views import accept, done, propose
from tests.core.restrictions.scenes import draft, volume
from tests.core.sharing.worlds import (
    AGENCIES,
    LAS,
    LATITUDE_DEG,
    LFB,
    LONGITUDE_DEG,
    MET,
    World,
    row,
)

WATCHING = ("coast", "rail", "parks")
"""Agencies that fly nothing."""
EVERYBODY = (*AGENCIES, *WATCHING)
DRONE = AircraftDescription(AircraftClass.DRONE, callsign="D 1", incident_id="CAD-7")
HELICOPTER = AircraftDescription(AircraftClass.HELICOPTER, callsign="H 1")

levels = st.sampled_from(SharingLevel)
pairs = st.sampled_from([(a, b) for a in AGENCIES for b in EVERYBODY if a != b])
agreed = st.builds(Terms, st.just(frozenset(EVERYBODY)), agreed=st.frozensets(pairs, max_size=12))


class Watched(World):
    """Everything that is told is held against what each audience alone would be told."""

    def __init__(self) -> None:
        self.kinds: Counter[AlertKind] = Counter()
        super().__init__()
        for agency in WATCHING:
            for role in Role:
                self.do(OpenAudience(Audience(agency, role), agency))

    def do(self, *commands: Command) -> list[Outcome]:
        outcomes = super().do(*commands)
        for outcome in outcomes:
            for effect in outcome.effects:
                if isinstance(effect, AlertChanged | AlertRetold):
                    self._compare(effect)
                    self.kinds[effect.alert.kind] += 1
        return outcomes

    def _compare(self, effect: AlertChanged | AlertRetold) -> None:
        views = self.projection.views
        telling = Telling(effect, views, self.encoder)
        for audience in self.projection.feeds:
            if isinstance(effect, AlertRetold):
                view = views.retold(effect.alert, audience, effect.levels)
            else:
                view = views.alert(effect.alert, audience, is_news=True)
            alone = None if view is None else self.encoder.alert(view)
            assert telling.body(audience) == alone, (audience, effect)


def flown(world: Watched, hidden_at: int = -1) -> Watched:
    """Drones hover together where a keep-clear request is made; a helicopter comes, all leave."""
    ring = volume(Circle(LATITUDE_DEG, LONGITUDE_DEG, 150.0))
    window = Window(world.now_us, world.now_us + HOUR_US)
    asked = draft("fire", volumes=(ring,), windows=(window,))
    for second in range(12):
        step_m = 15.0 if second < 7 else 4_000.0
        world.fly(LFB, *(row(f"x{k}", north_m=step_m * k, description=DRONE) for k in (1, 2, 3)))
        east_m = 60.0 * (8 - second)
        world.fly(LAS, row("h1", east_m=east_m, east_mps=-60.0, description=HELICOPTER))
        world.fly(MET, *(row(f"t{k}", north_m=step_m * (7 - k), description=DRONE) for k in (7, 8)))
        world.wait()
        if second == 2:
            world.do(CreateRestriction(SystemName("lfb", "control"), "", asked))
        if second == hidden_at:
            world.share(SharingLevel.MASKED, "t7")
    return world


def test_what_is_flown_here_raises_alerts_of_every_kind_that_onlookers_are_told() -> None:
    kinds = flown(Watched()).kinds
    for kind in (AlertKind.PROXIMITY, AlertKind.RESTRICTION, AlertKind.CLUSTER):
        assert kinds[kind] >= 1, kinds


@settings(max_examples=12, deadline=None)
@given(
    st.dictionaries(st.sampled_from(AGENCIES), levels),
    st.none() | agreed,
    st.sampled_from([-1, 4]),
)
def test_each_audience_reads_what_it_would_alone(
    shown: dict[str, SharingLevel], terms: Terms | None, hidden_at: int
) -> None:
    # REQ-SHARE-017
    world = Watched()
    if terms is not None:
        world.airspace.hidden.sharing.set_terms(terms)
    for agency, level in shown.items():
        world.share_all(level, agency)
    flown(world, hidden_at)


def test_an_agreed_desk_is_named_to_the_onlooker_that_agreed_and_to_no_other() -> None:
    # REQ-AGR-009
    world = Watched()
    done(world, propose(), accept())
    silent = AircraftDescription(AircraftClass.DRONE, callsign="D 2")
    world.fly(MET, row("t7", description=silent))
    world.fly(LAS, row("x1", north_m=15.0, description=silent))
    assert world.kinds[AlertKind.PROXIMITY] == 1
    named = {
        audience.agency
        for audience in world.projection.feeds
        for message in world.messages(audience)
        if any(party.talkgroup for party in message.alert.parties)
    }
    assert named == {"lfb"}


class Counting(WireEncoder):
    """Counts how often an alert is encoded."""

    count = 0

    def alert(self, view: AlertView) -> bytes:
        self.count += 1
        return super().alert(view)

    def blank_alert(self, view: AlertView) -> BlankAlert:
        self.count += 1
        return super().blank_alert(view)


def test_it_is_worded_once_for_all_who_read_the_same() -> None:
    world = Watched()
    world.fly(LFB, row("x1", north_m=15.0, description=DRONE))
    world.fly(MET, row("t7", description=DRONE))
    [told] = [one for one in world.effects if isinstance(one, AlertChanged)]
    encoder = Counting(exercise=False)
    telling = Telling(told, world.projection.views, encoder)
    bodies = [telling.body(audience) for audience in world.projection.feeds]
    # Two parties and all others, each with two roles.
    assert encoder.count == 3 * len(Role)
    assert len(set(bodies)) == len(EVERYBODY) * len(Role), "everybody's ids are its own"
