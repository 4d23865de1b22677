"""The decision table against an independent list of expectations, role by role."""

import pytest

from broker.core.names import SystemName
from broker.core.sharing.decision import decide
from broker.core.sharing.roles import (
    CLAIMED_ROLES,
    AccessRole,
    Action,
    Relation,
    Resource,
    Subject,
    Terms,
    Zone,
)
from broker.core.sharing.rules import RULES
from broker.gateways.mqtt.topics import Inbound
from broker.gateways.wire.actions import METHOD_ACTIONS, TOPIC_ACTIONS
from tests.contract.contract import current
from tests.core.sharing.expected import EXPECTED, LETTERS

ZONE = Zone(51.4, -0.3, 51.6, 0.1)
INSIDE = Zone(51.45, -0.2, 51.55, 0.0)
BEYOND = Zone(51.45, -0.2, 51.75, 0.0)
TERMS = Terms(frozenset({"met", "lfb", "las"}), frozenset({("lfb", "met")}))
OWNERS = {Relation.OWN: "met", Relation.AGREED: "lfb", Relation.OTHER: "las"}


def subject(*roles: AccessRole, zone: Zone | None = None, agency: str = "met") -> Subject:
    return Subject(SystemName(agency, "one"), frozenset(roles), zone)


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("role", list(AccessRole))
@pytest.mark.parametrize("relation", list(Relation))
def test_every_role_action_and_relation(
    role: AccessRole, action: Action, relation: Relation
) -> None:
    # REQ-SEC-011
    expected = LETTERS[relation] in EXPECTED[role].get(action, "")
    asked = Resource(OWNERS[relation], INSIDE)
    decision = decide(subject(role, zone=ZONE), action, asked, TERMS)
    assert decision.allowed is expected
    assert decision.reason
    names = {rule.name for rule in RULES}
    assert (decision.rule in names) is expected
    assert decision.rule == "deny-by-default" or expected


def test_nothing_is_allowed_without_a_role() -> None:
    # REQ-SEC-011
    for action in Action:
        assert not decide(subject(), action, Resource("met", INSIDE), TERMS).allowed


def test_an_agency_that_takes_no_part_may_do_nothing() -> None:
    # REQ-SEC-011
    for action in Action:
        stranger = subject(*AccessRole, zone=ZONE, agency="elsewhere")
        decision = decide(stranger, action, Resource("elsewhere", INSIDE), TERMS)
        assert not decision.allowed
        assert decision.rule == "agency-not-configured"


def test_roles_add_up_and_never_take_away() -> None:
    for action in Action:
        alone = [
            decide(subject(role, zone=ZONE), action, Resource("met", INSIDE), TERMS).allowed
            for role in AccessRole
        ]
        together = decide(subject(*AccessRole, zone=ZONE), action, Resource("met", INSIDE), TERMS)
        assert together.allowed is any(alone)


@pytest.mark.parametrize(("zone", "area"), [(ZONE, BEYOND), (ZONE, None), (None, INSIDE)])
def test_control_sees_nothing_outside_its_zone(zone: Zone | None, area: Zone | None) -> None:
    # REQ-PRIV-003
    control = subject(AccessRole.AIR_TRAFFIC_CONTROL, zone=zone)
    decision = decide(control, Action.READ_NEUTRAL_VIEW, Resource("met", area), TERMS)
    assert not decision.allowed
    assert decision.rule == "control-reads-own-zone"
    # With a second role that reads everything, everything is read.
    both = subject(AccessRole.AIR_TRAFFIC_CONTROL, AccessRole.SUBSCRIBER, zone=zone)
    assert decide(both, Action.READ_NEUTRAL_VIEW, Resource("met", area), TERMS).allowed


def test_an_agreement_is_one_way() -> None:
    assert TERMS.relation("met", "lfb") is Relation.AGREED
    assert TERMS.relation("lfb", "met") is Relation.OTHER


def test_a_claimed_name_manages_no_identities_and_has_no_zone() -> None:
    assert AccessRole.ADMINISTRATOR not in CLAIMED_ROLES
    assert AccessRole.AIR_TRAFFIC_CONTROL not in CLAIMED_ROLES


def test_names_of_rules_are_unique() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_every_method_of_the_contract_has_a_rule() -> None:
    # REQ-SEC-011: a method that is added to the contract is refused until it is decided here.
    methods = {
        f"/{file.package}.{service.name}/{method.name}"
        for file in current().file
        for service in file.service
        for method in service.method
    }
    assert methods == set(METHOD_ACTIONS), "broker/gateways/wire/actions.py names every method"


def test_every_topic_has_a_rule() -> None:
    # REQ-SEC-011
    assert {str(kind) for kind in Inbound} == set(TOPIC_ACTIONS)
