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
    LIMIT_DATUM_FLIGHT_LEVEL: _ClassVar[LimitDatum]

class LimitUnit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LIMIT_UNIT_UNSPECIFIED: _ClassVar[LimitUnit]
    LIMIT_UNIT_METRES: _ClassVar[LimitUnit]
    LIMIT_UNIT_FEET: _ClassVar[LimitUnit]
    LIMIT_UNIT_FLIGHT_LEVEL: _ClassVar[LimitUnit]

class ArcDirection(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ARC_DIRECTION_UNSPECIFIED: _ClassVar[ArcDirection]
    ARC_DIRECTION_CLOCKWISE: _ClassVar[ArcDirection]
    ARC_DIRECTION_COUNTERCLOCKWISE: _ClassVar[ArcDirection]
LIMIT_DATUM_UNSPECIFIED: LimitDatum
LIMIT_DATUM_HAE: LimitDatum
LIMIT_DATUM_AMSL: LimitDatum
LIMIT_DATUM_AGL: LimitDatum
LIMIT_DATUM_SURFACE: LimitDatum
LIMIT_DATUM_UNLIMITED: LimitDatum
LIMIT_DATUM_FLIGHT_LEVEL: LimitDatum
LIMIT_UNIT_UNSPECIFIED: LimitUnit
LIMIT_UNIT_METRES: LimitUnit
LIMIT_UNIT_FEET: LimitUnit
LIMIT_UNIT_FLIGHT_LEVEL: LimitUnit
ARC_DIRECTION_UNSPECIFIED: ArcDirection
ARC_DIRECTION_CLOCKWISE: ArcDirection
ARC_DIRECTION_COUNTERCLOCKWISE: ArcDirection

class PublishedLimit(_message.Message):
    __slots__ = ("value", "unit", "text")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    value: float
    unit: LimitUnit
    text: str
    def __init__(self, value: _Optional[float] = ..., unit: _Optional[_Union[LimitUnit, str]] = ..., text: _Optional[str] = ...) -> None: ...

class VerticalLimit(_message.Message):
    __slots__ = ("value_m", "datum", "published")
    VALUE_M_FIELD_NUMBER: _ClassVar[int]
    DATUM_FIELD_NUMBER: _ClassVar[int]
    PUBLISHED_FIELD_NUMBER: _ClassVar[int]
    value_m: float
    datum: LimitDatum
    published: PublishedLimit
    def __init__(self, value_m: _Optional[float] = ..., datum: _Optional[_Union[LimitDatum, str]] = ..., published: _Optional[_Union[PublishedLimit, _Mapping]] = ...) -> None: ...

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

class Arc(_message.Message):
    __slots__ = ("from_vertex", "center", "direction")
    FROM_VERTEX_FIELD_NUMBER: _ClassVar[int]
    CENTER_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    from_vertex: int
    center: LatLng
    direction: ArcDirection
    def __init__(self, from_vertex: _Optional[int] = ..., center: _Optional[_Union[LatLng, _Mapping]] = ..., direction: _Optional[_Union[ArcDirection, str]] = ...) -> None: ...

class Ring(_message.Message):
    __slots__ = ("vertices", "arcs")
    VERTICES_FIELD_NUMBER: _ClassVar[int]
    ARCS_FIELD_NUMBER: _ClassVar[int]
    vertices: _containers.RepeatedCompositeFieldContainer[LatLng]
    arcs: _containers.RepeatedCompositeFieldContainer[Arc]
    def __init__(self, vertices: _Optional[_Iterable[_Union[LatLng, _Mapping]]] = ..., arcs: _Optional[_Iterable[_Union[Arc, _Mapping]]] = ...) -> None: ...

class Polygon(_message.Message):
    __slots__ = ("vertices", "arcs", "holes")
    VERTICES_FIELD_NUMBER: _ClassVar[int]
    ARCS_FIELD_NUMBER: _ClassVar[int]
    HOLES_FIELD_NUMBER: _ClassVar[int]
    vertices: _containers.RepeatedCompositeFieldContainer[LatLng]
    arcs: _containers.RepeatedCompositeFieldContainer[Arc]
    holes: _containers.RepeatedCompositeFieldContainer[Ring]
    def __init__(self, vertices: _Optional[_Iterable[_Union[LatLng, _Mapping]]] = ..., arcs: _Optional[_Iterable[_Union[Arc, _Mapping]]] = ..., holes: _Optional[_Iterable[_Union[Ring, _Mapping]]] = ...) -> None: ...

class RestrictionVolume(_message.Message):
    __slots__ = ("circle", "polygon", "floor", "ceiling", "label", "judged_floor_hae_m", "judged_ceiling_hae_m")
    CIRCLE_FIELD_NUMBER: _ClassVar[int]
    POLYGON_FIELD_NUMBER: _ClassVar[int]
    FLOOR_FIELD_NUMBER: _ClassVar[int]
    CEILING_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    JUDGED_FLOOR_HAE_M_FIELD_NUMBER: _ClassVar[int]
    JUDGED_CEILING_HAE_M_FIELD_NUMBER: _ClassVar[int]
    circle: Circle
    polygon: Polygon
    floor: VerticalLimit
    ceiling: VerticalLimit
    label: str
    judged_floor_hae_m: float
    judged_ceiling_hae_m: float
    def __init__(self, circle: _Optional[_Union[Circle, _Mapping]] = ..., polygon: _Optional[_Union[Polygon, _Mapping]] = ..., floor: _Optional[_Union[VerticalLimit, _Mapping]] = ..., ceiling: _Optional[_Union[VerticalLimit, _Mapping]] = ..., label: _Optional[str] = ..., judged_floor_hae_m: _Optional[float] = ..., judged_ceiling_hae_m: _Optional[float] = ...) -> None: ...
