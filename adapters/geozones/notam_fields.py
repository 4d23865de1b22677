"""The items of a NOTAM, whichever form it came in, made into a row of the report.

Theory of operation. The area is the one that item E publishes, read whole or not at all. Without
one, it is the disc of the Q line from the surface up, unread: that disc is on average twice the
true radius, and its levels are rounded. With one, it is checked against the disc, because both were
written by the same person: a shape that reaches out of its disc has a slip in one of the two, so
both are kept. Limits are items F and G. Hours that cannot be read mean always.
"""

import re
from dataclasses import dataclass
from typing import Final

from adapters.geozones import areas, days, ground, heights, hours, wording
from adapters.geozones.limits_of_input import TEXT_CHARS
from adapters.geozones.model import (
    Applies,
    Circle,
    Entry,
    Limit,
    Period,
    Position,
    Shape,
    Volume,
    Window,
    Zone,
)
from adapters.geozones.positions import POSITION, from_match
from adapters.geozones.report import Notes, Reason, SourceItem, Unreadable, read_item, refused_item
from adapters.geozones.units import NAUTICAL_MILE_M

REFERENCE: Final = re.compile(r"([A-Z])(\d{4})/(\d{2})")
_RESTRICTIONS: Final = "R"
_WARNINGS: Final = "W"
_OTHER: Final = "XX"
_ENDED: Final = ("CD", "CN", "AW", "AK")
"""Conditions that set nothing: deactivated, cancelled, withdrawn, resumed (ICAO Doc 8126)."""
_TRIGGER: Final = "TT"
_STAY_OUT: Final = ("RP", "RR", "RT")
"""Prohibited, restricted, temporary restricted; a danger area alone forbids nothing."""
_QUIET: Final = ("WY", "WV")
"""Aerial survey and formation flights: traffic, not an area to stay out of."""
_NO_RADIUS: Final = 999
_DISC_SLACK_M: Final = 2.0 * NAUTICAL_MILE_M
"""The Q line's centre is rounded to a minute and its radius to a mile."""


@dataclass(frozen=True, slots=True)
class NotamFields:
    """A NOTAM by its items, as text. Empty where it has none."""

    reference: str
    kind: str
    """N, R or C."""
    refers_to: str
    subject: str
    condition: str
    scope: str
    center: str
    radius_nm: str
    start: str
    end: str
    hours: str
    text: str
    lower: str
    upper: str
    whole: str
    """All of it, for a person to read."""


def read_notam(fields: NotamFields, notes: Notes) -> SourceItem:
    """The row for one NOTAM. Never raises."""
    title = _title(fields)
    refers_to = (fields.refers_to,) if fields.kind in {"R", "C"} and fields.refers_to else ()
    try:
        _usable(fields)
        return read_item(_zone(fields, title, notes), notes, refers_to)
    except Unreadable as problem:
        return refused_item(fields.reference, title, problem, notes, refers_to)


def _title(fields: NotamFields) -> str:
    line = " ".join(fields.text.split())
    head = line if len(line) <= 100 else line[:100].rsplit(" ", 1)[0] + " …"
    return head or fields.reference


def _usable(fields: NotamFields) -> None:
    """Raises Unreadable for what sets no area of airspace."""
    if len(fields.whole) > TEXT_CHARS:
        raise Unreadable(Reason.TOO_LARGE, f"longer than {TEXT_CHARS} characters")
    if fields.kind == "C":
        raise Unreadable(Reason.ENDS_SOMETHING, f"cancels {fields.refers_to or 'another'}")
    first = fields.subject[:1]
    named_warning = fields.subject == _OTHER and "W" in fields.scope
    if first not in {_RESTRICTIONS, _WARNINGS} and not named_warning:
        raise Unreadable(
            Reason.NOT_A_RESTRICTION,
            f"Q code {fields.subject}{fields.condition}: neither a restriction nor a warning",
        )
    if fields.condition == _TRIGGER:
        raise Unreadable(Reason.TRIGGER, "a trigger NOTAM is not itself the activation")
    if fields.condition in _ENDED:
        raise Unreadable(
            Reason.ENDS_SOMETHING, f"Q code condition {fields.condition}: ends, sets nothing"
        )


def _zone(fields: NotamFields, title: str, notes: Notes) -> Zone:
    line = areas.flat(fields.text)
    volumes, unread = _volumes(fields, notes)
    return Zone(
        reference=fields.reference,
        title=title,
        designation=f"Q{fields.subject}{fields.condition}",
        entry=_entry(fields.subject),
        applies=_applies(fields.subject, line),
        volumes=volumes,
        windows=(_window(fields, notes),),
        exemptions=wording.exemptions(line),
        contact=wording.contact(line),
        text=fields.whole,
        unread=unread,
    )


def _entry(subject: str) -> Entry:
    if subject in _STAY_OUT:
        return Entry.KEEP_CLEAR
    return Entry.INFORMATION if subject in _QUIET else Entry.ASK


def _applies(subject: str, line: str) -> Applies:
    """The words "UAS only" say whom a restriction is for; in a warning they say who flies."""
    return wording.applies_to(line) if subject[:1] == _RESTRICTIONS else Applies.ALL


