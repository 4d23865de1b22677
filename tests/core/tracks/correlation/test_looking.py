"""Which pairs are looked at: near ones with radio in them, each in its turn."""

import random

from broker.core.tracks.correlation.looking import GATE_M, TURNS, candidates, pairs_near
from broker.core.tracks.reports import ReportSource
from broker.core.units import SECOND_US
from tests.core.tracks.correlation.scene import DRONES, RECEIVER, Scene, drone


def test_every_near_pair_with_radio_has_its_turn_and_no_other() -> None:
    scene, places = Scene(), random.Random(4)
    at: list[tuple[float, float, bool]] = []
    for number in range(60):
        east_m, north_m = places.uniform(-2_000, 2_000), places.uniform(-2_000, 2_000)
        radio = number % 3 == 0
        source = ReportSource.REMOTE_ID if radio else ReportSource.TELEMETRY
        publisher = RECEIVER if radio else DRONES
        scene.report(publisher, f"t{number}", 0.0, east_m, north_m, words=drone(), source=source)
        at.append((east_m, north_m, radio))
    register = scene.airspace.tracks
    columns = register.columns
    expected = {
        (a, b)
        for a in range(60)
        for b in range(a + 1, 60)
        if (at[a][2] or at[b][2])
        and abs(columns.y_m[a] - columns.y_m[b]) <= GATE_M
        and abs(at[a][0] - at[b][0]) <= GATE_M - 2.0
    }
    turns = [set(candidates(register, turn * SECOND_US)) for turn in range(TURNS)]
    assert expected <= set().union(*turns)
    assert all(at[a][2] or at[b][2] for pairs in turns for a, b in pairs)
    assert expected <= set(pairs_near(register, range(60)))
