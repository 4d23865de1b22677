"""Where two tracks are to each other now: range, bearing, relative height and closing speed."""

import math
from dataclasses import dataclass

from broker.core.tracks.table import TrackColumns
from broker.core.units import SECOND_US


@dataclass(frozen=True, slots=True)
class PairGeometry:
    """b as seen from a, both carried on in a straight line to one time."""

    range_m: float
    bearing_deg: float
    """True, from a to b, 0 to 360; 0 where they coincide."""
    relative_height_m: float | None
    """b above a; None with the vertical position of either unknown."""
    relative_height_doubt_m: float | None
    """Both doubts in quadrature (95 %); None where the height or its doubt is unknown."""
    closing_speed_mps: float
    """Rate at which the horizontal range shrinks; negative when opening."""
    picture_age_s: float
    """Age of the older of the two positions."""


def pair_geometry(columns: TrackColumns, slot_a: int, slot_b: int, now_us: int) -> PairGeometry:
    """Geometry of two slots at `now_us`; an unknown velocity counts as standing still."""
    age_a_s = max(0, now_us - int(columns.time_of_validity_us[slot_a])) / SECOND_US
    age_b_s = max(0, now_us - int(columns.time_of_validity_us[slot_b])) / SECOND_US
    east_a_mps, north_a_mps = _velocity_mps(columns, slot_a)
    east_b_mps, north_b_mps = _velocity_mps(columns, slot_b)
    scale = float(columns.east_scale[slot_a] + columns.east_scale[slot_b]) / 2.0
    east_m = float(columns.x_m[slot_b] - columns.x_m[slot_a]) * scale
    east_m += east_b_mps * age_b_s - east_a_mps * age_a_s
    north_m = float(columns.y_m[slot_b] - columns.y_m[slot_a])
    north_m += north_b_mps * age_b_s - north_a_mps * age_a_s
    range_m = math.hypot(east_m, north_m)
    away_mps = (east_b_mps - east_a_mps) * east_m + (north_b_mps - north_a_mps) * north_m
    height_m = _height_m(columns, slot_b, age_b_s) - _height_m(columns, slot_a, age_a_s)
    doubt_m = math.hypot(columns.vertical_doubt_m[slot_a], columns.vertical_doubt_m[slot_b])
    known = not math.isnan(height_m)
    return PairGeometry(
        range_m=range_m,
        bearing_deg=math.degrees(math.atan2(east_m, north_m)) % 360.0,
        relative_height_m=height_m if known else None,
        relative_height_doubt_m=doubt_m if known and not math.isnan(doubt_m) else None,
        closing_speed_mps=-away_mps / range_m if range_m > 0.0 else 0.0,
        picture_age_s=max(age_a_s, age_b_s),
    )


def _velocity_mps(columns: TrackColumns, slot: int) -> tuple[float, float]:
    east_mps = float(columns.velocity_east_mps[slot])
    north_mps = float(columns.velocity_north_mps[slot])
    if math.isnan(east_mps) or math.isnan(north_mps):
        return 0.0, 0.0
    return east_mps, north_mps


def _height_m(columns: TrackColumns, slot: int, age_s: float) -> float:
    """Altitude now; an unknown vertical speed counts as level flight, as in the kernels."""
    vertical_mps = float(columns.vertical_speed_mps[slot])
    climbed_m = 0.0 if math.isnan(vertical_mps) else vertical_mps * age_s
    return float(columns.altitude_hae_m[slot]) + climbed_m
