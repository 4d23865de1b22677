from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LimitDatum(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LIMIT_DATUM_UNSPECIFIED: _ClassVar[LimitDatum]
    LIMIT_DATUM_HAE: _ClassVar[LimitDatum]
    LIMIT_DATUM_AMSL: _ClassVar[LimitDatum]
    LIMIT_DATUM_AGL: _ClassVar[LimitDatum]
    LIMIT_DATUM_SURFACE: _ClassVar[LimitDatum]
    LIMIT_DATUM_UNLIMITED: _ClassVar[LimitDatum]

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

class AppliesTo(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    APPLIES_TO_UNSPECIFIED: _ClassVar[AppliesTo]
    APPLIES_TO_DRONES: _ClassVar[AppliesTo]
    APPLIES_TO_ALL_AIRCRAFT: _ClassVar[AppliesTo]
LIMIT_DATUM_UNSPECIFIED: LimitDatum
LIMIT_DATUM_HAE: LimitDatum
LIMIT_DATUM_AMSL: LimitDatum
LIMIT_DATUM_AGL: LimitDatum
LIMIT_DATUM_SURFACE: LimitDatum
LIMIT_DATUM_UNLIMITED: LimitDatum
RESTRICTION_STATE_UNSPECIFIED: RestrictionState
RESTRICTION_STATE_PLANNED: RestrictionState
RESTRICTION_STATE_ACTIVE: RestrictionState
RESTRICTION_STATE_WITHDRAWN: RestrictionState
RESTRICTION_STATE_EXPIRED: RestrictionState
RESTRICTION_KIND_UNSPECIFIED: RestrictionKind
RESTRICTION_KIND_KEEP_CLEAR_REQUEST: RestrictionKind
APPLIES_TO_UNSPECIFIED: AppliesTo
APPLIES_TO_DRONES: AppliesTo
APPLIES_TO_ALL_AIRCRAFT: AppliesTo

class VerticalLimit(_message.Message):
    __slots__ = ("value_m", "datum")
    VALUE_M_FIELD_NUMBER: _ClassVar[int]
    DATUM_FIELD_NUMBER: _ClassVar[int]
    value_m: float
    datum: LimitDatum
    def __init__(self, value_m: _Optional[float] = ..., datum: _Optional[_Union[LimitDatum, str]] = ...) -> None: ...

class LatLng(_message.Message):
    __slots__ = ("latitude_deg", "longitude_deg")
    LATITUDE_DEG_FIELD_NUMBER: _ClassVar[int]
    LONGITUDE_DEG_FIELD_NUMBER: _ClassVar[int]
    latitude_deg: float
    longitude_deg: float
    def __init__(self, latitude_deg: _Optional[float] = ..., longitude_deg: _Optional[float] = ...) -> None: ...

class Circle(_message.Message):
    __slots__ = ("center", "radius_m")
    CENTER_FIELD_NUMBER: _ClassVar[int]
    RADIUS_M_FIELD_NUMBER: _ClassVar[int]
    center: LatLng
    radius_m: float
    def __init__(self, center: _Optional[_Union[LatLng, _Mapping]] = ..., radius_m: _Optional[float] = ...) -> None: ...

class Polygon(_message.Message):
    __slots__ = ("vertices",)
    VERTICES_FIELD_NUMBER: _ClassVar[int]
    vertices: _containers.RepeatedCompositeFieldContainer[LatLng]
    def __init__(self, vertices: _Optional[_Iterable[_Union[LatLng, _Mapping]]] = ...) -> None: ...

class RestrictionVolume(_message.Message):
    __slots__ = ("circle", "polygon", "floor", "ceiling")
    CIRCLE_FIELD_NUMBER: _ClassVar[int]
    POLYGON_FIELD_NUMBER: _ClassVar[int]
    FLOOR_FIELD_NUMBER: _ClassVar[int]
    CEILING_FIELD_NUMBER: _ClassVar[int]
    circle: Circle
    polygon: Polygon
    floor: VerticalLimit
    ceiling: VerticalLimit
    def __init__(self, circle: _Optional[_Union[Circle, _Mapping]] = ..., polygon: _Optional[_Union[Polygon, _Mapping]] = ..., floor: _Optional[_Union[VerticalLimit, _Mapping]] = ..., ceiling: _Optional[_Union[VerticalLimit, _Mapping]] = ...) -> None: ...

class Window(_message.Message):
    __slots__ = ("start_us", "end_us")
    START_US_FIELD_NUMBER: _ClassVar[int]
    END_US_FIELD_NUMBER: _ClassVar[int]
    start_us: int
    end_us: int
    def __init__(self, start_us: _Optional[int] = ..., end_us: _Optional[int] = ...) -> None: ...

class Restriction(_message.Message):
    __slots__ = ("name", "title", "reason", "volumes", "windows", "applies_to", "exempt_agencies", "contact", "kind", "state", "version", "etag", "created_us", "changed_us", "approximated")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    VOLUMES_FIELD_NUMBER: _ClassVar[int]
    WINDOWS_FIELD_NUMBER: _ClassVar[int]
    APPLIES_TO_FIELD_NUMBER: _ClassVar[int]
    EXEMPT_AGENCIES_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CREATED_US_FIELD_NUMBER: _ClassVar[int]
    CHANGED_US_FIELD_NUMBER: _ClassVar[int]
    APPROXIMATED_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: str
    reason: str
    volumes: _containers.RepeatedCompositeFieldContainer[RestrictionVolume]
    windows: _containers.RepeatedCompositeFieldContainer[Window]
    applies_to: AppliesTo
    exempt_agencies: _containers.RepeatedScalarFieldContainer[str]
    contact: str
    kind: RestrictionKind
    state: RestrictionState
    version: int
    etag: str
    created_us: int
    changed_us: int
    approximated: bool
    def __init__(self, name: _Optional[str] = ..., title: _Optional[str] = ..., reason: _Optional[str] = ..., volumes: _Optional[_Iterable[_Union[RestrictionVolume, _Mapping]]] = ..., windows: _Optional[_Iterable[_Union[Window, _Mapping]]] = ..., applies_to: _Optional[_Union[AppliesTo, str]] = ..., exempt_agencies: _Optional[_Iterable[str]] = ..., contact: _Optional[str] = ..., kind: _Optional[_Union[RestrictionKind, str]] = ..., state: _Optional[_Union[RestrictionState, str]] = ..., version: _Optional[int] = ..., etag: _Optional[str] = ..., created_us: _Optional[int] = ..., changed_us: _Optional[int] = ..., approximated: _Optional[bool] = ...) -> None: ...

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
