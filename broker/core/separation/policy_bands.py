"""The `[leaving_band]` table of a pair policy: when a drone leaves the band it was allotted."""

from dataclasses import dataclass
from typing import Final

from broker.core.separation import policy_fields as read
from broker.core.units import SECOND_US

NONE: Final = "none"
_KEYS: Final = ("others_within", "look_ahead", "reach_within", "doubt_at_most", "basis")


@dataclass(frozen=True, slots=True)
class BandLimits:
    """What the table says."""

    others_within_m: float
    """It matters while another aircraft of the incident is this near, ..."""
    look_ahead_s: float
    """... for where the drone is, and where its climb or descent takes it within this."""
    reach_within_us: int
    """A drone on its way to its band is not leaving it: so long after its band was stated."""
    doubt_at_most_m: float
    """A height with more doubt than lies between two bands says nothing of either."""


def band_limits(root: read.Table) -> BandLimits | None:
    """Read the table; None where the policy says "none", Refused where it says nothing."""
    path = "leaving_band"
    value = read.required(root, "", path)
    if value == NONE:
        return None
    source = read.table(value, path, _KEYS)
    read.text(source, path, "basis")
    reach_s = read.quantity(source, path, "reach_within", read.TIME_UNITS)
    return BandLimits(
        others_within_m=read.quantity(source, path, "others_within", read.LENGTH_UNITS),
        look_ahead_s=read.quantity(source, path, "look_ahead", read.TIME_UNITS),
        reach_within_us=round(reach_s * SECOND_US),
        doubt_at_most_m=read.quantity(source, path, "doubt_at_most", read.LENGTH_UNITS),
    )
