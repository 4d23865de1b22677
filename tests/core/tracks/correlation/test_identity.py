"""What is known of one aircraft from several publishers, in words."""

import pytest

from broker.core.tracks.correlation.identity import united
from broker.core.tracks.reports import (
    AircraftClass,
    AircraftDescription,
    HeightBand,
    HeightReference,
)

BAND = HeightBand(25.0, 45.0, HeightReference.TAKEOFF)


@pytest.mark.parametrize(("incident_id", "wanted"), [("", BAND), ("CAD-1", None), ("CAD-2", None)])
def test_a_band_goes_with_the_incident_it_is_allotted_for(
    incident_id: str, wanted: HeightBand | None
) -> None:
    first = AircraftDescription(AircraftClass.DRONE, callsign="MET 7", incident_id=incident_id)
    second = AircraftDescription(
        AircraftClass.DRONE, talkgroup="OPS-9", incident_id="CAD-1", allotted_band=BAND
    )
    both = united(first, second)
    assert both.allotted_band == wanted
    assert both.incident_id == (incident_id or "CAD-1")
    assert both.talkgroup == "OPS-9"
