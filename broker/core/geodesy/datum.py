"""Altitude datums: from what was published to height above the ellipsoid, and how sure that is.

Theory of operation. Everything is compared in WGS 84 height above ellipsoid. A publisher gives an
altitude on one of three datums, or only a height above its take-off point or the ground; each is
converted here with an explicit doubt. Two kinds of doubt are kept apart until the end: random
errors (95 %) are independent and add in quadrature, while a range that something lies in for
certain (ground between 0 and 245 m) is a bound and adds straight. What cannot be converted is NaN:
vertical position unknown, which counts as inside.

    HAE       as given, doubt = accuracy
    AMSL      + geoid, doubt = accuracy, geoid
    PRESSURE  with a QNH: moved to that subscale, + geoid, doubt = altimetry after correction, geoid
              without: as if 1013.25 hPa, the possible QNH added as a bound
    height    + middle of the ground's range + geoid, half of that range added as a bound;
              unknown where the ground is (`ground`)

Where there is a height beside a pressure altitude, the one with less doubt is taken.
"""

from typing import Final, NamedTuple, NewType

import numpy as np
from numpy.typing import NDArray

from broker.core.geodesy.geoid import Undulation, undulation
from broker.core.geodesy.ground import Ground, GroundBounds
from broker.core.tracks.reports import AltitudeDatum, HeightReference
from broker.core.units import FOOT_M

Floats = NDArray[np.float64]
Codes = NDArray[np.int8]

AltitudeHaeM = NewType("AltitudeHaeM", Floats)
"""Metres above the WGS 84 ellipsoid."""
AltitudeAmslM = NewType("AltitudeAmslM", Floats)
"""Metres above mean sea level (EGM96)."""
PressureAltitudeM = NewType("PressureAltitudeM", Floats)
"""Metres in the standard atmosphere from 1013.25 hPa."""
HeightM = NewType("HeightM", Floats)
"""Metres above take-off or ground."""

STANDARD_PRESSURE_HPA: Final = 1013.25
# ICAO Doc 7488, the standard atmosphere below 11 km: h = T0 / L * (1 - (p / p0) ** (R * L / g)).
_ISA_SCALE_M: Final = 288.15 / 0.0065
_ISA_EXPONENT: Final = 287.05287 * 0.0065 / 9.80665

GNSS_VERTICAL_ACCURACY_DEFAULT_M: Final = 30.0
"""95 %, for a satellite altitude that came without one. A judgement: twice what receivers show
under open sky, because these fly between tall buildings."""
HEIGHT_ACCURACY_DEFAULT_M: Final = 10.0
"""95 %, for a height above take-off that came without one: barometric drift over a flight."""
CORRECTED_PRESSURE_DOUBT_M: Final = 150.0 * FOOT_M
"""Pressure and satellite altitudes differ by 100 to 150 ft after every correction."""
TEMPERATURE_DOUBT_RATIO: Final = 0.08
"""Of the altitude: 4 % per 10 degrees off the standard atmosphere (ICAO Doc 8168, temperature
correction), for 20 degrees. Passes CORRECTED_PRESSURE_DOUBT_M above 1,900 ft."""
UNKNOWN_QNH_RANGE_HPA: Final = 35.0
"""Either side of 1013.25: 978 to 1048 hPa holds all but a few days a year in southern England."""
FEET_PER_HPA: Final = 30.0
"""The upper of the usual 27 to 30 ft near sea level."""
UNKNOWN_QNH_DOUBT_M: Final = UNKNOWN_QNH_RANGE_HPA * FEET_PER_HPA * FOOT_M


class ResolvedAltitude(NamedTuple):
    """Altitudes (n,) and their doubts (95 %), both NaN where the vertical position is unknown."""

    altitude_hae_m: AltitudeHaeM
    vertical_doubt_m: Floats


def qnh_shift_m(qnh_hpa: float) -> float:
    """What to add to a pressure altitude for the altitude an altimeter set to `qnh_hpa` shows."""
    ratio = qnh_hpa / STANDARD_PRESSURE_HPA
    return -float(_ISA_SCALE_M * (1.0 - ratio**_ISA_EXPONENT))


def hae_from_amsl(
    altitude_amsl_m: AltitudeAmslM, geoid: Undulation, accuracy_m: Floats
) -> ResolvedAltitude:
    """Mean sea level to ellipsoid."""
    return ResolvedAltitude(
        AltitudeHaeM(altitude_amsl_m + geoid.undulation_m), np.hypot(accuracy_m, geoid.doubt_m)
    )


