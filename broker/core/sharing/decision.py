"""The one decision point: who may do what. Every gateway asks here and nowhere else.

Deny by default. Every answer carries the rule that decided, in words a person can read.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from broker.core.errors import Refusal
from broker.core.names import Audience, SystemName


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something is allowed, and why."""

    allowed: bool
    reason: str

    def as_refusal(self, field: str) -> Refusal:
        """The denial as a refusal of `field`."""
        return Refusal(field, self.reason)


def may_publish(system: SystemName, agency_names: Mapping[str, str]) -> Decision:
    """A system publishes for an agency that this broker is configured for."""
    if system.agency in agency_names:
        return Decision(True, "systems of a configured agency may publish")
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


def _unknown_agency(agency: str, agency_names: Mapping[str, str]) -> str:
    known = ", ".join(sorted(agency_names)) or "none"
    return f"the agency {agency} is not configured on this broker (known: {known})"
