"""Enumerations between the contract and the core. In the contract 0 means "not given"."""

from typing import Final

import numpy as np

from broker.core.effects import AlertKind, AlertLevel, TrackState
from broker.core.names import Role
from broker.core.restrictions.model import AppliesTo, LimitDatum, RestrictionKind, RestrictionState
from broker.core.tracks.reports import OperationalStatus, ReportSource
from keepclear.v1 import alerts_pb2, common_pb2, feed_pb2, restrictions_pb2

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
}
TRACK_STATE_TO_WIRE: Final = {
    TrackState.CURRENT: feed_pb2.TRACK_STATE_CURRENT,
    TrackState.STALE: feed_pb2.TRACK_STATE_STALE,
    TrackState.LOST: feed_pb2.TRACK_STATE_LOST,
}
ROLE_TO_CORE: Final = {
    feed_pb2.ROLE_UNSPECIFIED: Role.DESK,
    feed_pb2.ROLE_DESK: Role.DESK,
    feed_pb2.ROLE_OBSERVER: Role.OBSERVER,
}
LIMIT_DATUM_TO_CORE: Final = {
    restrictions_pb2.LIMIT_DATUM_HAE: LimitDatum.HAE,
    restrictions_pb2.LIMIT_DATUM_AMSL: LimitDatum.AMSL,
    restrictions_pb2.LIMIT_DATUM_AGL: LimitDatum.AGL,
    restrictions_pb2.LIMIT_DATUM_SURFACE: LimitDatum.SURFACE,
    restrictions_pb2.LIMIT_DATUM_UNLIMITED: LimitDatum.UNLIMITED,
}
LIMIT_DATUM_TO_WIRE: Final = {core: wire for wire, core in LIMIT_DATUM_TO_CORE.items()}
APPLIES_TO_TO_CORE: Final = {
    restrictions_pb2.APPLIES_TO_DRONES: AppliesTo.DRONES,
    restrictions_pb2.APPLIES_TO_ALL_AIRCRAFT: AppliesTo.ALL_AIRCRAFT,
}
APPLIES_TO_TO_WIRE: Final = {core: wire for wire, core in APPLIES_TO_TO_CORE.items()}
RESTRICTION_STATE_TO_WIRE: Final = {
    RestrictionState.PLANNED: restrictions_pb2.RESTRICTION_STATE_PLANNED,
    RestrictionState.ACTIVE: restrictions_pb2.RESTRICTION_STATE_ACTIVE,
    RestrictionState.WITHDRAWN: restrictions_pb2.RESTRICTION_STATE_WITHDRAWN,
    RestrictionState.EXPIRED: restrictions_pb2.RESTRICTION_STATE_EXPIRED,
}
RESTRICTION_KIND_TO_WIRE: Final = {
    RestrictionKind.KEEP_CLEAR_REQUEST: restrictions_pb2.RESTRICTION_KIND_KEEP_CLEAR_REQUEST,
}
