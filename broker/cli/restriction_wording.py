"""A restriction in words: one labelled line for each thing that a person may want to know of it."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from broker.cli.wording import feet, instant_words, printable
from broker.core.units import FOOT_M
from keepclear.v1 import restrictions_pb2 as pb
from keepclear.v1 import schedules_pb2, volumes_pb2

LINES_OF_A_KIND_MAX: Final = 10
SOURCE_TEXT_SHOWN: Final = 600
_DAYS: Final = ("", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LIMIT_DATUMS: Final[dict[int, str]] = {
    volumes_pb2.LIMIT_DATUM_AMSL: "above sea level",
    volumes_pb2.LIMIT_DATUM_AGL: "above ground",
}
_EVENTS: Final[dict[int, str]] = {
    schedules_pb2.DAY_EVENT_SUNRISE: "sunrise",
    schedules_pb2.DAY_EVENT_SUNSET: "sunset",
    schedules_pb2.DAY_EVENT_MORNING_CIVIL_TWILIGHT: "first light",
    schedules_pb2.DAY_EVENT_EVENING_CIVIL_TWILIGHT: "last light",
}
_APPLIES: Final[dict[int, str]] = {
    pb.APPLIES_TO_DRONES: "drones",
    pb.APPLIES_TO_ALL_AIRCRAFT: "all aircraft",
    pb.APPLIES_TO_CREWED_AIRCRAFT: "crewed aircraft",
}
_RULES: Final[dict[int, str]] = {
    pb.ENTRY_RULE_ASK: "ask before entering",
    pb.ENTRY_RULE_INFORMATION: "for information, no alerts",
}


def restriction_lines(restriction: pb.Restriction) -> Iterator[str]:
    """The name, then indented lines with their labels; nothing unprintable."""
    yield printable(restriction.name)
    for label, text in _rows(restriction):
        if text:
            yield printable(f"  {label:<11}{text}")


def _rows(restriction: pb.Restriction) -> Iterator[tuple[str, str]]:
    yield "title", restriction.title
    yield "state", _state(restriction)
    yield "from", _origin(restriction)
    yield "asks", f"{applies_to_words(restriction.applies_to)}: {_rule(restriction)}"
    yield from _some("where", map(volume_words, restriction.volumes), len(restriction.volumes))
    yield from _some("when", map(window_words, restriction.windows), len(restriction.windows))
    yield "exempt", ", ".join(restriction.exempt_agencies)
    yield from (("exempt", _exemption(one)) for one in restriction.exemptions)
    yield "conditions", restriction.conditions
    yield "reason", restriction.reason
    yield "contact", ", ".join(filter(None, (restriction.contact, restriction.talkgroup)))
    yield from (("authority", _authority(one)) for one in restriction.authorities)
    yield "replaces", restriction.replaces
    yield from (("coarser", how) for how in restriction.approximations)
    if restriction.reading.quality == pb.READING_QUALITY_UNREAD:
        yield (
            "UNREAD",
            "ask a person: " + " ".join(restriction.source.text.split())[:SOURCE_TEXT_SHOWN],
        )
    yield "etag", restriction.etag


def _some(label: str, texts: Iterator[str], count: int) -> Iterator[tuple[str, str]]:
    for _, text in zip(range(LINES_OF_A_KIND_MAX), texts, strict=False):
        yield label, text
    if count > LINES_OF_A_KIND_MAX:
        yield label, f"and {count - LINES_OF_A_KIND_MAX} more (--json has all)"


def _state(restriction: pb.Restriction) -> str:
    words = [restriction_state_words(restriction.state), f"version {restriction.version}"]
    publication = restriction.publication
    if publication.emergency:
        words.append("emergency")
    if publication.awaits_approval:
        words.append("not yet approved by a second person")
    elif publication.approved_by:
        words.append(f"approved by {publication.approved_by}")
    return ", ".join(words)


def _origin(restriction: pb.Restriction) -> str:
    if restriction.kind != pb.RESTRICTION_KIND_STATUTORY:
        author = restriction.publication.author
        return "keep-clear request" + (f" set by {author}" if author else "")
    source = restriction.source
    named = f"{restriction.designation} " if restriction.designation else ""
    return f"published: {named}{source.item_id} of {source.source_id} ({source.format})"


def _rule(restriction: pb.Restriction) -> str:
    return _RULES.get(restriction.entry_rule, "keep clear")


def _exemption(one: pb.Exemption) -> str:
    words = f'"{one.beneficiary}"'
    if one.conditions:
        words += f', "{one.conditions}"'
    if one.agencies:
        words += f": {', '.join(one.agencies)}"
        words += f" under {one.agreement}" if one.agreement else ""
    return words


def _authority(one: pb.Authority) -> str:
    said = (one.name, one.service, one.contact_name, one.telephone, one.email, one.site_url)
    return ", ".join(filter(None, said))


def limit_words(limit: volumes_pb2.VerticalLimit) -> str:
    """One vertical limit in words, with what was published where that is said otherwise."""
    said = limit.published.text
    if limit.datum == volumes_pb2.LIMIT_DATUM_SURFACE:
        return "surface"
    if limit.datum == volumes_pb2.LIMIT_DATUM_UNLIMITED:
        return "unlimited"
    if limit.datum == volumes_pb2.LIMIT_DATUM_FLIGHT_LEVEL:
        return f"FL{round(limit.value_m / FOOT_M / 100):03d}"
    if limit.datum in _LIMIT_DATUMS:
        words = f"{feet(limit.value_m)} {_LIMIT_DATUMS[limit.datum]}"
        return f"{words} ({said})" if said else words
    return "satellite height (in --json)"


def volume_words(volume: volumes_pb2.RestrictionVolume) -> str:
    """Where one volume is and between which limits."""
    heights = f"{limit_words(volume.floor)} to {limit_words(volume.ceiling)}"
    label = f"{volume.label}: " if volume.label else ""
    if volume.WhichOneof("shape") == "circle":
        center = volume.circle.center
        where = f"{center.latitude_deg:.5f},{center.longitude_deg:.5f}"
        return f"{label}circle {volume.circle.radius_m:,.0f} m round {where}, {heights}"
    polygon = volume.polygon
    parts = [f"{len(polygon.vertices)} corners"]
    for count, what in ((len(polygon.arcs), "arc"), (len(polygon.holes), "hole")):
        parts += [f"{count} {what}{'s' * (count > 1)}"] * (count > 0)
    first = polygon.vertices[0] if polygon.vertices else volumes_pb2.LatLng()
    where = f"{first.latitude_deg:.5f},{first.longitude_deg:.5f}"
    return f"{label}polygon of {', '.join(parts)}, from {where}, {heights}"


def window_words(window: schedules_pb2.Window) -> str:
    """From when to when, UTC, and at which hours."""
    start = instant_words(window.start_us) if window.start_us > 0 else "before now"
    end = instant_words(window.end_us) if window.HasField("end_us") else "until withdrawn"
    hours = "; ".join(hours_words(one) for one in window.recurrences[:LINES_OF_A_KIND_MAX])
    further = len(window.recurrences) - LINES_OF_A_KIND_MAX
    hours += f"; and {further} more" if further > 0 else ""
    span = f"{start} to {end}" if window.HasField("end_us") else f"from {start} {end}"
    return f"{span}, {hours}" if hours else span


def hours_words(recurrence: schedules_pb2.Recurrence) -> str:
    """`Mon-Fri 06:00-22:00 UTC`, `every day sunset -30 min to sunrise`."""
    start, end = _moment(recurrence.start), _moment(recurrence.end)
    by_clock = schedules_pb2.DAY_EVENT_MIDNIGHT in {recurrence.start.event, recurrence.end.event}
    zone = f" {recurrence.time_zone or 'UTC'}" if by_clock else ""
    return f"{_days(list(recurrence.days))} {start} to {end}{zone}"


def _days(days: list[int]) -> str:
    if not days or len(set(days)) == 7:
        return "every day"
    known = sorted({day for day in days if 1 <= day <= 7})
    if len(known) > 2 and all(after - day == 1 for day, after in pairwise(known)):
        return f"{_DAYS[known[0]]}-{_DAYS[known[-1]]}"
    return ", ".join(_DAYS[day] for day in known)


def _moment(moment: schedules_pb2.DayTime) -> str:
    minutes = abs(moment.offset_s) // 60
    if moment.event == schedules_pb2.DAY_EVENT_MIDNIGHT:
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    event = _EVENTS.get(moment.event, f"event {moment.event}")
    if not minutes:
        return event
    return f"{minutes} min {'before' if moment.offset_s < 0 else 'after'} {event}"


def restriction_state_words(state: int) -> str:
    """Life of a restriction: `active`, `planned`, ..."""
    if state not in pb.RestrictionState.values():
        return f"state {state}"
    return pb.RestrictionState.Name(state).removeprefix("RESTRICTION_STATE_").lower()


def applies_to_words(applies_to: int) -> str:
    """Who is meant."""
    return _APPLIES.get(applies_to, "all aircraft")
