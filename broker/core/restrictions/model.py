"""What a restriction is. Statutory ones are only mirrored; an agency sets a keep-clear request."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from broker.core.names import RestrictionName

VERTICES_PER_POLYGON_MAX: Final = 1_000
VERTICES_PER_RESTRICTION_MAX: Final = 1_000
"""ASTM F3548-21: at most 1,000 vertices per constraint; it also fits one feed message so."""
VOLUMES_PER_RESTRICTION_MAX: Final = 20
WINDOWS_PER_RESTRICTION_MAX: Final = 50
TEXT_LENGTH_MAX: Final = 400
CIRCLE_RADIUS_M_MAX: Final = 100_000.0
RESTRICTION_DURATION_S_MAX: Final = 56 * 86_400
"""ASTM F3548-21 plans constraints at most 56 days ahead."""


class LimitDatum(StrEnum):
    """What a vertical limit is measured from."""

    HAE = "hae"
    AMSL = "amsl"
    AGL = "agl"
    SURFACE = "surface"
    """Only as a floor; the value is ignored."""
    UNLIMITED = "unlimited"
    """Only as a ceiling; the value is ignored."""


class RestrictionKind(StrEnum):
    """Where the authority comes from."""

    KEEP_CLEAR_REQUEST = "keep_clear_request"
    """Set by an agency for its partners; never shown as law."""


class RestrictionState(StrEnum):
    """Life of a restriction."""

    PLANNED = "planned"
    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class AppliesTo(StrEnum):
    """Which aircraft are asked to keep clear."""

    DRONES = "drones"
    ALL_AIRCRAFT = "all_aircraft"


@dataclass(frozen=True, slots=True)
class VerticalLimit:
    """A floor or ceiling as published."""

    value_m: float
    datum: LimitDatum


@dataclass(frozen=True, slots=True)
class Circle:
    """A disc round a point."""

    latitude_deg: float
    longitude_deg: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class Polygon:
    """An open ring of at least three (latitude_deg, longitude_deg), not crossing itself."""

    vertices: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Volume:
    """One shape with its floor and ceiling."""

    shape: Circle | Polygon
    floor: VerticalLimit
    ceiling: VerticalLimit


@dataclass(frozen=True, slots=True)
class Window:
    """Active from `start_us` (inclusive) to `end_us` (exclusive), Unix microseconds UTC."""

    start_us: int
    end_us: int


@dataclass(frozen=True, slots=True)
class RestrictionDraft:
    """What an agency asks for, before the broker has checked it."""

    name: RestrictionName
    title: str
    reason: str
    volumes: tuple[Volume, ...]
    windows: tuple[Window, ...]
    applies_to: AppliesTo
    exempt_agencies: tuple[str, ...]
    contact: str
    """Telephone or talkgroup of whoever answers for it."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """A checked restriction. `version` grows by one with every change of content or state."""

    draft: RestrictionDraft
    kind: RestrictionKind
    state: RestrictionState
    version: int
    created_us: int
    changed_us: int
