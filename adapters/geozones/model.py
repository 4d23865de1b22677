"""What every format is read into: zones with shapes, limits, hours and exemptions as published."""

from dataclasses import dataclass
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
