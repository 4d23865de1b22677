"""What an agency is told of covert flights in what it asks others to keep clear of: the volume.

The strongest attempt there is: the asker knows the broker's code, asks for as many requests as it
likes, of any size, and compares all that it is shown of two flights that have the same volume.
"""

from dataclasses import replace
from typing import NamedTuple

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from broker.core.alerts import AlertKind
from broker.core.commands import CreateRestriction, ImportRestrictions, WithdrawRestriction
from broker.core.names import Audience, RestrictionName, Role, SystemName
from broker.core.outcomes import Done
from broker.core.restrictions.model import (
    EntryRule,
    RestrictionDraft,
    RestrictionKind,
    Source,
)
from broker.core.restrictions.periods import Window
from broker.core.restrictions.shapes import Circle, LimitDatum, VerticalLimit
from broker.core.sharing.keep_clear import CELL_NORTH_DEG, PAD_M
from broker.core.sharing.overlaps import VOLUME_OVER_REQUEST
from broker.core.sharing.settings import SharingLevel
from broker.core.units import HOUR_US
from tests.core.restrictions.scenes import draft, volume
from tests.core.sharing.worlds import (
    AGENCIES,
    DRONE,
    LATITUDE_DEG,
    LFB_DESK,
    LONGITUDE_DEG,
    MET,
    MET_DESK,
    METRES_EAST_DEG,
    METRES_NORTH_DEG,
    World,
    alerts,
    row,
)

CONTROL = SystemName("lfb", "control")
OTHERS = [Audience(agency, role) for agency in AGENCIES if agency != "met" for role in Role]
ANYWHERE_M = st.floats(-2_500.0, 2_500.0)
REQUESTS = st.tuples(ANYWHERE_M, ANYWHERE_M, st.floats(20.0, 5_000.0))
INSIDE_M = st.floats(-450.0, 450.0)
"""From the middle of things, which is near the middle of its cell."""


class Asked(NamedTuple):
    """A keep-clear request of the fire brigade's."""

    north_m: float = 0.0
    east_m: float = 0.0
    radius_m: float = 500.0
    floor_amsl_m: float | None = None
    ceiling_amsl_m: float | None = None


def request(world: World, name: str, asked: Asked) -> RestrictionDraft:
    middle = (
        LATITUDE_DEG + asked.north_m * METRES_NORTH_DEG,
        LONGITUDE_DEG + asked.east_m * METRES_EAST_DEG,
    )
    ring = volume(Circle(*middle, asked.radius_m))
    if asked.floor_amsl_m is not None:
        ring = replace(ring, floor=VerticalLimit(asked.floor_amsl_m, LimitDatum.AMSL))
    if asked.ceiling_amsl_m is not None:
        ring = replace(ring, ceiling=VerticalLimit(asked.ceiling_amsl_m, LimitDatum.AMSL))
    window = Window(world.now_us, world.now_us + HOUR_US)
    return draft(name, volumes=(ring,), windows=(window,))


def ask(world: World, name: str, asked: Asked) -> None:
    [outcome] = world.do(CreateRestriction(CONTROL, "", request(world, name, asked)))
    assert isinstance(outcome.reply, Done)


def covert() -> World:
    world = World()
    world.share_all(SharingLevel.COVERT)
    return world


def hover(world: World, seconds: int = 3, north_m: float = 0.0, up_m: float = 0.0) -> None:
    for _ in range(seconds):
        world.fly(MET, row(north_m=north_m, altitude_hae_m=125.0 + up_m))
        world.wait()


def told(world: World, audience: Audience = LFB_DESK) -> list[str]:
    notices = [one.notice for one in world.messages(audience) if one.HasField("notice")]
    return [one.text for one in notices if one.code == VOLUME_OVER_REQUEST]


def shown_to_others(hides_at: list[tuple[float, float]], requests: list[Asked]) -> list[bytes]:
    """All that others are shown while a covert drone is at these places, and asked of meanwhile."""
    world = covert()
    world.fly(MET, row())
    world.wait(12.0)  # its volume is there
    for place, asked in enumerate(requests):
        ask(world, f"r{place}", asked)
    for north_m, east_m in hides_at:
        for _ in range(2):
            world.fly(MET, row(north_m=north_m, east_m=east_m))
            world.wait()
    for place in range(len(requests)):
        world.do(WithdrawRestriction(CONTROL, "", RestrictionName("lfb", f"r{place}"), 0))
    world.wait()
    return [one for audience in OTHERS for one in world.bytes_of(audience)]


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])
@example([(300.0, 0.0, 400.0)], [(400.0, 0.0, -400.0, 0.0)])
@given(
    st.lists(REQUESTS, min_size=1, max_size=8),
    st.lists(st.tuples(INSIDE_M, INSIDE_M, INSIDE_M, INSIDE_M), min_size=1, max_size=3),
)
def test_no_request_of_any_size_tells_two_flights_of_one_volume_apart(
    requests: list[tuple[float, float, float]], places: list[tuple[float, float, float, float]]
) -> None:
    # REQ-SHARE-018. The example's request has a border between its two places.
    asked = [Asked(*one) for one in requests]
    one = shown_to_others([(north_m, east_m) for north_m, east_m, _, _ in places], asked)
    other = shown_to_others([(north_m, east_m) for _, _, north_m, east_m in places], asked)
    assert one == other


