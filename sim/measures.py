"""Units the simulator needs, built from their definitions; it may not import the broker's."""

from typing import Final

# International yard and pound agreement (1959).
FOOT_M: Final = 0.3048
# First International Extraordinary Hydrographic Conference (1929).
NAUTICAL_MILE_M: Final = 1852.0

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
HOUR_US: Final = 60 * MINUTE_US
DAY_US: Final = 24 * HOUR_US
