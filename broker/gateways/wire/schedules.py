"""Windows and the hours in them between the contract and the core."""

from broker.core.errors import refuse
from broker.core.restrictions.periods import UTC, DayTime, Recurrence, Window
from broker.gateways.wire.enums import (
    DAY_EVENT_TO_CORE,
    DAY_EVENT_TO_WIRE,
    WEEKDAY_TO_CORE,
    WEEKDAY_TO_WIRE,
)
from keepclear.v1 import schedules_pb2 as pb


def decode_window(field: str, message: pb.Window) -> Window:
    """Read a window; refuses what has no reading, naming the field."""
    return Window(
        message.start_us,
        message.end_us if message.HasField("end_us") else None,
        tuple(
            _recurrence(f"{field}.recurrences[{place}]", recurrence)
            for place, recurrence in enumerate(message.recurrences)
        ),
    )


def _recurrence(field: str, message: pb.Recurrence) -> Recurrence:
    for place, day in enumerate(message.days):
        if day not in WEEKDAY_TO_CORE:
            raise refuse(f"{field}.days[{place}]", "is not a day of the week")
    return Recurrence(
        days=tuple(WEEKDAY_TO_CORE[day] for day in message.days),
        start=_time(f"{field}.start", message.start),
        end=_time(f"{field}.end", message.end),
        time_zone=message.time_zone or UTC,
    )


def _time(field: str, message: pb.DayTime) -> DayTime:
    if message.event not in DAY_EVENT_TO_CORE:
        raise refuse(f"{field}.event", "is missing: say what the time is counted from")
    return DayTime(DAY_EVENT_TO_CORE[message.event], message.offset_s)


def encode_window(window: Window) -> pb.Window:
    """The contract's message for a window."""
    return pb.Window(
        start_us=window.start_us,
        end_us=window.end_us,
        recurrences=[
            pb.Recurrence(
                days=[WEEKDAY_TO_WIRE[day] for day in one.days],
                start=_encode_time(one.start),
                end=_encode_time(one.end),
                time_zone=one.time_zone,
            )
            for one in window.recurrences
        ],
    )


def _encode_time(time: DayTime) -> pb.DayTime:
    return pb.DayTime(event=DAY_EVENT_TO_WIRE[time.event], offset_s=time.offset_s)
