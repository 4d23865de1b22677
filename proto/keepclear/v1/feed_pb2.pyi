from keepclear.v1 import alerts_pb2 as _alerts_pb2
from keepclear.v1 import common_pb2 as _common_pb2
from keepclear.v1 import restrictions_pb2 as _restrictions_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_UNSPECIFIED: _ClassVar[Role]
    ROLE_DESK: _ClassVar[Role]
    ROLE_OBSERVER: _ClassVar[Role]

class FeedKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FEED_KIND_UNSPECIFIED: _ClassVar[FeedKind]
    FEED_KIND_TRACKS: _ClassVar[FeedKind]
    FEED_KIND_ALERT: _ClassVar[FeedKind]
    FEED_KIND_RESTRICTION: _ClassVar[FeedKind]
    FEED_KIND_COVERAGE: _ClassVar[FeedKind]
    FEED_KIND_NOTICE: _ClassVar[FeedKind]

class TrackState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRACK_STATE_UNSPECIFIED: _ClassVar[TrackState]
    TRACK_STATE_CURRENT: _ClassVar[TrackState]
    TRACK_STATE_STALE: _ClassVar[TrackState]
    TRACK_STATE_LOST: _ClassVar[TrackState]
    TRACK_STATE_PRESUMED_LANDING: _ClassVar[TrackState]
    TRACK_STATE_DOCKED: _ClassVar[TrackState]
    TRACK_STATE_MERGED: _ClassVar[TrackState]
    TRACK_STATE_WITHHELD: _ClassVar[TrackState]
ROLE_UNSPECIFIED: Role
ROLE_DESK: Role
ROLE_OBSERVER: Role
FEED_KIND_UNSPECIFIED: FeedKind
FEED_KIND_TRACKS: FeedKind
FEED_KIND_ALERT: FeedKind
FEED_KIND_RESTRICTION: FeedKind
FEED_KIND_COVERAGE: FeedKind
FEED_KIND_NOTICE: FeedKind
TRACK_STATE_UNSPECIFIED: TrackState
TRACK_STATE_CURRENT: TrackState
TRACK_STATE_STALE: TrackState
TRACK_STATE_LOST: TrackState
TRACK_STATE_PRESUMED_LANDING: TrackState
TRACK_STATE_DOCKED: TrackState
TRACK_STATE_MERGED: TrackState
TRACK_STATE_WITHHELD: TrackState

class Area(_message.Message):
    __slots__ = ("south_deg", "west_deg", "north_deg", "east_deg")
    SOUTH_DEG_FIELD_NUMBER: _ClassVar[int]
    WEST_DEG_FIELD_NUMBER: _ClassVar[int]
    NORTH_DEG_FIELD_NUMBER: _ClassVar[int]
    EAST_DEG_FIELD_NUMBER: _ClassVar[int]
    south_deg: float
    west_deg: float
    north_deg: float
    east_deg: float
    def __init__(self, south_deg: _Optional[float] = ..., west_deg: _Optional[float] = ..., north_deg: _Optional[float] = ..., east_deg: _Optional[float] = ...) -> None: ...

class SubscribeRequest(_message.Message):
    __slots__ = ("role", "resume_token", "area", "kinds")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    AREA_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    role: Role
    resume_token: bytes
    area: Area
    kinds: _containers.RepeatedScalarFieldContainer[FeedKind]
    def __init__(self, role: _Optional[_Union[Role, str]] = ..., resume_token: _Optional[bytes] = ..., area: _Optional[_Union[Area, _Mapping]] = ..., kinds: _Optional[_Iterable[_Union[FeedKind, str]]] = ...) -> None: ...

class SubscribeResponse(_message.Message):
    __slots__ = ("message",)
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    message: FeedMessage
    def __init__(self, message: _Optional[_Union[FeedMessage, _Mapping]] = ...) -> None: ...

