from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Weekday(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WEEKDAY_UNSPECIFIED: _ClassVar[Weekday]
    WEEKDAY_MONDAY: _ClassVar[Weekday]
    WEEKDAY_TUESDAY: _ClassVar[Weekday]
    WEEKDAY_WEDNESDAY: _ClassVar[Weekday]
    WEEKDAY_THURSDAY: _ClassVar[Weekday]
    WEEKDAY_FRIDAY: _ClassVar[Weekday]
    WEEKDAY_SATURDAY: _ClassVar[Weekday]
    WEEKDAY_SUNDAY: _ClassVar[Weekday]

class DayEvent(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DAY_EVENT_UNSPECIFIED: _ClassVar[DayEvent]
    DAY_EVENT_MIDNIGHT: _ClassVar[DayEvent]
    DAY_EVENT_SUNRISE: _ClassVar[DayEvent]
    DAY_EVENT_SUNSET: _ClassVar[DayEvent]
    DAY_EVENT_MORNING_CIVIL_TWILIGHT: _ClassVar[DayEvent]
    DAY_EVENT_EVENING_CIVIL_TWILIGHT: _ClassVar[DayEvent]
WEEKDAY_UNSPECIFIED: Weekday
WEEKDAY_MONDAY: Weekday
WEEKDAY_TUESDAY: Weekday
WEEKDAY_WEDNESDAY: Weekday
WEEKDAY_THURSDAY: Weekday
WEEKDAY_FRIDAY: Weekday
WEEKDAY_SATURDAY: Weekday
WEEKDAY_SUNDAY: Weekday
DAY_EVENT_UNSPECIFIED: DayEvent
DAY_EVENT_MIDNIGHT: DayEvent
DAY_EVENT_SUNRISE: DayEvent
DAY_EVENT_SUNSET: DayEvent
DAY_EVENT_MORNING_CIVIL_TWILIGHT: DayEvent
DAY_EVENT_EVENING_CIVIL_TWILIGHT: DayEvent

class DayTime(_message.Message):
    __slots__ = ("event", "offset_s")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    OFFSET_S_FIELD_NUMBER: _ClassVar[int]
    event: DayEvent
    offset_s: int
    def __init__(self, event: _Optional[_Union[DayEvent, str]] = ..., offset_s: _Optional[int] = ...) -> None: ...

class Recurrence(_message.Message):
    __slots__ = ("days", "start", "end", "time_zone")
    DAYS_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    days: _containers.RepeatedScalarFieldContainer[Weekday]
    start: DayTime
    end: DayTime
    time_zone: str
    def __init__(self, days: _Optional[_Iterable[_Union[Weekday, str]]] = ..., start: _Optional[_Union[DayTime, _Mapping]] = ..., end: _Optional[_Union[DayTime, _Mapping]] = ..., time_zone: _Optional[str] = ...) -> None: ...

class Window(_message.Message):
    __slots__ = ("start_us", "end_us", "recurrences")
    START_US_FIELD_NUMBER: _ClassVar[int]
    END_US_FIELD_NUMBER: _ClassVar[int]
    RECURRENCES_FIELD_NUMBER: _ClassVar[int]
    start_us: int
    end_us: int
    recurrences: _containers.RepeatedCompositeFieldContainer[Recurrence]
    def __init__(self, start_us: _Optional[int] = ..., end_us: _Optional[int] = ..., recurrences: _Optional[_Iterable[_Union[Recurrence, _Mapping]]] = ...) -> None: ...
