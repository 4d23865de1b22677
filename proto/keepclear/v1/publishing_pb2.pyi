from keepclear.v1 import common_pb2 as _common_pb2
from keepclear.v1 import restrictions_pb2 as _restrictions_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DraftState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DRAFT_STATE_UNSPECIFIED: _ClassVar[DraftState]
    DRAFT_STATE_EDITING: _ClassVar[DraftState]
    DRAFT_STATE_AWAITING_APPROVAL: _ClassVar[DraftState]
DRAFT_STATE_UNSPECIFIED: DraftState
DRAFT_STATE_EDITING: DraftState
DRAFT_STATE_AWAITING_APPROVAL: DraftState

class Draft(_message.Message):
    __slots__ = ("restriction", "author", "revision", "state", "changed_us", "note")
    RESTRICTION_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CHANGED_US_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    restriction: _restrictions_pb2.Restriction
    author: str
    revision: int
    state: DraftState
    changed_us: int
    note: str
    def __init__(self, restriction: _Optional[_Union[_restrictions_pb2.Restriction, _Mapping]] = ..., author: _Optional[str] = ..., revision: _Optional[int] = ..., state: _Optional[_Union[DraftState, str]] = ..., changed_us: _Optional[int] = ..., note: _Optional[str] = ...) -> None: ...

class SaveDraftRequest(_message.Message):
    __slots__ = ("request_id", "restriction", "note")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESTRICTION_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    restriction: _restrictions_pb2.Restriction
    note: str
    def __init__(self, request_id: _Optional[str] = ..., restriction: _Optional[_Union[_restrictions_pb2.Restriction, _Mapping]] = ..., note: _Optional[str] = ...) -> None: ...

class SaveDraftResponse(_message.Message):
    __slots__ = ("draft",)
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    draft: Draft
    def __init__(self, draft: _Optional[_Union[Draft, _Mapping]] = ...) -> None: ...

class DiscardDraftRequest(_message.Message):
    __slots__ = ("request_id", "name")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    name: str
    def __init__(self, request_id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class DiscardDraftResponse(_message.Message):
    __slots__ = ("draft",)
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    draft: Draft
    def __init__(self, draft: _Optional[_Union[Draft, _Mapping]] = ...) -> None: ...

class ListDraftsRequest(_message.Message):
    __slots__ = ("request_id",)
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    def __init__(self, request_id: _Optional[str] = ...) -> None: ...

class ListDraftsResponse(_message.Message):
    __slots__ = ("drafts",)
    DRAFTS_FIELD_NUMBER: _ClassVar[int]
    drafts: _containers.RepeatedCompositeFieldContainer[Draft]
    def __init__(self, drafts: _Optional[_Iterable[_Union[Draft, _Mapping]]] = ...) -> None: ...

class ProposeRestrictionRequest(_message.Message):
    __slots__ = ("request_id", "track_id", "name", "radius_m", "duration_s", "ceiling_agl_m", "contact")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TRACK_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    RADIUS_M_FIELD_NUMBER: _ClassVar[int]
    DURATION_S_FIELD_NUMBER: _ClassVar[int]
    CEILING_AGL_M_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    track_id: str
    name: str
    radius_m: float
    duration_s: int
    ceiling_agl_m: float
    contact: str
    def __init__(self, request_id: _Optional[str] = ..., track_id: _Optional[str] = ..., name: _Optional[str] = ..., radius_m: _Optional[float] = ..., duration_s: _Optional[int] = ..., ceiling_agl_m: _Optional[float] = ..., contact: _Optional[str] = ...) -> None: ...

class ProposeRestrictionResponse(_message.Message):
    __slots__ = ("draft",)
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    draft: Draft
    def __init__(self, draft: _Optional[_Union[Draft, _Mapping]] = ...) -> None: ...

class PreviewRestrictionRequest(_message.Message):
    __slots__ = ("request_id", "name", "restriction")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    RESTRICTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    name: str
    restriction: _restrictions_pb2.Restriction
    def __init__(self, request_id: _Optional[str] = ..., name: _Optional[str] = ..., restriction: _Optional[_Union[_restrictions_pb2.Restriction, _Mapping]] = ...) -> None: ...

class PreviewedAircraft(_message.Message):
    __slots__ = ("track_id", "label", "agency", "aircraft_class", "time_to_entry_s", "range_m", "exempt")
    TRACK_ID_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    AIRCRAFT_CLASS_FIELD_NUMBER: _ClassVar[int]
    TIME_TO_ENTRY_S_FIELD_NUMBER: _ClassVar[int]
    RANGE_M_FIELD_NUMBER: _ClassVar[int]
    EXEMPT_FIELD_NUMBER: _ClassVar[int]
    track_id: str
    label: str
    agency: str
    aircraft_class: _common_pb2.AircraftClass
    time_to_entry_s: float
    range_m: float
    exempt: bool
    def __init__(self, track_id: _Optional[str] = ..., label: _Optional[str] = ..., agency: _Optional[str] = ..., aircraft_class: _Optional[_Union[_common_pb2.AircraftClass, str]] = ..., time_to_entry_s: _Optional[float] = ..., range_m: _Optional[float] = ..., exempt: _Optional[bool] = ...) -> None: ...

class PreviewedRestriction(_message.Message):
    __slots__ = ("name", "title", "kind", "authority", "contact", "from_us", "until_us")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    AUTHORITY_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    FROM_US_FIELD_NUMBER: _ClassVar[int]
    UNTIL_US_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    kind: _restrictions_pb2.RestrictionKind
    authority: str
    contact: str
    from_us: int
    until_us: int
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., kind: _Optional[_Union[_restrictions_pb2.RestrictionKind, str]] = ..., authority: _Optional[str] = ..., contact: _Optional[str] = ..., from_us: _Optional[int] = ..., until_us: _Optional[int] = ...) -> None: ...

