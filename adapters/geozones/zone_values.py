"""Limits, times and people as ED-269 and ED-318 write them, and as others write them instead."""

import re
from dataclasses import replace
from typing import Final

from adapters.geozones import days, heights, json_input
from adapters.geozones.json_input import JsonObject
from adapters.geozones.limits_of_input import PERIODS_PER_ITEM
from adapters.geozones.model import (
    Authority,
    Datum,
    Entry,
    Event,
    Limit,
    Moment,
    Period,
    Purpose,
    Unit,
    Window,
)
from adapters.geozones.report import Notes, Reason, Unreadable
from adapters.geozones.units import DAY_S, HOUR_S, MINUTE_S, SECOND_US

NO_CEILING: Final = 99_999.0
"""What publishers write, against the standard, for a zone without a ceiling."""
_UNITS: Final = {"M": Unit.METRES, "FT": Unit.FEET}
_DATUMS: Final = {"AGL": Datum.AGL, "AMSL": Datum.AMSL, "WGS84": Datum.HAE}
_TIME: Final = re.compile(r"(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,6})?)?(Z|[+-]00:?00)?")
ZONE_SPREAD_US: Final = 14 * HOUR_S * SECOND_US
"""No clock on Earth is further from UTC."""


def unit_of(value: object, where: str, notes: Notes) -> Unit:
    """Metres or feet; missing means metres, which is a departure where it must be given."""
    said = json_input.text(value)
    unit = _UNITS.get(said.upper())
    if unit is not None:
        return unit
    if said:
        raise Unreadable(Reason.MALFORMED, f"{where} is neither metres nor feet")
    notes.deviate(f"{where} missing: metres")
    return Unit.METRES


def limits_of(
    lower: tuple[object, object], upper: tuple[object, object], unit: Unit, notes: Notes
) -> tuple[Limit, Limit]:
    """Floor and ceiling from (value, reference) pairs; what is missing is the larger meaning."""
    floor = _limit(lower, unit, "lower limit", notes)
    ceiling = _limit(upper, unit, "upper limit", notes)
    if floor is not None and floor.datum is Datum.AGL and floor.value == 0.0:
        floor = Limit(0.0, Unit.NONE, Datum.SURFACE, floor.published)
    return heights.settled(floor, ceiling, notes)


def _limit(said: tuple[object, object], unit: Unit, where: str, notes: Notes) -> Limit | None:
    value, reference = json_input.number(said[0], where, notes), json_input.text(said[1]).upper()
    if value is None:
        return None
    if value == NO_CEILING:
        notes.deviate(f"{where} 99999 stands for none")
        return replace(heights.UNLIMITED, published="99999") if where[0] == "u" else None
    datum = _DATUMS.get(reference)
    published = f"{value:g} {unit.value} {reference}".strip()
    if datum is None:
        notes.deviate(f"{where} without a known reference")
        return None
    limit = Limit(value, unit, datum, published)
    return limit if heights.finite(limit.value_m) else None


def entry_of(value: object, notes: Notes) -> tuple[Entry, str]:
    """What the zone asks, from its restriction in either spelling; unknown means keep clear."""
    said = json_input.text(value).upper()
    match said:
        case "PROHIBITED":
            return Entry.KEEP_CLEAR, said
        case "REQ_AUTHORISATION" | "REQ_AUTHORIZATION" | "CONDITIONAL" | "USPACE":
            return Entry.ASK, said
        case "NO_RESTRICTION":
            return Entry.INFORMATION, said
        case _:
            notes.coarse(f"unknown restriction {said[:40]!r}: taken as prohibited")
            return Entry.KEEP_CLEAR, said[:80]


def windows_of(value: object, notes: Notes) -> tuple[Window, ...]:
    """Periods of validity with their hours. None, null and empty ones mean always."""
    entries = json_input.as_list(value)
    if len(entries) > PERIODS_PER_ITEM:
        raise Unreadable(Reason.TOO_LARGE, f"more than {PERIODS_PER_ITEM} periods")
    windows = tuple(_window(json_input.as_object(entry), notes) for entry in entries)
    return windows or (Window(None, None),)


def _window(entry: JsonObject, notes: Notes) -> Window:
    permanent = json_input.text(entry.get("permanent")).upper() == "YES"
    start_us = _instant(entry.get("startDateTime"), -ZONE_SPREAD_US, notes)
    end_us = _instant(entry.get("endDateTime"), ZONE_SPREAD_US, notes)
    if permanent and (start_us is not None or end_us is not None):
        notes.coarse("permanent, and with dates: set without them")
        start_us = end_us = None
    if start_us is not None and end_us is not None and end_us <= start_us:
        notes.coarse("a period ends before it starts: set without an end")
        end_us = None
    return Window(start_us, end_us, _periods(entry.get("schedule"), notes))


