"""How high a drone is beside the band that it was allotted, and how sure that is.

A height is compared with a band of the same reference only: what ground a drone took off from is
not known. A band above ground is also compared with an altitude over the ground that may be there;
but for a terrain grid its range, London's 0 to 245 m, is more doubt than lies between two bands.
"""

import math
from dataclasses import dataclass
from typing import Final

from broker.core.geodesy.datum import HEIGHT_ACCURACY_DEFAULT_M
from broker.core.geodesy.geoid import undulation
from broker.core.geodesy.ground import Ground
from broker.core.separation.policy_bands import BandLimits
from broker.core.tracks.reports import AltitudeDatum, HeightBand, HeightReference
from broker.core.tracks.table import TrackColumns
from broker.core.units import SECOND_US

_WITHIN_95: Final = 1.960
"""Standard deviations that 95 % of a normal distribution lies within."""


@dataclass(frozen=True, slots=True)
class Height:
    """Above a band's reference, now; doubts are 95 %."""

    height_m: float
    doubt_m: float
    climb_mps: float
    climb_doubt_mps: float

    def after(self, seconds: float) -> tuple[float, float]:
        """Where the climb leads, and the doubt of that."""
        grown_m = self.climb_doubt_mps * seconds
        return self.height_m + self.climb_mps * seconds, self.doubt_m + grown_m


@dataclass(frozen=True, slots=True)
class Judged:
    """A height beside its band."""

    height: Height
    is_inside: bool
    """By the estimate."""
    is_outside: bool
    """Beyond doubt."""
    leaves: bool
    """Beyond doubt, now or within the look-ahead."""
    may_leave: bool
    """By the estimate, now or within the look-ahead: what stands is not over yet."""
    leaves_in_s: float | None
    """0 outside; None where its climb leads nowhere else."""
    passes_m: float
    """The limit that it passes, or that is nearest."""


def band_of(columns: TrackColumns, slot: int) -> HeightBand:
    """The band in the columns, whose reference must not be NONE."""
    return HeightBand(
        float(columns.band_lower_m[slot]),
        float(columns.band_upper_m[slot]),
        HeightReference(int(columns.band_reference[slot])),
    )


def height_over(
    columns: TrackColumns, slot: int, reference: HeightReference, ground: Ground, now_us: int
) -> Height | None:
    """The height now above what a band is measured from; None where it cannot be known."""
    climb_mps = float(columns.vertical_speed_mps[slot])
    climb_mps = 0.0 if math.isnan(climb_mps) else climb_mps
    climb_doubt_mps = _WITHIN_95 * math.sqrt(float(columns.climb_variance_m2ps2[slot]))
    if columns.height_reference[slot] == reference:
        height_m, doubt_m = float(columns.height_m[slot]), _height_doubt_m(columns, slot)
    elif reference is HeightReference.GROUND:
        height_m, doubt_m = _over_ground_m(columns, slot, ground)
    else:
        return None
    if math.isnan(height_m + doubt_m):
        return None
    age_s = max(0, now_us - int(columns.time_of_validity_us[slot])) / SECOND_US
    then = Height(height_m, doubt_m, climb_mps, climb_doubt_mps).after(age_s)
    return Height(*then, climb_mps, climb_doubt_mps)


def judged(band: HeightBand, height: Height, limits: BandLimits) -> Judged | None:
    """None where the doubt is larger than what lies between bands."""
    if height.doubt_m > limits.doubt_at_most_m:
        return None
    then_m, then_doubt_m = height.after(limits.look_ahead_s)
    outside = _is_beyond(band, height.height_m, height.doubt_m)
    inside = not _is_beyond(band, height.height_m, 0.0)
    climb_doubt_m = height.climb_doubt_mps * limits.look_ahead_s
    is_up = height.climb_mps > 0.0 if inside else height.height_m > band.upper_m
    passes_m = band.upper_m if is_up else band.lower_m
    leaves_in_s: float | None = 0.0
    if inside:
        leaves_in_s = (passes_m - height.height_m) / height.climb_mps if height.climb_mps else None
    return Judged(
        height=height,
        is_inside=inside,
        is_outside=outside,
        leaves=outside or _is_beyond(band, then_m, then_doubt_m),
        may_leave=not inside or _is_beyond(band, then_m, climb_doubt_m),
        leaves_in_s=leaves_in_s,
        passes_m=passes_m,
    )


def comes_into(
    columns: TrackColumns, drone: int, other: int, height: Height, limits: BandLimits
) -> bool:
    """Whether a drone comes into another's band, as far as their heights can be compared."""
    theirs = band_of(columns, other)
    own = HeightReference(int(columns.band_reference[drone]))
    shift_m = _reference_hae_m(columns, drone) - _reference_hae_m(columns, other)
    if math.isnan(shift_m):
        if own is not HeightReference.GROUND or theirs.reference is not own:
            return False
        shift_m = 0.0
    heights_m = height.height_m + shift_m, height.after(limits.look_ahead_s)[0] + shift_m
    return min(heights_m) <= theirs.upper_m and max(heights_m) >= theirs.lower_m


def _is_beyond(band: HeightBand, height_m: float, doubt_m: float) -> bool:
    return height_m - doubt_m > band.upper_m or height_m + doubt_m < band.lower_m


def _height_doubt_m(columns: TrackColumns, slot: int) -> float:
    accuracy_m = float(columns.vertical_accuracy_m[slot])
    return HEIGHT_ACCURACY_DEFAULT_M if math.isnan(accuracy_m) else accuracy_m


def _over_ground_m(columns: TrackColumns, slot: int, ground: Ground) -> tuple[float, float]:
    """Height above the ground here and its doubt; NaN where the ground is not known."""
    here = [slot]
    latitude_deg, longitude_deg = columns.latitude_deg[here], columns.longitude_deg[here]
    below = ground.below(latitude_deg, longitude_deg, columns.horizontal_accuracy_m[here])
    lowest_m, highest_m = float(below.lowest_amsl_m[0]), float(below.highest_amsl_m[0])
    if math.isinf(lowest_m) or math.isinf(highest_m):
        return math.nan, math.nan
    geoid_m = float(undulation(latitude_deg, longitude_deg).undulation_m[0])
    altitude_amsl_m = float(columns.reported_altitude_hae_m[slot]) - geoid_m
    doubt_m = float(columns.vertical_doubt_m[slot]) + (highest_m - lowest_m) / 2.0
    return altitude_amsl_m - (lowest_m + highest_m) / 2.0, doubt_m


def _reference_hae_m(columns: TrackColumns, slot: int) -> float:
    """How high what a drone's band is measured from lies; NaN where that is not known.

    From a satellite altitude only: a pressure altitude is out by more than lies between bands.
    """
    satellite = columns.altitude_datum[slot] in (AltitudeDatum.HAE, AltitudeDatum.AMSL)
    alike = columns.height_reference[slot] == columns.band_reference[slot]
    if not (satellite and alike):
        return math.nan
    return float(columns.reported_altitude_hae_m[slot] - columns.height_m[slot])
