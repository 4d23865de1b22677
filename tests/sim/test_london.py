import math
from collections.abc import Iterable
from functools import cache
from itertools import pairwise

import pytest

from keepclear.v1 import common_pb2, restrictions_pb2, tracks_pb2, volumes_pb2
from sim import script
from sim.demo_agencies import DEMO_AGENCIES, demo_agency
from sim.fleet import HELICOPTER_TRACKER, AircraftKind, Airframe, Datum, Flight
from sim.geography import to_metres
from sim.london import TRUTH_KEPT_US, Emission, London, TruthState
from sim.measures import FOOT_M, MINUTE_US, SECOND_US
from sim.motion import Path, Point, hover
from sim.profiles import EVERY_BOROUGH, PROFILES, SURGE, TODAY, Profile
from sim.reports import CORRECTED_DOUBT_M, Heard, pressure_above_amsl_m

START_US = 1_790_000_000 * SECOND_US
FOR_US = 2 * MINUTE_US
QNH_HPA = 1008.0


@cache
def ran(name: str) -> tuple[London, tuple[Emission, ...]]:
    london = London(PROFILES[name], 7, START_US, busy_hour=True, qnh_hpa=QNH_HPA)
    return london, tuple(london.advance(START_US + FOR_US))


def reports(emissions: tuple[Emission, ...]) -> list[tuple[Emission, tracks_pb2.TrackReport]]:
    return [
        (emission, report)
        for emission in emissions
        if isinstance(emission.request, tracks_pb2.PublishTracksRequest)
        for report in emission.request.reports
    ]


def requests(
    emissions: Iterable[Emission],
) -> list[tuple[Emission, restrictions_pb2.CreateRestrictionRequest]]:
    return [
        (emission, emission.request)
        for emission in emissions
        if isinstance(emission.request, restrictions_pb2.CreateRestrictionRequest)
    ]


def by_track(emissions: tuple[Emission, ...]) -> dict[str, list[tracks_pb2.TrackReport]]:
    found: dict[str, list[tracks_pb2.TrackReport]] = {}
    for _, report in reports(emissions):
        found.setdefault(report.source_track_id, []).append(report)
    return found


def as_bytes(emissions: Iterable[Emission]) -> list[tuple[str, int, bytes]]:
    return [
        (emission.system, emission.sent_us, emission.request.SerializeToString(deterministic=True))
        for emission in emissions
    ]


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_the_same_seed_gives_the_same_bytes_however_finely_it_is_advanced(profile: Profile) -> None:
    one = London(profile, 5, START_US, busy_hour=True)
    two = London(profile, 5, START_US, busy_hour=True)
    at_once = as_bytes(one.advance(START_US + 30 * SECOND_US))
    steps = range(START_US, START_US + 30 * SECOND_US + 1, 70_000)
    bit_by_bit = [
        row for at_us in (*steps, START_US + 30 * SECOND_US) for row in as_bytes(two.advance(at_us))
    ]
    assert at_once == bit_by_bit


def test_another_seed_gives_other_bytes() -> None:
    one, two = (London(TODAY, seed, START_US).advance(START_US + 10_000_000) for seed in (1, 2))
    assert as_bytes(one) != as_bytes(two)


@pytest.mark.parametrize(
    ("name", "low", "high"), [("today", 60, 100), ("every-borough", 100, 200), ("surge", 220, 400)]
)
def test_reports_a_second_are_the_profile_s(name: str, low: int, high: int) -> None:
    rate = len(reports(ran(name)[1])) * SECOND_US / FOR_US
    assert low <= rate <= high


def test_a_surge_has_about_150_drones_in_the_air() -> None:
    london, _ = ran("surge")
    up = [s for s in london.truth(START_US + MINUTE_US) if s.airborne]
    assert 135 <= sum(s.kind is AircraftKind.DRONE for s in up) <= 180


def test_every_report_is_of_the_exercise_space_and_slightly_older_than_its_batch() -> None:
    for emission, report in reports(ran("every-borough")[1]):
        assert report.source == common_pb2.REPORT_SOURCE_SIMULATED
        assert 0 < emission.sent_us - report.time_of_validity_us < SECOND_US
        assert emission.sent_us <= START_US + FOR_US