class PreviewRestrictionResponse(_message.Message):
    __slots__ = ("aircraft", "further_aircraft", "restrictions", "further_restrictions", "exempt_agencies", "asked_agencies", "needs_approval", "emergency_refusals", "replaces_version", "revision", "previewed_us", "picture_age_s")
    AIRCRAFT_FIELD_NUMBER: _ClassVar[int]
    FURTHER_AIRCRAFT_FIELD_NUMBER: _ClassVar[int]
    RESTRICTIONS_FIELD_NUMBER: _ClassVar[int]
    FURTHER_RESTRICTIONS_FIELD_NUMBER: _ClassVar[int]
    EXEMPT_AGENCIES_FIELD_NUMBER: _ClassVar[int]
    ASKED_AGENCIES_FIELD_NUMBER: _ClassVar[int]
    NEEDS_APPROVAL_FIELD_NUMBER: _ClassVar[int]
    EMERGENCY_REFUSALS_FIELD_NUMBER: _ClassVar[int]
    REPLACES_VERSION_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    PREVIEWED_US_FIELD_NUMBER: _ClassVar[int]
    PICTURE_AGE_S_FIELD_NUMBER: _ClassVar[int]
    aircraft: _containers.RepeatedCompositeFieldContainer[PreviewedAircraft]
    further_aircraft: int
    restrictions: _containers.RepeatedCompositeFieldContainer[PreviewedRestriction]
    further_restrictions: int
    exempt_agencies: _containers.RepeatedScalarFieldContainer[str]
    asked_agencies: _containers.RepeatedScalarFieldContainer[str]
    needs_approval: bool
    emergency_refusals: _containers.RepeatedCompositeFieldContainer[_common_pb2.Refusal]
    replaces_version: int
    revision: int
    previewed_us: int
    picture_age_s: float
    def __init__(self, aircraft: _Optional[_Iterable[_Union[PreviewedAircraft, _Mapping]]] = ..., further_aircraft: _Optional[int] = ..., restrictions: _Optional[_Iterable[_Union[PreviewedRestriction, _Mapping]]] = ..., further_restrictions: _Optional[int] = ..., exempt_agencies: _Optional[_Iterable[str]] = ..., asked_agencies: _Optional[_Iterable[str]] = ..., needs_approval: _Optional[bool] = ..., emergency_refusals: _Optional[_Iterable[_Union[_common_pb2.Refusal, _Mapping]]] = ..., replaces_version: _Optional[int] = ..., revision: _Optional[int] = ..., previewed_us: _Optional[int] = ..., picture_age_s: _Optional[float] = ...) -> None: ...

class PublishRestrictionRequest(_message.Message):
    __slots__ = ("request_id", "name", "revision", "emergency")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    EMERGENCY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    name: str
    revision: int
    emergency: bool
    def __init__(self, request_id: _Optional[str] = ..., name: _Optional[str] = ..., revision: _Optional[int] = ..., emergency: _Optional[bool] = ...) -> None: ...

class PublishRestrictionResponse(_message.Message):
    __slots__ = ("restriction", "draft")
    RESTRICTION_FIELD_NUMBER: _ClassVar[int]
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    restriction: _restrictions_pb2.Restriction
    draft: Draft
    def __init__(self, restriction: _Optional[_Union[_restrictions_pb2.Restriction, _Mapping]] = ..., draft: _Optional[_Union[Draft, _Mapping]] = ...) -> None: ...

class ApproveRestrictionRequest(_message.Message):
    __slots__ = ("request_id", "name", "revision", "version")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    name: str
    revision: int
    version: int
    def __init__(self, request_id: _Optional[str] = ..., name: _Optional[str] = ..., revision: _Optional[int] = ..., version: _Optional[int] = ...) -> None: ...

class ApproveRestrictionResponse(_message.Message):
    __slots__ = ("restriction",)
    RESTRICTION_FIELD_NUMBER: _ClassVar[int]
    restriction: _restrictions_pb2.Restriction
    def __init__(self, restriction: _Optional[_Union[_restrictions_pb2.Restriction, _Mapping]] = ...) -> None: ...