def _instant(value: object, spread_us: int, notes: Notes) -> int | None:
    said = json_input.text(value)
    if not said:
        if value is not None:
            notes.deviate("an empty text stands for a time that is not given")
        return None
    try:
        instant_us, zoned = days.iso_instant_us(said)
    except Unreadable as problem:
        notes.coarse(f"a date not read ({problem.detail}): set without it")
        return None
    if zoned:
        return instant_us
    notes.coarse("a date without its time zone: widened by the most that one can differ")
    return instant_us + spread_us


def _periods(value: object, notes: Notes) -> tuple[Period, ...]:
    """The hours; as soon as one cannot be read, all of the time."""
    periods: list[Period] = []
    for entry in json_input.as_list(value)[: PERIODS_PER_ITEM + 1]:
        try:
            period = _period(json_input.as_object(entry), notes)
        except Unreadable as problem:
            notes.coarse(f"hours not read ({problem.detail}): set for the whole validity")
            return ()
        if period is None:
            return ()
        periods.append(period)
    if len(periods) > PERIODS_PER_ITEM:
        raise Unreadable(Reason.TOO_LARGE, f"more than {PERIODS_PER_ITEM} periods")
    return tuple(periods)


def _period(entry: JsonObject, notes: Notes) -> Period | None:
    """One entry of a schedule; None when it says every day, all day."""
    weekdays = _weekdays(entry.get("day"), notes)
    start = _moment(entry.get("startTime"), entry.get("startEvent"), notes)
    end = _moment(entry.get("endTime"), entry.get("endEvent"), notes)
    if start is None and end is None and not weekdays:
        return None
    if end == Moment(0):
        # An end at or before the start is on the next day: midnight is the end of this one.
        end = Moment(DAY_S)
    return Period(start or Moment(0), end or Moment(DAY_S), weekdays)


def _weekdays(value: object, notes: Notes) -> tuple[int, ...]:
    if isinstance(value, str):
        notes.deviate("the days of a schedule are a plain text")
    names = [json_input.text(day).upper() for day in json_input.as_list(value)]
    if "ANY" in names or not any(names):
        return ()
    if any(name not in days.WEEKDAY_NUMBER for name in names):
        raise Unreadable(Reason.MALFORMED, "no such day of the week")
    return tuple(sorted({days.WEEKDAY_NUMBER[name] for name in names}))


def _moment(time: object, event: object, notes: Notes) -> Moment | None:
    said, sun = json_input.text(time), json_input.text(event).upper()
    if sun:
        if sun not in set(Event):
            raise Unreadable(Reason.MALFORMED, "no such event of the sun")
        if said:
            raise Unreadable(Reason.MALFORMED, "a time and an event of the sun at once")
        return Moment(0, Event(sun))
    if not said:
        return None
    match = _TIME.fullmatch(said)
    if match is None or match[4] is None:
        raise Unreadable(Reason.MALFORMED, "a time of day that is not UTC")
    if not said.endswith("Z"):
        notes.deviate("a time of day without Z")
    seconds = int(match[1]) * HOUR_S + int(match[2]) * MINUTE_S + int(match[3] or 0)
    if int(match[2]) > 59 or int(match[3] or 0) > 59 or seconds > DAY_S:
        raise Unreadable(Reason.MALFORMED, "no such time of day")
    return Moment(seconds)


_DURATION: Final = re.compile(
    r"P(?:(\d{1,3})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?"
)


def authorities_of(value: object, localized: bool, notes: Notes) -> tuple[Authority, ...]:
    """Who answers for the zone. In ED-318 names are localized, in ED-269 they are plain."""
    found = [
        _authority(json_input.as_object(e), localized, notes) for e in json_input.as_list(value)
    ]
    return tuple(a for a in found[:10] if replace(a, purpose=None, notice_s=None) != Authority())


def _authority(entry: JsonObject, localized: bool, notes: Notes) -> Authority:
    def said(name: str) -> str:
        value = entry.get(name)
        plain = json_input.localized(value, f"authority {name}", Notes()) or json_input.text(value)
        if localized and isinstance(value, str) and value and name in {"name", "service"}:
            notes.deviate(f"authority {name} is a plain text")
        return plain[:200]

    purpose = json_input.text(entry.get("purpose")).upper()
    return Authority(
        name=said("name"),
        service=said("service"),
        contact_name=said("contactName"),
        telephone=said("phone"),
        email=said("email"),
        site_url=said("siteURL"),
        purpose=Purpose(purpose) if purpose in set(Purpose) else None,
        notice_s=_notice_s(entry.get("intervalBefore"), notes),
    )


def _notice_s(value: object, notes: Notes) -> int | None:
    said = json_input.text(value)
    if not said:
        return None
    match = _DURATION.fullmatch(said)
    if match is None or not any(match.groups()):
        notes.deviate("the notice an authority wants is not an ISO 8601 duration")
        return None
    days_, hours, minutes, seconds = (int(group or 0) for group in match.groups())
    return days_ * DAY_S + hours * HOUR_S + minutes * MINUTE_S + seconds
