"""What every format is read into: items with shapes, limits, hours and exemptions as published."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from adapters.geozones.units import FLIGHT_LEVEL_FT, FOOT_M


class Datum(StrEnum):
    """What a vertical limit is measured from."""

    AMSL = "AMSL"
    AGL = "AGL"
    HAE = "HAE"
    FLIGHT_LEVEL = "FL"
    SURFACE = "SFC"
    UNLIMITED = "UNL"


class Unit(StrEnum):
    """What a vertical limit was published in."""

    METRES = "m"
    FEET = "ft"
    FLIGHT_LEVEL = "FL"
    NONE = ""


METRES_PER_UNIT: Final = {
    Unit.METRES: 1.0,
    Unit.FEET: FOOT_M,
    Unit.FLIGHT_LEVEL: FLIGHT_LEVEL_FT * FOOT_M,
    Unit.NONE: 0.0,
}


@dataclass(frozen=True, slots=True)
class Limit:
    """A floor or a ceiling as published: the number in its unit, and the text as it came.

    SURFACE and UNLIMITED have no number and no unit.
    """

    value: float
    unit: Unit
    datum: Datum
    published: str

    @property
    def value_m(self) -> float:
        """Metres from the datum."""
        return self.value * METRES_PER_UNIT[self.unit]


@dataclass(frozen=True, slots=True)
class Position:
    """WGS 84 degrees."""

    latitude_deg: float
    longitude_deg: float


@dataclass(frozen=True, slots=True)
class Circle:
    """Everything within `radius_m` of the centre."""

    center: Position
    radius_m: float
    published: str = ""


@dataclass(frozen=True, slots=True)
class Arc:
    """The edge to the next vertex runs round `center`, clockwise as seen from above or not."""

    center: Position
    clockwise: bool
    radius_m: float


@dataclass(frozen=True, slots=True)
class Vertex:
    """A corner, and the arc that leads from it to the next one (a straight edge without)."""

    at: Position
    arc: Arc | None = None


Ring = tuple[Vertex, ...]


@dataclass(frozen=True, slots=True)
class Polygon:
    """An open ring and the rings cut out of it."""

    outer: Ring
    holes: tuple[Ring, ...] = ()


Shape = Circle | Polygon


@dataclass(frozen=True, slots=True)
class Volume:
    """A shape from its floor to its ceiling."""

    shape: Shape
    floor: Limit
    ceiling: Limit


class Event(StrEnum):
    """A moment of the day that moves with the sun."""

    CIVIL_DAWN = "BMCT"
    SUNRISE = "SR"
    SUNSET = "SS"
    CIVIL_DUSK = "EECT"


@dataclass(frozen=True, slots=True)
class Moment:
    """A time of day: seconds after 0000 UTC, or after an event of the sun."""

    seconds: int
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """Hours of a day, on some days. An end at or before the start is on the next day.

    `weekdays` are ISO 1 (Monday) to 7; empty means every day. `first_day` and `last_day` are days
    since 1970-01-01 UTC, inclusive, and bound the day on which the period starts; None means no
    bound. `except_days` are days on which it does not start.
    """

    start: Moment
    end: Moment
    weekdays: tuple[int, ...] = ()
    first_day: int | None = None
    last_day: int | None = None
    except_days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """From start to end, Unix microseconds UTC, and in it only at some hours if any are given.

    None: from before, or until further notice.
    """

    start_us: int | None
    end_us: int | None
    periods: tuple[Period, ...] = ()


class Entry(StrEnum):
    """What a zone asks of those it applies to."""

    KEEP_CLEAR = "keep-clear"
    ASK = "ask"
    INFORMATION = "information"


class Applies(StrEnum):
    """Whom a zone is for."""

    DRONES = "drones"
    ALL = "all"
    CREWED = "crewed"


class Purpose(StrEnum):
    """What an authority wants to be contacted for."""

    AUTHORIZATION = "AUTHORIZATION"
    NOTIFICATION = "NOTIFICATION"
    INFORMATION = "INFORMATION"


@dataclass(frozen=True, slots=True)
class Authority:
    """Someone who answers for a zone, as published."""

    name: str = ""
    service: str = ""
    contact_name: str = ""
    telephone: str = ""
    email: str = ""
    site_url: str = ""
    purpose: Purpose | None = None
    notice_s: int | None = None


@dataclass(frozen=True, slots=True)
class Exemption:
    """Who is exempt and on what condition, in the publisher's own words."""

    beneficiary: str
    condition: str
    published: str


