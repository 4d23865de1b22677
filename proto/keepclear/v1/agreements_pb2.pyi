from keepclear.v1 import sharing_pb2 as _sharing_pb2
from keepclear.v1 import volumes_pb2 as _volumes_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class AgreementState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AGREEMENT_STATE_UNSPECIFIED: _ClassVar[AgreementState]
    AGREEMENT_STATE_PROPOSED: _ClassVar[AgreementState]
    AGREEMENT_STATE_ACCEPTED: _ClassVar[AgreementState]
    AGREEMENT_STATE_IN_FORCE: _ClassVar[AgreementState]
    AGREEMENT_STATE_REPLACED: _ClassVar[AgreementState]
    AGREEMENT_STATE_ENDED: _ClassVar[AgreementState]
    AGREEMENT_STATE_EXPIRED: _ClassVar[AgreementState]
AGREEMENT_STATE_UNSPECIFIED: AgreementState
AGREEMENT_STATE_PROPOSED: AgreementState
AGREEMENT_STATE_ACCEPTED: AgreementState
AGREEMENT_STATE_IN_FORCE: AgreementState
AGREEMENT_STATE_REPLACED: AgreementState
AGREEMENT_STATE_ENDED: AgreementState
AGREEMENT_STATE_EXPIRED: AgreementState

class AgreementParty(_message.Message):
    __slots__ = ("agency", "desk", "telephone", "talkgroup")
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    DESK_FIELD_NUMBER: _ClassVar[int]
    TELEPHONE_FIELD_NUMBER: _ClassVar[int]
    TALKGROUP_FIELD_NUMBER: _ClassVar[int]
    agency: str
    desk: str
    telephone: str
    talkgroup: str
    def __init__(self, agency: _Optional[str] = ..., desk: _Optional[str] = ..., telephone: _Optional[str] = ..., talkgroup: _Optional[str] = ...) -> None: ...

class AgreementArea(_message.Message):
    __slots__ = ("circle", "polygon", "label", "floor", "ceiling")
    CIRCLE_FIELD_NUMBER: _ClassVar[int]
    POLYGON_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    FLOOR_FIELD_NUMBER: _ClassVar[int]
    CEILING_FIELD_NUMBER: _ClassVar[int]
    circle: _volumes_pb2.Circle
    polygon: _volumes_pb2.Polygon
    label: str
    floor: _volumes_pb2.VerticalLimit
    ceiling: _volumes_pb2.VerticalLimit
    def __init__(self, circle: _Optional[_Union[_volumes_pb2.Circle, _Mapping]] = ..., polygon: _Optional[_Union[_volumes_pb2.Polygon, _Mapping]] = ..., label: _Optional[str] = ..., floor: _Optional[_Union[_volumes_pb2.VerticalLimit, _Mapping]] = ..., ceiling: _Optional[_Union[_volumes_pb2.VerticalLimit, _Mapping]] = ...) -> None: ...

class AgreementShare(_message.Message):
    __slots__ = ("owner", "reader", "level")
    OWNER_FIELD_NUMBER: _ClassVar[int]
    READER_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    owner: str
    reader: str
    level: _sharing_pb2.SharingLevel
    def __init__(self, owner: _Optional[str] = ..., reader: _Optional[str] = ..., level: _Optional[_Union[_sharing_pb2.SharingLevel, str]] = ...) -> None: ...

class AgreementSignature(_message.Message):
    __slots__ = ("system", "signed_by", "signed_us")
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    SIGNED_BY_FIELD_NUMBER: _ClassVar[int]
    SIGNED_US_FIELD_NUMBER: _ClassVar[int]
    system: str
    signed_by: str
    signed_us: int
    def __init__(self, system: _Optional[str] = ..., signed_by: _Optional[str] = ..., signed_us: _Optional[int] = ...) -> None: ...

