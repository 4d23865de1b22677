import pytest

from sim.fleet import AircraftKind
from sim.geography import to_degrees
from sim.london import TruthState
from sim.measures import FOOT_M, HOUR_US, SECOND_US
from sim.scoring import Breach, FloorWatch, Score, SeenAlert, score

BREACH = Breach("MET-07", "POLICE90", 100 * SECOND_US, 110 * SECOND_US)


def aircraft(
    label: str, kind: AircraftKind, east_m: float, hae_m: float, *, airborne: bool = True
) -> TruthState:
    latitude_deg, longitude_deg = to_degrees(east_m, 0.0)
    return TruthState(
        label, "x", kind, label, airborne, latitude_deg, longitude_deg, hae_m, 0.0, 0.0, 0.0
    )


def drone(east_m: float = 0.0, hae_m: float = 100.0, *, airborne: bool = True) -> TruthState:
    return aircraft("MET-07", AircraftKind.DRONE, east_m, hae_m, airborne=airborne)


def helicopter(east_m: float = 0.0, hae_m: float = 100.0, *, airborne: bool = True) -> TruthState:
    return aircraft("POLICE90", AircraftKind.HELICOPTER, east_m, hae_m, airborne=airborne)


def alert(
    at_s: float,
    level: int,
    *,
    desk: str = "met",
    alert_id: str = "a",
    labels: tuple[str, ...] = ("MET-07", "POLICE90"),
) -> SeenAlert:
    return SeenAlert(desk, alert_id, round(at_s * SECOND_US), level, labels)


@pytest.mark.parametrize(
    ("east_m", "up_m", "breached"),
    [
        (0.0, 0.0, True),
        (500 * FOOT_M - 1.0, 100 * FOOT_M - 0.1, True),
        (500 * FOOT_M + 1.0, 0.0, False),
        (0.0, 100 * FOOT_M + 0.1, False),
        (-500 * FOOT_M + 1.0, -100 * FOOT_M + 0.1, True),
    ],
)
def test_a_breach_is_inside_500_by_100_feet(east_m: float, up_m: float, breached: bool) -> None:
    watch = FloorWatch()
    watch.observe(0, [drone(), helicopter(east_m, 100.0 + up_m)])
    assert bool(watch.breaches()) is breached


def test_aircraft_on_the_ground_and_two_drones_or_two_helicopters_are_no_breach() -> None:
    watch = FloorWatch()
    watch.observe(0, [drone(), helicopter(airborne=False)])
    watch.observe(0, [drone(airborne=False), helicopter()])
    watch.observe(0, [drone(), drone()])
    watch.observe(0, [helicopter(), helicopter()])
    assert watch.breaches() == []


def test_short_gaps_are_bridged_and_long_ones_part_two_breaches() -> None:
    watch = FloorWatch()
    for at_s in (1, 2, 3, 6, 20, 21):
        watch.observe(at_s * SECOND_US, [drone(), helicopter()])
    assert watch.breaches() == [
        Breach("MET-07", "POLICE90", 1 * SECOND_US, 6 * SECOND_US),
        Breach("MET-07", "POLICE90", 20 * SECOND_US, 21 * SECOND_US),
    ]


def of(alerts: list[SeenAlert]) -> Score:
    return score([BREACH], alerts, ["met"], HOUR_US)


def test_a_breach_without_an_alert_is_missed() -> None:
    result = of([])
    assert result.missed == (BREACH,)
    assert result.lead_s == ()


def test_lead_runs_from_the_first_caution_to_the_breach() -> None:
    result = of([alert(75.0, 2), alert(90.0, 3)])
    assert result.missed == ()
    assert result.lead_s == (25.0,)


def test_the_earliest_desk_counts() -> None:
    assert of([alert(80.0, 2), alert(78.0, 2, desk="npas")]).lead_s == (22.0,)


def test_an_alert_during_the_breach_is_late_and_one_after_it_is_none() -> None:
    assert of([alert(104.0, 4)]).lead_s == (-4.0,)
    assert of([alert(111.0, 4)]).missed == (BREACH,)


def test_an_advisory_is_silent_so_it_does_not_count() -> None:
    assert of([alert(80.0, 1)]).missed == (BREACH,)


def test_an_alert_cleared_before_the_breach_does_not_count() -> None:
    assert of([alert(60.0, 2), alert(70.0, 0)]).missed == (BREACH,)
    assert of([alert(60.0, 2), alert(70.0, 0), alert(90.0, 2, alert_id="b")]).lead_s == (10.0,)


def test_an_alert_of_another_pair_or_of_long_ago_does_not_count() -> None:
    assert of([alert(80.0, 3, labels=("MET-07", "HELIMED1"))]).missed == (BREACH,)
    early = Breach("MET-07", "POLICE90", 500 * SECOND_US, 510 * SECOND_US)
    assert score([early], [alert(10.0, 3)], ["met"], HOUR_US).missed == (early,)


def test_the_order_of_the_alerts_given_does_not_matter() -> None:
    alerts = [alert(90.0, 3), alert(75.0, 2)]
    assert of(alerts) == of(alerts[::-1])


def test_alerts_per_desk_and_hour_count_each_alert_once() -> None:
    alerts = [
        alert(1.0, 2),
        alert(2.0, 3),
        alert(3.0, 2),
        alert(4.0, 2, alert_id="b"),
        alert(5.0, 1, alert_id="c"),
        alert(5.0, 3, desk="unknown"),
    ]
    result = score([], alerts, ["met", "lfb"], HOUR_US // 2)
    assert result.cautions_per_desk_hour == {"met": 4.0, "lfb": 0.0}
    assert result.warnings_per_desk_hour == {"met": 2.0, "lfb": 0.0}
