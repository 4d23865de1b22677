from keepclear.v1 import common_pb2 as _common_pb2
from keepclear.v1 import restrictions_pb2 as _restrictions_pb2
from keepclear.v1 import volumes_pb2 as _volumes_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EntryVerdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENTRY_VERDICT_UNSPECIFIED: _ClassVar[EntryVerdict]
    ENTRY_VERDICT_NO_KNOWN_OBJECTION: _ClassVar[EntryVerdict]
    ENTRY_VERDICT_ASK: _ClassVar[EntryVerdict]
    ENTRY_VERDICT_OBJECTION: _ClassVar[EntryVerdict]
    ENTRY_VERDICT_UNREAD: _ClassVar[EntryVerdict]
ENTRY_VERDICT_UNSPECIFIED: EntryVerdict
ENTRY_VERDICT_NO_KNOWN_OBJECTION: EntryVerdict
ENTRY_VERDICT_ASK: EntryVerdict
ENTRY_VERDICT_OBJECTION: EntryVerdict
ENTRY_VERDICT_UNREAD: EntryVerdict

class EntryPoint(_message.Message):
    __slots__ = ("position", "radius_m")
    POSITION_FIELD_NUMBER: _ClassVar[int]
    RADIUS_M_FIELD_NUMBER: _ClassVar[int]
    position: _volumes_pb2.LatLng
    radius_m: float
    def __init__(self, position: _Optional[_Union[_volumes_pb2.LatLng, _Mapping]] = ..., radius_m: _Optional[float] = ...) -> None: ...

class EntryPath(_message.Message):
    __slots__ = ("waypoints", "half_width_m")
    WAYPOINTS_FIELD_NUMBER: _ClassVar[int]
    HALF_WIDTH_M_FIELD_NUMBER: _ClassVar[int]
    waypoints: _containers.RepeatedCompositeFieldContainer[_volumes_pb2.LatLng]
    half_width_m: float
    def __init__(self, waypoints: _Optional[_Iterable[_Union[_volumes_pb2.LatLng, _Mapping]]] = ..., half_width_m: _Optional[float] = ...) -> None: ...

class EntryQuestion(_message.Message):
    __slots__ = ("question_id", "point", "path", "volume", "lowest", "highest", "start_us", "end_us", "aircraft_class")
    QUESTION_ID_FIELD_NUMBER: _ClassVar[int]
    POINT_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    VOLUME_FIELD_NUMBER: _ClassVar[int]
    LOWEST_FIELD_NUMBER: _ClassVar[int]
    HIGHEST_FIELD_NUMBER: _ClassVar[int]
    START_US_FIELD_NUMBER: _ClassVar[int]
    END_US_FIELD_NUMBER: _ClassVar[int]
    AIRCRAFT_CLASS_FIELD_NUMBER: _ClassVar[int]
    question_id: str
    point: EntryPoint
    path: EntryPath
    volume: _volumes_pb2.RestrictionVolume
    lowest: _volumes_pb2.VerticalLimit
    highest: _volumes_pb2.VerticalLimit
    start_us: int
    end_us: int
    aircraft_class: _common_pb2.AircraftClass
    def __init__(self, question_id: _Optional[str] = ..., point: _Optional[_Union[EntryPoint, _Mapping]] = ..., path: _Optional[_Union[EntryPath, _Mapping]] = ..., volume: _Optional[_Union[_volumes_pb2.RestrictionVolume, _Mapping]] = ..., lowest: _Optional[_Union[_volumes_pb2.VerticalLimit, _Mapping]] = ..., highest: _Optional[_Union[_volumes_pb2.VerticalLimit, _Mapping]] = ..., start_us: _Optional[int] = ..., end_us: _Optional[int] = ..., aircraft_class: _Optional[_Union[_common_pb2.AircraftClass, str]] = ...) -> None: ...