class Agreement(_message.Message):
    __slots__ = ("name", "title", "parties", "areas", "shares", "policy_version", "from_us", "until_us", "outage_script", "version", "state", "signatures", "not_signed", "changed_us", "ended", "ended_reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    PARTIES_FIELD_NUMBER: _ClassVar[int]
    AREAS_FIELD_NUMBER: _ClassVar[int]
    SHARES_FIELD_NUMBER: _ClassVar[int]
    POLICY_VERSION_FIELD_NUMBER: _ClassVar[int]
    FROM_US_FIELD_NUMBER: _ClassVar[int]
    UNTIL_US_FIELD_NUMBER: _ClassVar[int]
    OUTAGE_SCRIPT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SIGNATURES_FIELD_NUMBER: _ClassVar[int]
    NOT_SIGNED_FIELD_NUMBER: _ClassVar[int]
    CHANGED_US_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    ENDED_REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    parties: _containers.RepeatedCompositeFieldContainer[AgreementParty]
    areas: _containers.RepeatedCompositeFieldContainer[AgreementArea]
    shares: _containers.RepeatedCompositeFieldContainer[AgreementShare]
    policy_version: str
    from_us: int
    until_us: int
    outage_script: str
    version: int
    state: AgreementState
    signatures: _containers.RepeatedCompositeFieldContainer[AgreementSignature]
    not_signed: _containers.RepeatedScalarFieldContainer[str]
    changed_us: int
    ended: AgreementSignature
    ended_reason: str
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., parties: _Optional[_Iterable[_Union[AgreementParty, _Mapping]]] = ..., areas: _Optional[_Iterable[_Union[AgreementArea, _Mapping]]] = ..., shares: _Optional[_Iterable[_Union[AgreementShare, _Mapping]]] = ..., policy_version: _Optional[str] = ..., from_us: _Optional[int] = ..., until_us: _Optional[int] = ..., outage_script: _Optional[str] = ..., version: _Optional[int] = ..., state: _Optional[_Union[AgreementState, str]] = ..., signatures: _Optional[_Iterable[_Union[AgreementSignature, _Mapping]]] = ..., not_signed: _Optional[_Iterable[str]] = ..., changed_us: _Optional[int] = ..., ended: _Optional[_Union[AgreementSignature, _Mapping]] = ..., ended_reason: _Optional[str] = ...) -> None: ...

class ProposeAgreementRequest(_message.Message):
    __slots__ = ("request_id", "agreement", "signed_by")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    AGREEMENT_FIELD_NUMBER: _ClassVar[int]
    SIGNED_BY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    agreement: Agreement
    signed_by: str
    def __init__(self, request_id: _Optional[str] = ..., agreement: _Optional[_Union[Agreement, _Mapping]] = ..., signed_by: _Optional[str] = ...) -> None: ...

class ProposeAgreementResponse(_message.Message):
    __slots__ = ("agreement",)
    AGREEMENT_FIELD_NUMBER: _ClassVar[int]
    agreement: Agreement
    def __init__(self, agreement: _Optional[_Union[Agreement, _Mapping]] = ...) -> None: ...

class AcceptAgreementRequest(_message.Message):
    __slots__ = ("request_id", "name", "version", "signed_by")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SIGNED_BY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    name: str
    version: int
    signed_by: str
    def __init__(self, request_id: _Optional[str] = ..., name: _Optional[str] = ..., version: _Optional[int] = ..., signed_by: _Optional[str] = ...) -> None: ...

class AcceptAgreementResponse(_message.Message):
    __slots__ = ("agreement",)
    AGREEMENT_FIELD_NUMBER: _ClassVar[int]
    agreement: Agreement
    def __init__(self, agreement: _Optional[_Union[Agreement, _Mapping]] = ...) -> None: ...

class EndAgreementRequest(_message.Message):
    __slots__ = ("request_id", "name", "version", "signed_by", "reason")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SIGNED_BY_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    name: str
    version: int
    signed_by: str
    reason: str
    def __init__(self, request_id: _Optional[str] = ..., name: _Optional[str] = ..., version: _Optional[int] = ..., signed_by: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class EndAgreementResponse(_message.Message):
    __slots__ = ("agreement",)
    AGREEMENT_FIELD_NUMBER: _ClassVar[int]
    agreement: Agreement
    def __init__(self, agreement: _Optional[_Union[Agreement, _Mapping]] = ...) -> None: ...

class GetAgreementRequest(_message.Message):
    __slots__ = ("name", "version", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: int
    request_id: str
    def __init__(self, name: _Optional[str] = ..., version: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class GetAgreementResponse(_message.Message):
    __slots__ = ("agreement",)
    AGREEMENT_FIELD_NUMBER: _ClassVar[int]
    agreement: Agreement
    def __init__(self, agreement: _Optional[_Union[Agreement, _Mapping]] = ...) -> None: ...

class ListAgreementsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "request_id")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    request_id: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ListAgreementsResponse(_message.Message):
    __slots__ = ("agreements", "next_page_token")
    AGREEMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    agreements: _containers.RepeatedCompositeFieldContainer[Agreement]
    next_page_token: str
    def __init__(self, agreements: _Optional[_Iterable[_Union[Agreement, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