def test_a_row_of_small_requests_finds_no_covert_flight_and_its_own_desk_reads_each() -> None:
    # REQ-SHARE-018, REQ-SHARE-004
    world = covert()
    for place in range(20):
        ask(world, f"r{place}", Asked(north_m=40.0 * place - 400.0, radius_m=20.0))
    for second in range(40):
        world.fly(MET, row(north_m=20.0 * second - 400.0, north_mps=20.0))
        world.wait()
    assert alerts(world, LFB_DESK) == []
    entries = {one.restriction for one in alerts(world, MET_DESK)}
    assert len(entries) >= 19


def test_who_asks_is_told_that_a_volume_lies_over_it_once() -> None:
    # REQ-SHARE-018
    world = covert()
    hover(world, 12)
    ask(world, "landing", Asked(north_m=900.0))
    hover(world, 12)
    [text] = told(world)
    assert text.startswith("A keep-clear volume lies over ")
    assert [told(world, one) for one in OTHERS if one != LFB_DESK] == [[]] * (len(OTHERS) - 1)
    assert told(world, MET_DESK) == []


def test_a_volume_that_comes_over_a_request_is_told_and_one_that_stays_over_it_is_not() -> None:
    # REQ-SHARE-018
    world = covert()
    ask(world, "landing", Asked(north_m=2_400.0, radius_m=200.0))
    ask(world, "wide", Asked(radius_m=5_000.0))
    hover(world, 12)
    assert len(told(world)) == 1, "the wide one"
    hover(world, 24, north_m=1_500.0)
    revisions = {one.volume.revision for one in world.messages(LFB_DESK) if one.HasField("volume")}
    assert len(revisions) > 1
    assert len(told(world)) == 2, "and the landing site, once it moved"


def test_volumes_of_several_flights_are_one_word() -> None:
    world = covert()
    other = replace(DRONE, callsign="MET 8", registration="G-M008", flight_id="F-8")
    for _ in range(12):
        world.fly(MET, row(), row("t8", east_m=30.0, description=other))
        world.wait()
    ask(world, "landing", Asked())
    [text] = told(world)
    assert text.startswith("2 keep-clear volumes lie over ")


@pytest.mark.parametrize(
    ("asked", "is_told"),
    [
        (Asked(floor_amsl_m=0.0, ceiling_amsl_m=300.0), True),
        (Asked(floor_amsl_m=600.0, ceiling_amsl_m=900.0), False),
        (Asked(floor_amsl_m=600.0), False),
        (Asked(north_m=CELL_NORTH_DEG / METRES_NORTH_DEG + PAD_M + 800.0), False),
    ],
)
def test_it_is_told_only_of_what_its_volumes_touch(asked: Asked, is_told: bool) -> None:
    world = covert()
    hover(world, 12)
    ask(world, "landing", asked)
    assert bool(told(world)) is is_told


def test_a_request_of_its_own_agency_and_one_that_only_informs_tell_nobody() -> None:
    world = covert()
    hover(world, 12)
    inform = replace(request(world, "info", Asked()), entry_rule=EntryRule.INFORMATION)
    world.do(CreateRestriction(CONTROL, "", inform))
    own = replace(request(world, "own", Asked()), name=RestrictionName("met", "own"))
    world.do(CreateRestriction(SystemName("met", "control"), "", own))
    assert [told(world, one) for one in (*OTHERS, MET_DESK)] == [[]] * (len(OTHERS) + 1)


def test_whoever_mirrors_a_restriction_is_told_of_no_volume_over_it() -> None:
    # REQ-SHARE-018: nobody here asked for it, and anybody may say that a source did.
    world = covert()
    mirrored = draft(
        "r157", kind=RestrictionKind.STATUTORY, source=Source("pib", "R157"), contact="",
        volumes=request(world, "r157", Asked(radius_m=800.0)).volumes,
        windows=(Window(world.now_us, world.now_us + HOUR_US),),
    )  # fmt: skip
    importer = SystemName("lfb", "importer")
    [outcome] = world.do(ImportRestrictions(importer, "", "pib", (mirrored,), False, ("R157",)))
    assert isinstance(outcome.reply, Done)
    hover(world, 12)
    assert alerts(world, MET_DESK)
    assert (alerts(world, LFB_DESK), told(world)) == ([], [])


def test_an_entry_is_told_once_its_flight_is_covert_no_more() -> None:
    # REQ-SHARE-007
    world = World()
    world.share(SharingLevel.COVERT)
    ask(world, "fire", Asked(radius_m=50.0))
    hover(world)
    assert alerts(world, LFB_DESK) == []
    world.share(None)
    [begun] = alerts(world, LFB_DESK)
    assert [one.label for one in begun.parties] == ["MET 7"]
    [active] = world.airspace.alerting.active()
    assert active.kind is AlertKind.RESTRICTION