class EntryFinding(_message.Message):
    __slots__ = ("verdict", "restriction_name", "restriction_version", "title", "kind", "authority", "contact", "talkgroup", "rule", "from_us", "until_us", "approximated", "source_text")
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    RESTRICTION_NAME_FIELD_NUMBER: _ClassVar[int]
    RESTRICTION_VERSION_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    AUTHORITY_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    TALKGROUP_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    FROM_US_FIELD_NUMBER: _ClassVar[int]
    UNTIL_US_FIELD_NUMBER: _ClassVar[int]
    APPROXIMATED_FIELD_NUMBER: _ClassVar[int]
    SOURCE_TEXT_FIELD_NUMBER: _ClassVar[int]
    verdict: EntryVerdict
    restriction_name: str
    restriction_version: int
    title: str
    kind: _restrictions_pb2.RestrictionKind
    authority: str
    contact: str
    talkgroup: str
    rule: str
    from_us: int
    until_us: int
    approximated: bool
    source_text: str
    def __init__(self, verdict: _Optional[_Union[EntryVerdict, str]] = ..., restriction_name: _Optional[str] = ..., restriction_version: _Optional[int] = ..., title: _Optional[str] = ..., kind: _Optional[_Union[_restrictions_pb2.RestrictionKind, str]] = ..., authority: _Optional[str] = ..., contact: _Optional[str] = ..., talkgroup: _Optional[str] = ..., rule: _Optional[str] = ..., from_us: _Optional[int] = ..., until_us: _Optional[int] = ..., approximated: _Optional[bool] = ..., source_text: _Optional[str] = ...) -> None: ...

class SourceAge(_message.Message):
    __slots__ = ("source_id", "age_s")
    SOURCE_ID_FIELD_NUMBER: _ClassVar[int]
    AGE_S_FIELD_NUMBER: _ClassVar[int]
    source_id: str
    age_s: float
    def __init__(self, source_id: _Optional[str] = ..., age_s: _Optional[float] = ...) -> None: ...

class EntryPicture(_message.Message):
    __slots__ = ("answered_us", "picture_age_s", "sources", "not_seen", "rules_version")
    ANSWERED_US_FIELD_NUMBER: _ClassVar[int]
    PICTURE_AGE_S_FIELD_NUMBER: _ClassVar[int]
    SOURCES_FIELD_NUMBER: _ClassVar[int]
    NOT_SEEN_FIELD_NUMBER: _ClassVar[int]
    RULES_VERSION_FIELD_NUMBER: _ClassVar[int]
    answered_us: int
    picture_age_s: float
    sources: _containers.RepeatedCompositeFieldContainer[SourceAge]
    not_seen: _containers.RepeatedScalarFieldContainer[str]
    rules_version: str
    def __init__(self, answered_us: _Optional[int] = ..., picture_age_s: _Optional[float] = ..., sources: _Optional[_Iterable[_Union[SourceAge, _Mapping]]] = ..., not_seen: _Optional[_Iterable[str]] = ..., rules_version: _Optional[str] = ...) -> None: ...

class EntryAnswer(_message.Message):
    __slots__ = ("question_id", "verdict", "text", "findings", "further_findings", "refusals")
    QUESTION_ID_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    FURTHER_FINDINGS_FIELD_NUMBER: _ClassVar[int]
    REFUSALS_FIELD_NUMBER: _ClassVar[int]
    question_id: str
    verdict: EntryVerdict
    text: str
    findings: _containers.RepeatedCompositeFieldContainer[EntryFinding]
    further_findings: int
    refusals: _containers.RepeatedCompositeFieldContainer[_common_pb2.Refusal]
    def __init__(self, question_id: _Optional[str] = ..., verdict: _Optional[_Union[EntryVerdict, str]] = ..., text: _Optional[str] = ..., findings: _Optional[_Iterable[_Union[EntryFinding, _Mapping]]] = ..., further_findings: _Optional[int] = ..., refusals: _Optional[_Iterable[_Union[_common_pb2.Refusal, _Mapping]]] = ...) -> None: ...

class AskEntryRequest(_message.Message):
    __slots__ = ("request_id", "questions")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    QUESTIONS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    questions: _containers.RepeatedCompositeFieldContainer[EntryQuestion]
    def __init__(self, request_id: _Optional[str] = ..., questions: _Optional[_Iterable[_Union[EntryQuestion, _Mapping]]] = ...) -> None: ...

class AskEntryResponse(_message.Message):
    __slots__ = ("answers", "picture")
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    PICTURE_FIELD_NUMBER: _ClassVar[int]
    answers: _containers.RepeatedCompositeFieldContainer[EntryAnswer]
    picture: EntryPicture
    def __init__(self, answers: _Optional[_Iterable[_Union[EntryAnswer, _Mapping]]] = ..., picture: _Optional[_Union[EntryPicture, _Mapping]] = ...) -> None: ...
