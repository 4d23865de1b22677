from keepclear.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AircraftDescription(_message.Message):
    __slots__ = ("aircraft_class", "registration", "icao_address", "callsign", "flight_id", "incident_id", "duty_contact", "talkgroup", "planned_path", "planned_path_stated_us", "serial_number", "allotted_band")
    AIRCRAFT_CLASS_FIELD_NUMBER: _ClassVar[int]
    REGISTRATION_FIELD_NUMBER: _ClassVar[int]
    ICAO_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    CALLSIGN_FIELD_NUMBER: _ClassVar[int]
    FLIGHT_ID_FIELD_NUMBER: _ClassVar[int]
    INCIDENT_ID_FIELD_NUMBER: _ClassVar[int]
    DUTY_CONTACT_FIELD_NUMBER: _ClassVar[int]
    TALKGROUP_FIELD_NUMBER: _ClassVar[int]
    PLANNED_PATH_FIELD_NUMBER: _ClassVar[int]
    PLANNED_PATH_STATED_US_FIELD_NUMBER: _ClassVar[int]
    SERIAL_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ALLOTTED_BAND_FIELD_NUMBER: _ClassVar[int]
    aircraft_class: _common_pb2.AircraftClass
    registration: str
    icao_address: str
    callsign: str
    flight_id: str
    incident_id: str
    duty_contact: str
    talkgroup: str
    planned_path: _containers.RepeatedCompositeFieldContainer[_common_pb2.PathPoint]
    planned_path_stated_us: int
    serial_number: str
    allotted_band: _common_pb2.HeightBand
    def __init__(self, aircraft_class: _Optional[_Union[_common_pb2.AircraftClass, str]] = ..., registration: _Optional[str] = ..., icao_address: _Optional[str] = ..., callsign: _Optional[str] = ..., flight_id: _Optional[str] = ..., incident_id: _Optional[str] = ..., duty_contact: _Optional[str] = ..., talkgroup: _Optional[str] = ..., planned_path: _Optional[_Iterable[_Union[_common_pb2.PathPoint, _Mapping]]] = ..., planned_path_stated_us: _Optional[int] = ..., serial_number: _Optional[str] = ..., allotted_band: _Optional[_Union[_common_pb2.HeightBand, _Mapping]] = ...) -> None: ...

class TrackReport(_message.Message):
    __slots__ = ("source_track_id", "time_of_validity_us", "latitude_deg", "longitude_deg", "altitude_m", "altitude_datum", "height_m", "height_reference", "velocity_east_mps", "velocity_north_mps", "vertical_speed_mps", "horizontal_accuracy_m", "vertical_accuracy_m", "velocity_accuracy_mps", "vertical_speed_accuracy_mps", "operational_status", "source", "description")
    SOURCE_TRACK_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_OF_VALIDITY_US_FIELD_NUMBER: _ClassVar[int]
    LATITUDE_DEG_FIELD_NUMBER: _ClassVar[int]
    LONGITUDE_DEG_FIELD_NUMBER: _ClassVar[int]
    ALTITUDE_M_FIELD_NUMBER: _ClassVar[int]
    ALTITUDE_DATUM_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_M_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    VELOCITY_EAST_MPS_FIELD_NUMBER: _ClassVar[int]
    VELOCITY_NORTH_MPS_FIELD_NUMBER: _ClassVar[int]
    VERTICAL_SPEED_MPS_FIELD_NUMBER: _ClassVar[int]
    HORIZONTAL_ACCURACY_M_FIELD_NUMBER: _ClassVar[int]
    VERTICAL_ACCURACY_M_FIELD_NUMBER: _ClassVar[int]
    VELOCITY_ACCURACY_MPS_FIELD_NUMBER: _ClassVar[int]
    VERTICAL_SPEED_ACCURACY_MPS_FIELD_NUMBER: _ClassVar[int]
    OPERATIONAL_STATUS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    source_track_id: str
    time_of_validity_us: int
    latitude_deg: float
    longitude_deg: float
    altitude_m: float
    altitude_datum: _common_pb2.AltitudeDatum
    height_m: float
    height_reference: _common_pb2.HeightReference
    velocity_east_mps: float
    velocity_north_mps: float
    vertical_speed_mps: float
    horizontal_accuracy_m: float
    vertical_accuracy_m: float
    velocity_accuracy_mps: float
    vertical_speed_accuracy_mps: float
    operational_status: _common_pb2.OperationalStatus
    source: _common_pb2.ReportSource
    description: AircraftDescription
    def __init__(self, source_track_id: _Optional[str] = ..., time_of_validity_us: _Optional[int] = ..., latitude_deg: _Optional[float] = ..., longitude_deg: _Optional[float] = ..., altitude_m: _Optional[float] = ..., altitude_datum: _Optional[_Union[_common_pb2.AltitudeDatum, str]] = ..., height_m: _Optional[float] = ..., height_reference: _Optional[_Union[_common_pb2.HeightReference, str]] = ..., velocity_east_mps: _Optional[float] = ..., velocity_north_mps: _Optional[float] = ..., vertical_speed_mps: _Optional[float] = ..., horizontal_accuracy_m: _Optional[float] = ..., vertical_accuracy_m: _Optional[float] = ..., velocity_accuracy_mps: _Optional[float] = ..., vertical_speed_accuracy_mps: _Optional[float] = ..., operational_status: _Optional[_Union[_common_pb2.OperationalStatus, str]] = ..., source: _Optional[_Union[_common_pb2.ReportSource, str]] = ..., description: _Optional[_Union[AircraftDescription, _Mapping]] = ...) -> None: ...

class PublishTracksRequest(_message.Message):
    __slots__ = ("batch_id", "reports")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    REPORTS_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    reports: _containers.RepeatedCompositeFieldContainer[TrackReport]
    def __init__(self, batch_id: _Optional[str] = ..., reports: _Optional[_Iterable[_Union[TrackReport, _Mapping]]] = ...) -> None: ...

class PublishTracksResponse(_message.Message):
    __slots__ = ("batch_id", "accepted_count", "refusals", "received_us", "report_age_s", "credit")
    BATCH_ID_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_COUNT_FIELD_NUMBER: _ClassVar[int]
    REFUSALS_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_US_FIELD_NUMBER: _ClassVar[int]
    REPORT_AGE_S_FIELD_NUMBER: _ClassVar[int]
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    batch_id: str
    accepted_count: int
    refusals: _containers.RepeatedCompositeFieldContainer[_common_pb2.Refusal]
    received_us: int
    report_age_s: float
    credit: int
    def __init__(self, batch_id: _Optional[str] = ..., accepted_count: _Optional[int] = ..., refusals: _Optional[_Iterable[_Union[_common_pb2.Refusal, _Mapping]]] = ..., received_us: _Optional[int] = ..., report_age_s: _Optional[float] = ..., credit: _Optional[int] = ...) -> None: ...
