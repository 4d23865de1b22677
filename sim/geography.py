"""Where London is: boroughs, bases, hospitals, and the flat frame the aircraft fly in.

Positions are metres east and north of Charing Cross in a plate carrée frame: over Greater London
it is within 0.5 % of true distances, which no encounter of two aircraft can notice, because the
published latitudes and longitudes are the truth. Borough centres and ground heights are
approximate, typed in from general knowledge; nothing depends on them being exact.
"""

import math
from dataclasses import dataclass
from typing import Final

ORIGIN_LATITUDE_DEG: Final = 51.5074
ORIGIN_LONGITUDE_DEG: Final = -0.1278
# WGS 84 radii of curvature at the origin, from a = 6,378,137 m and f = 1/298.257223563.
_SEMI_MAJOR_AXIS_M: Final = 6_378_137.0
_FLATTENING: Final = 1.0 / 298.257223563
_ECCENTRICITY_SQUARED: Final = _FLATTENING * (2.0 - _FLATTENING)
_SIN_LATITUDE: Final = math.sin(math.radians(ORIGIN_LATITUDE_DEG))
_W_SQUARED: Final = 1.0 - _ECCENTRICITY_SQUARED * _SIN_LATITUDE**2
METRES_PER_DEGREE_NORTH: Final = math.radians(
    _SEMI_MAJOR_AXIS_M * (1.0 - _ECCENTRICITY_SQUARED) / _W_SQUARED**1.5
)
METRES_PER_DEGREE_EAST: Final = math.radians(
    _SEMI_MAJOR_AXIS_M / math.sqrt(_W_SQUARED) * math.cos(math.radians(ORIGIN_LATITUDE_DEG))
)
# EGM96 at the origin; it stays within 1 m of this over Greater London.
GEOID_HEIGHT_M: Final = 45.95

GREATER_LONDON_HALF_EAST_M: Final = 28_000.0
GREATER_LONDON_HALF_NORTH_M: Final = 22_000.0


@dataclass(frozen=True, slots=True)
class Place:
    """A named point on the ground, metres from the origin."""

    name: str
    east_m: float
    north_m: float
    ground_amsl_m: float


def to_degrees(east_m: float, north_m: float) -> tuple[float, float]:
    """Latitude and longitude of a point in the flat frame."""
    return (
        ORIGIN_LATITUDE_DEG + north_m / METRES_PER_DEGREE_NORTH,
        ORIGIN_LONGITUDE_DEG + east_m / METRES_PER_DEGREE_EAST,
    )


def to_metres(latitude_deg: float, longitude_deg: float) -> tuple[float, float]:
    """East and north of a latitude and longitude."""
    return (
        (longitude_deg - ORIGIN_LONGITUDE_DEG) * METRES_PER_DEGREE_EAST,
        (latitude_deg - ORIGIN_LATITUDE_DEG) * METRES_PER_DEGREE_NORTH,
    )


def _place(name: str, latitude_deg: float, longitude_deg: float, ground_amsl_m: float) -> Place:
    east_m, north_m = to_metres(latitude_deg, longitude_deg)
    return Place(name, east_m, north_m, ground_amsl_m)


