"""A jump is what an aircraft of its kind cannot have flown."""

import math

import pytest

from broker.core.tracks.correlation.jumps import SLACK_M
from broker.core.tracks.reports import AircraftClass, AircraftDescription
from tests.core.tracks.correlation.scene import DRONES, Scene

FASTEST = [(AircraftClass.DRONE, 60.0), (AircraftClass.HELICOPTER, 120.0)]
ANY_SPEED = (AircraftClass.UNKNOWN, 400.0)
"""What is faster than this is refused, whatever says so."""


@pytest.mark.parametrize(("aircraft_class", "reach_mps"), [*FASTEST, ANY_SPEED])
@pytest.mark.parametrize(("share", "doubts"), [(0.97, {}), (1.03, {0: ("implausible-jump",)})])
def test_the_reach_grows_with_time_and_speed(
    aircraft_class: AircraftClass, reach_mps: float, share: float, doubts: object
) -> None:
    scene, words = Scene(), AircraftDescription(aircraft_class)
    scene.report(DRONES, "a", 0.0, 0.0, 0.0, words=words)
    assert scene.airspace.tracks.marks.doubts == {}  # a first report is no jump
    scene.report(DRONES, "a", 4.0, share * (SLACK_M + 4.0 * reach_mps), 0.0, words=words)
    assert scene.airspace.tracks.marks.doubts == doubts


@pytest.mark.parametrize(
    ("aircraft_class", "reach_mps", "share", "marked"),
    [(*one, *case) for one in FASTEST for case in ((0.97, False), (1.03, True))]
    + [(*ANY_SPEED, 0.97, False)],
)
def test_a_speed_that_no_such_aircraft_flies_is_marked_for_a_minute(
    aircraft_class: AircraftClass, reach_mps: float, share: float, marked: bool
) -> None:
    scene, words = Scene(), AircraftDescription(aircraft_class)

    def report(second: float, speed_mps: float) -> None:
        scene.report(
            DRONES,
            "a",
            second,
            0.0,
            0.0,
            words=words,
            velocity_east_mps=0.6 * speed_mps,
            velocity_north_mps=-0.8 * speed_mps,
        )

    report(0.0, 5.0)
    report(1.0, share * reach_mps)
    assert scene.airspace.tracks.marks.doubts == ({0: ("implausible-speed",)} if marked else {})
    for second in range(2, 70, 4):
        report(second, 5.0)
        scene.tick(second + 0.5)
    assert scene.airspace.tracks.marks.doubts == {}


def test_no_speed_is_no_speed_too_high() -> None:
    scene, words = Scene(), AircraftDescription(AircraftClass.DRONE)
    for second in range(2):
        scene.report(DRONES, "a", second, 0.0, 0.0, words=words, velocity_east_mps=math.nan)
    assert scene.airspace.tracks.marks.doubts == {}