class FeedHeader(_message.Message):
    __slots__ = ("epoch", "number", "covers_from", "sent_us", "space", "audience", "snapshot", "resume_token")
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    COVERS_FROM_FIELD_NUMBER: _ClassVar[int]
    SENT_US_FIELD_NUMBER: _ClassVar[int]
    SPACE_FIELD_NUMBER: _ClassVar[int]
    AUDIENCE_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    epoch: str
    number: int
    covers_from: int
    sent_us: int
    space: _common_pb2.Space
    audience: str
    snapshot: bool
    resume_token: bytes
    def __init__(self, epoch: _Optional[str] = ..., number: _Optional[int] = ..., covers_from: _Optional[int] = ..., sent_us: _Optional[int] = ..., space: _Optional[_Union[_common_pb2.Space, str]] = ..., audience: _Optional[str] = ..., snapshot: _Optional[bool] = ..., resume_token: _Optional[bytes] = ...) -> None: ...

class FeedMessage(_message.Message):
    __slots__ = ("header", "tracks", "alert", "restriction", "heartbeat", "snapshot_begin", "snapshot_end", "coverage", "notice", "volume")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    TRACKS_FIELD_NUMBER: _ClassVar[int]
    ALERT_FIELD_NUMBER: _ClassVar[int]
    RESTRICTION_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_BEGIN_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_END_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    NOTICE_FIELD_NUMBER: _ClassVar[int]
    VOLUME_FIELD_NUMBER: _ClassVar[int]
    header: FeedHeader
    tracks: TrackFrame
    alert: _alerts_pb2.Alert
    restriction: _restrictions_pb2.Restriction
    heartbeat: Heartbeat
    snapshot_begin: SnapshotBegin
    snapshot_end: SnapshotEnd
    coverage: Coverage
    notice: Notice
    volume: KeepClearVolume
    def __init__(self, header: _Optional[_Union[FeedHeader, _Mapping]] = ..., tracks: _Optional[_Union[TrackFrame, _Mapping]] = ..., alert: _Optional[_Union[_alerts_pb2.Alert, _Mapping]] = ..., restriction: _Optional[_Union[_restrictions_pb2.Restriction, _Mapping]] = ..., heartbeat: _Optional[_Union[Heartbeat, _Mapping]] = ..., snapshot_begin: _Optional[_Union[SnapshotBegin, _Mapping]] = ..., snapshot_end: _Optional[_Union[SnapshotEnd, _Mapping]] = ..., coverage: _Optional[_Union[Coverage, _Mapping]] = ..., notice: _Optional[_Union[Notice, _Mapping]] = ..., volume: _Optional[_Union[KeepClearVolume, _Mapping]] = ...) -> None: ...

class HeardBy(_message.Message):
    __slots__ = ("publisher", "source", "basis", "confidence")
    PUBLISHER_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    publisher: str
    source: _common_pb2.ReportSource
    basis: str
    confidence: float
    def __init__(self, publisher: _Optional[str] = ..., source: _Optional[_Union[_common_pb2.ReportSource, str]] = ..., basis: _Optional[str] = ..., confidence: _Optional[float] = ...) -> None: ...

