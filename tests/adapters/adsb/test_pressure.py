import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.adsb.aircraft import Aircraft, Known
from adapters.adsb.pressure import MAX_SAMPLES, MIN_AIRCRAFT, Level, PressureLevels, Qnh
from broker.core.geodesy.datum import qnh_shift_m
from keepclear.client.build import FOOT_M
from keepclear.v1 import common_pb2

NOW_US = 1_700_000_000_000_000


def aircraft(
    address: str, pressure_ft: float | None, geometric_ft: float | None = None, age_s: float = 0.0
) -> Aircraft:
    return Aircraft(
        address=address,
        time_of_validity_us=NOW_US - round(age_s * 1e6),
        latitude_deg=51.5,
        longitude_deg=-0.1,
        known=Known.ADSB,
        horizontal_accuracy_m=30.0,
        pressure_altitude_ft=pressure_ft,
        geometric_altitude_ft=geometric_ft,
    )


def taught(
    *samples: tuple[float, float], qnh: Qnh | None = None, age_s: float = 0.0
) -> PressureLevels:
    """Levels that heard aircraft at (pressure altitude, satellite less pressure altitude)."""
    levels = PressureLevels(lambda _time_us: qnh)
    for number, (pressure_ft, difference_ft) in enumerate(samples):
        levels.level(aircraft(f"40000{number:x}", pressure_ft, pressure_ft + difference_ft, age_s))
    return levels


def level(levels: PressureLevels, pressure_ft: float = 1_000.0) -> Level:
    found = levels.level(aircraft("4009d1", pressure_ft))
    assert found is not None
    return found


def test_without_anything_to_correct_by_the_datum_stays_pressure() -> None:
    found = level(PressureLevels())
    assert found.altitude[0] == pytest.approx(304.8)
    assert found.altitude[1] == common_pb2.ALTITUDE_DATUM_PRESSURE
    assert found.accuracy_m is None


@given(st.floats(940.0, 1_060.0), st.floats(-1_000.0, 20_000.0))
def test_a_qnh_moves_as_the_broker_would_move_it(qnh_hpa: float, pressure_ft: float) -> None:
    found = level(PressureLevels(lambda _time_us: Qnh(qnh_hpa)), pressure_ft)
    altitude_m = pressure_ft * FOOT_M + qnh_shift_m(qnh_hpa)
    assert found.altitude[0] == pytest.approx(altitude_m)
    assert found.altitude[1] == common_pb2.ALTITUDE_DATUM_AMSL


def test_the_error_of_a_qnh_is_carried() -> None:
    exact, rough = Qnh(1_000.0, 0.0).level(1_000.0), Qnh(1_000.0, 10.0).level(1_000.0)
    assert exact.accuracy_m == pytest.approx(150.0 * FOOT_M)
    assert rough.accuracy_m == pytest.approx((150.0**2 + 300.0**2) ** 0.5 * FOOT_M)


def test_an_aircraft_with_its_own_satellite_altitude_needs_neither() -> None:
    levels = PressureLevels(lambda _time_us: Qnh(980.0))
    found = levels.level(aircraft("4009d1", 1_000.0, 1_400.0))
    assert found == Level((1_400.0 * FOOT_M, common_pb2.ALTITUDE_DATUM_HAE), None)


def test_the_traffic_measures_the_air() -> None:
    found = level(taught((1_500, 390), (2_000, 400), (2_500, 410), (1_800, 400)))
    assert found.altitude[0] == pytest.approx(1_400.0 * FOOT_M)
    assert found.altitude[1] == common_pb2.ALTITUDE_DATUM_HAE
    assert found.accuracy_m is not None
    assert 150.0 * FOOT_M < found.accuracy_m < 200.0 * FOOT_M


def test_what_is_asked_far_above_says_less() -> None:
    samples = [(5_500.0, 400.0)] * MIN_AIRCRAFT
    near, far = level(taught(*samples), 5_000.0), level(taught(*samples), 0.0)
    assert near.accuracy_m is not None
    assert far.accuracy_m is not None
    assert far.accuracy_m > near.accuracy_m + 200.0 * FOOT_M


def test_a_wide_spread_is_doubt() -> None:
    found = level(taught((1_000, 0), (1_000, 200), (1_000, 600), (1_000, 800)))
    assert found.accuracy_m is not None
    assert found.accuracy_m > 800.0 * FOOT_M


@pytest.mark.parametrize(
    "levels",
    [
        taught(*[(1_000.0, 400.0)] * (MIN_AIRCRAFT - 1)),
        taught(*[(1_000.0, 400.0)] * MIN_AIRCRAFT, age_s=700.0),
        taught(*[(30_000.0, 400.0)] * MIN_AIRCRAFT),
        taught(*[(1_000.0, 9_000.0)] * MIN_AIRCRAFT),
    ],
    ids=["too few", "too old", "too far up", "no weather"],
)
def test_too_little_evidence_is_none(levels: PressureLevels) -> None:
    assert level(levels).altitude[1] == common_pb2.ALTITUDE_DATUM_PRESSURE


def test_one_transmitter_cannot_decide_however_often_it_speaks() -> None:
    levels = PressureLevels()
    for _ in range(100):
        levels.level(aircraft("400000", 1_000.0, 2_000.0))
    assert level(levels).altitude[1] == common_pb2.ALTITUDE_DATUM_PRESSURE


def test_the_closer_of_qnh_and_traffic_is_taken() -> None:
    samples = [(1_000.0, 400.0)] * MIN_AIRCRAFT
    rough = level(taught(*samples, qnh=Qnh(1_000.0, 20.0)))
    assert rough.altitude[1] == common_pb2.ALTITUDE_DATUM_HAE
    exact = level(taught(*samples, qnh=Qnh(1_000.0, 0.0)))
    assert exact.altitude[1] == common_pb2.ALTITUDE_DATUM_AMSL


def test_the_doubt_holds_in_simulated_weather() -> None:
    # REQ-ADAPT-006: the altitude stated with its doubt holds the true one in 95 of 100 cases.
    chance, held = random.Random(7), 0
    for _ in range(300):
        ground_ft, lapse = chance.uniform(-800, 900), chance.uniform(-0.06, 0.06)

        def difference_ft(pressure_ft: float) -> float:
            true_ft = ground_ft + lapse * pressure_ft  # noqa: B023 - used in this round only
            return true_ft + chance.gauss(0.0, 40.0)

        samples = [
            (height, difference_ft(height)) for height in chance.choices(range(500, 6_000), k=8)
        ]
        found = level(taught(*samples), 1_000.0)
        true_m = (1_000.0 + ground_ft + lapse * 1_000.0) * FOOT_M
        held += abs(found.altitude[0] - true_m) <= (found.accuracy_m or 0.0)
    assert held >= 0.95 * 300


def test_what_is_learnt_is_bounded() -> None:
    levels = PressureLevels()
    for number in range(MAX_SAMPLES + 100):
        levels.level(aircraft(f"{number:06x}", 1_000.0, 1_400.0))
    assert len(levels._samples) == MAX_SAMPLES
