"""The one decision point: who may do what. Every gateway asks here and nowhere else.

Deny by default: the table is in `rules.py`. Every answer carries the rule that decided, by name and
in words a person can read.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from broker.core.errors import Refusal
from broker.core.names import Audience, Role, SystemName
from broker.core.sharing.roles import Action, Relation, Resource, Subject, Terms
from broker.core.sharing.rules import RULES, Rule

VIEW_ACTIONS: Mapping[Role, Action] = {
    Role.DESK: Action.READ_DESK_VIEW,
    Role.OBSERVER: Action.READ_NEUTRAL_VIEW,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is allowed, and why."""

    allowed: bool
    reason: str
    rule: str = "deny-by-default"
    """The rule that decided, as `rules.py` names it."""
    confined: bool = False
    """Allowed for what touches the subject's own zone only."""

    def as_refusal(self, field: str) -> Refusal:
        """The denial as a refusal of `field`."""
        return Refusal(field, self.reason, self.rule)


def decide(subject: Subject, action: Action, resource: Resource, terms: Terms) -> Decision:
    """May `subject` do `action` to `resource`? No, unless a rule of the table says so."""
    known = _agency_known(subject.system.agency, terms)
    if known is not None:
        return known
    relation = terms.relation(subject.system.agency, resource.agency)
    outside_zone: Rule | None = None
    for rule in RULES:
        if rule.action is not action or relation not in rule.whose:
            continue
        if subject.roles.isdisjoint(rule.roles):
            continue
        if rule.in_zone_only and not _in_zone(subject, resource):
            outside_zone = rule
            continue
        return Decision(True, f"allowed by {rule.name}", rule.name, rule.in_zone_only)
    if outside_zone is not None:
        text = f"{subject.system} reads inside its own zone only: ask for an area within it"
        return Decision(False, text, outside_zone.name)
    return Decision(False, _why_not(subject, action, resource, relation))


def _agency_known(agency: str, terms: Terms) -> Decision | None:
    if agency in terms.agencies:
        return None
    reason = _unknown_agency(agency, dict.fromkeys(terms.agencies, ""))
    return Decision(False, reason, "agency-not-configured")


def _in_zone(subject: Subject, resource: Resource) -> bool:
    if subject.zone is None or resource.area is None:
        return False
    return subject.zone.holds(resource.area)


def _why_not(subject: Subject, action: Action, resource: Resource, relation: Relation) -> str:
    """What was missing, without telling what others hold."""
    roles = ", ".join(sorted(subject.roles)) or "none"
    if relation is Relation.OWN:
        return f"{subject.system} may not {action}: its roles are {roles}"
    return f"{subject.system} may not {action} for {resource.agency}: no rule shares it"


def may_publish(system: SystemName, agency_names: Mapping[str, str]) -> Decision:
    """A system publishes for an agency that this broker is configured for."""
    if system.agency in agency_names:
        return Decision(True, "systems of a configured agency may publish", "agency-configured")
    return Decision(False, _unknown_agency(system.agency, agency_names))


def may_read(
    system: SystemName,
    audience: Audience,
    open_audiences: Mapping[Audience, None],
    agency_names: Mapping[str, str],
) -> Decision:
    """A system reads its own agency's view in a role that is configured for it."""
    if system.agency not in agency_names:
        return Decision(False, _unknown_agency(system.agency, agency_names))
    if audience.agency != system.agency:
        return Decision(False, f"a system of {system.agency} reads only that agency's view")
    if audience not in open_audiences:
        return Decision(False, f"the role {audience.role} is not configured for {system.agency}")
    return Decision(True, "systems read their own agency's view")


def may_change(system: SystemName, owner_agency: str) -> Decision:
    """A restriction is set and withdrawn by its own agency only."""
    if system.agency == owner_agency:
        return Decision(True, "agencies set and withdraw their own keep-clear requests")
    return Decision(
        False, f"belongs to {owner_agency}: a system of {system.agency} may not change it"
    )


def may_approve(system: SystemName, author: SystemName, owner_agency: str) -> Decision:
    """A second look is another system's than the author's, of the same agency.

    Where identities are proven that is another person or program; where names are claimed it is
    another name.
    """
    if system.agency != owner_agency:
        return Decision(False, f"belongs to {owner_agency}: that agency approves it")
    if system == author:
        return Decision(False, f"{author} wrote it: another system of {owner_agency} approves it")
    return Decision(True, "another system of the agency approves", "second-person")


def may_register(system: SystemName, owner_agency: str) -> Decision:
    """An aircraft is registered and removed by its own agency only."""
    if system.agency == owner_agency:
        return Decision(True, "agencies keep their own part of the aircraft register")
    return Decision(
        False, f"belongs to {owner_agency}: a system of {system.agency} may not change it"
    )


def may_sign(system: SystemName, parties: Collection[str]) -> Decision:
    """An agreement is proposed, accepted and ended by its parties, each for itself."""
    if system.agency in parties:
        return Decision(True, "parties sign and end their own agreements")
    return Decision(False, f"{system.agency} is not a party to it")


def sees_identity(reader: str, owner: str, terms: Terms) -> Decision:
    """Whether an agency's views show who another's flights are; by the table, whoever reads."""
    relation = terms.relation(reader, owner)
    for rule in RULES:
        if rule.action is Action.SEE_IDENTITY and relation in rule.whose:
            return Decision(True, f"allowed by {rule.name}", rule.name)
    reason = f"no agreement in force shows {owner}'s flights to {reader} by name"
    return Decision(False, reason)


def may_share(system: SystemName, owner_agency: str) -> Decision:
    """How a flight is shown is set by its own agency only."""
    if system.agency == owner_agency:
        return Decision(True, "agencies decide how their own flights are shown")
    return Decision(
        False, f"belongs to {owner_agency}: a system of {system.agency} may not change it"
    )


def _unknown_agency(agency: str, agency_names: Mapping[str, str]) -> str:
    known = ", ".join(sorted(agency_names)) or "none"
    return f"the agency {agency} is not configured on this broker (known: {known})"