def test_live_sources_on_request() -> None:
    london = London(EVERY_BOROUGH, 7, START_US, as_live_sources=True)
    for emission, report in reports(tuple(london.advance(START_US + 5 * SECOND_US))):
        radio = emission.system == "agencies/surveillance/systems/adsb"
        wanted = common_pb2.REPORT_SOURCE_ADSB if radio else common_pb2.REPORT_SOURCE_TELEMETRY
        assert report.source == wanted


def test_times_grow_on_every_track() -> None:
    for found in by_track(ran("surge")[1]).values():
        assert all(a.time_of_validity_us < b.time_of_validity_us for a, b in pairwise(found))


def test_drones_report_every_two_seconds_but_for_loss_and_radio_every_second() -> None:
    dock, radio = [], []
    for emission, report in reports(ran("every-borough")[1]):
        if "-dock-" in report.source_track_id:
            dock.append(report.source_track_id)
        elif emission.system.endswith("adsb"):
            radio.append(report.source_track_id)
    # 2 % loss and one gap of 5-20 s in ten minutes leave about 96 %.
    assert len(dock) / (66 * FOR_US / SECOND_US * 0.5) == pytest.approx(0.96, abs=0.025)
    full = [n for t in set(radio) if (n := radio.count(t)) > 100]
    assert sum(full) / len(full) / (FOR_US / SECOND_US) == pytest.approx(0.97, abs=0.03)


def test_gaps_of_drones_are_between_5_and_20_seconds() -> None:
    gaps_s = [
        (b.time_of_validity_us - a.time_of_validity_us) / SECOND_US
        for track, found in by_track(ran("surge")[1]).items()
        if "-crew-" in track or "-dock-" in track
        for a, b in pairwise(found)
    ]
    long = [gap_s for gap_s in gaps_s if gap_s > 8.0]
    assert long
    assert max(long) <= 20.0 + 3 * 2.0


def test_the_first_report_of_every_track_describes_it() -> None:
    for track, found in by_track(ran("surge")[1]).items():
        first = found[0]
        assert first.HasField("description"), track
        assert first.description.aircraft_class != common_pb2.AIRCRAFT_CLASS_UNSPECIFIED
        assert first.description.callsign
        assert first.description.duty_contact
        described = sum(report.HasField("description") for report in found)
        assert described <= 2 + len(found) // 10


def truth_of(london: London, report: tracks_pb2.TrackReport) -> TruthState | None:
    states = london.truth(report.time_of_validity_us)
    return next((s for s in states if s.track_id == report.source_track_id), None)


def test_positions_are_the_truth_plus_the_stated_noise() -> None:
    london, emissions = ran("surge")
    errors: dict[bool, list[tuple[float, float, float]]] = {True: [], False: []}
    for _, report in reports(emissions)[::13]:
        truth = truth_of(london, report)
        if truth is None or report.altitude_datum != common_pb2.ALTITUDE_DATUM_HAE:
            continue
        if report.vertical_accuracy_m > 40.0:  # corrected pressure has an error of its own
            continue
        east_m, north_m = to_metres(report.latitude_deg, report.longitude_deg)
        true_east_m, true_north_m = to_metres(truth.latitude_deg, truth.longitude_deg)
        errors[truth.kind is AircraftKind.DRONE].append(
            (east_m - true_east_m, north_m - true_north_m, report.altitude_m - truth.altitude_hae_m)
        )
    for drone, sigmas_m in ((True, (3.0, 3.0, 4.0)), (False, (15.0, 15.0, 8.0))):
        assert len(errors[drone]) > 300
        for column, sigma_m in zip(zip(*errors[drone], strict=True), sigmas_m, strict=True):
            mean = sum(column) / len(column)
            deviation = math.sqrt(sum((e - mean) ** 2 for e in column) / len(column))
            assert abs(mean) < 4 * sigma_m / math.sqrt(len(column))
            assert deviation == pytest.approx(sigma_m, rel=0.12)


