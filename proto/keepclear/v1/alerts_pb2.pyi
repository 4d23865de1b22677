from keepclear.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AlertKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ALERT_KIND_UNSPECIFIED: _ClassVar[AlertKind]
    ALERT_KIND_PROXIMITY: _ClassVar[AlertKind]
    ALERT_KIND_RESTRICTION: _ClassVar[AlertKind]
    ALERT_KIND_CLUSTER: _ClassVar[AlertKind]
    ALERT_KIND_LAUNCH_HOLD: _ClassVar[AlertKind]
    ALERT_KIND_LEAVING_BAND: _ClassVar[AlertKind]

class AlertDetail(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ALERT_DETAIL_UNSPECIFIED: _ClassVar[AlertDetail]
    ALERT_DETAIL_FULL: _ClassVar[AlertDetail]
    ALERT_DETAIL_SECTOR: _ClassVar[AlertDetail]
    ALERT_DETAIL_TRUE_POSITION: _ClassVar[AlertDetail]
    ALERT_DETAIL_EXISTENCE: _ClassVar[AlertDetail]
ALERT_KIND_UNSPECIFIED: AlertKind
ALERT_KIND_PROXIMITY: AlertKind
ALERT_KIND_RESTRICTION: AlertKind
ALERT_KIND_CLUSTER: AlertKind
ALERT_KIND_LAUNCH_HOLD: AlertKind
ALERT_KIND_LEAVING_BAND: AlertKind
ALERT_DETAIL_UNSPECIFIED: AlertDetail
ALERT_DETAIL_FULL: AlertDetail
ALERT_DETAIL_SECTOR: AlertDetail
ALERT_DETAIL_TRUE_POSITION: AlertDetail
ALERT_DETAIL_EXISTENCE: AlertDetail

class AlertParty(_message.Message):
    __slots__ = ("track_id", "label", "agency", "aircraft_class", "duty_contact", "talkgroup")
    TRACK_ID_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    AIRCRAFT_CLASS_FIELD_NUMBER: _ClassVar[int]
    DUTY_CONTACT_FIELD_NUMBER: _ClassVar[int]
    TALKGROUP_FIELD_NUMBER: _ClassVar[int]
    track_id: str
    label: str
    agency: str
    aircraft_class: _common_pb2.AircraftClass
    duty_contact: str
    talkgroup: str
    def __init__(self, track_id: _Optional[str] = ..., label: _Optional[str] = ..., agency: _Optional[str] = ..., aircraft_class: _Optional[_Union[_common_pb2.AircraftClass, str]] = ..., duty_contact: _Optional[str] = ..., talkgroup: _Optional[str] = ...) -> None: ...

class Acknowledgement(_message.Message):
    __slots__ = ("system", "acknowledged_by", "acknowledged_us", "revision")
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_BY_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_US_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    system: str
    acknowledged_by: str
    acknowledged_us: int
    revision: int
    def __init__(self, system: _Optional[str] = ..., acknowledged_by: _Optional[str] = ..., acknowledged_us: _Optional[int] = ..., revision: _Optional[int] = ...) -> None: ...

class AlertMember(_message.Message):
    __slots__ = ("alert_id", "kind", "level", "parties", "restriction", "raised_us", "headline", "advice", "range_m", "time_to_loss_s")
    ALERT_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    PARTIES_FIELD_NUMBER: _ClassVar[int]
    RESTRICTION_FIELD_NUMBER: _ClassVar[int]
    RAISED_US_FIELD_NUMBER: _ClassVar[int]
    HEADLINE_FIELD_NUMBER: _ClassVar[int]
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    RANGE_M_FIELD_NUMBER: _ClassVar[int]
    TIME_TO_LOSS_S_FIELD_NUMBER: _ClassVar[int]
    alert_id: str
    kind: AlertKind
    level: _common_pb2.AlertLevel
    parties: _containers.RepeatedCompositeFieldContainer[AlertParty]
    restriction: str
    raised_us: int
    headline: str
    advice: str
    range_m: float
    time_to_loss_s: float
    def __init__(self, alert_id: _Optional[str] = ..., kind: _Optional[_Union[AlertKind, str]] = ..., level: _Optional[_Union[_common_pb2.AlertLevel, str]] = ..., parties: _Optional[_Iterable[_Union[AlertParty, _Mapping]]] = ..., restriction: _Optional[str] = ..., raised_us: _Optional[int] = ..., headline: _Optional[str] = ..., advice: _Optional[str] = ..., range_m: _Optional[float] = ..., time_to_loss_s: _Optional[float] = ...) -> None: ...

class Alert(_message.Message):
    __slots__ = ("alert_id", "revision", "kind", "level", "highest_level", "parties", "restriction", "raised_us", "changed_us", "headline", "advice", "range_m", "bearing_deg", "relative_height_m", "relative_height_doubt_m", "time_to_loss_s", "time_to_closest_s", "closest_range_m", "picture_age_s", "rule", "policy_version", "capped_because", "acknowledgements", "incident_id", "members", "member_count", "detail", "time_to_exit_s")
    ALERT_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    HIGHEST_LEVEL_FIELD_NUMBER: _ClassVar[int]
    PARTIES_FIELD_NUMBER: _ClassVar[int]
    RESTRICTION_FIELD_NUMBER: _ClassVar[int]
    RAISED_US_FIELD_NUMBER: _ClassVar[int]
    CHANGED_US_FIELD_NUMBER: _ClassVar[int]
    HEADLINE_FIELD_NUMBER: _ClassVar[int]
    ADVICE_FIELD_NUMBER: _ClassVar[int]
    RANGE_M_FIELD_NUMBER: _ClassVar[int]
    BEARING_DEG_FIELD_NUMBER: _ClassVar[int]
    RELATIVE_HEIGHT_M_FIELD_NUMBER: _ClassVar[int]
    RELATIVE_HEIGHT_DOUBT_M_FIELD_NUMBER: _ClassVar[int]
    TIME_TO_LOSS_S_FIELD_NUMBER: _ClassVar[int]
    TIME_TO_CLOSEST_S_FIELD_NUMBER: _ClassVar[int]
    CLOSEST_RANGE_M_FIELD_NUMBER: _ClassVar[int]
    PICTURE_AGE_S_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    CAPPED_BECAUSE_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGEMENTS_FIELD_NUMBER: _ClassVar[int]
    INCIDENT_ID_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    MEMBER_COUNT_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    TIME_TO_EXIT_S_FIELD_NUMBER: _ClassVar[int]
    alert_id: str
    revision: int
    kind: AlertKind
    level: _common_pb2.AlertLevel
    highest_level: _common_pb2.AlertLevel
    parties: _containers.RepeatedCompositeFieldContainer[AlertParty]
    restriction: str
    raised_us: int
    changed_us: int
    headline: str
    advice: str
    range_m: float
    bearing_deg: float
    relative_height_m: float
    relative_height_doubt_m: float
    time_to_loss_s: float
    time_to_closest_s: float
    closest_range_m: float
    picture_age_s: float
    rule: str
    policy_version: str
    capped_because: str
    acknowledgements: _containers.RepeatedCompositeFieldContainer[Acknowledgement]
    incident_id: str
    members: _containers.RepeatedCompositeFieldContainer[AlertMember]
    member_count: int
    detail: AlertDetail
    time_to_exit_s: float
    def __init__(self, alert_id: _Optional[str] = ..., revision: _Optional[int] = ..., kind: _Optional[_Union[AlertKind, str]] = ..., level: _Optional[_Union[_common_pb2.AlertLevel, str]] = ..., highest_level: _Optional[_Union[_common_pb2.AlertLevel, str]] = ..., parties: _Optional[_Iterable[_Union[AlertParty, _Mapping]]] = ..., restriction: _Optional[str] = ..., raised_us: _Optional[int] = ..., changed_us: _Optional[int] = ..., headline: _Optional[str] = ..., advice: _Optional[str] = ..., range_m: _Optional[float] = ..., bearing_deg: _Optional[float] = ..., relative_height_m: _Optional[float] = ..., relative_height_doubt_m: _Optional[float] = ..., time_to_loss_s: _Optional[float] = ..., time_to_closest_s: _Optional[float] = ..., closest_range_m: _Optional[float] = ..., picture_age_s: _Optional[float] = ..., rule: _Optional[str] = ..., policy_version: _Optional[str] = ..., capped_because: _Optional[str] = ..., acknowledgements: _Optional[_Iterable[_Union[Acknowledgement, _Mapping]]] = ..., incident_id: _Optional[str] = ..., members: _Optional[_Iterable[_Union[AlertMember, _Mapping]]] = ..., member_count: _Optional[int] = ..., detail: _Optional[_Union[AlertDetail, str]] = ..., time_to_exit_s: _Optional[float] = ...) -> None: ...

class ListAlertsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAlertsResponse(_message.Message):
    __slots__ = ("alerts", "next_page_token")
    ALERTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    alerts: _containers.RepeatedCompositeFieldContainer[Alert]
    next_page_token: str
    def __init__(self, alerts: _Optional[_Iterable[_Union[Alert, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class AcknowledgeAlertRequest(_message.Message):
    __slots__ = ("request_id", "alert_id", "acknowledged_by")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ALERT_ID_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_BY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    alert_id: str
    acknowledged_by: str
    def __init__(self, request_id: _Optional[str] = ..., alert_id: _Optional[str] = ..., acknowledged_by: _Optional[str] = ...) -> None: ...

class AcknowledgeAlertResponse(_message.Message):
    __slots__ = ("alert",)
    ALERT_FIELD_NUMBER: _ClassVar[int]
    alert: Alert
    def __init__(self, alert: _Optional[_Union[Alert, _Mapping]] = ...) -> None: ...
