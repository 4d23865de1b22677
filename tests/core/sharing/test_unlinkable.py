"""Alert ids of a hidden flight: without the log's secret they tell nothing, and link nothing."""

from itertools import product

from broker.core.alert_ids import encounter_id
from broker.core.alerts import AlertKind
from broker.core.commands import CreateRestriction
from broker.core.names import RestrictionName
from broker.core.outcomes import Done
from broker.core.restrictions.periods import Window
from broker.core.restrictions.shapes import Circle
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.reports import AircraftClass, AircraftDescription
from broker.core.units import MINUTE_US
from keepclear.v1 import alerts_pb2
from tests.core.restrictions.scenes import draft, volume
from tests.core.sharing.worlds import (
    LATITUDE_DEG,
    LFB,
    LFB_DESK,
    LONGITUDE_DEG,
    MET,
    SECRET,
    World,
    row,
)

FIRE_DRONE = AircraftDescription(AircraftClass.DRONE, callsign="LFB 2", duty_contact="020 1")
ASKED = RestrictionName("lfb", "fire")
TRACKS_TRIED, EPISODES_TRIED = 12, 12


def met_twice(secret: bytes) -> World:
    """A covert flight that fire's drone meets, leaves and meets again, over fire's own request."""
    world = World(secret)
    world.share_all(SharingLevel.COVERT)
    wanted = draft(
        ASKED.restriction,
        volumes=(volume(Circle(LATITUDE_DEG, LONGITUDE_DEG, 200.0)),),
        windows=(Window(world.now_us, world.now_us + 10 * MINUTE_US),),
    )
    made = world.do(CreateRestriction(LFB, "", wanted))[0]
    assert isinstance(made.reply, Done), made
    for second in range(60):
        away_m = 15.0 if second % 30 < 10 else 2_000.0
        world.fly(LFB, row("x1", north_m=away_m, description=FIRE_DRONE))
        world.fly(MET, row())
        world.wait()
    return world


def told(world: World) -> dict[str, alerts_pb2.Alert]:
    """What fire's desk was shown, by alert id."""
    shown = [one.alert for one in world.messages(LFB_DESK) if one.HasField("alert")]
    return {one.alert_id: one for one in shown}


def guessed(shown: dict[str, alerts_pb2.Alert]) -> set[str]:
    """The ids that somebody without the secret works out again from what they must be made of."""
    found = set()
    for alert in shown.values():
        tries = product(range(TRACKS_TRIED), range(EPISODES_TRIED))
        for track, episode in tries:
            seen = episode, alert.raised_us
            pairs = ((AlertKind.PROXIMITY, track, other) for other in range(TRACKS_TRIED))
            tried = [*pairs, (track, str(ASKED))]
            found |= {encounter_id(b"", *names, *seen) for names in tried}
    return found & shown.keys()


def test_nobody_works_the_track_numbers_of_a_hidden_flight_out_of_its_alerts() -> None:
    # REQ-SHARE-015
    shown = told(met_twice(SECRET))
    kinds = {alerts_pb2.ALERT_KIND_PROXIMITY, alerts_pb2.ALERT_KIND_RESTRICTION}
    assert len(shown) >= 3
    assert {one.kind for one in shown.values()} == kinds
    assert guessed(shown) == set()
    in_the_open = told(met_twice(b""))
    assert guessed(in_the_open) == in_the_open.keys(), "the attempt itself works"


def test_each_encounter_has_an_id_of_its_own_that_both_sides_share() -> None:
    # REQ-SHARE-015: two desks speak of one alert by its id.
    world = met_twice(SECRET)
    pairs = [one for one in told(world).values() if one.kind == alerts_pb2.ALERT_KIND_PROXIMITY]
    assert len(pairs) == 2
    own = {
        one.alert.alert_id
        for audience, items in world.shown.items()
        for one in world.messages(audience)
        if audience.agency == "met" and items and one.HasField("alert")
    }
    assert {one.alert_id for one in pairs} <= own


def test_another_log_gives_the_same_encounters_other_ids_and_a_replay_the_same() -> None:
    # REQ-SHARE-015
    first, again, other = (told(met_twice(one)) for one in (SECRET, SECRET, bytes(32)))
    assert list(first) == list(again)
    assert len(first) == len(other)
    assert not first.keys() & other.keys()
