"""Enumerations between the contract and the core. In the contract 0 means "not given"."""

from typing import Final

import numpy as np

from broker.core.alerts import AlertKind, AlertLevel
from broker.core.effects import TrackState
from broker.core.names import Role
from broker.core.restrictions.access import EntryVerdict
from broker.core.restrictions.imported import ImportOutcome
from broker.core.restrictions.model import (
    AppliesTo,
    AuthorityPurpose,
    EntryRule,
    PublishingEvent,
    ReadingQuality,
    RestrictionKind,
    RestrictionState,
)
from broker.core.restrictions.periods import DayEvent, Weekday
from broker.core.restrictions.shapes import ArcDirection, LimitDatum, LimitUnit
from broker.core.tracks.reports import OperationalStatus, ReportSource
from keepclear.v1 import (
    access_pb2,
    alerts_pb2,
    common_pb2,
    feed_pb2,
    restrictions_pb2,
    schedules_pb2,
    volumes_pb2,
)

# The contract's codes for these three are the core's own numbers, checked by a test.
AIRCRAFT_CLASS_CODES: Final = len(common_pb2.AircraftClass.values())
ALTITUDE_DATUM_CODES: Final = len(common_pb2.AltitudeDatum.values())
HEIGHT_REFERENCE_CODES: Final = len(common_pb2.HeightReference.values())

