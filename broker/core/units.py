"""Units, built from their definitions. SI inside; conversion happens at the edge only."""

from typing import Final

# International yard and pound agreement (1959): one foot is 0.3048 m exactly.
FOOT_M: Final = 0.3048
# First International Extraordinary Hydrographic Conference (1929): one nautical mile is 1852 m.
NAUTICAL_MILE_M: Final = 1852.0
KNOT_MPS: Final = NAUTICAL_MILE_M / 3600.0
FOOT_PER_MINUTE_MPS: Final = FOOT_M / 60.0

MILLISECOND_US: Final = 1_000
SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
HOUR_US: Final = 60 * MINUTE_US
DAY_US: Final = 24 * HOUR_US

# WGS 84 defining parameters, NIMA TR8350.2 table 3.1: semi-major axis and reciprocal flattening.
WGS84_SEMI_MAJOR_AXIS_M: Final = 6_378_137.0
WGS84_FLATTENING: Final = 1.0 / 298.257223563
WGS84_ECCENTRICITY_SQUARED: Final = WGS84_FLATTENING * (2.0 - WGS84_FLATTENING)
