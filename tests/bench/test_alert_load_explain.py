"""Why an alert was told: how the level went, what was known, and how close it really was."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from broker.bench.alert_load_desks import Seen
from broker.bench.alert_load_explain import AFTER_US, Explanation, Row, apart_m, write
from broker.core.alerts import AlertKind, AlertLevel
from broker.core.units import SECOND_US
from sim.fleet import AircraftKind
from sim.geography import to_degrees
from sim.london import TruthState
from tests.bench.test_alert_load import START_US, alert, numbers, world

CAUTION, WARNING, NONE = AlertLevel.CAUTION, AlertLevel.WARNING, AlertLevel.NONE


def truth(track_id: str, north_m: float, height_m: float = 100.0) -> TruthState:
    latitude_deg, longitude_deg = to_degrees(0.0, north_m)
    return TruthState(
        track_id.upper(), "met", AircraftKind.DRONE, track_id, True, latitude_deg, longitude_deg,
        height_m, 0.0, 0.0, 0.0,
    )  # fmt: skip


def explained(apart: list[tuple[float, float]], *levels: AlertLevel) -> Row:
    """A second a level and a distance; more distances than levels go on after the last."""
    airspace = world()
    met, lfb, _ = numbers(Seen(airspace))
    explanation = Explanation(airspace)
    for second, (aside_m, height_m) in enumerate(apart):
        now_us = START_US + second * SECOND_US
        if second < len(levels):
            explanation.note(alert(1, levels[second], tracks=(met, lfb)), now_us)
        explanation.observe(now_us, [truth("m1", 0.0), truth("l1", aside_m, 100.0 + height_m)])
    (row,) = explanation.rows({("al-1", "m1"): "moved"})
    return row


def test_a_row_tells_how_the_level_went_and_what_was_done() -> None:
    row = explained(3 * [(200.0, 0.0)], CAUTION, WARNING, NONE)
    assert row["levels"] == "caution@0 warning@1 none@2"
    assert (row["highest"], row["caution_lead_s"]) == ("warning", "1")
    assert (row["a_track"], row["a_answer"], row["b_answer"]) == ("m1", "moved", "")
    assert (row["a_class"], row["a_phase"], row["a_agency"]) == ("drone", "transit", "met")


@pytest.mark.parametrize(
    ("apart", "in_volume", "in_floor"),
    [
        ([(300.0, 0.0), (150.0, 0.0), (225.0, 0.0)], 2.0, 10.0),  # 75 x 25 m, 15 x 5 m
        ([(37.5, 0.0)], 0.5, 2.5),
        ([(0.0, 50.0)], 2.0, 10.0),
        ([(300.0, 0.0), (300.0, 0.0), (30.0, 0.0)], 0.4, 2.0),  # after the alert had ended
    ],
)
def test_the_truth_is_measured_by_the_rules_volumes(
    apart: list[tuple[float, float]], in_volume: float, in_floor: float
) -> None:
    row = explained(apart, WARNING, NONE)
    assert row["in_volume"] == pytest.approx(in_volume, abs=0.02)
    assert row["in_floor"] == pytest.approx(in_floor, abs=0.1)


def test_what_happens_long_after_an_alert_is_not_its_own() -> None:
    late = [(300.0, 0.0)] * (AFTER_US // SECOND_US + 3) + [(0.0, 0.0)]
    assert explained(late, WARNING, NONE)["in_volume"] == pytest.approx(4.0, abs=0.02)


def test_advisories_are_silent_and_not_explained() -> None:
    airspace = world()
    met, lfb, _ = numbers(Seen(airspace))
    explanation = Explanation(airspace)
    explanation.note(alert(1, AlertLevel.ADVISORY, tracks=(met, lfb)), START_US)
    assert explanation.rows({}) == []


def test_the_members_of_a_cluster_have_rows_of_their_own() -> None:
    airspace = world()
    met, lfb, laa = numbers(Seen(airspace))
    explanation = Explanation(airspace)
    members = (alert(1, CAUTION, tracks=(met, lfb)), alert(2, WARNING, tracks=(met, laa)))
    cluster = replace(
        members[1], alert_id="cl-1", kind=AlertKind.CLUSTER, members=members, incident_id="INC-1"
    )
    explanation.note(cluster, START_US)
    rows = explanation.rows({})
    assert [row["told_as"] for row in rows] == ["cluster", "cluster"]
    assert [row["highest"] for row in rows] == ["caution", "warning"]


def test_rows_of_different_kinds_make_one_file(tmp_path: Path) -> None:
    write(tmp_path / "why.csv", [{"rule": "one", "a_track": "m1"}, {"rule": "two", "seed": 7}])
    with (tmp_path / "why.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == [
            {"rule": "one", "a_track": "m1", "seed": ""},
            {"rule": "two", "a_track": "", "seed": "7"},
        ]


def test_distances_are_metres() -> None:
    aside_m, height_m = apart_m(truth("a", 0.0), truth("b", 500.0, 130.0))
    assert aside_m == pytest.approx(500.0, abs=0.5)
    assert height_m == pytest.approx(30.0)
