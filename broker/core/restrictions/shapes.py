"""Where a restriction is: shapes on the ground and the limits above and below them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

VERTICES_PER_POLYGON_MAX: Final = 1_000
VERTICES_PER_RESTRICTION_MAX: Final = 1_000
"""ASTM F3548-21: at most 1,000 vertices per constraint; it also fits one feed message so."""
VOLUMES_PER_RESTRICTION_MAX: Final = 20
HOLES_PER_POLYGON_MAX: Final = 20
ARCS_PER_RING_MAX: Final = 200
CIRCLE_RADIUS_M_MAX: Final = 100_000.0
COARSE_RADIUS_M_MAX: Final = 500_000.0
"""Of the disc round an item that was not read, where it is named in answers and alerts nobody."""
LABEL_LENGTH_MAX: Final = 80
LIMIT_TEXT_LENGTH_MAX: Final = 60


class LimitDatum(StrEnum):
    """What a vertical limit is measured from."""

    HAE = "hae"
    AMSL = "amsl"
    AGL = "agl"
    SURFACE = "surface"
    """Only as a floor; the value is ignored."""
    UNLIMITED = "unlimited"
    """Only as a ceiling; the value is ignored."""
    FLIGHT_LEVEL = "flight_level"
    """Pressure altitude from 1013.25 hPa."""


class LimitUnit(StrEnum):
    """The unit a limit was published in."""

    METRES = "metres"
    FEET = "feet"
    FLIGHT_LEVEL = "flight_level"
    """Hundreds of feet from 1013.25 hPa."""


class ArcDirection(StrEnum):
    """Which way round its centre an arc is flown."""

    CLOCKWISE = "clockwise"
    COUNTERCLOCKWISE = "counterclockwise"


@dataclass(frozen=True, slots=True)
class PublishedLimit:
    """A limit as its source gives it; carried, never judged."""

    value: float
    unit: LimitUnit
    text: str


@dataclass(frozen=True, slots=True)
class VerticalLimit:
    """A floor or ceiling; `published` keeps the source's own words beside it."""

    value_m: float
    datum: LimitDatum
    published: PublishedLimit | None = None


@dataclass(frozen=True, slots=True)
class Circle:
    """A disc round a point."""

    latitude_deg: float
    longitude_deg: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class Arc:
    """The edge from a vertex of its ring to the next, as an arc round a centre."""

    from_vertex: int
    latitude_deg: float
    longitude_deg: float
    direction: ArcDirection


@dataclass(frozen=True, slots=True)
class Ring:
    """An open ring of (latitude_deg, longitude_deg): at least three, or two with an arc.

    It does not cross itself. An edge is straight unless an arc says otherwise.
    """

    vertices: tuple[tuple[float, float], ...]
    arcs: tuple[Arc, ...] = ()


@dataclass(frozen=True, slots=True)
class Polygon:
    """A ring without its holes."""

    vertices: tuple[tuple[float, float], ...]
    arcs: tuple[Arc, ...] = ()
    holes: tuple[Ring, ...] = ()

    @property
    def rings(self) -> tuple[Ring, ...]:
        """The outer ring, then the holes."""
        return (Ring(self.vertices, self.arcs), *self.holes)


@dataclass(frozen=True, slots=True)
class Volume:
    """One shape with its floor and ceiling."""

    shape: Circle | Polygon
    floor: VerticalLimit
    ceiling: VerticalLimit
    label: str = ""
    """Its name among the volumes, if it has one."""


@dataclass(frozen=True, slots=True)
class JudgedLimits:
    """A volume's limits as they are judged, above the ellipsoid; None where nothing limits."""

    floor_hae_m: float | None
    ceiling_hae_m: float | None
