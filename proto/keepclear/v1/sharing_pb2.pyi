from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SharingLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SHARING_LEVEL_UNSPECIFIED: _ClassVar[SharingLevel]
    SHARING_LEVEL_OPEN: _ClassVar[SharingLevel]
    SHARING_LEVEL_MASKED: _ClassVar[SharingLevel]
    SHARING_LEVEL_COVERT: _ClassVar[SharingLevel]

class SharingSubjectKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SHARING_SUBJECT_KIND_UNSPECIFIED: _ClassVar[SharingSubjectKind]
    SHARING_SUBJECT_KIND_AIRCRAFT: _ClassVar[SharingSubjectKind]
    SHARING_SUBJECT_KIND_FLIGHT: _ClassVar[SharingSubjectKind]
SHARING_LEVEL_UNSPECIFIED: SharingLevel
SHARING_LEVEL_OPEN: SharingLevel
SHARING_LEVEL_MASKED: SharingLevel
SHARING_LEVEL_COVERT: SharingLevel
SHARING_SUBJECT_KIND_UNSPECIFIED: SharingSubjectKind
SHARING_SUBJECT_KIND_AIRCRAFT: SharingSubjectKind
SHARING_SUBJECT_KIND_FLIGHT: SharingSubjectKind

class SharingSetting(_message.Message):
    __slots__ = ("agency", "kind", "subject", "level", "until_us", "authorised_by", "set_by", "changed_us", "tracks_named")
    AGENCY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    UNTIL_US_FIELD_NUMBER: _ClassVar[int]
    AUTHORISED_BY_FIELD_NUMBER: _ClassVar[int]
    SET_BY_FIELD_NUMBER: _ClassVar[int]
    CHANGED_US_FIELD_NUMBER: _ClassVar[int]
    TRACKS_NAMED_FIELD_NUMBER: _ClassVar[int]
    agency: str
    kind: SharingSubjectKind
    subject: str
    level: SharingLevel
    until_us: int
    authorised_by: str
    set_by: str
    changed_us: int
    tracks_named: int
    def __init__(self, agency: _Optional[str] = ..., kind: _Optional[_Union[SharingSubjectKind, str]] = ..., subject: _Optional[str] = ..., level: _Optional[_Union[SharingLevel, str]] = ..., until_us: _Optional[int] = ..., authorised_by: _Optional[str] = ..., set_by: _Optional[str] = ..., changed_us: _Optional[int] = ..., tracks_named: _Optional[int] = ...) -> None: ...

class SetSharingRequest(_message.Message):
    __slots__ = ("request_id", "setting")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SETTING_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    setting: SharingSetting
    def __init__(self, request_id: _Optional[str] = ..., setting: _Optional[_Union[SharingSetting, _Mapping]] = ...) -> None: ...

class SetSharingResponse(_message.Message):
    __slots__ = ("setting",)
    SETTING_FIELD_NUMBER: _ClassVar[int]
    setting: SharingSetting
    def __init__(self, setting: _Optional[_Union[SharingSetting, _Mapping]] = ...) -> None: ...

class ListSharingRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSharingResponse(_message.Message):
    __slots__ = ("settings", "next_page_token")
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    settings: _containers.RepeatedCompositeFieldContainer[SharingSetting]
    next_page_token: str
    def __init__(self, settings: _Optional[_Iterable[_Union[SharingSetting, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
