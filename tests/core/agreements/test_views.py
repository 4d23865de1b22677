"""What agreements do to the views: names come and go with them, positions and alerts stay."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.agreements.commands import (
    AcceptAgreement,
    AgreementCommand,
    EndAgreement,
    LoadAgreementRules,
    ProposeAgreement,
)
from broker.core.agreements.model import AgreedShare, AgreementParty, AgreementRules
from broker.core.commands import LoadPolicy
from broker.core.names import Audience, Role, SystemName
from broker.core.outcomes import Done, NotDone
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.reports import AircraftClass, AircraftDescription, ReportSource
from broker.core.units import HOUR_US
from keepclear.v1 import feed_pb2
from tests.core.agreements.papers import NAME, PARTIES, POLICY_VERSION, SHARES, terms
from tests.core.sharing.worlds import (
    DRONE,
    LAS_DESK,
    LFB,
    LFB_DESK,
    MET,
    MET_DESK,
    START_US,
    TOML,
    World,
    alerts,
    row,
    tracks_of,
)

FIRE_DRONE = AircraftDescription(AircraftClass.DRONE, callsign="LFB 2")
REQUIRED = AgreementRules(required=True)
DESKS = (MET_DESK, LFB_DESK, LAS_DESK)
SAID_OF_AGREEMENTS = "agreement"


def system(agency: str) -> SystemName:
    return SystemName(agency, "control")


def propose(agency: str = "met", **changes: object) -> ProposeAgreement:
    return ProposeAgreement(system(agency), "", terms(**changes), "Duty officer")


def accept(agency: str = "lfb", version: int = 1) -> AcceptAgreement:
    return AcceptAgreement(system(agency), "", NAME, version, "Duty officer")


def end(agency: str) -> EndAgreement:
    return EndAgreement(system(agency), "", NAME, 0, "Duty officer", "no staff tonight")


def done(world: World, *commands: AgreementCommand) -> None:
    for command in commands:
        [outcome] = world.do(command)
        assert isinstance(outcome.reply, Done), outcome.reply


def required(*commands: AgreementCommand) -> World:
    world = World()
    done(world, LoadAgreementRules(REQUIRED), *commands)
    return world


def met_track(world: World, audience: Audience) -> feed_pb2.TrackView:
    """As a late joiner is shown it, which must be what everybody was shown last."""
    [joined] = [one for one in tracks_of(world.joined(audience)) if one.agency == "met"]
    last = {one.track_id: one for one in tracks_of(world.messages(audience))}
    assert last[joined.track_id].label == joined.label
    return joined


def label(world: World, audience: Audience) -> str:
    world.fly(MET, row())
    world.wait()
    shown = met_track(world, audience)
    hidden = (shown.registration, shown.incident_id, shown.talkgroup)
    assert bool(shown.label) == any(hidden)
    assert shown.duty_contact == "020 7000 0000"
    return shown.label


def notices(world: World, audience: Audience) -> list[feed_pb2.Notice]:
    said = [one.notice for one in world.messages(audience) if one.HasField("notice")]
    return [one for one in said if one.code.startswith(SAID_OF_AGREEMENTS)]


def standing(world: World, audience: Audience) -> list[str]:
    """Codes in a snapshot."""
    said = [one.notice for one in world.joined(audience) if one.HasField("notice")]
    return [one.code for one in said if one.code.startswith(SAID_OF_AGREEMENTS)]


def test_without_rules_agreement_is_assumed_and_said() -> None:
    # REQ-AGR-006
    world = World()
    assert [label(world, one) for one in DESKS] == ["MET 7"] * 3
    assert standing(world, LFB_DESK) == ["agreements-assumed"]


def test_where_it_is_required_a_name_needs_an_agreement_in_force() -> None:
    # REQ-AGR-006
    world = required()
    assert [label(world, one) for one in DESKS] == ["MET 7", "", ""]
    assert standing(world, LFB_DESK) == ["agreement-missing"]
    before = met_track(world, LFB_DESK).track_id
    done(world, propose())
    assert label(world, LFB_DESK) == ""
    done(world, accept())
    assert [label(world, one) for one in DESKS] == ["MET 7", "MET 7", ""]
    # REQ-SHARE-007: what was shown without a name is not named afterwards.
    named = met_track(world, LFB_DESK).track_id
    assert named != before
    withheld = {one.track_id for one in tracks_of(world.messages(LFB_DESK)) if not one.agency}
    assert withheld == {before}
    assert {one.track_id for one in tracks_of(world.messages(LAS_DESK))} == {
        met_track(world, LAS_DESK).track_id
    }


@pytest.mark.parametrize("agency", ["met", "lfb"])
def test_either_side_ends_it_at_once_and_the_feeds_of_both_say_so(agency: str) -> None:
    # REQ-AGR-003, REQ-AGR-007
    world = required(propose(), accept())
    assert label(world, LFB_DESK) == "MET 7"
    done(world, end(agency))
    world.wait(0.25)
    assert met_track(world, LFB_DESK).label == ""
    for desk in (MET_DESK, LFB_DESK):
        last = notices(world, desk)[-1]
        assert (last.code, last.subject) == ("agreement-ended", str(NAME))
        for words in ("no staff tonight", "Land all drones.", "talkgroup MET-OPS", "020 7946 0002"):
            assert words in last.text
        assert "agreement-ended" in standing(world, desk)
    numbered = [one for one in world.messages(LFB_DESK) if one.notice.code == "agreement-ended"]
    numbers = [one.header.number for one in world.messages(LFB_DESK)]
    assert numbers.count(numbered[0].header.number) == 1


def test_who_refuses_an_offer_is_not_told_to_fall_back_on_anything() -> None:
    # REQ-AGR-007: only what was in force leaves a gap.
    later_us = World().now_us + HOUR_US
    refusal = EndAgreement(system("lfb"), "", NAME, 0, "Duty officer", "not the north")
    for before in ((propose(),), (propose(from_us=later_us), accept())):
        world = required(*before, refusal)
        last = notices(world, MET_DESK)[-1]
        assert last.code == "agreement-ended"
        assert "not the north" in last.text
        assert last.text.endswith("It was never in force: nothing else changes.")
    world = required(propose(until_us=later_us))
    world.wait(3_600.0)
    last = notices(world, LFB_DESK)[-1]
    assert (last.code, "Fall back on" in last.text) == ("agreement-expired", False)


def test_the_end_stands_for_a_day_whatever_others_agree_under_the_name() -> None:
    # REQ-AGR-004, REQ-AGR-007
    world = required(propose(), accept(), end("lfb"))
    las = AgreementParty("las", "Clinical desk", "020 7946 0003", "LAS-OPS")
    done(world, propose(parties=(PARTIES[0], las), shares=()), accept("las", version=2))
    assert standing(world, LFB_DESK) == ["agreement-ended", "agreement-missing"]
    assert "agreement-ended" not in standing(world, MET_DESK)
    world.wait(86_400.0 - 1.0)
    assert "agreement-ended" in standing(world, LFB_DESK)
    world.wait()
    assert "agreement-ended" not in standing(world, LFB_DESK)


def test_others_are_told_nothing() -> None:
    # REQ-AGR-004
    world = required(propose(), accept(), end("met"), propose(title="Again"))
    assert notices(world, LAS_DESK) == []
    assert standing(world, LAS_DESK) == ["agreement-missing"]
    codes = [one.code for one in notices(world, LFB_DESK)]
    assert codes == [
        "agreement-proposed",
        "agreement-in-force",
        "agreement-ended",
        "agreement-proposed",
    ]
    [reply] = world.do(end("las"))
    assert isinstance(reply.reply, NotDone)
    assert reply.reply.not_found


def test_what_ended_is_not_assumed_again() -> None:
    # REQ-AGR-006: ending one never shows more than it did.
    world = World()
    done(world, propose(shares=SHARES[1:]), accept())
    assert label(world, LFB_DESK) == ""
    assert label(world, LAS_DESK) == "MET 7"
    done(world, end("met"))
    assert label(world, LFB_DESK) == ""
    world.restart()
    assert label(world, LFB_DESK) == ""


def test_it_expires_by_itself_and_says_what_to_fall_back_on() -> None:
    # REQ-AGR-007
    world = required(propose(until_us=World().now_us + HOUR_US), accept())
    assert label(world, LFB_DESK) == "MET 7"
    world.wait(3_600.0)
    assert label(world, LFB_DESK) == ""
    last = notices(world, LFB_DESK)[-1]
    assert last.code == "agreement-expired"
    assert "Fall back on: Land all drones." in last.text
    world.wait(86_400.0)
    assert standing(world, LFB_DESK) == ["agreement-missing"]


def test_a_restart_goes_on_as_before() -> None:
    # REQ-AGR-005
    one, other = required(propose(), accept()), required(propose(), accept())
    for world in (one, other):
        label(world, LFB_DESK)
    other.restart()
    for world in (one, other):
        assert label(world, LFB_DESK) == "MET 7"
        done(world, end("lfb"))
        assert label(world, LFB_DESK) == ""
    assert one.bytes_of(LFB_DESK) == other.bytes_of(LFB_DESK)


def test_a_hidden_flight_stays_hidden_whatever_is_agreed() -> None:
    # REQ-AGR-006: an agency hides more than it agreed to show, never less.
    world = required(propose(), accept())
    world.share(SharingLevel.MASKED)
    assert label(world, LFB_DESK) == ""
    world.share(SharingLevel.COVERT)
    world.fly(MET, row())
    world.wait()
    assert not [one for one in tracks_of(world.joined(LFB_DESK)) if one.agency == "met"]
    done(world, end("met"))
    world.fly(MET, row())
    world.wait()
    assert not [one for one in tracks_of(world.joined(LFB_DESK)) if one.agency == "met"]


def test_a_public_agency_needs_none() -> None:
    world = World()
    done(world, LoadAgreementRules(AgreementRules(required=True, public_agencies=("met",))))
    assert [label(world, one) for one in DESKS] == ["MET 7"] * 3


def test_an_alert_names_the_agreed_desk_where_the_flight_names_nobody() -> None:
    # REQ-AGR-009
    world = required(propose(), accept())
    met_alone = AircraftDescription(AircraftClass.DRONE, callsign="MET 7")
    for _ in range(5):
        world.fly(LFB, row("x1", east_m=20.0, description=FIRE_DRONE))
        world.fly(MET, row(description=met_alone))
        world.wait()
    told = alerts(world, LFB_DESK)[-1]
    assert "Call Metropolitan Police desk, 020 7946 0001, talkgroup MET-OPS." in told.advice
    assert "Call London Fire Brigade desk, 020 7946 0002, talkgroup LFB-OPS." in (
        alerts(world, MET_DESK)[-1].advice
    )
    said = AircraftDescription(AircraftClass.DRONE, callsign="MET 7", duty_contact="020 1")
    world.fly(MET, row(description=said))
    done(world, end("met"))  # the alert is told again, in today's words
    assert "Call Metropolitan Police desk, 020 1." in alerts(world, LFB_DESK)[-1].advice


def test_an_incident_is_not_named_to_who_is_shown_nobody_of_it() -> None:
    world = required()
    for _ in range(5):
        world.fly(MET, row(), row("t8", east_m=6.0))
        world.fly(LFB, row("x1", east_m=10.0, description=FIRE_DRONE))
        world.wait()
    told = [one for desk in (LFB_DESK, LAS_DESK) for one in alerts(world, desk)]
    assert told
    for alert in told:
        assert alert.incident_id == ""
        assert "CAD-77" not in str(alert)
    assert any(one.incident_id == "CAD-77" for one in alerts(world, MET_DESK))


def test_tracks_joined_of_two_agencies_part_when_they_are_shown_apart() -> None:
    world = required(propose(), accept())
    done(world, LoadAgreementRules(AgreementRules(required=False)))
    heard = AircraftDescription(AircraftClass.DRONE, registration="G-M007")

    def fly(seconds: int) -> None:
        for _ in range(seconds):
            world.fly(MET, row())
            world.fly(LFB, row("heard", east_m=5.0, description=heard, source=ReportSource.ADSB))
            world.wait()

    fly(4)
    assert len(tracks_of(world.joined(LAS_DESK))) == 1
    done(world, end("met"))
    fly(4)
    for desk in DESKS:
        assert {one.agency for one in tracks_of(world.joined(desk))} == {"met", "lfb"}
        assert all(not one.heard_by for one in tracks_of(world.joined(desk)))


def other_policy(world: World, version: str = "other-1") -> None:
    [outcome] = world.do(LoadPolicy(TOML.replace(POLICY_VERSION, version)))
    assert isinstance(outcome.reply, Done)


def said_of_it(world: World, desk: Audience) -> list[str]:
    """The codes of what a late joiner is told of the agreement itself."""
    told = [one.notice for one in world.joined(desk) if one.HasField("notice")]
    return [one.code for one in told if one.subject == str(NAME)]


def test_another_pair_policy_is_told_to_who_signed_on_the_old_one() -> None:
    # REQ-AGR-014
    world = required(propose(), accept())
    other_policy(world)
    last = notices(world, MET_DESK)[-1]
    assert last.code == "agreement-other-policy"
    assert f"{POLICY_VERSION}; other-1 is in force now" in last.text
    assert notices(world, LAS_DESK) == []


def test_minima_never_change_under_the_version_that_was_signed() -> None:
    # REQ-AGR-015
    world = required(propose(), accept())
    was = world.airspace.policy_toml
    [outcome] = world.do(LoadPolicy(TOML.replace('persistence = "4 s"', 'persistence = "1 s"')))
    assert isinstance(outcome.reply, NotDone)
    assert outcome.reply.refusals[0].field == "version"
    assert outcome.effects == ()
    assert world.airspace.policy_toml == was


def test_what_is_in_force_goes_on_under_another_policy_and_says_so_until_it_is_renewed() -> None:
    # REQ-AGR-014: a reload takes nobody's names, contacts or entry away without a word.
    world = required(propose(), accept())
    world.fly(MET, row())
    world.wait()
    assert met_track(world, LFB_DESK).label
    other_policy(world)
    world.fly(MET, row())
    world.wait()
    assert met_track(world, LFB_DESK).label
    for desk in (MET_DESK, LFB_DESK):
        assert said_of_it(world, desk) == ["agreement-in-force", "agreement-other-policy"]
    assert said_of_it(world, LAS_DESK) == []
    done(world, propose("lfb", policy_version=""), accept("met", 2))
    assert said_of_it(world, MET_DESK) == ["agreement-in-force"]
    other_policy(world, POLICY_VERSION)
    assert said_of_it(world, MET_DESK) == ["agreement-in-force", "agreement-other-policy"]
    other_policy(world)
    assert said_of_it(world, MET_DESK) == ["agreement-in-force"]


def test_what_was_signed_for_later_comes_into_force_under_another_policy_too() -> None:
    # REQ-AGR-014: on the day it was signed for, not "no agreement".
    world = required(propose(from_us=START_US + 5_000_000), accept())
    other_policy(world)
    assert "agreement-other-policy" in said_of_it(world, LFB_DESK)
    for _ in range(6):
        world.wait()
    assert said_of_it(world, LFB_DESK) == ["agreement-in-force", "agreement-other-policy"]


def test_an_offer_on_an_old_policy_is_not_signed() -> None:
    # REQ-AGR-014: nobody signs minima that are not computed with.
    world = required(propose())
    other_policy(world)
    [outcome] = world.do(accept())
    assert isinstance(outcome.reply, NotDone)
    [refusal] = outcome.reply.refusals
    assert refusal.field == "version"
    assert "propose it again" in refusal.reason
    done(world, propose(policy_version=""), accept(version=2))
    assert said_of_it(world, MET_DESK) == ["agreement-in-force"]


WORDS = st.text(st.characters(codec="ascii", categories=("L", "N")), max_size=12)


@given(
    st.builds(
        AircraftDescription,
        st.just(AircraftClass.DRONE),
        registration=WORDS,
        callsign=WORDS,
        flight_id=WORDS,
        incident_id=WORDS,
        talkgroup=WORDS,
    ),
    WORDS.filter(bool),
)
@settings(max_examples=10, deadline=None)
def test_no_byte_depends_on_who_it_is_for_who_has_no_agreement(
    description: AircraftDescription, track: str
) -> None:
    # REQ-AGR-006: as of a masked flight, with its alerts.
    def flown(met: AircraftDescription, name: str) -> World:
        world = required(propose(), accept())
        for _ in range(8):
            world.fly(SystemName("las", "drones"), row("a1", east_m=20.0, description=FIRE_DRONE))
            world.fly(MET, row(name, description=met))
            world.wait()
        return world

    usual = AircraftDescription(AircraftClass.DRONE, callsign="MET 7", incident_id="CAD-77")
    one, other = flown(usual, "t7"), flown(description, track)
    assert alerts(one, LAS_DESK)
    for role in Role:
        assert one.bytes_of(Audience("las", role)) == other.bytes_of(Audience("las", role))


def histories() -> st.SearchStrategy[list[AgreementCommand]]:
    """Commands on one agreement, sensible or not."""
    shares = st.lists(
        st.builds(
            AgreedShare,
            st.sampled_from(["met", "lfb"]),
            st.sampled_from(["met", "lfb"]),
            st.sampled_from([SharingLevel.OPEN, SharingLevel.MASKED]),
        ).filter(lambda one: one.owner != one.reader),
        max_size=2,
        unique_by=lambda one: one.owner,
    ).map(tuple)
    agencies = st.sampled_from(["met", "lfb"])
    return st.lists(
        st.one_of(
            st.builds(propose, agencies, shares=shares),
            st.builds(accept, agencies, st.integers(1, 4)),
            st.builds(end, agencies),
            st.builds(LoadAgreementRules, st.builds(AgreementRules, st.booleans())),
        ),
        max_size=8,
    )


@given(histories())
@settings(max_examples=25, deadline=None)
def test_both_sides_are_alerted_at_the_same_levels_and_times_whatever_is_agreed(
    history: list[AgreementCommand],
) -> None:
    # REQ-AGR-010: what is signed or ended never hides a proximity event from either side.
    def flown(commands: Iterator[AgreementCommand]) -> World:
        world = World()
        for second in range(10):
            east_m = 120.0 - 15.0 * second
            world.fly(LFB, row("x1", east_m=east_m, east_mps=-15.0, description=FIRE_DRONE))
            world.fly(MET, row(description=DRONE))
            world.wait()
            command = next(commands, None)
            if command is not None:
                world.do(command)
        return world

    def told(world: World, desk: Audience) -> list[tuple[int, int]]:
        """Time and level of each change of level; a change of ids repeats one, or ends one."""
        levels: list[tuple[int, int]] = []
        ended = {one.alert_id for one in alerts(world, desk) if "another id" in one.headline}
        for one in alerts(world, desk):
            retold = one.alert_id in ended and "another id" in one.headline
            if not retold and (not levels or levels[-1][1] != one.level):
                levels.append((one.changed_us, one.level))
        return levels

    alone = flown(iter(()))
    agreed = flown(iter(history))
    assert told(alone, MET_DESK)
    for desk in (MET_DESK, LFB_DESK):
        assert told(agreed, desk) == told(alone, desk)


def test_a_repeated_request_is_answered_as_the_first_time_also_after_a_restart() -> None:
    world = required()
    asked = ProposeAgreement(system("met"), "r1", terms(), "Duty officer")
    [first] = world.do(asked)
    [again] = world.do(asked)
    world.restart()
    [after] = world.do(asked)
    assert isinstance(first.reply, Done)
    assert first.reply == again.reply == after.reply
    assert (again.effects, after.effects) == ((), ())
    assert len(world.airspace.controls.agreements.register.of_party("met")) == 1


def test_who_is_no_party_may_not_propose_for_others() -> None:
    # REQ-AGR-004
    world = required()
    [outcome] = world.do(propose("las"))
    assert isinstance(outcome.reply, NotDone)
    assert [one.field for one in outcome.reply.refusals] == ["agreement.parties"]
