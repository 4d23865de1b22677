"""Who stands alike to an alert. That they read the same is `service/feed/test_telling.py`."""

from dataclasses import replace

from broker.core.alerts import AlertKind
from broker.core.effects import AlertChanged
from broker.core.names import Audience, Role
from broker.core.sharing.roles import Terms
from broker.core.sharing.standing import Standing, Standings
from broker.core.sharing.views import Views
from broker.core.tracks.reports import AircraftClass, AircraftDescription
from tests.core.bands.scene import fly, revisions
from tests.core.sharing.worlds import LFB, MET, World, row

AGENCIES = frozenset({"met", "lfb", "las", "coast", "rail"})
FIRE_DRONE = AircraftDescription(AircraftClass.DRONE, callsign="LFB 2")
COAST, RAIL, LAS = (Audience(agency, Role.DESK) for agency in ("coast", "rail", "las"))


def met_two(terms: Terms | None = None) -> Standings:
    """Two drones, of the police and of the fire brigade."""
    world = World()
    if terms is not None:
        world.airspace.hidden.sharing.set_terms(terms)
    world.fly(MET, row("t7"))
    world.fly(LFB, row("x1", north_m=15.0, description=FIRE_DRONE))
    [told] = [one for one in world.effects if isinstance(one, AlertChanged)]
    views: Views = world.projection.views
    return views.standings(told.alert)


def test_whoever_flies_in_it_reads_words_of_its_own() -> None:
    standings = met_two()
    for agency in ("met", "lfb"):
        assert [standings.of(Audience(agency, role)) for role in Role] == [None, None]


def test_whoever_is_among_the_few_to_be_told_of_a_member_reads_words_of_its_own() -> None:
    # REQ-BAND-003: the fire brigade flies in no member, but one comes into its drone's band.
    world = World()
    fly(world, [*[35.0] * 4, *[62.0] * 4])
    told = revisions(world)[-1]
    assert told.told_to == ("met", "lfb")
    cluster = replace(told, kind=AlertKind.CLUSTER, told_to=(), members=(told,))
    standings = world.projection.views.standings(cluster)
    assert standings.of(Audience("lfb", Role.DESK)) is None
    assert standings.of(LAS) is not None


def test_everybody_else_stands_alike_by_role() -> None:
    standings = met_two()
    desks = {standings.of(one) for one in (COAST, RAIL, LAS)}
    assert desks == {Standing(Role.DESK, (True, True), (None, None), True)}
    assert standings.of(Audience("coast", Role.OBSERVER)) not in desks


def test_who_is_shown_one_side_without_its_name_stands_otherwise() -> None:
    # REQ-AGR-006
    agreed = frozenset({("met", "coast"), ("lfb", "coast"), ("met", "rail")})
    standings = met_two(Terms(AGENCIES, agreed=agreed))
    by_name = [
        standing and sorted(standing.by_name) for standing in map(standings.of, (COAST, RAIL, LAS))
    ]
    assert by_name == [[True, True], [False, True], [False, False]]


def test_other_agreements_are_noticed_at_once() -> None:
    # REQ-AGR-003
    world = World()
    world.fly(MET, row("t7"))
    world.fly(LFB, row("x1", north_m=15.0, description=FIRE_DRONE))
    [told] = [one for one in world.effects if isinstance(one, AlertChanged)]
    views = world.projection.views
    for agreed in ({("met", "coast"), ("lfb", "coast")}, {("met", "coast")}, set()):
        world.airspace.hidden.sharing.set_terms(Terms(AGENCIES, agreed=frozenset(agreed)))
        standing = views.standings(told.alert).of(COAST)
        assert standing is not None
        assert sum(standing.by_name) == len(agreed)
