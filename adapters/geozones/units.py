"""Units that publishers use, built from their definitions."""

from typing import Final

# International foot (1959).
FOOT_M: Final = 0.3048
# First International Extraordinary Hydrographic Conference (1929).
NAUTICAL_MILE_M: Final = 1852.0
# A flight level is a pressure altitude in hundreds of feet (ICAO Annex 2).
FLIGHT_LEVEL_FT: Final = 100.0
KILOMETRE_M: Final = 1000.0
SECOND_US: Final = 1_000_000
MINUTE_S: Final = 60
HOUR_S: Final = 60 * MINUTE_S
DAY_S: Final = 24 * HOUR_S
DAY_US: Final = DAY_S * SECOND_US
# Mean radius (IUGG 1980): good for sizes and rough distances, not for positions.
EARTH_RADIUS_M: Final = 6_371_008.8