def test_stated_accuracies_cover_95_per_cent_of_the_noise() -> None:
    report = next(r for _, r in reports(ran("surge")[1]) if "-dock-" in r.source_track_id)
    assert report.horizontal_accuracy_m == pytest.approx(3.0 * 2.448, rel=1e-3)
    assert report.vertical_accuracy_m == pytest.approx(4.0 * 1.96, rel=1e-3)


def test_pressure_altitude_is_in_steps_and_differs_by_the_day_s_pressure() -> None:
    above_m = pressure_above_amsl_m(QNH_HPA)
    assert above_m == pytest.approx(43.6, abs=1.0)  # 5.25 hPa at about 8.3 m each
    airframe = Airframe(
        "h1", "npas", "helicopters", AircraftKind.HELICOPTER, "POLICE1", "", "",
        HELICOPTER_TRACKER, Datum.PRESSURE,
    )  # fmt: skip
    heard = Heard(airframe, 7, above_m)
    path = Path.of(START_US, [hover(Point(0.0, 0.0, 300.0), 60.0)])
    heard.flights.append(Flight("f1", airframe, path))
    made = [heard.report(START_US + second * SECOND_US, live_source=False) for second in range(60)]
    found = [report for report in made if report is not None]
    for report in found:
        assert report.altitude_datum == common_pb2.ALTITUDE_DATUM_PRESSURE
        assert report.altitude_m - above_m == pytest.approx(300.0, abs=50.0)
        steps = report.altitude_m / (25 * FOOT_M)
        assert steps == pytest.approx(round(steps), abs=1e-6)
    assert len(found) > 50


def test_receivers_correct_pressure_and_say_what_doubt_is_left() -> None:
    london, emissions = ran("every-borough")
    errors_m = []
    for _, report in reports(emissions)[::11]:
        if report.vertical_accuracy_m == pytest.approx(CORRECTED_DOUBT_M, rel=1e-3):
            truth = truth_of(london, report)
            assert truth is not None
            errors_m.append(abs(report.altitude_m - truth.altitude_hae_m))
    assert len(errors_m) > 50
    assert sum(error_m < CORRECTED_DOUBT_M + 16.0 for error_m in errors_m) >= 0.9 * len(errors_m)


def test_drones_add_their_height_above_take_off() -> None:
    for emission, report in reports(ran("every-borough")[1]):
        if emission.system.endswith("/drones"):
            assert report.height_reference == common_pb2.HEIGHT_REFERENCE_TAKEOFF
            assert -5.0 < report.height_m < 150.0
        else:
            assert not report.HasField("height_m")


def test_docked_drones_say_so_and_radio_declares_no_landing() -> None:
    statuses: dict[str, set[int]] = {}
    for emission, report in reports(ran("surge")[1]):
        statuses.setdefault(emission.system, set()).add(report.operational_status)
    assert common_pb2.OPERATIONAL_STATUS_AT_DOCK in statuses["agencies/met/systems/drones"]
    assert statuses["agencies/surveillance/systems/adsb"] <= {
        common_pb2.OPERATIONAL_STATUS_AIRBORNE,
        common_pb2.OPERATIONAL_STATUS_ON_GROUND,
    }


def test_every_report_is_within_the_contract() -> None:
    for _, report in reports(ran("surge")[1]):
        assert 50.5 < report.latitude_deg < 52.5
        assert -1.5 < report.longitude_deg < 1.5
        assert -500.0 <= report.altitude_m <= 30_000.0
        assert math.hypot(report.velocity_east_mps, report.velocity_north_mps) < 260.0
        assert abs(report.vertical_speed_mps) < 15.0
        assert 1 <= len(report.source_track_id) <= 64


def test_only_known_systems_publish() -> None:
    known = {name for agency in DEMO_AGENCIES for name in agency.system_names}
    assert {emission.system for emission in ran("surge")[1]} <= known
    assert demo_agency("met").flies_drones


