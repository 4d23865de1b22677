"""Bands as simulated drones state them: in their own terms, while they are in them."""

from collections import deque
from random import Random

import pytest

from keepclear.v1 import common_pb2
from sim import routes
from sim.bands import allotted
from sim.fleet import DOCK_TELEMETRY, AircraftKind, Airframe, Flight
from sim.measures import SECOND_US
from sim.motion import Path
from sim.reports import Heard
from sim.routes import SCENE_BANDS_M, ground_point

START_US = 1_795_200_000_000_000
HOME = ground_point(0.0, 0.0)
SCENE = ground_point(900.0, 400.0)


def sortie(seed: int, band_m: tuple[float, float], *, in_band: bool = True) -> Flight:
    legs = routes.drone_sortie(Random(seed), HOME, SCENE, 300.0, band_m, in_band=in_band)
    path = Path.of(START_US, legs)
    airframe = Airframe("d", "met", "drones", AircraftKind.DRONE, "MET 1", "", "", DOCK_TELEMETRY)
    return Flight("f", airframe, path, "INC-1", allotted(path, SCENE, band_m, in_band=in_band))


@pytest.mark.parametrize("band_m", SCENE_BANDS_M)
@pytest.mark.parametrize("seed", range(3))
def test_a_band_is_stated_while_the_drone_is_in_it(seed: int, band_m: tuple[float, float]) -> None:
    flight = sortie(seed, band_m)
    heard = Heard(flight.airframe, seed, 0.0)
    heard.flights = deque([flight])
    stated, heights_m = [], []
    for at_us in range(flight.path.start_us, flight.path.end_us, 2 * SECOND_US):
        report = heard.report(at_us, live_source=False)
        if report is None:
            continue
        if report.HasField("description"):
            band = report.description.allotted_band
            assert report.description.HasField("allotted_band") == (
                heard.described_band is not None
            )
            stated.append(report.description.HasField("allotted_band"))
        if heard.described_band is not None:
            band = heard.described_band
            assert band.reference == common_pb2.HEIGHT_REFERENCE_TAKEOFF
            assert band.upper_m - band.lower_m == pytest.approx(20.0)
            heights_m.append((band.lower_m, report.height_m, band.upper_m))
    changes = [one for one, before in zip(stated, [None, *stated], strict=False) if one != before]
    assert changes == [False, True, False]
    assert len(heights_m) > 100
    assert all(lower_m <= height_m <= upper_m for lower_m, height_m, upper_m in heights_m)


def test_who_keeps_to_no_band_states_none() -> None:
    assert sortie(1, SCENE_BANDS_M[0], in_band=False).band is None
