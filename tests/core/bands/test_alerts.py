"""Leaving a band along the live path: when it is told, to whom, in which words; that it ends."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.alerts import AlertLevel
from broker.core.commands import AcknowledgeAlert, LoadPolicy
from broker.core.names import Audience, Role, SystemName
from broker.core.outcomes import Done
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.reports import (
    AircraftClass,
    AircraftDescription,
    HeightBand,
    HeightReference,
    OperationalStatus,
)
from keepclear.v1 import common_pb2
from tests.core.bands.scene import (
    APART_M,
    FIRE,
    LOWEST,
    MIDDLE,
    POLICE,
    drone,
    fly,
    revisions,
    told,
)
from tests.core.sharing.worlds import (
    LAS,
    LAS_DESK,
    LFB,
    LFB_DESK,
    MET,
    MET_DESK,
    TOML,
    World,
    row,
)

INSIDE = [35.0] * 4
ABOVE = [52.0] * 4
MET_OBSERVER = Audience("met", Role.OBSERVER)
WINGMAN = AircraftDescription(AircraftClass.DRONE, callsign="MET 8", incident_id="CAD-77")
CAUTION, NONE = AlertLevel.CAUTION, AlertLevel.NONE


def test_a_drone_outside_its_band_beside_others_is_a_caution_until_it_is_back() -> None:
    # REQ-BAND-003
    world = World()
    fly(world, INSIDE)
    assert revisions(world) == []
    fly(world, ABOVE)
    (raised,) = revisions(world)
    assert (raised.level, raised.rule_id, raised.told_to) == (CAUTION, "leaving-band", ("met",))
    fly(world, [35.0] * 10)
    assert [(one.alert_id, one.revision, one.level) for one in revisions(world)] == [
        (raised.alert_id, 1, CAUTION),
        (raised.alert_id, 2, NONE),
    ]
    assert world.airspace.alerting.active() == []
    fly(world, ABOVE)
    assert revisions(world)[-1].alert_id != raised.alert_id


def test_one_report_raises_nothing_and_one_does_not_clear() -> None:
    # REQ-BAND-003
    world = World()
    fly(world, [*INSIDE, 52.0, *INSIDE, 52.0, *INSIDE])
    assert revisions(world) == []
    fly(world, [*ABOVE, 35.0, *ABOVE, 35.0, *ABOVE])
    assert len(revisions(world)) == 1


def test_a_height_that_may_still_be_inside_says_nothing() -> None:
    # REQ-BAND-003: 48 m, give or take 4 m.
    world = World()
    fly(world, [*INSIDE, *[48.0] * 10])
    assert revisions(world) == []


def test_a_descent_is_foreseen_and_told_anew_when_it_is_outside() -> None:
    world = World()
    fly(world, INSIDE)
    heights_m = [35.0 - 2.0 * second for second in range(14)]
    fly(world, heights_m, climb_mps=-2.0)
    first, then = revisions(world)
    assert first.geometry.time_to_loss_s is not None
    assert 0.0 < first.geometry.time_to_loss_s < 6.0
    assert then.geometry.time_to_loss_s == 0.0
    assert (then.alert_id, then.revision) == (first.alert_id, 2)
    headlines = [one.headline for one in told(world, MET_DESK)]
    assert "may leave in" in headlines[0]
    assert (
        "is outside its allotted band, 25 m (80 ft) to 45 m (150 ft) above take-off"
        in (headlines[1])
    )


@pytest.mark.parametrize(
    "others",
    [
        {"fire": None},
        {"apart_m": 700.0},
        {"fire": replace(FIRE, incident_id="CAD-78")},
        {"fire": replace(FIRE, incident_id="", allotted_band=None)},
    ],
)
def test_alone_it_may_fly_as_it_likes(others: dict[str, Any]) -> None:
    world = World()
    fly(world, [*INSIDE, *ABOVE], **others)
    assert revisions(world) == []


@pytest.mark.parametrize(
    ("status", "count"),
    [
        (OperationalStatus.AIRBORNE, 1),
        (OperationalStatus.ON_GROUND, 0),
        (OperationalStatus.AT_DOCK, 0),
    ],
)
def test_company_is_in_the_air(status: OperationalStatus, count: int) -> None:
    # REQ-BAND-003
    world = World()
    for height_m in (*INSIDE, *ABOVE):
        beside = row("x2", east_m=150.0, description=FIRE, operational_status=status, **drone(0.0))
        world.fly(LFB, beside)
        fly(world, [height_m], fire=None)
    assert len(revisions(world)) == count


def test_whoever_was_lost_is_no_company() -> None:
    world = World()
    fly(world, INSIDE)
    for _ in range(40):
        fly(world, [35.0] * 5, fire=None)
    fly(world, ABOVE, fire=None)
    assert revisions(world) == []


def test_company_goes_further_away_before_it_is_none() -> None:
    # REQ-BAND-003: 2,000 ft, held as far as 1.2 times that.
    world = World()
    fly(world, [*INSIDE, *ABOVE], apart_m=600.0)
    assert len(revisions(world)) == 1
    for apart_m in (*range(605, 700, 5), *[700.0] * 10):
        fly(world, ABOVE[:1], apart_m=apart_m)
    assert len(revisions(world)) == 1
    for apart_m in (*range(705, 760, 5), *[760.0] * 10):
        fly(world, ABOVE[:1], apart_m=apart_m)
    assert [one.level for one in revisions(world)] == [CAUTION, NONE]


def test_any_aircraft_that_works_the_incident_is_company() -> None:
    # A helicopter overhead is allotted nothing, and is told nothing of it.
    world = World()
    helicopter = AircraftDescription(AircraftClass.HELICOPTER, "G-LASX", incident_id="CAD-77")
    for height_m in [*INSIDE, *ABOVE]:
        world.fly(LAS, row("h1", east_m=300.0, altitude_hae_m=400.0, description=helicopter))
        fly(world, [height_m], fire=None)
    assert [one.told_to for one in revisions(world)] == [("met",)]
    assert len(told(world, MET_DESK)) == len(told(world, MET_OBSERVER)) == 1
    assert told(world, LAS_DESK) == []


def test_the_desk_whose_band_it_comes_into_is_told_too() -> None:
    # REQ-BAND-003
    world = World()
    fly(world, [*INSIDE, *ABOVE])
    assert told(world, LFB_DESK) == []
    fly(world, [62.0] * 4)
    assert [one.told_to for one in revisions(world)] == [("met",), ("met", "lfb")]
    [own] = told(world, MET_DESK)[-1:]
    [theirs] = told(world, LFB_DESK)
    assert own.alert_id == theirs.alert_id
    assert own.headline == (
        "Caution: drone MET 7 (Metropolitan Police) is outside its allotted band, 25 m (80 ft) to "
        "45 m (150 ft) above take-off, while others work there: now 62 m (200 ft), give or take "
        "4 m (10 ft). Picture 0 s old."
    )
    assert own.advice == "Suggestion: keep to the band or land, if safe."
    assert "It may come into a band allotted to you." in theirs.headline
    assert theirs.advice == "Call Metropolitan Police desk, 020 7000 0000, talkgroup OPS-9."
    assert [party.label for party in theirs.parties] == ["MET 7"]
    assert own.relative_height_m == pytest.approx(-17.0)
    assert own.relative_height_doubt_m == pytest.approx(4.0)
    assert told(world, LAS_DESK) == []
    fly(world, [35.0] * 10)
    assert [one.level for one in told(world, LFB_DESK)] == [
        common_pb2.ALERT_LEVEL_CAUTION,
        common_pb2.ALERT_LEVEL_UNSPECIFIED,
    ]


def test_below_its_band_nobody_is_asked_to_climb() -> None:
    world = World()
    lower = replace(POLICE, allotted_band=MIDDLE)
    fly(world, [*[70.0] * 4, *[50.0] * 4], police=lower, fire=replace(FIRE, allotted_band=LOWEST))
    (one,) = told(world, MET_DESK)
    assert one.advice == "Suggestion: land, or move away from the others there, if safe."
    assert one.relative_height_m == pytest.approx(10.0)


@pytest.mark.parametrize(
    "unknown",
    [
        {"height_m": float("nan"), "height_reference": HeightReference.NONE},
        {"height_reference": HeightReference.GROUND},
        {"vertical_accuracy_m": 16.0},
    ],
)
def test_what_is_not_known_well_enough_says_nothing(unknown: dict[str, Any]) -> None:
    # REQ-BAND-004: more doubt than lies between two bands, or another reference.
    world = World()
    fly(world, [35.0] * 4)
    fly(world, [90.0] * 8, **unknown)
    assert revisions(world) == []


def test_on_its_way_up_a_drone_leaves_nothing_but_it_is_to_get_there() -> None:
    world = World()
    high = replace(POLICE, allotted_band=MIDDLE)
    apart = replace(FIRE, allotted_band=LOWEST)
    fly(world, [5.0] * 100, police=high, fire=apart, fire_height_m=35.0, apart_m=300.0)
    assert revisions(world) == []
    fly(world, [5.0] * 30, police=high, fire=apart, fire_height_m=35.0, apart_m=300.0)
    assert len(revisions(world)) == 1


@pytest.mark.parametrize(
    "status", [OperationalStatus.LANDING_OR_LIFTING, OperationalStatus.ON_GROUND]
)
def test_a_drone_that_lands_ends_it_and_may_take_off_again(status: OperationalStatus) -> None:
    world = World()
    fly(world, [*INSIDE, *[15.0] * 4])
    fly(world, [10.0] * 6, operational_status=status)
    assert [one.level for one in revisions(world)] == [CAUTION, NONE]
    fly(world, [10.0] * 6)
    assert len(revisions(world)) == 2


@pytest.mark.parametrize(
    "anew",
    [
        replace(POLICE, allotted_band=None),
        replace(POLICE, allotted_band=HeightBand(40.0, 60.0, HeightReference.TAKEOFF)),
        replace(POLICE, incident_id="CAD-99"),
    ],
)
def test_another_band_or_none_ends_it(anew: AircraftDescription) -> None:
    # REQ-BAND-003
    world = World()
    fly(world, [*INSIDE, *ABOVE])
    fly(world, [52.0], police=anew)
    assert [one.level for one in revisions(world)] == [CAUTION, NONE]
    fly(world, [52.0] * 5, police=anew)
    assert len(revisions(world)) == 2


def test_a_lost_drone_ends_it_but_silence_does_not() -> None:
    # REQ-BAND-003
    world = World()
    fly(world, [*INSIDE, *ABOVE])
    for _ in range(15):
        world.wait()
    assert len(revisions(world)) == 1
    for _ in range(20):
        world.wait()
    assert [one.level for one in revisions(world)] == [CAUTION, NONE]


def test_it_is_acknowledged_listed_and_survives_a_restart() -> None:
    # REQ-BAND-001
    world = World()
    fly(world, [*INSIDE, *ABOVE])
    (alert,) = revisions(world)
    reply = world.do(AcknowledgeAlert(MET, "r1", alert.alert_id, "Pilot 3"))[0].reply
    assert isinstance(reply, Done)
    world.restart()
    (kept,) = world.airspace.alerting.active()
    assert (kept.alert_id, kept.revision, kept.told_to) == (alert.alert_id, 2, ("met",))
    assert kept.band is not None
    assert kept.band.band == LOWEST
    assert [one.acknowledged_by for one in kept.acknowledgements] == ["Pilot 3"]
    assert world.airspace.alerting.active_count == 1
    found = world.airspace.alerting.find(alert.alert_id)
    assert found is not None
    assert found.acknowledgements == kept.acknowledgements
    fly(world, [35.0] * 10)
    assert revisions(world)[-1].alert_id == alert.alert_id
    assert revisions(world)[-1].level is NONE


def test_another_policy_may_know_no_bands() -> None:
    world = World()
    fly(world, [*INSIDE, *ABOVE])
    text = TOML[: TOML.index("[leaving_band]")].replace(
        "\n[alerting]", '\nleaving_band = "none"\n\n[alerting]', 1
    )
    text = text.replace('version = "', 'version = "bandless-', 1)
    reply = world.do(LoadPolicy(text))[0].reply
    assert isinstance(reply, Done), reply
    fly(world, ABOVE * 3)
    assert [one.level for one in revisions(world)] == [CAUTION, NONE]


@pytest.mark.parametrize("level", [SharingLevel.MASKED, SharingLevel.COVERT])
def test_of_a_hidden_drone_its_own_agency_alone_is_told(level: SharingLevel) -> None:
    # REQ-BAND-005: a band says what a flight is for.
    world = World()
    world.share_all(level)
    fly(world, [*INSIDE, *ABOVE, *[62.0] * 4])
    assert len(told(world, MET_DESK)) >= 1
    assert told(world, LFB_DESK) == told(world, LAS_DESK) == []


@pytest.mark.parametrize("level", [SharingLevel.MASKED, SharingLevel.COVERT])
def test_nobody_is_told_who_is_hidden_at_the_incident(level: SharingLevel) -> None:
    # REQ-BAND-005: that somebody hidden works there is not to be known from a caution.
    world = World()
    world.share_all(level, "lfb")
    fly(world, [*INSIDE, *ABOVE, *[62.0] * 4])
    assert revisions(world) == []


hidden_words = st.fixed_dictionaries(
    {
        "incident_id": st.sampled_from(["CAD-77", "CAD-78", ""]),
        "allotted_band": st.sampled_from([None, MIDDLE, LOWEST]),
    }
)


@given(hidden_words, st.sampled_from([SharingLevel.MASKED, SharingLevel.COVERT]))
@settings(max_examples=6, deadline=None)
def test_no_byte_depends_on_what_a_hidden_drone_was_allotted(
    words: dict[str, Any], level: SharingLevel
) -> None:
    # REQ-BAND-005
    shown = []
    for fire in (FIRE, replace(FIRE, **words)):
        world = World()
        world.share_all(level, "lfb")
        fly(world, [*INSIDE, *ABOVE, *[62.0] * 3], fire=fire, apart_m=300.0)
        shown.append([world.bytes_of(one) for one in (MET_DESK, MET_OBSERVER, LAS_DESK)])
    assert shown[0] == shown[1]


@pytest.mark.parametrize("level", [SharingLevel.MASKED, SharingLevel.COVERT])
def test_that_a_hidden_flights_desk_is_told_shows_to_nobody_else(level: SharingLevel) -> None:
    # REQ-BAND-005: it comes to work there while the caution stands, and its desk acknowledges.
    shown = []
    for comes in (False, True):
        world = World()
        world.share_all(level, "lfb")
        for second in range(12):
            world.fly(MET, row("t8", east_m=-200.0, description=WINGMAN, **drone(35.0)))
            apart_m = APART_M if comes and second > 6 else 3_000.0
            fly(world, [35.0 if second < 3 else 62.0], apart_m=apart_m)
        assert bool(told(world, LFB_DESK)) is comes
        if comes:
            [alert] = told(world, LFB_DESK)
            desk = SystemName("lfb", "desk")
            world.do(AcknowledgeAlert(desk, "", alert.alert_id, "Watch manager"))
            assert told(world, LFB_DESK)[-1].acknowledgements
            world.wait()
        shown.append(told(world, MET_DESK))
    assert shown[0] == shown[1] != []


def test_hidden_while_it_stands_it_goes_on_under_another_id() -> None:
    # REQ-SHARE-007
    world = World()
    fly(world, [*INSIDE, *[62.0] * 4])
    first = revisions(world)[-1]
    world.share_all(SharingLevel.MASKED)
    again = revisions(world)[-1]
    assert again.alert_id != first.alert_id
    assert [one.level for one in told(world, LFB_DESK)] == [
        common_pb2.ALERT_LEVEL_CAUTION,
        common_pb2.ALERT_LEVEL_UNSPECIFIED,
    ]
    assert told(world, MET_DESK)[-1].alert_id == again.alert_id
    fly(world, [62.0] * 4)
    assert len(told(world, LFB_DESK)) == 2


def test_one_incident_tells_no_more_of_it_than_of_anything() -> None:
    # REQ-SEP-020
    world = World()
    words = [replace(POLICE, callsign=f"MET {place}") for place in range(6)]
    for height_m in [*INSIDE, *ABOVE * 2]:
        for place, one in enumerate(words):
            seen = drone(height_m)
            world.fly(MET, row(f"m{place}", east_m=120.0 * place, description=one, **seen))
        world.wait()
    kinds = [one.kind for one in world.airspace.alerting.active()]
    assert len(kinds) == 3
    (cluster,) = [one for one in world.airspace.alerting.active() if one.members]
    assert cluster.member_count == 4
    assert (cluster.told_to, cluster.band) == ((), None)