def test_a_warning_is_due_from_the_reports_alone_within_30_seconds() -> None:
    """The opening pair as published: last reports, straight lines, 2,000 x 250 ft in 25 s."""
    last: dict[str, tracks_pb2.TrackReport] = {}
    due_s = []
    for emission, report in reports(ran("every-borough")[1]):
        last[report.source_track_id] = report
        if report.source_track_id != "npas-h90" or "met-07" not in last:
            continue
        if enters_within_s(last["met-07"], report, 2_000 * FOOT_M, 250 * FOOT_M) <= 25.0:
            due_s.append((emission.sent_us - START_US) / SECOND_US)
    assert 5.0 < due_s[0] < 20.0
    assert len([at_s for at_s in due_s if at_s < 30.0]) >= 8


def enters_within_s(
    a: tracks_pb2.TrackReport, b: tracks_pb2.TrackReport, horizontal_m: float, vertical_m: float
) -> float:
    """Seconds after b's time until the cylinder is entered, by small steps; inf if never."""
    lag_s = (b.time_of_validity_us - a.time_of_validity_us) / SECOND_US
    a_east_m, a_north_m = to_metres(a.latitude_deg, a.longitude_deg)
    b_east_m, b_north_m = to_metres(b.latitude_deg, b.longitude_deg)
    for tenth in range(900):
        at_s = tenth / 10
        east_m = b_east_m + b.velocity_east_mps * at_s - a_east_m
        east_m -= a.velocity_east_mps * (at_s + lag_s)
        north_m = b_north_m + b.velocity_north_mps * at_s - a_north_m
        north_m -= a.velocity_north_mps * (at_s + lag_s)
        if math.hypot(east_m, north_m) < horizontal_m:
            return at_s if abs(a.altitude_m - b.altitude_m) < vertical_m else math.inf
    return math.inf


def test_the_opening_request_is_sent_by_the_police_at_once() -> None:
    emission, request = requests(ran("today")[1])[0]
    assert emission.system == "agencies/met/systems/drones"
    assert START_US < emission.sent_us <= START_US + 15 * SECOND_US
    restriction = request.restriction
    assert restriction.name.startswith("agencies/met/restrictions/")
    assert restriction.applies_to == restrictions_pb2.APPLIES_TO_DRONES
    assert list(restriction.exempt_agencies) == ["met"]
    (volume,) = restriction.volumes
    assert volume.circle.radius_m == script.KEEP_CLEAR_RADIUS_M
    assert volume.floor.datum == volumes_pb2.LIMIT_DATUM_SURFACE
    assert volume.ceiling.datum == volumes_pb2.LIMIT_DATUM_AMSL
    (window,) = restriction.windows
    assert window.start_us == emission.sent_us < window.end_us


def test_a_busy_day_has_ten_or_more_standing_requests_that_end_after_they_start() -> None:
    found = requests(ran("every-borough")[1])
    assert 5 <= len(found) <= 25
    assert len({request.request_id for _, request in found}) == len(found)
    for emission, request in found:
        (window,) = request.restriction.windows
        assert emission.sent_us <= window.start_us < window.end_us


def test_without_the_opening_none_of_its_aircraft_fly() -> None:
    london = London(TODAY, 1, START_US, opening=False)
    tracks = set(by_track(tuple(london.advance(START_US + 5 * SECOND_US))))
    assert not tracks & {"met-07", "npas-h90", "lfb-03", "las-02"}


def test_truth_is_exact_and_old_flights_are_forgotten() -> None:
    london = London(TODAY, 1, START_US)
    london.advance(START_US + 10 * SECOND_US)
    at_us = START_US + 10 * SECOND_US
    seen = {state.label: state for state in london.truth(at_us)}
    flight = next(f for f in script.opening_flights(START_US) if f.airframe.callsign == "LFB-03")
    state = flight.path.at(at_us)
    east_m, north_m = to_metres(seen["LFB-03"].latitude_deg, seen["LFB-03"].longitude_deg)
    assert (east_m, north_m) == pytest.approx((state.east_m, state.north_m), abs=1e-6)
    kept = len(london._flights)
    london._forget(START_US + 2 * TRUTH_KEPT_US)
    assert len(london._flights) < kept


def test_the_surge_profile_is_reproducible_by_name() -> None:
    assert PROFILES["surge"] is SURGE
