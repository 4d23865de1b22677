"""The traffic of whole simulated days against the load profile it is meant to have."""

from functools import cache
from itertools import pairwise

import pytest

from sim import profiles
from sim.demand import Traffic
from sim.docks import DOCK_TURNROUND_US
from sim.fleet import AircraftKind, Flight
from sim.incidents import KeepClear
from sim.measures import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from sim.profiles import BUSY_HOUR, EVERY_BOROUGH, PROFILES, SURGE, TODAY, Profile, at_hour

START_US = 20_000 * DAY_US
DAYS = 4
STEP_US = 5 * MINUTE_US


@cache
def days(name: str) -> tuple[tuple[Flight, ...], tuple[KeepClear, ...]]:
    """Flights that begin in `DAYS` days, and requests."""
    traffic = Traffic(PROFILES[name], 11, START_US, None)
    traffic.begin(START_US)
    flights, requests = traffic.plan_until(START_US + DAYS * DAY_US)
    return tuple(flights), tuple(requests)


def airborne_counts(flights: list[Flight]) -> list[int]:
    """At every step after the first two hours."""
    counts = [0] * (DAYS * DAY_US // STEP_US)
    for flight in flights:
        first = -(-(flight.path.start_us - START_US) // STEP_US)
        for step in range(first, len(counts)):
            at_us = START_US + step * STEP_US
            if at_us >= flight.path.end_us:
                break
            counts[step] += flight.airborne_at(at_us)
    return counts[2 * HOUR_US // STEP_US :]


def drones(name: str) -> list[Flight]:
    return [f for f in days(name)[0] if f.airframe.kind is AircraftKind.DRONE]


def crewed(name: str, agency: str) -> list[Flight]:
    return [f for f in days(name)[0] if f.airframe.agency == agency and f not in drones(name)]


@pytest.mark.parametrize(
    ("name", "flights_a_day", "mean_airborne"),
    [("today", 44, 0.5), ("every-borough", 450, 6.0), ("surge", 800, 10.0)],
)
def test_drone_flights_and_mean_in_the_air_are_the_profile_s(
    name: str, flights_a_day: int, mean_airborne: float
) -> None:
    found = drones(name)
    counts = airborne_counts(found)
    assert len(found) / DAYS == pytest.approx(flights_a_day, rel=0.3)
    assert sum(counts) / len(counts) == pytest.approx(mean_airborne, rel=0.3)


def test_every_borough_peaks_where_a_busy_day_should() -> None:
    counts = sorted(airborne_counts(drones("every-borough")))
    assert 10 <= counts[int(0.99 * len(counts))] <= 22
    assert counts[-1] <= 28


def test_police_and_air_ambulance_tasks_a_day() -> None:
    tasks, missions = (len(crewed("today", agency)) / DAYS for agency in ("npas", "laa"))
    assert 2.5 <= tasks <= 8.5
    assert 1.0 <= missions <= 5.5


def test_a_police_task_flies_about_48_minutes() -> None:
    tasks = crewed("surge", "npas")
    minutes = sum(f.path.end_us - f.path.start_us for f in tasks) / len(tasks) / MINUTE_US
    assert 35 <= minutes <= 60


@pytest.mark.parametrize("name", list(PROFILES))
def test_high_and_low_traffic_by_day(name: str) -> None:
    flights = days(name)[0]
    high = airborne_counts([f for f in flights if f.airframe.callsign.startswith("LDN")])
    low = airborne_counts([f for f in flights if f.airframe.callsign.startswith("GLOW")])
    daily = DAY_US // STEP_US
    hours = [((i * STEP_US + 2 * HOUR_US) // HOUR_US) % 24 for i in range(len(high))]
    noon = [i for i, hour in enumerate(hours) if 9 <= hour < 17]
    assert daily * DAYS > len(high)
    assert 40 <= sum(high[i] for i in noon) / len(noon) <= 90
    assert 2 <= sum(low[i] for i in noon) / len(noon) <= 7


def test_keep_clear_requests_a_day_and_live() -> None:
    requests = days("every-borough")[1]
    assert len(requests) / DAYS == pytest.approx(60, rel=0.3)
    mean_s = sum(r.duration_us for r in requests) / len(requests) / SECOND_US
    live = mean_s * len(requests) / (DAYS * DAY_US / SECOND_US)
    assert 8 <= live <= 18


def test_most_dock_flights_use_a_dock_and_today_s_dock_does_most_of_its_work() -> None:
    found = drones("every-borough")
    assert sum(f.airframe.home is not None for f in found) / len(found) > 0.7
    today = drones("today")
    assert 0.3 < sum(f.airframe.home is not None for f in today) / len(today) < 0.8


def test_a_dock_never_has_two_flights_at_once_and_rests_between_them() -> None:
    by_dock: dict[str, list[Flight]] = {}
    for flight in drones("surge"):
        if flight.airframe.home is not None:
            by_dock.setdefault(flight.airframe.track_id, []).append(flight)
    for flights in by_dock.values():
        for before, after in pairwise(flights):
            assert after.path.start_us >= before.path.end_us + DOCK_TURNROUND_US


def test_incidents_are_shared_by_several_agencies_as_often_as_meant() -> None:
    by_incident: dict[str, set[str]] = {}
    for flight in drones("every-borough"):
        by_incident.setdefault(flight.incident_id, set()).add(flight.airframe.agency)
    shared = sum(len(agencies) > 1 for agencies in by_incident.values()) / len(by_incident)
    assert 0.09 <= shared <= 0.16


def test_a_relay_arrives_before_the_first_drone_leaves() -> None:
    work: dict[tuple[str, str], list[Flight]] = {}
    for flight in drones("every-borough"):
        work.setdefault((flight.incident_id, flight.airframe.agency), []).append(flight)
    relays = [
        (before, after)
        for flights in work.values()
        for before, after in pairwise(flights)
        if after.path.start_us - before.path.start_us > 10 * MINUTE_US
    ]
    assert relays
    assert all(after.path.start_us < before.path.end_us for before, after in relays)


def test_a_surge_keeps_its_drones_up_with_fifteen_in_one_square_kilometre() -> None:
    traffic = Traffic(SURGE, 3, START_US, None)
    flights = list(traffic.surge(START_US, START_US + HOUR_US))
    for minute in range(0, 60, 7):
        at_us = START_US + minute * MINUTE_US
        up = [f for f in flights if f.airborne_at(at_us)]
        assert len(up) >= SURGE.surge_drones - 8  # a few are between two crews
    major = [f for f in flights if f.incident_id == "SURGE-00"]
    on_scene = [f.path.at((f.path.start_us + f.path.end_us) // 2) for f in major]
    middle = (
        sum(s.east_m for s in on_scene) / len(on_scene),
        sum(s.north_m for s in on_scene) / len(on_scene),
    )
    # One square kilometre is a circle of 564 m; each drone works up to 90 m round its place.
    assert all(
        ((s.east_m - middle[0]) ** 2 + (s.north_m - middle[1]) ** 2) ** 0.5 < 800 for s in on_scene
    )


def test_the_streams_do_not_depend_on_how_finely_time_is_advanced() -> None:
    coarse, fine = (Traffic(EVERY_BOROUGH, 5, START_US, 9.0) for _ in range(2))
    coarse.begin(START_US)
    fine.begin(START_US)
    all_at_once = coarse.plan_until(START_US + HOUR_US)[0]
    bit_by_bit = [
        flight
        for minute in range(61)
        for flight in fine.plan_until(START_US + minute * MINUTE_US)[0]
    ]
    assert all_at_once == bit_by_bit


def test_hours_have_mean_one_and_the_busy_hour_is_busy() -> None:
    for hours in (
        profiles.DRONE_HOURS,
        profiles.POLICE_HELICOPTER_HOURS,
        profiles.DAYLIGHT_HOURS,
        profiles.AIRLINER_HOURS,
    ):
        assert len(hours) == 24
        assert sum(at_hour(hours, hour) for hour in range(24)) == pytest.approx(24.0)
    assert at_hour(profiles.DRONE_HOURS, BUSY_HOUR) > 1.4
    assert profiles.POLICE_HELICOPTER_HOURS.index(max(profiles.POLICE_HELICOPTER_HOURS)) in {0, 23}


def test_a_profile_without_docks_sends_crews() -> None:
    bare = Profile(**{**{n: getattr(TODAY, n) for n in Profile.__slots__}, "docks": 0})
    traffic = Traffic(bare, 1, START_US, None)
    traffic.begin(START_US)
    flights = [f for f in traffic.plan_until(START_US + DAY_US)[0] if f.airframe.kind == 1]
    assert flights
    assert all(f.airframe.home is None for f in flights)
