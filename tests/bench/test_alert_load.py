"""The alert-load bench: what it counts, what alerts advise, and its page."""

from dataclasses import replace

import pytest

from broker.bench import alert_load as bench
from broker.bench.alert_load_desks import DESKS, Figures, Seen, rows_of
from broker.bench.alert_load_explain import Row
from broker.bench.alert_load_table import page
from broker.cli.policies import policy_text
from broker.core.airspace import Airspace, Setup
from broker.core.alerts import Alert, AlertKind, AlertLevel
from broker.core.commands import SubmitReports
from broker.core.geodesy.ground import LONDON
from broker.core.names import SystemName
from broker.gateways.wire.reports import decode_batch
from keepclear.v1 import common_pb2, tracks_pb2
from sim.advice import Move
from sim.conduct import AS_AGREED
from sim.scoring import Breach
from tests.core.alert_samples import sample_alert

START_US = bench.START_US
HEAD: Figures = {"profile": "p", "conduct": "c", "seed": 7, "from_hour": 18.5, "hours": 12.0}


def alert(
    number: int,
    level: AlertLevel,
    *,
    tracks: tuple[int, int] = (0, 1),
    rule: str = "drone-drone-transit",
    restriction: str = "",
    incident: str = "",
) -> Alert:
    return sample_alert(
        alert_id=f"al-{number}",
        kind=AlertKind.RESTRICTION if restriction else AlertKind.PROXIMITY,
        level=level,
        track_a=tracks[0],
        track_b=tracks[1],
        restriction_name=restriction,
        rule_id=rule,
        incident_id=incident,
        at_us=START_US,
    )


def world() -> Airspace:
    """Two drones of different agencies and a helicopter, track numbers as first reported."""
    airspace = Airspace(Setup(exercise=True, policy_toml=policy_text("default")))
    rows = (
        ("met", "M1", common_pb2.AIRCRAFT_CLASS_DRONE),
        ("lfb", "L1", common_pb2.AIRCRAFT_CLASS_DRONE),
        ("laa", "H1", common_pb2.AIRCRAFT_CLASS_HELICOPTER),
    )
    for place, (agency, callsign, kind) in enumerate(rows):
        report = tracks_pb2.TrackReport(
            source_track_id=callsign.lower(),
            time_of_validity_us=START_US,
            latitude_deg=51.5 + 0.1 * place,
            longitude_deg=-0.1,
            altitude_m=120.0,
            altitude_datum=common_pb2.ALTITUDE_DATUM_HAE,
            source=common_pb2.REPORT_SOURCE_SIMULATED,
            operational_status=common_pb2.OPERATIONAL_STATUS_AIRBORNE,
            description=tracks_pb2.AircraftDescription(aircraft_class=kind, callsign=callsign),
        )
        name = SystemName.parse("system", f"agencies/{agency}/systems/s")
        request = tracks_pb2.PublishTracksRequest(batch_id="b", reports=[report])
        airspace.apply(
            [SubmitReports(decode_batch(request, name, LONDON).batch, START_US)], START_US
        )
    return airspace


@pytest.fixture
def seen() -> Seen:
    return Seen(world())


def numbers(seen: Seen) -> tuple[int, int, int]:
    one, two, three = sorted(seen.tracks.slot_of_number)
    return one, two, three


def desk_row(rows: list[Figures], desk: str) -> Figures:
    return next(row for row in rows if row.get("desk") == desk)


def test_an_alert_counts_once_a_desk_at_its_highest_level(seen: Seen) -> None:
    met, lfb, _ = numbers(seen)
    for level in (AlertLevel.CAUTION, AlertLevel.WARNING, AlertLevel.CAUTION, AlertLevel.NONE):
        seen.note(alert(1, level, tracks=(met, lfb)), START_US)
    rows = list(rows_of(seen, [], 12.0, busy=False))
    for desk in DESKS:
        row = desk_row(rows, desk)
        assert row["warning"] == (1 if desk in {"met", "lfb"} else 0)
        assert row["caution"] == 0
        assert row["within"] is True
    cause = next(row for row in rows if "cause" in row)
    assert (cause["cause"], cause["warnings"], cause["share"]) == ("drone-drone-transit", 2, 1.0)


def test_one_warning_too_many_is_not_within_limits(seen: Seen) -> None:
    met, lfb, _ = numbers(seen)
    for number in range(2):
        seen.note(alert(number, AlertLevel.WARNING, tracks=(met, lfb)), START_US)
    rows = list(rows_of(seen, [], 12.0, busy=False))
    assert desk_row(rows, "met")["within"] is False
    assert desk_row(rows, "las")["within"] is True
    assert "**no**" in page([{**HEAD, **row} for row in rows])


