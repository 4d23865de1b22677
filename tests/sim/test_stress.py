import numpy as np
import pytest

from keepclear.v1 import common_pb2
from sim.measures import SECOND_US
from sim.stress import REPORTS_PER_BATCH_MAX, Stress

START_US = 1_790_000_000 * SECOND_US


def test_the_same_seed_gives_the_same_columns_and_another_does_not() -> None:
    at_us = START_US + 40 * SECOND_US
    one, two, other = (Stress(500, seed, START_US).columns(at_us) for seed in (1, 1, 2))
    assert np.array_equal(one.latitude_deg, two.latitude_deg)
    assert not np.array_equal(one.latitude_deg, other.latitude_deg)


def test_aircraft_stay_over_greater_london_for_ever() -> None:
    stress = Stress(2_000, 1, START_US)
    for hours in (0, 1, 24, 1_000):
        columns = stress.columns(START_US + hours * 3_600 * SECOND_US)
        assert (np.abs(columns.latitude_deg - 51.5074) < 0.21).all()
        assert (np.abs(columns.longitude_deg + 0.1278) < 0.42).all()


def test_velocity_is_the_slope_of_position_also_after_a_reflection() -> None:
    stress = Stress(2_000, 1, START_US)
    before = stress.columns(START_US + 3_600 * SECOND_US)
    after = stress.columns(START_US + 3_601 * SECOND_US)
    moved_m = (after.latitude_deg - before.latitude_deg) * 111_253.0
    straight = before.velocity_north_mps == after.velocity_north_mps
    assert straight.mean() > 0.99
    assert np.allclose(moved_m[straight], before.velocity_north_mps[straight], atol=0.1)


def test_speeds_are_of_drones_and_helicopters() -> None:
    stress = Stress(1_000, 1, START_US)
    columns = stress.columns(START_US)
    speed_mps = np.hypot(columns.velocity_east_mps, columns.velocity_north_mps)
    assert (speed_mps[: stress.drone_count] <= 20.0 + 1e-9).all()
    assert (speed_mps[stress.drone_count :] >= 30.0 - 1e-9).all()
    assert (speed_mps <= 75.0 + 1e-9).all()


def test_requests_carry_every_aircraft_once_in_batches() -> None:
    stress = Stress(1_050, 1, START_US)
    batches = stress.requests(START_US, 500, describe=True)
    assert [len(batch.reports) for batch in batches] == [500, 500, 50]
    found = [report for batch in batches for report in batch.reports]
    assert [report.source_track_id for report in found] == list(stress.track_ids)
    assert len({batch.batch_id for batch in batches}) == 3
    classes = {report.description.aircraft_class for report in found}
    assert classes == {common_pb2.AIRCRAFT_CLASS_DRONE, common_pb2.AIRCRAFT_CLASS_HELICOPTER}
    columns = stress.columns(START_US)
    assert found[77].latitude_deg == columns.latitude_deg[77]
    assert found[77].altitude_m == columns.altitude_hae_m[77]
    assert found[77].time_of_validity_us == START_US


def test_later_requests_leave_the_description_out() -> None:
    (batch,) = Stress(10, 1, START_US).requests(START_US)
    assert not any(report.HasField("description") for report in batch.reports)


@pytest.mark.parametrize("n_tracks", [0, -1, 1_000_001])
def test_the_number_of_tracks_has_limits(n_tracks: int) -> None:
    with pytest.raises(ValueError, match="n_tracks"):
        Stress(n_tracks, 1, START_US)


@pytest.mark.parametrize("size", [0, REPORTS_PER_BATCH_MAX + 1])
def test_the_batch_size_has_limits(size: int) -> None:
    with pytest.raises(ValueError, match="batch_size"):
        Stress(10, 1, START_US).requests(START_US, size)
