"""The evidence of pairs: what begins it, what adds to it, what ends it."""

import pytest

from broker.core.tracks.correlation import looks as looks_module
from broker.core.tracks.correlation.looks import EVIDENCE_KEPT_US, LOOK_AGAIN_US, Looks
from broker.core.tracks.reports import AircraftClass, AircraftDescription, ReportSource
from broker.core.units import SECOND_US
from tests.core.tracks.correlation.scene import DRONES, RECEIVER, Scene, drone

UNNAMED = AircraftDescription(AircraftClass.UNKNOWN_DRONE)
AGAIN_S = LOOK_AGAIN_US // SECOND_US


def both(scene: Scene, second: float, apart_m: float = 5.0) -> None:
    scene.report(DRONES, "a", second, 0.0, 0.0, words=drone())
    scene.report(RECEIVER, "r", second, apart_m, 0.0, words=UNNAMED, source=ReportSource.REMOTE_ID)


def test_a_look_soon_after_the_last_shows_nothing_new() -> None:
    scene = Scene()
    looks = Looks(scene.airspace.tracks)
    both(scene, 0)
    first = looks.add(0, 1)
    assert first is not None
    assert looks.add(1, 0) is None
    both(scene, AGAIN_S - 1)
    assert looks.add(0, 1) is None
    both(scene, AGAIN_S)
    assert looks.add(0, 1) is first
    assert first.looks == 2


def test_one_look_far_apart_begins_anew() -> None:
    scene = Scene()
    looks = Looks(scene.airspace.tracks)
    for second in range(0, 40, AGAIN_S):
        both(scene, second)
        looks.add(0, 1)
    both(scene, 40, apart_m=400.0)
    assert looks.add(0, 1) is None
    (evidence,) = looks.evidence.values()
    assert evidence.looks == 0


def test_evidence_is_bounded_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looks_module, "PAIRS_UNDER_LOOK_MAX", 1)
    scene = Scene()
    looks = Looks(scene.airspace.tracks)
    both(scene, 0)
    scene.report(DRONES, "b", 0, 30.0, 0.0, words=drone())
    assert looks.add(0, 1) is not None
    assert looks.add(1, 2) is None
    seen_us = looks.evidence[1, 2].last_us
    looks.forget_old(seen_us + EVIDENCE_KEPT_US - 1)
    assert looks.evidence
    looks.forget_old(seen_us + EVIDENCE_KEPT_US)
    assert looks.evidence == {}
