"""What each role may do, written down by hand from the agreement and not from the table.

`o` its own agency's, `a` an agency's that agreed to share, `x` anybody else's. Read-only control
is given an area inside its own zone here.
"""

from broker.core.sharing.roles import AccessRole, Action, Relation

LETTERS = {Relation.OWN: "o", Relation.AGREED: "a", Relation.OTHER: "x"}

EXPECTED: dict[AccessRole, dict[Action, str]] = {
    AccessRole.PUBLISHER: {
        Action.KEEP_AIRCRAFT: "o",
        Action.READ_AIRCRAFT: "o",
        Action.PUBLISH_TRACKS: "o",
        Action.REPORT_PRESENCE: "o",
        Action.ASK_ENTRY: "o",
        Action.CHECK_HEALTH: "o",
    },
    AccessRole.SUBSCRIBER: {
        Action.READ_AGREEMENTS: "o",
        Action.SEE_IDENTITY: "oa",
        Action.CONFIRM_RESTRICTION: "o",
        Action.REPORT_PRESENCE: "o",
        Action.READ_DESK_VIEW: "o",
        Action.READ_NEUTRAL_VIEW: "o",
        Action.READ_RESTRICTIONS: "oax",
        Action.READ_ALERTS: "o",
        Action.ASK_ENTRY: "o",
        Action.CHECK_HEALTH: "o",
    },
    AccessRole.DESK: {
        Action.READ_AGREEMENTS: "o",
        Action.SEE_IDENTITY: "oa",
        Action.READ_PUBLISHING: "o",
        Action.ACKNOWLEDGE_RESTRICTION: "o",
        Action.CONFIRM_RESTRICTION: "o",
        Action.READ_SHARING: "o",
        Action.READ_AIRCRAFT: "o",
        Action.REPORT_PRESENCE: "o",
        Action.READ_DESK_VIEW: "o",
        Action.READ_NEUTRAL_VIEW: "o",
        Action.READ_RESTRICTIONS: "oax",
        Action.READ_ALERTS: "o",
        Action.ACKNOWLEDGE_ALERT: "o",
        Action.ASK_ENTRY: "o",
        Action.CHECK_HEALTH: "o",
    },
    AccessRole.AIRSPACE_MANAGER: {
        Action.SIGN_AGREEMENT: "o",
        Action.READ_AGREEMENTS: "o",
        Action.SEE_IDENTITY: "oa",
        Action.READ_PUBLISHING: "o",
        Action.CONFIRM_RESTRICTION: "o",
        Action.READ_SHARING: "o",
        Action.SET_SHARING: "o",
        Action.READ_AIRCRAFT: "o",
        Action.REPORT_PRESENCE: "o",
        Action.READ_NEUTRAL_VIEW: "o",
        Action.READ_RESTRICTIONS: "oax",
        Action.SET_RESTRICTION: "o",
        Action.ASK_ENTRY: "o",
        Action.CHECK_HEALTH: "o",
    },
    AccessRole.AIRSPACE_IMPORTER: {
        Action.READ_AGREEMENTS: "o",
        Action.SEE_IDENTITY: "oa",
        Action.CONFIRM_RESTRICTION: "o",
        Action.REPORT_PRESENCE: "o",
        Action.READ_NEUTRAL_VIEW: "o",
        Action.READ_RESTRICTIONS: "oax",
        Action.IMPORT_RESTRICTIONS: "o",
        Action.ASK_ENTRY: "o",
        Action.CHECK_HEALTH: "o",
    },
    AccessRole.APPROVER: {
        Action.SIGN_AGREEMENT: "o",
        Action.READ_AGREEMENTS: "o",
        Action.SEE_IDENTITY: "oa",
        Action.READ_PUBLISHING: "o",
        Action.CONFIRM_RESTRICTION: "o",
        Action.READ_SHARING: "o",
        Action.SET_SHARING: "o",
        Action.REPORT_PRESENCE: "o",
        Action.READ_NEUTRAL_VIEW: "o",
        Action.READ_RESTRICTIONS: "oax",
        Action.APPROVE_RESTRICTION: "o",
        Action.ASK_ENTRY: "o",
        Action.CHECK_HEALTH: "o",
    },
    AccessRole.AIR_TRAFFIC_CONTROL: {
        Action.SEE_IDENTITY: "oa",
        Action.READ_NEUTRAL_VIEW: "o",
        Action.READ_RESTRICTIONS: "oax",
        Action.CHECK_HEALTH: "o",
    },
    AccessRole.AUDITOR: {
        Action.READ_AGREEMENTS: "o",
        Action.READ_SHARING: "o",
        Action.READ_AIRCRAFT: "o",
        Action.READ_RESTRICTIONS: "oax",
        Action.READ_AUDIT: "o",
        Action.CHECK_HEALTH: "o",
    },
    AccessRole.ADMINISTRATOR: {
        Action.MANAGE_IDENTITIES: "oax",
        Action.CHECK_HEALTH: "o",
    },
}
