from typing import Any

import pytest

from broker.core.errors import Refusal
from broker.core.names import Audience, Role, SystemName
from broker.core.sharing.decision import (
    may_approve,
    may_change,
    may_publish,
    may_read,
    may_register,
    may_share,
    may_sign,
)

NAMES = {"lfb": "London Fire Brigade", "met-police": "Metropolitan Police"}
FIRE, STRANGER = SystemName("lfb", "tracker"), SystemName("somebody", "tracker")
DESK, OBSERVER = Audience("lfb", Role.DESK), Audience("lfb", Role.OBSERVER)
POLICE_DESK = Audience("met-police", Role.DESK)
OPEN = dict.fromkeys((DESK, POLICE_DESK))


def test_configured_agencies_publish() -> None:
    assert may_publish(FIRE, NAMES).allowed


def test_anybody_else_does_not() -> None:
    # REQ-TRUST-002: deny by default, and say what would be allowed.
    decision = may_publish(STRANGER, NAMES)
    assert not decision.allowed
    assert "lfb, met-police" in decision.reason
    assert decision.as_refusal("topic") == Refusal("topic", decision.reason, decision.rule)
    assert "none" in may_publish(FIRE, {}).reason


def test_a_system_reads_its_own_agencys_view() -> None:
    assert may_read(FIRE, DESK, OPEN, NAMES).allowed


def test_no_view_of_another_agency_no_closed_role_no_stranger() -> None:
    # REQ-PRIV-001
    for system, audience, word in (
        (FIRE, POLICE_DESK, "only that agency's"),
        (FIRE, OBSERVER, "role observer"),
        (STRANGER, Audience("somebody", Role.DESK), "not configured"),
    ):
        decision = may_read(system, audience, OPEN, NAMES)
        assert not decision.allowed
        assert word in decision.reason
    # An open audience of an agency that is no longer configured stays shut.
    assert not may_read(FIRE, DESK, OPEN, {}).allowed


def test_restrictions_are_changed_by_their_own_agency_only() -> None:
    # REQ-TRUST-002
    assert may_change(FIRE, "lfb").allowed
    decision = may_change(FIRE, "met-police")
    assert not decision.allowed
    assert "belongs to met-police" in decision.reason


def test_a_second_look_is_another_systems_of_the_same_agency() -> None:
    # REQ-PUB-002
    other = SystemName("lfb", "office")
    assert may_approve(other, FIRE, "lfb").allowed
    decision = may_approve(FIRE, FIRE, "lfb")
    assert not decision.allowed
    assert f"{FIRE} wrote it" in decision.reason
    assert not may_approve(SystemName("met-police", "office"), FIRE, "lfb").allowed
    assert not may_approve(FIRE, FIRE, "met-police").allowed


@pytest.mark.parametrize("may", [may_change, may_register, may_share])
def test_what_is_an_agencys_own_is_changed_by_its_systems_only(may: Any) -> None:
    # REQ-TRUST-002, REQ-SHARE-008
    assert may(FIRE, "lfb").allowed
    decision = may(STRANGER, "lfb")
    assert not decision.allowed
    assert "belongs to lfb" in decision.reason


def test_parties_alone_sign_and_end() -> None:
    # REQ-AGR-001
    parties = ("lfb", "met-police")
    assert may_sign(FIRE, parties).allowed
    assert not may_sign(STRANGER, parties).allowed
    assert not may_sign(FIRE, ()).allowed
