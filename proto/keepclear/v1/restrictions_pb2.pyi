from keepclear.v1 import common_pb2 as _common_pb2
from keepclear.v1 import schedules_pb2 as _schedules_pb2
from keepclear.v1 import volumes_pb2 as _volumes_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RestrictionState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESTRICTION_STATE_UNSPECIFIED: _ClassVar[RestrictionState]
    RESTRICTION_STATE_PLANNED: _ClassVar[RestrictionState]
    RESTRICTION_STATE_ACTIVE: _ClassVar[RestrictionState]
    RESTRICTION_STATE_WITHDRAWN: _ClassVar[RestrictionState]
    RESTRICTION_STATE_EXPIRED: _ClassVar[RestrictionState]

class RestrictionKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RESTRICTION_KIND_UNSPECIFIED: _ClassVar[RestrictionKind]
    RESTRICTION_KIND_KEEP_CLEAR_REQUEST: _ClassVar[RestrictionKind]
    RESTRICTION_KIND_STATUTORY: _ClassVar[RestrictionKind]
    RESTRICTION_KIND_GENERATED: _ClassVar[RestrictionKind]

class EntryRule(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ENTRY_RULE_UNSPECIFIED: _ClassVar[EntryRule]
    ENTRY_RULE_KEEP_CLEAR: _ClassVar[EntryRule]
    ENTRY_RULE_ASK: _ClassVar[EntryRule]
    ENTRY_RULE_INFORMATION: _ClassVar[EntryRule]

class AppliesTo(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    APPLIES_TO_UNSPECIFIED: _ClassVar[AppliesTo]
    APPLIES_TO_DRONES: _ClassVar[AppliesTo]
    APPLIES_TO_ALL_AIRCRAFT: _ClassVar[AppliesTo]
    APPLIES_TO_CREWED_AIRCRAFT: _ClassVar[AppliesTo]

class AuthorityPurpose(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    AUTHORITY_PURPOSE_UNSPECIFIED: _ClassVar[AuthorityPurpose]
    AUTHORITY_PURPOSE_AUTHORIZATION: _ClassVar[AuthorityPurpose]
    AUTHORITY_PURPOSE_NOTIFICATION: _ClassVar[AuthorityPurpose]
    AUTHORITY_PURPOSE_INFORMATION: _ClassVar[AuthorityPurpose]

class ReadingQuality(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    READING_QUALITY_UNSPECIFIED: _ClassVar[ReadingQuality]
    READING_QUALITY_EXACT: _ClassVar[ReadingQuality]
    READING_QUALITY_APPROXIMATED: _ClassVar[ReadingQuality]
    READING_QUALITY_UNREAD: _ClassVar[ReadingQuality]

class PublishingEvent(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PUBLISHING_EVENT_UNSPECIFIED: _ClassVar[PublishingEvent]
    PUBLISHING_EVENT_PUBLISHED: _ClassVar[PublishingEvent]
    PUBLISHING_EVENT_AMENDED: _ClassVar[PublishingEvent]
    PUBLISHING_EVENT_EXTENDED: _ClassVar[PublishingEvent]
    PUBLISHING_EVENT_WITHDRAWN: _ClassVar[PublishingEvent]

class ImportOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    IMPORT_OUTCOME_UNSPECIFIED: _ClassVar[ImportOutcome]
    IMPORT_OUTCOME_CREATED: _ClassVar[ImportOutcome]
    IMPORT_OUTCOME_CHANGED: _ClassVar[ImportOutcome]
    IMPORT_OUTCOME_UNCHANGED: _ClassVar[ImportOutcome]
    IMPORT_OUTCOME_REFUSED: _ClassVar[ImportOutcome]
RESTRICTION_STATE_UNSPECIFIED: RestrictionState
RESTRICTION_STATE_PLANNED: RestrictionState
RESTRICTION_STATE_ACTIVE: RestrictionState
RESTRICTION_STATE_WITHDRAWN: RestrictionState
RESTRICTION_STATE_EXPIRED: RestrictionState
RESTRICTION_KIND_UNSPECIFIED: RestrictionKind
RESTRICTION_KIND_KEEP_CLEAR_REQUEST: RestrictionKind
RESTRICTION_KIND_STATUTORY: RestrictionKind
RESTRICTION_KIND_GENERATED: RestrictionKind
ENTRY_RULE_UNSPECIFIED: EntryRule
ENTRY_RULE_KEEP_CLEAR: EntryRule
ENTRY_RULE_ASK: EntryRule
ENTRY_RULE_INFORMATION: EntryRule
APPLIES_TO_UNSPECIFIED: AppliesTo
APPLIES_TO_DRONES: AppliesTo
APPLIES_TO_ALL_AIRCRAFT: AppliesTo
APPLIES_TO_CREWED_AIRCRAFT: AppliesTo
AUTHORITY_PURPOSE_UNSPECIFIED: AuthorityPurpose
AUTHORITY_PURPOSE_AUTHORIZATION: AuthorityPurpose
AUTHORITY_PURPOSE_NOTIFICATION: AuthorityPurpose
AUTHORITY_PURPOSE_INFORMATION: AuthorityPurpose
READING_QUALITY_UNSPECIFIED: ReadingQuality
READING_QUALITY_EXACT: ReadingQuality
READING_QUALITY_APPROXIMATED: ReadingQuality
READING_QUALITY_UNREAD: ReadingQuality
PUBLISHING_EVENT_UNSPECIFIED: PublishingEvent
PUBLISHING_EVENT_PUBLISHED: PublishingEvent
PUBLISHING_EVENT_AMENDED: PublishingEvent
PUBLISHING_EVENT_EXTENDED: PublishingEvent
PUBLISHING_EVENT_WITHDRAWN: PublishingEvent
IMPORT_OUTCOME_UNSPECIFIED: ImportOutcome
IMPORT_OUTCOME_CREATED: ImportOutcome
IMPORT_OUTCOME_CHANGED: ImportOutcome
IMPORT_OUTCOME_UNCHANGED: ImportOutcome
IMPORT_OUTCOME_REFUSED: ImportOutcome

class Authority(_message.Message):
    __slots__ = ("name", "service", "contact_name", "telephone", "email", "site_url", "talkgroup", "purpose", "notice_s")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    CONTACT_NAME_FIELD_NUMBER: _ClassVar[int]
    TELEPHONE_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    SITE_URL_FIELD_NUMBER: _ClassVar[int]
    TALKGROUP_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    NOTICE_S_FIELD_NUMBER: _ClassVar[int]
    name: str
    service: str
    contact_name: str
    telephone: str
    email: str
    site_url: str
    talkgroup: str
    purpose: AuthorityPurpose
    notice_s: int
    def __init__(self, name: _Optional[str] = ..., service: _Optional[str] = ..., contact_name: _Optional[str] = ..., telephone: _Optional[str] = ..., email: _Optional[str] = ..., site_url: _Optional[str] = ..., talkgroup: _Optional[str] = ..., purpose: _Optional[_Union[AuthorityPurpose, str]] = ..., notice_s: _Optional[int] = ...) -> None: ...

class Exemption(_message.Message):
    __slots__ = ("beneficiary", "conditions", "agencies", "agreement")
    BENEFICIARY_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    AGENCIES_FIELD_NUMBER: _ClassVar[int]
    AGREEMENT_FIELD_NUMBER: _ClassVar[int]
    beneficiary: str
    conditions: str
    agencies: _containers.RepeatedScalarFieldContainer[str]
    agreement: str
    def __init__(self, beneficiary: _Optional[str] = ..., conditions: _Optional[str] = ..., agencies: _Optional[_Iterable[str]] = ..., agreement: _Optional[str] = ...) -> None: ...

class RestrictionSource(_message.Message):
    __slots__ = ("source_id", "item_id", "format", "text", "issued_us", "url")
    SOURCE_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    ISSUED_US_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    source_id: str
    item_id: str
    format: str
    text: str
    issued_us: int
    url: str
    def __init__(self, source_id: _Optional[str] = ..., item_id: _Optional[str] = ..., format: _Optional[str] = ..., text: _Optional[str] = ..., issued_us: _Optional[int] = ..., url: _Optional[str] = ...) -> None: ...

class Reading(_message.Message):
    __slots__ = ("quality", "how")
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    HOW_FIELD_NUMBER: _ClassVar[int]
    quality: ReadingQuality
    how: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, quality: _Optional[_Union[ReadingQuality, str]] = ..., how: _Optional[_Iterable[str]] = ...) -> None: ...

class PublishedValue(_message.Message):
    __slots__ = ("key", "value")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    key: str
    value: str
    def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class Publication(_message.Message):
    __slots__ = ("event", "author", "version", "replaces_version", "approved_by", "awaits_approval", "emergency")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REPLACES_VERSION_FIELD_NUMBER: _ClassVar[int]
    APPROVED_BY_FIELD_NUMBER: _ClassVar[int]
    AWAITS_APPROVAL_FIELD_NUMBER: _ClassVar[int]
    EMERGENCY_FIELD_NUMBER: _ClassVar[int]
    event: PublishingEvent
    author: str
    version: int
    replaces_version: int
    approved_by: str
    awaits_approval: bool
    emergency: bool
    def __init__(self, event: _Optional[_Union[PublishingEvent, str]] = ..., author: _Optional[str] = ..., version: _Optional[int] = ..., replaces_version: _Optional[int] = ..., approved_by: _Optional[str] = ..., awaits_approval: _Optional[bool] = ..., emergency: _Optional[bool] = ...) -> None: ...

class Restriction(_message.Message):
    __slots__ = ("name", "title", "reason", "volumes", "windows", "applies_to", "exempt_agencies", "contact", "talkgroup", "kind", "entry_rule", "designation", "conditions", "exemptions", "authorities", "priority", "replaces", "source", "reading", "published", "state", "version", "etag", "created_us", "changed_us", "approximated", "approximations", "publication", "signature")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    VOLUMES_FIELD_NUMBER: _ClassVar[int]
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    APPLIES_TO_FIELD_NUMBER: _ClassVar[int]
    EXEMPT_AGENCIES_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    TALKGROUP_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ENTRY_RULE_FIELD_NUMBER: _ClassVar[int]
    DESIGNATION_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    EXEMPTIONS_FIELD_NUMBER: _ClassVar[int]
    AUTHORITIES_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    REPLACES_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    READING_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATED_US_FIELD_NUMBER: _ClassVar[int]
    CHANGED_US_FIELD_NUMBER: _ClassVar[int]
    APPROXIMATED_FIELD_NUMBER: _ClassVar[int]
    APPROXIMATIONS_FIELD_NUMBER: _ClassVar[int]
    PUBLICATION_FIELD_NUMBER: _ClassVar[int]
    SIGNATURE_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    reason: str
    volumes: _containers.RepeatedCompositeFieldContainer[_volumes_pb2.RestrictionVolume]
    windows: _containers.RepeatedCompositeFieldContainer[_schedules_pb2.Window]
    applies_to: AppliesTo
    exempt_agencies: _containers.RepeatedScalarFieldContainer[str]
    contact: str
    talkgroup: str
    kind: RestrictionKind
    entry_rule: EntryRule
    designation: str
    conditions: str
    exemptions: _containers.RepeatedCompositeFieldContainer[Exemption]
    authorities: _containers.RepeatedCompositeFieldContainer[Authority]
    priority: int
    replaces: str
    source: RestrictionSource
    reading: Reading
    published: _containers.RepeatedCompositeFieldContainer[PublishedValue]
    state: RestrictionState
    version: int
    etag: str
    created_us: int
    changed_us: int
    approximated: bool
    approximations: _containers.RepeatedScalarFieldContainer[str]
    publication: Publication
    signature: str
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., reason: _Optional[str] = ..., volumes: _Optional[_Iterable[_Union[_volumes_pb2.RestrictionVolume, _Mapping]]] = ..., windows: _Optional[_Iterable[_Union[_schedules_pb2.Window, _Mapping]]] = ..., applies_to: _Optional[_Union[AppliesTo, str]] = ..., exempt_agencies: _Optional[_Iterable[str]] = ..., contact: _Optional[str] = ..., talkgroup: _Optional[str] = ..., kind: _Optional[_Union[RestrictionKind, str]] = ..., entry_rule: _Optional[_Union[EntryRule, str]] = ..., designation: _Optional[str] = ..., conditions: _Optional[str] = ..., exemptions: _Optional[_Iterable[_Union[Exemption, _Mapping]]] = ..., authorities: _Optional[_Iterable[_Union[Authority, _Mapping]]] = ..., priority: _Optional[int] = ..., replaces: _Optional[str] = ..., source: _Optional[_Union[RestrictionSource, _Mapping]] = ..., reading: _Optional[_Union[Reading, _Mapping]] = ..., published: _Optional[_Iterable[_Union[PublishedValue, _Mapping]]] = ..., state: _Optional[_Union[RestrictionState, str]] = ..., version: _Optional[int] = ..., etag: _Optional[str] = ..., created_us: _Optional[int] = ..., changed_us: _Optional[int] = ..., approximated: _Optional[bool] = ..., approximations: _Optional[_Iterable[str]] = ..., publication: _Optional[_Union[Publication, _Mapping]] = ..., signature: _Optional[str] = ...) -> None: ...

class CreateRestrictionRequest(_message.Message):
    __slots__ = ("request_id", "restriction")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    RESTRICTION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    restriction: Restriction
    def __init__(self, request_id: _Optional[str] = ..., restriction: _Optional[_Union[Restriction, _Mapping]] = ...) -> None: ...

class CreateRestrictionResponse(_message.Message):
    __slots__ = ("restriction",)
    RESTRICTION_FIELD_NUMBER: _ClassVar[int]
    restriction: Restriction
    def __init__(self, restriction: _Optional[_Union[Restriction, _Mapping]] = ...) -> None: ...

class ImportedItem(_message.Message):
    __slots__ = ("name", "outcome", "version", "refusals")
    NAME_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REFUSALS_FIELD_NUMBER: _ClassVar[int]
    name: str
    outcome: ImportOutcome
    version: int
    refusals: _containers.RepeatedCompositeFieldContainer[_common_pb2.Refusal]
    def __init__(self, name: _Optional[str] = ..., outcome: _Optional[_Union[ImportOutcome, str]] = ..., version: _Optional[int] = ..., refusals: _Optional[_Iterable[_Union[_common_pb2.Refusal, _Mapping]]] = ...) -> None: ...

class ImportRestrictionsRequest(_message.Message):
    __slots__ = ("request_id", "source_id", "restrictions", "withdraw_unlisted", "listed_item_ids")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_ID_FIELD_NUMBER: _ClassVar[int]
    RESTRICTIONS_FIELD_NUMBER: _ClassVar[int]
    WITHDRAW_UNLISTED_FIELD_NUMBER: _ClassVar[int]
    LISTED_ITEM_IDS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    source_id: str
    restrictions: _containers.RepeatedCompositeFieldContainer[Restriction]
    withdraw_unlisted: bool
    listed_item_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, request_id: _Optional[str] = ..., source_id: _Optional[str] = ..., restrictions: _Optional[_Iterable[_Union[Restriction, _Mapping]]] = ..., withdraw_unlisted: _Optional[bool] = ..., listed_item_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ImportRestrictionsResponse(_message.Message):
    __slots__ = ("items", "withdrawn")
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWN_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[ImportedItem]
    withdrawn: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, items: _Optional[_Iterable[_Union[ImportedItem, _Mapping]]] = ..., withdrawn: _Optional[_Iterable[str]] = ...) -> None: ...

class GetRestrictionRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetRestrictionResponse(_message.Message):
    __slots__ = ("restriction",)
    RESTRICTION_FIELD_NUMBER: _ClassVar[int]
    restriction: Restriction
    def __init__(self, restriction: _Optional[_Union[Restriction, _Mapping]] = ...) -> None: ...

class ListRestrictionsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListRestrictionsResponse(_message.Message):
    __slots__ = ("restrictions", "next_page_token")
    RESTRICTIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    restrictions: _containers.RepeatedCompositeFieldContainer[Restriction]
    next_page_token: str
    def __init__(self, restrictions: _Optional[_Iterable[_Union[Restriction, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WithdrawRestrictionRequest(_message.Message):
    __slots__ = ("request_id", "name", "etag")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    name: str
    etag: str
    def __init__(self, request_id: _Optional[str] = ..., name: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class WithdrawRestrictionResponse(_message.Message):
    __slots__ = ("restriction",)
    RESTRICTION_FIELD_NUMBER: _ClassVar[int]
    restriction: Restriction
    def __init__(self, restriction: _Optional[_Union[Restriction, _Mapping]] = ...) -> None: ...
