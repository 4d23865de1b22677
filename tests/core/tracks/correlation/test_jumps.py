"""A jump is what an aircraft of its kind cannot have flown."""

import pytest

from broker.core.tracks.correlation.jumps import SLACK_M
from broker.core.tracks.reports import AircraftClass, AircraftDescription
from tests.core.tracks.correlation.scene import DRONES, Scene


@pytest.mark.parametrize(
    ("aircraft_class", "reach_mps"),
    [(AircraftClass.DRONE, 60.0), (AircraftClass.HELICOPTER, 120.0), (AircraftClass.UNKNOWN, 400)],
)
@pytest.mark.parametrize(("share", "doubts"), [(0.97, {}), (1.03, {0: ("implausible-jump",)})])
def test_the_reach_grows_with_time_and_speed(
    aircraft_class: AircraftClass, reach_mps: float, share: float, doubts: object
) -> None:
    scene, words = Scene(), AircraftDescription(aircraft_class)
    scene.report(DRONES, "a", 0.0, 0.0, 0.0, words=words)
    assert scene.airspace.tracks.marks.doubts == {}  # a first report is no jump
    scene.report(DRONES, "a", 4.0, share * (SLACK_M + 4.0 * reach_mps), 0.0, words=words)
    assert scene.airspace.tracks.marks.doubts == doubts