class SupplyChainFlag(_message.Message):
    __slots__ = ("rule", "text")
    RULE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    rule: str
    text: str
    def __init__(self, rule: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class TrackView(_message.Message):
    __slots__ = ("track_id", "agency", "aircraft_class", "label", "registration", "icao_address", "incident_id", "duty_contact", "talkgroup", "operational_status", "source", "state", "time_of_validity_us", "latitude_deg", "longitude_deg", "altitude_m", "altitude_datum", "height_m", "height_reference", "altitude_hae_m", "vertical_doubt_m", "velocity_east_mps", "velocity_north_mps", "vertical_speed_mps", "horizontal_accuracy_m", "publisher", "planned_path", "planned_path_stated_us", "heard_by", "doubts", "flags", "allotted_band")
    TRACK_ID_FIELD_NUMBER: _ClassVar[int]
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    AIRCRAFT_CLASS_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    REGISTRATION_FIELD_NUMBER: _ClassVar[int]
    ICAO_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    INCIDENT_ID_FIELD_NUMBER: _ClassVar[int]
    DUTY_CONTACT_FIELD_NUMBER: _ClassVar[int]
    TALKGROUP_FIELD_NUMBER: _ClassVar[int]
    OPERATIONAL_STATUS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TIME_OF_VALIDITY_US_FIELD_NUMBER: _ClassVar[int]
    LATITUDE_DEG_FIELD_NUMBER: _ClassVar[int]
    LONGITUDE_DEG_FIELD_NUMBER: _ClassVar[int]
    ALTITUDE_M_FIELD_NUMBER: _ClassVar[int]
    ALTITUDE_DATUM_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_M_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    ALTITUDE_HAE_M_FIELD_NUMBER: _ClassVar[int]
    VERTICAL_DOUBT_M_FIELD_NUMBER: _ClassVar[int]
    VELOCITY_EAST_MPS_FIELD_NUMBER: _ClassVar[int]
    VELOCITY_NORTH_MPS_FIELD_NUMBER: _ClassVar[int]
    VERTICAL_SPEED_MPS_FIELD_NUMBER: _ClassVar[int]
    HORIZONTAL_ACCURACY_M_FIELD_NUMBER: _ClassVar[int]
    PUBLISHER_FIELD_NUMBER: _ClassVar[int]
    PLANNED_PATH_FIELD_NUMBER: _ClassVar[int]
    PLANNED_PATH_STATED_US_FIELD_NUMBER: _ClassVar[int]
    HEARD_BY_FIELD_NUMBER: _ClassVar[int]
    DOUBTS_FIELD_NUMBER: _ClassVar[int]
    FLAGS_FIELD_NUMBER: _ClassVar[int]
    ALLOTTED_BAND_FIELD_NUMBER: _ClassVar[int]
    track_id: str
    agency: str
    aircraft_class: _common_pb2.AircraftClass
    label: str
    registration: str
    icao_address: str
    incident_id: str
    duty_contact: str
    talkgroup: str
    operational_status: _common_pb2.OperationalStatus
    source: _common_pb2.ReportSource
    state: TrackState
    time_of_validity_us: int
    latitude_deg: float
    longitude_deg: float
    altitude_m: float
    altitude_datum: _common_pb2.AltitudeDatum
    height_m: float
    height_reference: _common_pb2.HeightReference
    altitude_hae_m: float
    vertical_doubt_m: float
    velocity_east_mps: float
    velocity_north_mps: float
    vertical_speed_mps: float
    horizontal_accuracy_m: float
    publisher: str
    planned_path: _containers.RepeatedCompositeFieldContainer[_common_pb2.PathPoint]
    planned_path_stated_us: int
    heard_by: _containers.RepeatedCompositeFieldContainer[HeardBy]
    doubts: _containers.RepeatedScalarFieldContainer[str]
    flags: _containers.RepeatedCompositeFieldContainer[SupplyChainFlag]
    allotted_band: _common_pb2.HeightBand
    def __init__(self, track_id: _Optional[str] = ..., agency: _Optional[str] = ..., aircraft_class: _Optional[_Union[_common_pb2.AircraftClass, str]] = ..., label: _Optional[str] = ..., registration: _Optional[str] = ..., icao_address: _Optional[str] = ..., incident_id: _Optional[str] = ..., duty_contact: _Optional[str] = ..., talkgroup: _Optional[str] = ..., operational_status: _Optional[_Union[_common_pb2.OperationalStatus, str]] = ..., source: _Optional[_Union[_common_pb2.ReportSource, str]] = ..., state: _Optional[_Union[TrackState, str]] = ..., time_of_validity_us: _Optional[int] = ..., latitude_deg: _Optional[float] = ..., longitude_deg: _Optional[float] = ..., altitude_m: _Optional[float] = ..., altitude_datum: _Optional[_Union[_common_pb2.AltitudeDatum, str]] = ..., height_m: _Optional[float] = ..., height_reference: _Optional[_Union[_common_pb2.HeightReference, str]] = ..., altitude_hae_m: _Optional[float] = ..., vertical_doubt_m: _Optional[float] = ..., velocity_east_mps: _Optional[float] = ..., velocity_north_mps: _Optional[float] = ..., vertical_speed_mps: _Optional[float] = ..., horizontal_accuracy_m: _Optional[float] = ..., publisher: _Optional[str] = ..., planned_path: _Optional[_Iterable[_Union[_common_pb2.PathPoint, _Mapping]]] = ..., planned_path_stated_us: _Optional[int] = ..., heard_by: _Optional[_Iterable[_Union[HeardBy, _Mapping]]] = ..., doubts: _Optional[_Iterable[str]] = ..., flags: _Optional[_Iterable[_Union[SupplyChainFlag, _Mapping]]] = ..., allotted_band: _Optional[_Union[_common_pb2.HeightBand, _Mapping]] = ...) -> None: ...

class KeepClearVolume(_message.Message):
    __slots__ = ("volume_id", "revision", "south_deg", "west_deg", "north_deg", "east_deg", "lower_amsl_m", "upper_amsl_m", "since_us", "ended")
    VOLUME_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    SOUTH_DEG_FIELD_NUMBER: _ClassVar[int]
    WEST_DEG_FIELD_NUMBER: _ClassVar[int]
    NORTH_DEG_FIELD_NUMBER: _ClassVar[int]
    EAST_DEG_FIELD_NUMBER: _ClassVar[int]
    LOWER_AMSL_M_FIELD_NUMBER: _ClassVar[int]
    UPPER_AMSL_M_FIELD_NUMBER: _ClassVar[int]
    SINCE_US_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    volume_id: str
    revision: int
    south_deg: float
    west_deg: float
    north_deg: float
    east_deg: float
    lower_amsl_m: float
    upper_amsl_m: float
    since_us: int
    ended: bool
    def __init__(self, volume_id: _Optional[str] = ..., revision: _Optional[int] = ..., south_deg: _Optional[float] = ..., west_deg: _Optional[float] = ..., north_deg: _Optional[float] = ..., east_deg: _Optional[float] = ..., lower_amsl_m: _Optional[float] = ..., upper_amsl_m: _Optional[float] = ..., since_us: _Optional[int] = ..., ended: _Optional[bool] = ...) -> None: ...

class TrackFrame(_message.Message):
    __slots__ = ("tracks",)
    TRACKS_FIELD_NUMBER: _ClassVar[int]
    tracks: _containers.RepeatedCompositeFieldContainer[TrackView]
    def __init__(self, tracks: _Optional[_Iterable[_Union[TrackView, _Mapping]]] = ...) -> None: ...

class Heartbeat(_message.Message):
    __slots__ = ("picture_age_s", "track_count", "silent_publisher_count", "superseded_position_count")
    PICTURE_AGE_S_FIELD_NUMBER: _ClassVar[int]
    TRACK_COUNT_FIELD_NUMBER: _ClassVar[int]
    SILENT_PUBLISHER_COUNT_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDED_POSITION_COUNT_FIELD_NUMBER: _ClassVar[int]
    picture_age_s: float
    track_count: int
    silent_publisher_count: int
    superseded_position_count: int
    def __init__(self, picture_age_s: _Optional[float] = ..., track_count: _Optional[int] = ..., silent_publisher_count: _Optional[int] = ..., superseded_position_count: _Optional[int] = ...) -> None: ...

class SnapshotBegin(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class SnapshotEnd(_message.Message):
    __slots__ = ("message_count",)
    MESSAGE_COUNT_FIELD_NUMBER: _ClassVar[int]
    message_count: int
    def __init__(self, message_count: _Optional[int] = ...) -> None: ...

class Coverage(_message.Message):
    __slots__ = ("publisher", "silent", "last_report_us")
    PUBLISHER_FIELD_NUMBER: _ClassVar[int]
    SILENT_FIELD_NUMBER: _ClassVar[int]
    LAST_REPORT_US_FIELD_NUMBER: _ClassVar[int]
    publisher: str
    silent: bool
    last_report_us: int
    def __init__(self, publisher: _Optional[str] = ..., silent: _Optional[bool] = ..., last_report_us: _Optional[int] = ...) -> None: ...

class Notice(_message.Message):
    __slots__ = ("code", "text", "subject")
    CODE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    code: str
    text: str
    subject: str
    def __init__(self, code: _Optional[str] = ..., text: _Optional[str] = ..., subject: _Optional[str] = ...) -> None: ...