STATUS_TO_CORE: Final = np.array(
    [
        OperationalStatus.AIRBORNE,
        OperationalStatus.AIRBORNE,
        OperationalStatus.ON_GROUND,
        OperationalStatus.ROTORS_TURNING,
        OperationalStatus.LANDING_OR_LIFTING,
        OperationalStatus.AT_DOCK,
        OperationalStatus.LAUNCHING,
        OperationalStatus.CLOSE_WORK_ACCEPTED,
    ],
    dtype=np.int8,
)
"""By the contract's OperationalStatus; one that is not given counts as airborne."""
STATUS_TO_WIRE: Final = {
    OperationalStatus.AIRBORNE: common_pb2.OPERATIONAL_STATUS_AIRBORNE,
    OperationalStatus.ON_GROUND: common_pb2.OPERATIONAL_STATUS_ON_GROUND,
    OperationalStatus.ROTORS_TURNING: common_pb2.OPERATIONAL_STATUS_ROTORS_TURNING,
    OperationalStatus.LANDING_OR_LIFTING: common_pb2.OPERATIONAL_STATUS_LANDING_OR_LIFTING,
    OperationalStatus.AT_DOCK: common_pb2.OPERATIONAL_STATUS_AT_DOCK,
    OperationalStatus.LAUNCHING: common_pb2.OPERATIONAL_STATUS_LAUNCHING,
    OperationalStatus.CLOSE_WORK_ACCEPTED: common_pb2.OPERATIONAL_STATUS_CLOSE_WORK_ACCEPTED,
}
SOURCE_TO_CORE: Final = np.array(
    [
        ReportSource.TELEMETRY,
        ReportSource.TELEMETRY,
        ReportSource.ADSB,
        ReportSource.MLAT,
        ReportSource.TISB,
        ReportSource.REMOTE_ID,
        ReportSource.RADAR,
        ReportSource.SIMULATED,
    ],
    dtype=np.int8,
)
"""By the contract's ReportSource; one that is not given counts as telemetry."""
SOURCE_TO_WIRE: Final = {
    ReportSource.TELEMETRY: common_pb2.REPORT_SOURCE_TELEMETRY,
    ReportSource.ADSB: common_pb2.REPORT_SOURCE_ADSB,
    ReportSource.MLAT: common_pb2.REPORT_SOURCE_MLAT,
    ReportSource.TISB: common_pb2.REPORT_SOURCE_TISB,
    ReportSource.REMOTE_ID: common_pb2.REPORT_SOURCE_REMOTE_ID,
    ReportSource.RADAR: common_pb2.REPORT_SOURCE_RADAR,
    ReportSource.SIMULATED: common_pb2.REPORT_SOURCE_SIMULATED,
}
LEVEL_TO_WIRE: Final = {
    AlertLevel.NONE: common_pb2.ALERT_LEVEL_UNSPECIFIED,
    AlertLevel.ADVISORY: common_pb2.ALERT_LEVEL_ADVISORY,
    AlertLevel.CAUTION: common_pb2.ALERT_LEVEL_CAUTION,
    AlertLevel.WARNING: common_pb2.ALERT_LEVEL_WARNING,
    AlertLevel.FLOOR: common_pb2.ALERT_LEVEL_FLOOR,
}
ALERT_KIND_TO_WIRE: Final = {
    AlertKind.PROXIMITY: alerts_pb2.ALERT_KIND_PROXIMITY,
    AlertKind.RESTRICTION: alerts_pb2.ALERT_KIND_RESTRICTION,
    AlertKind.CLUSTER: alerts_pb2.ALERT_KIND_CLUSTER,
    AlertKind.LAUNCH_HOLD: alerts_pb2.ALERT_KIND_LAUNCH_HOLD,
    AlertKind.LEAVING_BAND: alerts_pb2.ALERT_KIND_LEAVING_BAND,
}
TRACK_STATE_TO_WIRE: Final = {
    TrackState.CURRENT: feed_pb2.TRACK_STATE_CURRENT,
    TrackState.STALE: feed_pb2.TRACK_STATE_STALE,
    TrackState.LOST: feed_pb2.TRACK_STATE_LOST,
    TrackState.PRESUMED_LANDING: feed_pb2.TRACK_STATE_PRESUMED_LANDING,
    TrackState.DOCKED: feed_pb2.TRACK_STATE_DOCKED,
    TrackState.MERGED: feed_pb2.TRACK_STATE_MERGED,
    TrackState.WITHHELD: feed_pb2.TRACK_STATE_WITHHELD,
}
ROLE_TO_CORE: Final = {
    feed_pb2.ROLE_UNSPECIFIED: Role.DESK,
    feed_pb2.ROLE_DESK: Role.DESK,
    feed_pb2.ROLE_OBSERVER: Role.OBSERVER,
}
LIMIT_DATUM_TO_CORE: Final = {
    volumes_pb2.LIMIT_DATUM_HAE: LimitDatum.HAE,
    volumes_pb2.LIMIT_DATUM_AMSL: LimitDatum.AMSL,
    volumes_pb2.LIMIT_DATUM_AGL: LimitDatum.AGL,
    volumes_pb2.LIMIT_DATUM_SURFACE: LimitDatum.SURFACE,
    volumes_pb2.LIMIT_DATUM_UNLIMITED: LimitDatum.UNLIMITED,
    volumes_pb2.LIMIT_DATUM_FLIGHT_LEVEL: LimitDatum.FLIGHT_LEVEL,
}
LIMIT_DATUM_TO_WIRE: Final = {core: wire for wire, core in LIMIT_DATUM_TO_CORE.items()}
LIMIT_UNIT_TO_CORE: Final = {
    volumes_pb2.LIMIT_UNIT_METRES: LimitUnit.METRES,
    volumes_pb2.LIMIT_UNIT_FEET: LimitUnit.FEET,
    volumes_pb2.LIMIT_UNIT_FLIGHT_LEVEL: LimitUnit.FLIGHT_LEVEL,
}
LIMIT_UNIT_TO_WIRE: Final = {core: wire for wire, core in LIMIT_UNIT_TO_CORE.items()}
ARC_DIRECTION_TO_CORE: Final = {
    volumes_pb2.ARC_DIRECTION_CLOCKWISE: ArcDirection.CLOCKWISE,
    volumes_pb2.ARC_DIRECTION_COUNTERCLOCKWISE: ArcDirection.COUNTERCLOCKWISE,
}
ARC_DIRECTION_TO_WIRE: Final = {core: wire for wire, core in ARC_DIRECTION_TO_CORE.items()}
WEEKDAY_TO_WIRE: Final = {
    Weekday.MONDAY: schedules_pb2.WEEKDAY_MONDAY,
    Weekday.TUESDAY: schedules_pb2.WEEKDAY_TUESDAY,
    Weekday.WEDNESDAY: schedules_pb2.WEEKDAY_WEDNESDAY,
    Weekday.THURSDAY: schedules_pb2.WEEKDAY_THURSDAY,
    Weekday.FRIDAY: schedules_pb2.WEEKDAY_FRIDAY,
    Weekday.SATURDAY: schedules_pb2.WEEKDAY_SATURDAY,
    Weekday.SUNDAY: schedules_pb2.WEEKDAY_SUNDAY,
}
WEEKDAY_TO_CORE: Final = {wire: core for core, wire in WEEKDAY_TO_WIRE.items()}
DAY_EVENT_TO_CORE: Final = {
    schedules_pb2.DAY_EVENT_MIDNIGHT: DayEvent.MIDNIGHT,
    schedules_pb2.DAY_EVENT_SUNRISE: DayEvent.SUNRISE,
    schedules_pb2.DAY_EVENT_SUNSET: DayEvent.SUNSET,
    schedules_pb2.DAY_EVENT_MORNING_CIVIL_TWILIGHT: DayEvent.MORNING_CIVIL_TWILIGHT,
    schedules_pb2.DAY_EVENT_EVENING_CIVIL_TWILIGHT: DayEvent.EVENING_CIVIL_TWILIGHT,
}
DAY_EVENT_TO_WIRE: Final = {core: wire for wire, core in DAY_EVENT_TO_CORE.items()}
APPLIES_TO_TO_CORE: Final = {
    restrictions_pb2.APPLIES_TO_DRONES: AppliesTo.DRONES,
    restrictions_pb2.APPLIES_TO_ALL_AIRCRAFT: AppliesTo.ALL_AIRCRAFT,
    restrictions_pb2.APPLIES_TO_CREWED_AIRCRAFT: AppliesTo.CREWED_AIRCRAFT,
}
APPLIES_TO_TO_WIRE: Final = {core: wire for wire, core in APPLIES_TO_TO_CORE.items()}
RESTRICTION_STATE_TO_WIRE: Final = {
    RestrictionState.PLANNED: restrictions_pb2.RESTRICTION_STATE_PLANNED,
    RestrictionState.ACTIVE: restrictions_pb2.RESTRICTION_STATE_ACTIVE,
    RestrictionState.WITHDRAWN: restrictions_pb2.RESTRICTION_STATE_WITHDRAWN,
    RestrictionState.EXPIRED: restrictions_pb2.RESTRICTION_STATE_EXPIRED,
}
RESTRICTION_KIND_TO_CORE: Final = {
    restrictions_pb2.RESTRICTION_KIND_UNSPECIFIED: RestrictionKind.KEEP_CLEAR_REQUEST,
    restrictions_pb2.RESTRICTION_KIND_KEEP_CLEAR_REQUEST: RestrictionKind.KEEP_CLEAR_REQUEST,
    restrictions_pb2.RESTRICTION_KIND_STATUTORY: RestrictionKind.STATUTORY,
    restrictions_pb2.RESTRICTION_KIND_GENERATED: RestrictionKind.GENERATED,
}
RESTRICTION_KIND_TO_WIRE: Final = {
    RestrictionKind.KEEP_CLEAR_REQUEST: restrictions_pb2.RESTRICTION_KIND_KEEP_CLEAR_REQUEST,
    RestrictionKind.STATUTORY: restrictions_pb2.RESTRICTION_KIND_STATUTORY,
    RestrictionKind.GENERATED: restrictions_pb2.RESTRICTION_KIND_GENERATED,
}
ENTRY_RULE_TO_CORE: Final = {
    restrictions_pb2.ENTRY_RULE_UNSPECIFIED: EntryRule.KEEP_CLEAR,
    restrictions_pb2.ENTRY_RULE_KEEP_CLEAR: EntryRule.KEEP_CLEAR,
    restrictions_pb2.ENTRY_RULE_ASK: EntryRule.ASK,
    restrictions_pb2.ENTRY_RULE_INFORMATION: EntryRule.INFORMATION,
}
ENTRY_RULE_TO_WIRE: Final = {
    EntryRule.KEEP_CLEAR: restrictions_pb2.ENTRY_RULE_KEEP_CLEAR,
    EntryRule.ASK: restrictions_pb2.ENTRY_RULE_ASK,
    EntryRule.INFORMATION: restrictions_pb2.ENTRY_RULE_INFORMATION,
}
PURPOSE_TO_CORE: Final = {
    restrictions_pb2.AUTHORITY_PURPOSE_UNSPECIFIED: None,
    restrictions_pb2.AUTHORITY_PURPOSE_AUTHORIZATION: AuthorityPurpose.AUTHORIZATION,
    restrictions_pb2.AUTHORITY_PURPOSE_NOTIFICATION: AuthorityPurpose.NOTIFICATION,
    restrictions_pb2.AUTHORITY_PURPOSE_INFORMATION: AuthorityPurpose.INFORMATION,
}
PURPOSE_TO_WIRE: Final = {
    AuthorityPurpose.AUTHORIZATION: restrictions_pb2.AUTHORITY_PURPOSE_AUTHORIZATION,
    AuthorityPurpose.NOTIFICATION: restrictions_pb2.AUTHORITY_PURPOSE_NOTIFICATION,
    AuthorityPurpose.INFORMATION: restrictions_pb2.AUTHORITY_PURPOSE_INFORMATION,
}
READING_QUALITY_TO_CORE: Final = {
    restrictions_pb2.READING_QUALITY_UNSPECIFIED: ReadingQuality.EXACT,
    restrictions_pb2.READING_QUALITY_EXACT: ReadingQuality.EXACT,
    restrictions_pb2.READING_QUALITY_APPROXIMATED: ReadingQuality.APPROXIMATED,
    restrictions_pb2.READING_QUALITY_UNREAD: ReadingQuality.UNREAD,
}
READING_QUALITY_TO_WIRE: Final = {
    ReadingQuality.EXACT: restrictions_pb2.READING_QUALITY_EXACT,
    ReadingQuality.APPROXIMATED: restrictions_pb2.READING_QUALITY_APPROXIMATED,
    ReadingQuality.UNREAD: restrictions_pb2.READING_QUALITY_UNREAD,
}
IMPORT_OUTCOME_TO_WIRE: Final = {
    ImportOutcome.CREATED: restrictions_pb2.IMPORT_OUTCOME_CREATED,
    ImportOutcome.CHANGED: restrictions_pb2.IMPORT_OUTCOME_CHANGED,
    ImportOutcome.UNCHANGED: restrictions_pb2.IMPORT_OUTCOME_UNCHANGED,
    ImportOutcome.REFUSED: restrictions_pb2.IMPORT_OUTCOME_REFUSED,
}
VERDICT_TO_WIRE: Final = {
    EntryVerdict.NO_KNOWN_OBJECTION: access_pb2.ENTRY_VERDICT_NO_KNOWN_OBJECTION,
    EntryVerdict.ASK: access_pb2.ENTRY_VERDICT_ASK,
    EntryVerdict.OBJECTION: access_pb2.ENTRY_VERDICT_OBJECTION,
    EntryVerdict.UNREAD: access_pb2.ENTRY_VERDICT_UNREAD,
}

PUBLISHING_EVENT_TO_WIRE: Final = {
    PublishingEvent.PUBLISHED: restrictions_pb2.PUBLISHING_EVENT_PUBLISHED,
    PublishingEvent.AMENDED: restrictions_pb2.PUBLISHING_EVENT_AMENDED,
    PublishingEvent.EXTENDED: restrictions_pb2.PUBLISHING_EVENT_EXTENDED,
    PublishingEvent.WITHDRAWN: restrictions_pb2.PUBLISHING_EVENT_WITHDRAWN,
}