def hae_from_pressure(
    pressure_altitude_m: PressureAltitudeM,
    geoid: Undulation,
    accuracy_m: Floats,
    qnh_hpa: float | None,
) -> ResolvedAltitude:
    """Pressure altitude to ellipsoid; without a QNH its whole possible range is doubt.

    A published accuracy is added; without one the altimetry doubt stands for it.
    """
    altimetry_m = np.maximum(
        CORRECTED_PRESSURE_DOUBT_M, TEMPERATURE_DOUBT_RATIO * np.abs(pressure_altitude_m)
    )
    random_m = np.hypot(altimetry_m, np.nan_to_num(accuracy_m, nan=0.0))
    shift_m = 0.0 if qnh_hpa is None else qnh_shift_m(qnh_hpa)
    bound_m = UNKNOWN_QNH_DOUBT_M if qnh_hpa is None else 0.0
    resolved = hae_from_amsl(AltitudeAmslM(pressure_altitude_m + shift_m), geoid, random_m)
    return ResolvedAltitude(resolved.altitude_hae_m, resolved.vertical_doubt_m + bound_m)


def hae_from_height(
    height_m: HeightM, geoid: Undulation, accuracy_m: Floats, ground: GroundBounds
) -> ResolvedAltitude:
    """Height over ground to ellipsoid: the ground's range is doubt; NaN where that is unknown."""
    known = np.isfinite(ground.lowest_amsl_m) & np.isfinite(ground.highest_amsl_m)
    lowest_m = np.where(known, ground.lowest_amsl_m, np.nan)
    highest_m = np.where(known, ground.highest_amsl_m, np.nan)
    middle_m, half_range_m = (lowest_m + highest_m) / 2.0, (highest_m - lowest_m) / 2.0
    resolved = hae_from_amsl(AltitudeAmslM(height_m + middle_m), geoid, accuracy_m)
    return ResolvedAltitude(resolved.altitude_hae_m, resolved.vertical_doubt_m + half_range_m)


def resolve_altitude(  # noqa: PLR0913, PLR0917 - one argument a published column
    latitude_deg: Floats,
    longitude_deg: Floats,
    published_altitude_m: Floats,
    altitude_datum: Codes,
    height_m: Floats,
    height_reference: Codes,
    horizontal_accuracy_m: Floats,
    vertical_accuracy_m: Floats,
    ground: Ground,
    qnh_hpa: float | None = None,
) -> ResolvedAltitude:
    """What publishers gave, n rows -> height above ellipsoid and its doubt (95 %), each (n,).

    NaN stands for "not given" in every float column. Codes are AltitudeDatum and HeightReference.
    Implausible values are refused elsewhere; nothing is refused here.
    """
    given = ~np.isnan(published_altitude_m)
    height_given = ~np.isnan(height_m) & (height_reference != HeightReference.NONE)
    is_hae = given & (altitude_datum == AltitudeDatum.HAE)
    is_amsl = given & (altitude_datum == AltitudeDatum.AMSL)
    is_pressure = given & (altitude_datum == AltitudeDatum.PRESSURE)
    gnss_m = _known_or(vertical_accuracy_m, GNSS_VERTICAL_ACCURACY_DEFAULT_M)
    if is_hae.all():  # what satellite receivers say needs no geoid: most batches end here
        return ResolvedAltitude(AltitudeHaeM(published_altitude_m.copy()), gnss_m)
    geoid = undulation(latitude_deg, longitude_deg)
    amsl = hae_from_amsl(AltitudeAmslM(published_altitude_m), geoid, gnss_m)
    pressure = hae_from_pressure(
        PressureAltitudeM(published_altitude_m), geoid, vertical_accuracy_m, qnh_hpa
    )
    above_m = _known_or(vertical_accuracy_m, HEIGHT_ACCURACY_DEFAULT_M)
    use_height = height_given & ~(is_hae | is_amsl)
    over_ground = height_reference == HeightReference.GROUND
    bounds = ground.around(latitude_deg, longitude_deg)
    asked = use_height & over_ground
    below = ground.below(latitude_deg[asked], longitude_deg[asked], horizontal_accuracy_m[asked])
    bounds.lowest_amsl_m[asked], bounds.highest_amsl_m[asked] = below
    height = hae_from_height(HeightM(height_m), geoid, above_m, bounds)
    # Where the ground is unknown so is the height's doubt, and a pressure altitude is taken.
    use_height &= ~is_pressure | (height.vertical_doubt_m < pressure.vertical_doubt_m)
    choices = [use_height, is_hae, is_amsl, is_pressure]
    altitudes = [
        height.altitude_hae_m, published_altitude_m, amsl.altitude_hae_m, pressure.altitude_hae_m
    ]  # fmt: skip
    doubts = [height.vertical_doubt_m, gnss_m, amsl.vertical_doubt_m, pressure.vertical_doubt_m]
    return ResolvedAltitude(
        AltitudeHaeM(np.select(choices, altitudes, default=np.nan)),
        np.select(choices, doubts, default=np.nan),
    )


def _known_or(accuracy_m: Floats, default_m: float) -> Floats:
    """The accuracy given, or the stated default: absent is not zero."""
    return np.where(np.isnan(accuracy_m), default_m, accuracy_m)