def _window(fields: NotamFields, notes: Notes) -> Window:
    """Items B, C and D. What cannot be read of them is from before, without end, at all hours."""
    start_us = _instant(fields.start, "start", "from now", notes)
    end_us = None
    end = fields.end.upper().replace(" ", "")
    if end.endswith("EST"):
        notes.coarse("the end is estimated: set until it is replaced or cancelled")
    elif end not in {"PERM", "UFN"}:
        end_us = _instant(end, "end", "until it is replaced or cancelled", notes)
    if start_us is not None and end_us is not None and end_us <= start_us:
        notes.coarse("it ends before it starts: set until it is replaced or cancelled")
        end_us = None
    return Window(start_us, end_us, _periods(fields.hours, start_us, end_us, notes))


def _instant(text: str, which: str, instead: str, notes: Notes) -> int | None:
    try:
        return days.notam_instant_us(text.strip())
    except Unreadable as problem:
        notes.coarse(f"{which} not read ({problem.detail}): set {instead}")
        return None


def _periods(
    text: str, start_us: int | None, end_us: int | None, notes: Notes
) -> tuple[Period, ...]:
    if not text.strip():
        return ()
    if start_us is None:
        notes.coarse("hours not read without the start: set for the whole validity")
        return ()
    first_day = days.day_of(start_us)
    last_day = days.day_of(end_us - 1) if end_us is not None else first_day + _LONGEST_DAYS
    try:
        return hours.parse(text, first_day, last_day)
    except Unreadable as problem:
        notes.coarse(f"hours not read ({problem.detail}): set for the whole validity")
        return ()


_LONGEST_DAYS: Final = 3_660
"""How far a date in the hours of a NOTAM without end may lie ahead."""


def _volumes(fields: NotamFields, notes: Notes) -> tuple[tuple[Volume, ...], bool]:
    """The volumes, and whether they are only the coarse disc."""
    floor, ceiling = _limits(fields, notes)
    try:
        shapes = areas.shapes_in(fields.text, notes)
    except Unreadable as problem:
        disc = _disc(fields)
        notes.coarse(
            f"area not read ({problem.detail}): the disc of the Q line, surface to unlimited"
        )
        return (Volume(disc, heights.SURFACE, heights.UNLIMITED),), True
    volumes = [Volume(shape, floor, ceiling) for shape in shapes]
    if (outside := _reach_outside_m(shapes, fields)) > _DISC_SLACK_M:
        notes.coarse(
            f"the area in the text reaches {outside / NAUTICAL_MILE_M:.0f} NM out of the disc of"
            " the Q line: both are set"
        )
        volumes.append(Volume(_disc(fields), floor, ceiling))
    if len(shapes) > 1 and len(_LEVELS.findall(areas.flat(fields.text))) > 1:
        notes.coarse("limits of single areas in the text are not read: all have items F and G")
    return tuple(volumes), False


_LEVELS: Final = re.compile(
    r"\b(?:SFC|GND|FL ?\d{2,3}|\d+ ?FT)(?: A(?:MSL|GL))? ?(?:-|TO) ?(?:FL|\d)"
)


def _limits(fields: NotamFields, notes: Notes) -> tuple[Limit, Limit]:
    """Items F and G; what one of them says that is no limit is named."""
    for letter, said in (("F", fields.lower), ("G", fields.upper)):
        if said.strip() and heights.parse_limit(said) is None:
            notes.deviate(f"item {letter} is no limit: {said.strip()[:40]!r}")
    lower, upper = heights.parse_limit(fields.lower), heights.parse_limit(fields.upper)
    return heights.settled(lower, upper, notes)


def _disc(fields: NotamFields) -> Shape:
    center, radius_nm = _disc_said(fields)
    if center is None or radius_nm is None or radius_nm == _NO_RADIUS:
        raise Unreadable(Reason.NO_AREA, "no area in the text, and the Q line has no disc")
    published = f"Q line: {fields.center} {fields.radius_nm}"
    return Circle(center, max(1, radius_nm) * NAUTICAL_MILE_M, published)


def _disc_said(fields: NotamFields) -> tuple[Position | None, int | None]:
    match = POSITION.fullmatch(fields.center.strip())
    radius = fields.radius_nm.strip()
    radius_nm = int(radius) if radius.isascii() and radius.isdigit() and len(radius) < 4 else None
    return (from_match(match) if match is not None else None), radius_nm


def _reach_outside_m(shapes: tuple[Shape, ...], fields: NotamFields) -> float:
    """How far the farthest point of the shapes lies out of the Q line's disc; 0 without one."""
    center, radius_nm = _disc_said(fields)
    if center is None or radius_nm is None:
        return 0.0
    reach_m = 0.0
    for shape in shapes:
        if isinstance(shape, Circle):
            reach_m = max(reach_m, ground.distance_m(center, shape.center) + shape.radius_m)
        else:
            points = ground.drawn(shape.outer)
            reach_m = max(reach_m, *(ground.distance_m(center, p) for p in points))
    return reach_m - radius_nm * NAUTICAL_MILE_M
