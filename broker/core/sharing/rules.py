"""The table behind the one decision point: role x action x whose it is. What is not here is denied.

A rule's name is part of every answer it decides, so that a log or a refusal can be looked up here.
"""

from dataclasses import dataclass
from typing import Final

from broker.core.sharing.roles import AccessRole, Action, Relation

_OWN: Final = frozenset({Relation.OWN})
_AGREED: Final = frozenset({Relation.OWN, Relation.AGREED})
_ANY: Final = frozenset(Relation)
_SYSTEMS: Final = (
    AccessRole.PUBLISHER,
    AccessRole.SUBSCRIBER,
    AccessRole.DESK,
    AccessRole.AIRSPACE_MANAGER,
    AccessRole.AIRSPACE_IMPORTER,
    AccessRole.APPROVER,
)
_READERS: Final = (
    AccessRole.SUBSCRIBER,
    AccessRole.DESK,
    AccessRole.AIRSPACE_MANAGER,
    AccessRole.AIRSPACE_IMPORTER,
    AccessRole.APPROVER,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table: holders of any of `roles` may do `action` to what is `whose`."""

    name: str
    action: Action
    roles: tuple[AccessRole, ...]
    whose: frozenset[Relation]
    in_zone_only: bool = False
    """Only inside the subject's own zone; without a zone, never."""


RULES: Final = (
    Rule("publish-own", Action.PUBLISH_TRACKS, (AccessRole.PUBLISHER,), _OWN),
    Rule("presence-own", Action.REPORT_PRESENCE, _SYSTEMS, _OWN),
    Rule("desk-reads-own-view", Action.READ_DESK_VIEW, _READERS[:2], _OWN),
    Rule("readers-read-neutral-view", Action.READ_NEUTRAL_VIEW, _READERS, _OWN),
    Rule(
        "control-reads-own-zone",
        Action.READ_NEUTRAL_VIEW,
        (AccessRole.AIR_TRAFFIC_CONTROL,),
        _OWN,
        in_zone_only=True,
    ),
    # A keep-clear request is addressed to every partner, so every reader may look it up.
    Rule(
        "readers-read-requests",
        Action.READ_RESTRICTIONS,
        (*_READERS, AccessRole.AUDITOR),
        _ANY,
    ),
    Rule(
        "control-reads-requests-of-own-zone",
        Action.READ_RESTRICTIONS,
        (AccessRole.AIR_TRAFFIC_CONTROL,),
        _ANY,
        in_zone_only=True,
    ),
    Rule("manager-sets-own", Action.SET_RESTRICTION, (AccessRole.AIRSPACE_MANAGER,), _OWN),
    # Law is copied, never made: what airspace managers may set does not include it.
    Rule("importer-mirrors", Action.IMPORT_RESTRICTIONS, (AccessRole.AIRSPACE_IMPORTER,), _OWN),
    Rule("systems-ask-entry", Action.ASK_ENTRY, _SYSTEMS, _OWN),
    Rule("approver-approves-own", Action.APPROVE_RESTRICTION, (AccessRole.APPROVER,), _OWN),
    Rule(
        "publishers-read-publishing",
        Action.READ_PUBLISHING,
        (AccessRole.AIRSPACE_MANAGER, AccessRole.APPROVER, AccessRole.DESK),
        _OWN,
    ),
    Rule("desk-acknowledges-requests", Action.ACKNOWLEDGE_RESTRICTION, (AccessRole.DESK,), _OWN),
    Rule("readers-confirm", Action.CONFIRM_RESTRICTION, _READERS, _OWN),
    Rule("desk-reads-own-alerts", Action.READ_ALERTS, _READERS[:2], _OWN),
    Rule("desk-acknowledges", Action.ACKNOWLEDGE_ALERT, (AccessRole.DESK,), _OWN),
    Rule("fleet-keeps-own-aircraft", Action.KEEP_AIRCRAFT, (AccessRole.PUBLISHER,), _OWN),
    Rule(
        "fleet-reads-own-aircraft",
        Action.READ_AIRCRAFT,
        (AccessRole.PUBLISHER, AccessRole.DESK, AccessRole.AIRSPACE_MANAGER, AccessRole.AUDITOR),
        _OWN,
    ),
    # Hiding a flight is an act of authority, so a system that only publishes may not.
    Rule(
        "authority-sets-sharing",
        Action.SET_SHARING,
        (AccessRole.APPROVER, AccessRole.AIRSPACE_MANAGER),
        _OWN,
    ),
    Rule(
        "own-reads-sharing",
        Action.READ_SHARING,
        (AccessRole.APPROVER, AccessRole.AIRSPACE_MANAGER, AccessRole.DESK, AccessRole.AUDITOR),
        _OWN,
    ),
    # Signed for an agency by those who answer for its airspace; a desk reads whom to call.
    Rule(
        "authority-signs-agreements",
        Action.SIGN_AGREEMENT,
        (AccessRole.APPROVER, AccessRole.AIRSPACE_MANAGER),
        _OWN,
    ),
    Rule("parties-read-agreements", Action.READ_AGREEMENTS, (*_READERS, AccessRole.AUDITOR), _OWN),
    # Without an agreement the position stays, as it keeps people apart; who it is does not.
    Rule(
        "agreed-see-identity",
        Action.SEE_IDENTITY,
        (*_READERS, AccessRole.AIR_TRAFFIC_CONTROL),
        _AGREED,
    ),
    Rule("auditor-reads-own", Action.READ_AUDIT, (AccessRole.AUDITOR,), _OWN),
    Rule("administrator-manages", Action.MANAGE_IDENTITIES, (AccessRole.ADMINISTRATOR,), _ANY),
    Rule("health-for-known", Action.CHECK_HEALTH, tuple(AccessRole), _OWN),
)