@dataclass(frozen=True, slots=True)
class Zone:
    """One published restriction, as read."""

    reference: str
    title: str
    designation: str
    """What it is called where it was published: `EG D`, `QRTCA`, `REQ_AUTHORISATION`."""
    entry: Entry
    applies: Applies
    volumes: tuple[Volume, ...]
    windows: tuple[Window, ...]
    exemptions: tuple[Exemption, ...] = ()
    conditions: str = ""
    authorities: tuple[Authority, ...] = ()
    contact: str = ""
    reason: str = ""
    text: str = ""
    """The words of the source that a person should read."""
    unread: bool = False
    """The shape is only the coarse one of the source: a person has to read the text."""
    issued_us: int | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    """What the format says beyond this, by its own names, for export in the same format."""


class Outcome(StrEnum):
    """What became of a source item."""

    ACCEPTED = "accepted"
    APPROXIMATED = "approximated"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why an item was refused, for the summary."""

    NOT_A_RESTRICTION = "not a restriction of airspace"
    ENDS_SOMETHING = "ends something and sets nothing"
    TRIGGER = "announces another publication"
    DUPLICATE = "repeats an item already read"
    SUPERSEDED = "replaced or cancelled by another item"
    EXPIRED = "over before now"
    MALFORMED = "cannot be read"
    TOO_LARGE = "larger than the limits"
    NO_AREA = "gives no area"


@dataclass(frozen=True, slots=True)
class SourceItem:
    """One row of the report. `zone` is there unless the item was refused."""

    source_id: str
    title: str
    outcome: Outcome
    zone: Zone | None = None
    refusal: Reason | None = None
    detail: str = ""
    """Why it was refused, in words."""
    coarser: tuple[str, ...] = ()
    """How what is set is larger, longer or higher than published."""
    deviations: tuple[str, ...] = ()
    """Where the item departs from its format's standard."""
    cancels: tuple[str, ...] = ()
    """References of earlier items that this one ends."""


@dataclass(slots=True)
class Notes:
    """Collected while one item is read: what became coarser, and what departs from the standard."""

    coarser: list[str] = field(default_factory=list)
    deviations: list[str] = field(default_factory=list)

    def coarse(self, how: str) -> None:
        """What is set covers more than what was published."""
        if how not in self.coarser:
            self.coarser.append(how)

    def deviate(self, what: str) -> None:
        """The source departs from its standard here."""
        if what not in self.deviations:
            self.deviations.append(what)


class Unreadable(Exception):
    """This item, or the whole source, cannot be read: reason and detail go to the report."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one source held, and what was wrong with the source as a whole."""

    format: str
    items: tuple[SourceItem, ...]
    deviations: tuple[str, ...] = ()


def read_item(zone: Zone, notes: Notes, cancels: tuple[str, ...] = ()) -> SourceItem:
    """The row for a zone that was read: approximated as soon as anything became coarser."""
    return SourceItem(
        source_id=zone.reference,
        title=zone.title,
        outcome=Outcome.APPROXIMATED if notes.coarser or zone.unread else Outcome.ACCEPTED,
        zone=zone,
        coarser=tuple(notes.coarser),
        deviations=tuple(notes.deviations),
        cancels=cancels,
    )


def refused_item(
    source_id: str,
    title: str,
    problem: Unreadable,
    notes: Notes | None = None,
    cancels: tuple[str, ...] = (),
) -> SourceItem:
    """The row for an item of which nothing is set."""
    return SourceItem(
        source_id=source_id,
        title=title,
        outcome=Outcome.REFUSED,
        refusal=problem.reason,
        detail=problem.detail,
        deviations=tuple(notes.deviations) if notes else (),
        cancels=cancels,
    )
