from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Space(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SPACE_UNSPECIFIED: _ClassVar[Space]
    SPACE_LIVE: _ClassVar[Space]
    SPACE_EXERCISE: _ClassVar[Space]

class AircraftClass(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AIRCRAFT_CLASS_UNSPECIFIED: _ClassVar[AircraftClass]
    AIRCRAFT_CLASS_DRONE: _ClassVar[AircraftClass]
    AIRCRAFT_CLASS_HELICOPTER: _ClassVar[AircraftClass]
    AIRCRAFT_CLASS_AEROPLANE: _ClassVar[AircraftClass]
    AIRCRAFT_CLASS_OTHER_CREWED: _ClassVar[AircraftClass]
    AIRCRAFT_CLASS_UNKNOWN_DRONE: _ClassVar[AircraftClass]

class AltitudeDatum(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ALTITUDE_DATUM_UNSPECIFIED: _ClassVar[AltitudeDatum]
    ALTITUDE_DATUM_HAE: _ClassVar[AltitudeDatum]
    ALTITUDE_DATUM_AMSL: _ClassVar[AltitudeDatum]
    ALTITUDE_DATUM_PRESSURE: _ClassVar[AltitudeDatum]

class HeightReference(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HEIGHT_REFERENCE_UNSPECIFIED: _ClassVar[HeightReference]
    HEIGHT_REFERENCE_TAKEOFF: _ClassVar[HeightReference]
    HEIGHT_REFERENCE_GROUND: _ClassVar[HeightReference]

class OperationalStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OPERATIONAL_STATUS_UNSPECIFIED: _ClassVar[OperationalStatus]
    OPERATIONAL_STATUS_AIRBORNE: _ClassVar[OperationalStatus]
    OPERATIONAL_STATUS_ON_GROUND: _ClassVar[OperationalStatus]
    OPERATIONAL_STATUS_ROTORS_TURNING: _ClassVar[OperationalStatus]
    OPERATIONAL_STATUS_LANDING_OR_LIFTING: _ClassVar[OperationalStatus]
    OPERATIONAL_STATUS_AT_DOCK: _ClassVar[OperationalStatus]
    OPERATIONAL_STATUS_LAUNCHING: _ClassVar[OperationalStatus]
    OPERATIONAL_STATUS_CLOSE_WORK_ACCEPTED: _ClassVar[OperationalStatus]

class ReportSource(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REPORT_SOURCE_UNSPECIFIED: _ClassVar[ReportSource]
    REPORT_SOURCE_TELEMETRY: _ClassVar[ReportSource]
    REPORT_SOURCE_ADSB: _ClassVar[ReportSource]
    REPORT_SOURCE_MLAT: _ClassVar[ReportSource]
    REPORT_SOURCE_TISB: _ClassVar[ReportSource]
    REPORT_SOURCE_REMOTE_ID: _ClassVar[ReportSource]
    REPORT_SOURCE_RADAR: _ClassVar[ReportSource]
    REPORT_SOURCE_SIMULATED: _ClassVar[ReportSource]

class AlertLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ALERT_LEVEL_UNSPECIFIED: _ClassVar[AlertLevel]
    ALERT_LEVEL_ADVISORY: _ClassVar[AlertLevel]
    ALERT_LEVEL_CAUTION: _ClassVar[AlertLevel]
    ALERT_LEVEL_WARNING: _ClassVar[AlertLevel]
    ALERT_LEVEL_FLOOR: _ClassVar[AlertLevel]
SPACE_UNSPECIFIED: Space
SPACE_LIVE: Space
SPACE_EXERCISE: Space
AIRCRAFT_CLASS_UNSPECIFIED: AircraftClass
AIRCRAFT_CLASS_DRONE: AircraftClass
AIRCRAFT_CLASS_HELICOPTER: AircraftClass
AIRCRAFT_CLASS_AEROPLANE: AircraftClass
AIRCRAFT_CLASS_OTHER_CREWED: AircraftClass
AIRCRAFT_CLASS_UNKNOWN_DRONE: AircraftClass
ALTITUDE_DATUM_UNSPECIFIED: AltitudeDatum
ALTITUDE_DATUM_HAE: AltitudeDatum
ALTITUDE_DATUM_AMSL: AltitudeDatum
ALTITUDE_DATUM_PRESSURE: AltitudeDatum
HEIGHT_REFERENCE_UNSPECIFIED: HeightReference
HEIGHT_REFERENCE_TAKEOFF: HeightReference
HEIGHT_REFERENCE_GROUND: HeightReference
OPERATIONAL_STATUS_UNSPECIFIED: OperationalStatus
OPERATIONAL_STATUS_AIRBORNE: OperationalStatus
OPERATIONAL_STATUS_ON_GROUND: OperationalStatus
OPERATIONAL_STATUS_ROTORS_TURNING: OperationalStatus
OPERATIONAL_STATUS_LANDING_OR_LIFTING: OperationalStatus
OPERATIONAL_STATUS_AT_DOCK: OperationalStatus
OPERATIONAL_STATUS_LAUNCHING: OperationalStatus
OPERATIONAL_STATUS_CLOSE_WORK_ACCEPTED: OperationalStatus
REPORT_SOURCE_UNSPECIFIED: ReportSource
REPORT_SOURCE_TELEMETRY: ReportSource
REPORT_SOURCE_ADSB: ReportSource
REPORT_SOURCE_MLAT: ReportSource
REPORT_SOURCE_TISB: ReportSource
REPORT_SOURCE_REMOTE_ID: ReportSource
REPORT_SOURCE_RADAR: ReportSource
REPORT_SOURCE_SIMULATED: ReportSource
ALERT_LEVEL_UNSPECIFIED: AlertLevel
ALERT_LEVEL_ADVISORY: AlertLevel
ALERT_LEVEL_CAUTION: AlertLevel
ALERT_LEVEL_WARNING: AlertLevel
ALERT_LEVEL_FLOOR: AlertLevel

class PathPoint(_message.Message):
    __slots__ = ("latitude_deg", "longitude_deg", "altitude_m", "altitude_datum")
    LATITUDE_DEG_FIELD_NUMBER: _ClassVar[int]
    LONGITUDE_DEG_FIELD_NUMBER: _ClassVar[int]
    ALTITUDE_M_FIELD_NUMBER: _ClassVar[int]
    ALTITUDE_DATUM_FIELD_NUMBER: _ClassVar[int]
    latitude_deg: float
    longitude_deg: float
    altitude_m: float
    altitude_datum: AltitudeDatum
    def __init__(self, latitude_deg: _Optional[float] = ..., longitude_deg: _Optional[float] = ..., altitude_m: _Optional[float] = ..., altitude_datum: _Optional[_Union[AltitudeDatum, str]] = ...) -> None: ...

class HeightBand(_message.Message):
    __slots__ = ("lower_m", "upper_m", "reference")
    LOWER_M_FIELD_NUMBER: _ClassVar[int]
    UPPER_M_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    lower_m: float
    upper_m: float
    reference: HeightReference
    def __init__(self, lower_m: _Optional[float] = ..., upper_m: _Optional[float] = ..., reference: _Optional[_Union[HeightReference, str]] = ...) -> None: ...

class Refusal(_message.Message):
    __slots__ = ("field", "reason")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    field: str
    reason: str
    def __init__(self, field: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...
