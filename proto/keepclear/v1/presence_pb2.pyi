from keepclear.v1 import access_pb2 as _access_pb2
from keepclear.v1 import agreements_pb2 as _agreements_pb2
from keepclear.v1 import aircraft_pb2 as _aircraft_pb2
from keepclear.v1 import alerts_pb2 as _alerts_pb2
from keepclear.v1 import common_pb2 as _common_pb2
from keepclear.v1 import feed_pb2 as _feed_pb2
from keepclear.v1 import publishing_pb2 as _publishing_pb2
from keepclear.v1 import restrictions_pb2 as _restrictions_pb2
from keepclear.v1 import sharing_pb2 as _sharing_pb2
from keepclear.v1 import tracks_pb2 as _tracks_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ResumeRequest(_message.Message):
    __slots__ = ("role", "resume_token")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    role: _feed_pb2.Role
    resume_token: bytes
    def __init__(self, role: _Optional[_Union[_feed_pb2.Role, str]] = ..., resume_token: _Optional[bytes] = ...) -> None: ...

class CommandAnswer(_message.Message):
    __slots__ = ("request_id", "tracks", "restriction", "alert", "refused", "imported", "entry", "aircraft_written", "aircraft_removed", "draft", "drafts", "preview", "restriction_acknowledged", "confirmed", "receipts", "signing_key", "sharing_set", "agreement", "agreements")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TRACKS_FIELD_NUMBER: _ClassVar[int]
    RESTRICTION_FIELD_NUMBER: _ClassVar[int]
    ALERT_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    IMPORTED_FIELD_NUMBER: _ClassVar[int]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    AIRCRAFT_WRITTEN_FIELD_NUMBER: _ClassVar[int]
    AIRCRAFT_REMOVED_FIELD_NUMBER: _ClassVar[int]
    DRAFT_FIELD_NUMBER: _ClassVar[int]
    DRAFTS_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    RESTRICTION_ACKNOWLEDGED_FIELD_NUMBER: _ClassVar[int]
    CONFIRMED_FIELD_NUMBER: _ClassVar[int]
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    SIGNING_KEY_FIELD_NUMBER: _ClassVar[int]
    SHARING_SET_FIELD_NUMBER: _ClassVar[int]
    AGREEMENT_FIELD_NUMBER: _ClassVar[int]
    AGREEMENTS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    tracks: _tracks_pb2.PublishTracksResponse
    restriction: _restrictions_pb2.Restriction
    alert: _alerts_pb2.Alert
    refused: RefusedCommand
    imported: _restrictions_pb2.ImportRestrictionsResponse
    entry: _access_pb2.AskEntryResponse
    aircraft_written: _aircraft_pb2.UpsertAircraftResponse
    aircraft_removed: _aircraft_pb2.RemoveAircraftResponse
    draft: _publishing_pb2.Draft
    drafts: _publishing_pb2.ListDraftsResponse
    preview: _publishing_pb2.PreviewRestrictionResponse
    restriction_acknowledged: _publishing_pb2.AcknowledgeRestrictionResponse
    confirmed: _publishing_pb2.ConfirmRestrictionsResponse
    receipts: _publishing_pb2.GetReceiptsResponse
    signing_key: _publishing_pb2.GetSigningKeyResponse
    sharing_set: _sharing_pb2.SetSharingResponse
    agreement: _agreements_pb2.Agreement
    agreements: _agreements_pb2.ListAgreementsResponse
    def __init__(self, request_id: _Optional[str] = ..., tracks: _Optional[_Union[_tracks_pb2.PublishTracksResponse, _Mapping]] = ..., restriction: _Optional[_Union[_restrictions_pb2.Restriction, _Mapping]] = ..., alert: _Optional[_Union[_alerts_pb2.Alert, _Mapping]] = ..., refused: _Optional[_Union[RefusedCommand, _Mapping]] = ..., imported: _Optional[_Union[_restrictions_pb2.ImportRestrictionsResponse, _Mapping]] = ..., entry: _Optional[_Union[_access_pb2.AskEntryResponse, _Mapping]] = ..., aircraft_written: _Optional[_Union[_aircraft_pb2.UpsertAircraftResponse, _Mapping]] = ..., aircraft_removed: _Optional[_Union[_aircraft_pb2.RemoveAircraftResponse, _Mapping]] = ..., draft: _Optional[_Union[_publishing_pb2.Draft, _Mapping]] = ..., drafts: _Optional[_Union[_publishing_pb2.ListDraftsResponse, _Mapping]] = ..., preview: _Optional[_Union[_publishing_pb2.PreviewRestrictionResponse, _Mapping]] = ..., restriction_acknowledged: _Optional[_Union[_publishing_pb2.AcknowledgeRestrictionResponse, _Mapping]] = ..., confirmed: _Optional[_Union[_publishing_pb2.ConfirmRestrictionsResponse, _Mapping]] = ..., receipts: _Optional[_Union[_publishing_pb2.GetReceiptsResponse, _Mapping]] = ..., signing_key: _Optional[_Union[_publishing_pb2.GetSigningKeyResponse, _Mapping]] = ..., sharing_set: _Optional[_Union[_sharing_pb2.SetSharingResponse, _Mapping]] = ..., agreement: _Optional[_Union[_agreements_pb2.Agreement, _Mapping]] = ..., agreements: _Optional[_Union[_agreements_pb2.ListAgreementsResponse, _Mapping]] = ...) -> None: ...

class RefusedCommand(_message.Message):
    __slots__ = ("code", "message", "refusals", "rule")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REFUSALS_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    code: int
    message: str
    refusals: _containers.RepeatedCompositeFieldContainer[_common_pb2.Refusal]
    rule: str
    def __init__(self, code: _Optional[int] = ..., message: _Optional[str] = ..., refusals: _Optional[_Iterable[_Union[_common_pb2.Refusal, _Mapping]]] = ..., rule: _Optional[str] = ...) -> None: ...

class Presence(_message.Message):
    __slots__ = ("online", "session")
    ONLINE_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    online: bool
    session: int
    def __init__(self, online: _Optional[bool] = ..., session: _Optional[int] = ...) -> None: ...
