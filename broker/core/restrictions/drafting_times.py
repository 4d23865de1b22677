"""What is refused about windows and the hours in them."""

from collections.abc import Iterator, Sequence

from broker.core.errors import Refusal
from broker.core.restrictions.clocks import is_known
from broker.core.restrictions.model import RESTRICTION_DURATION_S_MAX, RestrictionDraft
from broker.core.restrictions.periods import (
    DAY_S,
    RECURRENCES_PER_WINDOW_MAX,
    SUN_OFFSET_S_MAX,
    WINDOWS_PER_RESTRICTION_MAX,
    DayEvent,
    DayTime,
    Recurrence,
    Weekday,
    Window,
)
from broker.core.units import SECOND_US

TIME_US_MAX = 253_370_764_800 * SECOND_US
"""Year 9999: calendars end there."""


def check_windows(field: str, draft: RestrictionDraft, now_us: int) -> Iterator[Refusal]:
    """Everything wrong with a draft's windows at `now_us`."""
    windows = draft.windows
    if not 1 <= len(windows) <= WINDOWS_PER_RESTRICTION_MAX:
        reason = f"must be 1 to {WINDOWS_PER_RESTRICTION_MAX} windows, are {len(windows)}"
        yield Refusal(field, reason)
        return
    for place, window in enumerate(windows):
        name = f"{field}[{place}]"
        yield from _check_span(name, window, now_us, is_mirrored=draft.is_mirrored)
        yield from _check_recurrences(name, window)
    if draft.is_mirrored:
        # A source may well list a window twice; over is over only when all are.
        if all(one.end_us is not None and one.end_us <= now_us for one in windows):
            yield Refusal(field, "every window is already over")
        return
    yield from _check_overlaps(field, windows)


def _check_overlaps(field: str, windows: Sequence[Window]) -> Iterator[Refusal]:
    """Of windows without recurrences: each that begins before an earlier one is over."""
    plain = [place for place, one in enumerate(windows) if not one.recurrences]
    ends_us = {place: windows[place].end_us or 0 for place in plain}
    last: int | None = None
    for place in sorted(plain, key=lambda place: (windows[place].start_us, place)):
        if last is not None and windows[place].start_us < ends_us[last]:
            yield Refusal(f"{field}[{place}]", f"overlaps windows[{last}]")
        if last is None or ends_us[place] > ends_us[last]:
            last = place


def _check_span(field: str, window: Window, now_us: int, *, is_mirrored: bool) -> Iterator[Refusal]:
    latest_us = TIME_US_MAX if is_mirrored else now_us + RESTRICTION_DURATION_S_MAX * SECOND_US
    if not 0 <= window.start_us <= TIME_US_MAX:
        yield Refusal(f"{field}.start_us", "must not be negative, nor after the year 9999")
    if window.end_us is None:
        if not is_mirrored:
            yield Refusal(f"{field}.end_us", "is required: a keep-clear request must end")
    elif window.end_us <= window.start_us:
        yield Refusal(f"{field}.end_us", "must be after start_us")
    elif window.end_us <= now_us and not is_mirrored:
        yield Refusal(f"{field}.end_us", "the window is already over")
    elif window.end_us > latest_us:
        days = RESTRICTION_DURATION_S_MAX // DAY_S
        reason = f"must be at most {days} days ahead"
        if is_mirrored:
            reason = "must lie before the year 9999"
        yield Refusal(f"{field}.end_us", reason)


def _check_recurrences(field: str, window: Window) -> Iterator[Refusal]:
    if len(window.recurrences) > RECURRENCES_PER_WINDOW_MAX:
        yield Refusal(f"{field}.recurrences", f"must be at most {RECURRENCES_PER_WINDOW_MAX}")
        return
    for place, recurrence in enumerate(window.recurrences):
        yield from _check_recurrence(f"{field}.recurrences[{place}]", recurrence)


def _check_recurrence(field: str, recurrence: Recurrence) -> Iterator[Refusal]:
    for place, day in enumerate(recurrence.days):
        if not isinstance(day, Weekday):
            yield Refusal(f"{field}.days[{place}]", "is not a day of the week")
        elif day in recurrence.days[:place]:
            yield Refusal(f"{field}.days[{place}]", "is listed twice")
    yield from _check_time(f"{field}.start", recurrence.start)
    yield from _check_time(f"{field}.end", recurrence.end)
    if not is_known(recurrence.time_zone):
        reason = "must be UTC or a zone with the clock changes of the United Kingdom and the EU"
        yield Refusal(f"{field}.time_zone", reason)


def _check_time(field: str, time: DayTime) -> Iterator[Refusal]:
    if not isinstance(time.event, DayEvent):
        yield Refusal(f"{field}.event", "is required: say what the time is counted from")
    elif time.event is DayEvent.MIDNIGHT:
        if not 0 <= time.offset_s <= DAY_S:
            yield Refusal(f"{field}.offset_s", f"must be 0 to {DAY_S} s after midnight")
    elif abs(time.offset_s) > SUN_OFFSET_S_MAX:
        reason = f"must be at most {SUN_OFFSET_S_MAX} s before or after the event"
        yield Refusal(f"{field}.offset_s", reason)
