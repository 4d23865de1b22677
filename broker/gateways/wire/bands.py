"""Allotted height bands: between which heights a drone works at its incident, as it is told."""

from typing import Final

from broker.core.tracks.reports import AircraftClass, HeightBand, HeightReference
from broker.gateways.wire.enums import HEIGHT_REFERENCE_CODES
from keepclear.v1 import common_pb2, tracks_pb2

BAND_M_MIN: Final = -500.0
BAND_M_MAX: Final = 1_000.0
"""Where drones of emergency services work; what is beyond is a slip of the unit."""
_FIELD: Final = "description.allotted_band"

Fault = tuple[str, str]
"""Field within the report, reason."""


def unreadable_band(description: tracks_pb2.AircraftDescription) -> Fault | None:
    """What keeps a band that is given from being taken; None where nothing does."""
    band = description.allotted_band
    if int(description.aircraft_class) != AircraftClass.DRONE:
        return _FIELD, "is for an agency's own drones: nobody else is ever allotted a band"
    if not description.incident_id:
        return _FIELD, "needs an incident_id: a band is allotted for one incident"
    for name in ("lower_m", "upper_m"):
        if not band.HasField(name):
            return f"{_FIELD}.{name}", "is missing: a band has both limits"
        if not BAND_M_MIN <= getattr(band, name) <= BAND_M_MAX:  # NaN is not either
            return f"{_FIELD}.{name}", f"must be from {BAND_M_MIN:g} to {BAND_M_MAX:g} m"
    if band.lower_m >= band.upper_m:
        return f"{_FIELD}.upper_m", "must be more than lower_m"
    if int(band.reference) == HeightReference.NONE:
        return f"{_FIELD}.reference", "is missing: a height without its reference means nothing"
    if not 0 <= band.reference < HEIGHT_REFERENCE_CODES:
        return f"{_FIELD}.reference", "is not a reference of this contract"
    return None


def decode_band(description: tracks_pb2.AircraftDescription) -> HeightBand | None:
    """The contract's band, which can be taken, as the core keeps it."""
    if not description.HasField("allotted_band"):
        return None
    band = description.allotted_band
    return HeightBand(band.lower_m, band.upper_m, HeightReference(band.reference))


def encode_band(band: HeightBand | None) -> common_pb2.HeightBand | None:
    """The core's band as the contract carries it."""
    if band is None:
        return None
    return common_pb2.HeightBand(
        lower_m=band.lower_m,
        upper_m=band.upper_m,
        reference=int(band.reference),  # type: ignore[arg-type]
    )