def test_crews_are_counted_by_flying_hours(seen: Seen) -> None:
    met, _, laa = numbers(seen)
    seen.flown_s["laa"] = 10 * 3_600
    seen.note(alert(1, AlertLevel.CAUTION, tracks=(met, laa)), START_US)
    row = desk_row(list(rows_of(seen, [], 24.0, busy=False)), "laa")
    assert row["per_20_flying_hours"] == pytest.approx(2.0)
    assert row["within"] is False


def test_four_alerts_of_one_incident_in_ten_minutes_are_over_the_limit(seen: Seen) -> None:
    met, lfb, _ = numbers(seen)
    for number in range(4):
        told = alert(number, AlertLevel.CAUTION, tracks=(met, lfb), incident="INC-1")
        seen.note(told, START_US + number * 60_000_000)
    totals = list(rows_of(seen, [], 1.0, busy=True))[-1]
    assert totals["most_in_10_min_from_one_incident"] == 4
    assert totals["incidents_within"] is False


def test_a_floor_breach_is_alerted_only_by_an_alert_that_names_both(seen: Seen) -> None:
    # REQ-SEP: drone floor breaches by ground truth that were not alerted are counted.
    met, lfb, laa = numbers(seen)
    breach = Breach("M1", "H1", START_US + 1_000_000, START_US + 2_000_000)
    seen.note(alert(1, AlertLevel.WARNING, tracks=(met, lfb)), START_US)
    assert list(rows_of(seen, [breach], 1.0, busy=True))[-1]["not_alerted"] == 1
    seen.note(alert(2, AlertLevel.WARNING, tracks=(met, laa)), START_US)
    assert list(rows_of(seen, [breach], 1.0, busy=True))[-1]["not_alerted"] == 0


def test_what_alerts_advise(seen: Seen) -> None:
    met, lfb, laa = numbers(seen)
    caution, warning = AlertLevel.CAUTION, AlertLevel.WARNING
    early = seen.note(alert(1, caution, tracks=(met, lfb)), START_US)
    assert [(one.move, one.urgent) for one in early] == 2 * [(Move.ASIDE, False)]
    aside = seen.note(alert(1, warning, tracks=(met, lfb)), START_US)
    assert all(one.urgent for one in aside)
    assert [(one.track_id, one.move) for one in aside] == [("m1", Move.ASIDE), ("l1", Move.ASIDE)]
    assert aside[0].latitude_deg == pytest.approx(51.6)
    down = seen.note(alert(2, warning, tracks=(met, laa), rule="drone-crewed-transit"), START_US)
    assert [(one.track_id, one.move) for one in down] == [("m1", Move.DOWN)]
    landing = alert(3, caution, tracks=(met, laa), rule="drone-crewed-landing")
    assert [one.move for one in seen.note(landing, START_US)] == [Move.LAND]
    name = "agencies/lfb/restrictions/sim-1"
    entry = alert(4, caution, tracks=(met, -1), rule="restriction-entry", restriction=name)
    assert [(one.move, one.request_id) for one in seen.note(entry, START_US)] == [
        (Move.ROUND, "sim-1")
    ]


def test_a_launch_hold_asks_the_dock_to_wait_until_it_is_over(seen: Seen) -> None:
    met, _, laa = numbers(seen)
    held = replace(alert(5, AlertLevel.CAUTION, tracks=(met, laa)), kind=AlertKind.LAUNCH_HOLD)
    (hold,) = seen.note(held, START_US)
    (release,) = seen.note(replace(held, level=AlertLevel.NONE), START_US)
    assert (hold.track_id, hold.move, release.move) == ("m1", Move.HOLD, Move.RELEASE)


def test_every_seed_flies_every_load() -> None:
    loads = bench.full(0.0, 24.0, [1, 2, 1])
    assert [(load.profile.name, load.conduct_name, load.seed) for load in loads] == [
        (profile, conduct, seed)
        for profile in ("every-borough", "surge")
        for conduct in ("as planned", "as agreed")
        for seed in (1, 2)
    ]


@pytest.mark.slow
def test_a_few_minutes_of_surge_make_the_page() -> None:
    loads = [replace(bench.HOUR, hours=0.05, conduct=conduct) for conduct in bench.CONDUCTS]
    said: list[str] = []
    why: list[Row] = []
    rows = bench.run(loads, said.append, why)
    assert len(said) == 2
    assert bench.CONDUCTS[1] == AS_AGREED
    for row in rows:
        if "not_alerted" in row:
            assert row["not_alerted"] == 0
    text = page(rows)
    assert f"## surge, 0.05 h from 18:30, as planned, seed {bench.SEEDS[0]}" in text
    assert f"## surge, 0.05 h from 18:30, as agreed, seed {bench.SEEDS[0]}" in text
    assert why
    assert all(row["highest"] in {"caution", "warning", "floor"} for row in why)