class ExtendRestrictionRequest(_message.Message):
    __slots__ = ("request_id", "name", "etag", "end_us")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    END_US_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    name: str
    etag: str
    end_us: int
    def __init__(self, request_id: _Optional[str] = ..., name: _Optional[str] = ..., etag: _Optional[str] = ..., end_us: _Optional[int] = ...) -> None: ...

class ExtendRestrictionResponse(_message.Message):
    __slots__ = ("restriction", "draft")
    RESTRICTION_FIELD_NUMBER: _ClassVar[int]
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    restriction: _restrictions_pb2.Restriction
    draft: Draft
    def __init__(self, restriction: _Optional[_Union[_restrictions_pb2.Restriction, _Mapping]] = ..., draft: _Optional[_Union[Draft, _Mapping]] = ...) -> None: ...

class AcknowledgeRestrictionRequest(_message.Message):
    __slots__ = ("request_id", "name", "version", "acknowledged_by")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_BY_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    name: str
    version: int
    acknowledged_by: str
    def __init__(self, request_id: _Optional[str] = ..., name: _Optional[str] = ..., version: _Optional[int] = ..., acknowledged_by: _Optional[str] = ...) -> None: ...

class AcknowledgeRestrictionResponse(_message.Message):
    __slots__ = ("name", "version", "acknowledged_us")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_US_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: int
    acknowledged_us: int
    def __init__(self, name: _Optional[str] = ..., version: _Optional[int] = ..., acknowledged_us: _Optional[int] = ...) -> None: ...

class RestrictionVersion(_message.Message):
    __slots__ = ("name", "version")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: int
    def __init__(self, name: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class ConfirmRestrictionsRequest(_message.Message):
    __slots__ = ("request_id", "versions")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    versions: _containers.RepeatedCompositeFieldContainer[RestrictionVersion]
    def __init__(self, request_id: _Optional[str] = ..., versions: _Optional[_Iterable[_Union[RestrictionVersion, _Mapping]]] = ...) -> None: ...

class ConfirmRestrictionsResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Receipt(_message.Message):
    __slots__ = ("system", "sent_us", "received_us", "acknowledged_us", "acknowledged_by", "sent_after_s", "received_after_s", "acknowledged_after_s")
    SYSTEM_FIELD_NUMBER: _ClassVar[int]
    SENT_US_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_US_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_US_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_BY_FIELD_NUMBER: _ClassVar[int]
    SENT_AFTER_S_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_AFTER_S_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_AFTER_S_FIELD_NUMBER: _ClassVar[int]
    system: str
    sent_us: int
    received_us: int
    acknowledged_us: int
    acknowledged_by: str
    sent_after_s: float
    received_after_s: float
    acknowledged_after_s: float
    def __init__(self, system: _Optional[str] = ..., sent_us: _Optional[int] = ..., received_us: _Optional[int] = ..., acknowledged_us: _Optional[int] = ..., acknowledged_by: _Optional[str] = ..., sent_after_s: _Optional[float] = ..., received_after_s: _Optional[float] = ..., acknowledged_after_s: _Optional[float] = ...) -> None: ...

class Edition(_message.Message):
    __slots__ = ("version", "published_us", "receipts", "escalated_us")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_US_FIELD_NUMBER: _ClassVar[int]
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    ESCALATED_US_FIELD_NUMBER: _ClassVar[int]
    version: int
    published_us: int
    receipts: _containers.RepeatedCompositeFieldContainer[Receipt]
    escalated_us: int
    def __init__(self, version: _Optional[int] = ..., published_us: _Optional[int] = ..., receipts: _Optional[_Iterable[_Union[Receipt, _Mapping]]] = ..., escalated_us: _Optional[int] = ...) -> None: ...

class GetReceiptsRequest(_message.Message):
    __slots__ = ("request_id", "name")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    name: str
    def __init__(self, request_id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class GetReceiptsResponse(_message.Message):
    __slots__ = ("name", "editions", "outstanding_agencies")
    NAME_FIELD_NUMBER: _ClassVar[int]
    EDITIONS_FIELD_NUMBER: _ClassVar[int]
    OUTSTANDING_AGENCIES_FIELD_NUMBER: _ClassVar[int]
    name: str
    editions: _containers.RepeatedCompositeFieldContainer[Edition]
    outstanding_agencies: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., editions: _Optional[_Iterable[_Union[Edition, _Mapping]]] = ..., outstanding_agencies: _Optional[_Iterable[str]] = ...) -> None: ...

class GetSigningKeyRequest(_message.Message):
    __slots__ = ("request_id",)
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    def __init__(self, request_id: _Optional[str] = ...) -> None: ...

class GetSigningKeyResponse(_message.Message):
    __slots__ = ("jwks",)
    JWKS_FIELD_NUMBER: _ClassVar[int]
    jwks: str
    def __init__(self, jwks: _Optional[str] = ...) -> None: ...
