from keepclear.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DataPath(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DATA_PATH_UNSPECIFIED: _ClassVar[DataPath]
    DATA_PATH_LOCAL: _ClassVar[DataPath]
    DATA_PATH_OWN_SERVER: _ClassVar[DataPath]
    DATA_PATH_MAKER_CLOUD: _ClassVar[DataPath]
DATA_PATH_UNSPECIFIED: DataPath
DATA_PATH_LOCAL: DataPath
DATA_PATH_OWN_SERVER: DataPath
DATA_PATH_MAKER_CLOUD: DataPath

class Aircraft(_message.Message):
    __slots__ = ("name", "aircraft_class", "registration", "icao_address", "serials", "maker", "model", "country", "firmware", "ground_application", "data_path", "purpose", "expires_us", "version", "changed_us")
    NAME_FIELD_NUMBER: _ClassVar[int]
    AIRCRAFT_CLASS_FIELD_NUMBER: _ClassVar[int]
    REGISTRATION_FIELD_NUMBER: _ClassVar[int]
    ICAO_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    SERIALS_FIELD_NUMBER: _ClassVar[int]
    MAKER_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    COUNTRY_FIELD_NUMBER: _ClassVar[int]
    FIRMWARE_FIELD_NUMBER: _ClassVar[int]
    GROUND_APPLICATION_FIELD_NUMBER: _ClassVar[int]
    DATA_PATH_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_US_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CHANGED_US_FIELD_NUMBER: _ClassVar[int]
    name: str
    aircraft_class: _common_pb2.AircraftClass
    registration: str
    icao_address: str
    serials: _containers.RepeatedScalarFieldContainer[str]
    maker: str
    model: str
    country: str
    firmware: str
    ground_application: str
    data_path: DataPath
    purpose: str
    expires_us: int
    version: int
    changed_us: int
    def __init__(self, name: _Optional[str] = ..., aircraft_class: _Optional[_Union[_common_pb2.AircraftClass, str]] = ..., registration: _Optional[str] = ..., icao_address: _Optional[str] = ..., serials: _Optional[_Iterable[str]] = ..., maker: _Optional[str] = ..., model: _Optional[str] = ..., country: _Optional[str] = ..., firmware: _Optional[str] = ..., ground_application: _Optional[str] = ..., data_path: _Optional[_Union[DataPath, str]] = ..., purpose: _Optional[str] = ..., expires_us: _Optional[int] = ..., version: _Optional[int] = ..., changed_us: _Optional[int] = ...) -> None: ...

class UpsertAircraftRequest(_message.Message):
    __slots__ = ("request_id", "aircraft")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    AIRCRAFT_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    aircraft: _containers.RepeatedCompositeFieldContainer[Aircraft]
    def __init__(self, request_id: _Optional[str] = ..., aircraft: _Optional[_Iterable[_Union[Aircraft, _Mapping]]] = ...) -> None: ...

class UpsertAircraftResponse(_message.Message):
    __slots__ = ("aircraft",)
    AIRCRAFT_FIELD_NUMBER: _ClassVar[int]
    aircraft: _containers.RepeatedCompositeFieldContainer[Aircraft]
    def __init__(self, aircraft: _Optional[_Iterable[_Union[Aircraft, _Mapping]]] = ...) -> None: ...

class ListAircraftRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListAircraftResponse(_message.Message):
    __slots__ = ("aircraft", "next_page_token")
    AIRCRAFT_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    aircraft: _containers.RepeatedCompositeFieldContainer[Aircraft]
    next_page_token: str
    def __init__(self, aircraft: _Optional[_Iterable[_Union[Aircraft, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RemoveAircraftRequest(_message.Message):
    __slots__ = ("request_id", "name")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    name: str
    def __init__(self, request_id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class RemoveAircraftResponse(_message.Message):
    __slots__ = ("aircraft",)
    AIRCRAFT_FIELD_NUMBER: _ClassVar[int]
    aircraft: Aircraft
    def __init__(self, aircraft: _Optional[_Union[Aircraft, _Mapping]] = ...) -> None: ...