# Islington first: its police station has the first dock.
BOROUGHS: Final = (
    _place("islington", 51.541, -0.103, 38),
    _place("westminster", 51.505, -0.145, 18),
    _place("camden", 51.545, -0.150, 45),
    _place("kensington-chelsea", 51.497, -0.190, 16),
    _place("lambeth", 51.465, -0.117, 15),
    _place("southwark", 51.483, -0.082, 10),
    _place("hackney", 51.548, -0.058, 22),
    _place("tower-hamlets", 51.515, -0.032, 10),
    _place("newham", 51.525, 0.035, 6),
    _place("city", 51.515, -0.092, 17),
    _place("haringey", 51.590, -0.110, 40),
    _place("waltham-forest", 51.595, -0.012, 20),
    _place("redbridge", 51.578, 0.070, 22),
    _place("barking-dagenham", 51.545, 0.130, 8),
    _place("havering", 51.570, 0.215, 25),
    _place("greenwich", 51.475, 0.040, 30),
    _place("lewisham", 51.450, -0.015, 25),
    _place("bexley", 51.455, 0.125, 25),
    _place("bromley", 51.390, 0.035, 70),
    _place("croydon", 51.365, -0.090, 70),
    _place("sutton", 51.365, -0.190, 45),
    _place("merton", 51.410, -0.190, 20),
    _place("wandsworth", 51.450, -0.185, 20),
    _place("kingston", 51.395, -0.285, 20),
    _place("richmond", 51.445, -0.315, 12),
    _place("hounslow", 51.465, -0.365, 22),
    _place("hillingdon", 51.535, -0.450, 38),
    _place("ealing", 51.520, -0.320, 30),
    _place("hammersmith-fulham", 51.492, -0.222, 6),
    _place("brent", 51.555, -0.265, 45),
    _place("harrow", 51.585, -0.335, 70),
    _place("barnet", 51.615, -0.205, 85),
    _place("enfield", 51.650, -0.085, 35),
)
# Share of incidents follows people: the inner ten are taken as twice as busy.
BOROUGH_WEIGHTS: Final = tuple(2.0 if i < 10 else 1.0 for i in range(len(BOROUGHS)))

POLICE_HELICOPTER_BASE: Final = _place("police helicopter base", 51.655, 0.020, 100)
AIR_AMBULANCE_BASE: Final = _place("air ambulance base", 51.550, -0.418, 38)
HOSPITALS: Final = (
    _place("east hospital", 51.5185, -0.059, 14 + 80),
    _place("south hospital", 51.4685, -0.094, 18 + 35),
    _place("west hospital", 51.5172, -0.174, 26 + 30),
    _place("south-west hospital", 51.4270, -0.174, 18 + 25),
)
HEATHROW_THRESHOLD: Final = _place("Heathrow eastern threshold", 51.4776, -0.4332, 24)
CITY_THRESHOLD: Final = _place("City western threshold", 51.5053, 0.0440, 5)

# A flight restriction zone: a circle of 2 to 2.5 NM, and 5 km by 1 km from the threshold. Simulated
# aircraft approach from the east.
RESTRICTION_ZONE_RADII_M: Final = ((HEATHROW_THRESHOLD, 4_630.0), (CITY_THRESHOLD, 3_704.0))
RUNWAY_ZONE_LENGTH_M: Final = 5_000.0
RUNWAY_ZONE_HALF_WIDTH_M: Final = 500.0
ZONE_STEP_M: Final = 100.0
"""A way is looked at in steps so long."""


def in_aerodrome_zone(east_m: float, north_m: float) -> bool:
    """Where drones fly only with leave of the aerodrome's air traffic control."""
    for threshold, radius_m in RESTRICTION_ZONE_RADII_M:
        away_m = east_m - threshold.east_m, north_m - threshold.north_m
        on_approach = 0.0 <= away_m[0] <= RUNWAY_ZONE_LENGTH_M
        if on_approach and abs(away_m[1]) <= RUNWAY_ZONE_HALF_WIDTH_M:
            return True
        if math.hypot(*away_m) <= radius_m:
            return True
    return False


def crosses_aerodrome_zone(from_m: tuple[float, float], to_m: tuple[float, float]) -> bool:
    """Whether the straight way between two places (east, north) touches such a zone."""
    steps = max(1, math.ceil(math.dist(from_m, to_m) / ZONE_STEP_M))
    return any(
        in_aerodrome_zone(
            from_m[0] + step / steps * (to_m[0] - from_m[0]),
            from_m[1] + step / steps * (to_m[1] - from_m[1]),
        )
        for step in range(steps + 1)
    )


_INFLUENCE_M: Final = 1_500.0


def ground_amsl_m(east_m: float, north_m: float) -> float:
    """Smooth made-up terrain: inverse-square mean of the borough heights."""
    weighted = total = 0.0
    for place in BOROUGHS:
        away_squared = (place.east_m - east_m) ** 2 + (place.north_m - north_m) ** 2
        weight = 1.0 / (away_squared + _INFLUENCE_M**2)
        weighted += weight * place.ground_amsl_m
        total += weight
    return weighted / total
