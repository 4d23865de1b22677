"""Every check of a report's content, each against the field it must name."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.tracks.reports import (
    FLOAT_COLUMNS,
    AltitudeDatum,
    HeightReference,
    ReportSource,
)
from broker.core.tracks.validation import (
    NEWEST_US,
    OLDEST_US,
    all_fit,
    checked_columns,
    faults_by_column,
    row_faults,
)
from broker.core.units import SECOND_US
from tests.core.tracks.batches import NOW_US, SOUND, at, batch

INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1
INFINITIES = (math.inf, -math.inf)


def faults_of(fields: dict[str, Any], *, exercise: bool = False) -> list[tuple[int, str, str]]:
    """The faults of one report that stands between two sound ones."""
    fit, faults = row_faults(batch(at(0), fields, at(0)), NOW_US, exercise)
    assert fit.tolist() == [True, not faults, True]
    assert all(row == 1 for row, _, _ in faults)
    return faults


def cases(field: str, *values: float, **others: Any) -> list[tuple[str, dict[str, Any]]]:
    named = {"altitude_m": "published_altitude_m"}.get(field, field)
    return [(field, {named: value, **others}) for value in values]


OUT_OF_RANGE = [
    *cases("latitude_deg", 90.000001, -90.000001, math.nan, *INFINITIES),
    *cases("longitude_deg", 180.000001, -180.000001, math.nan, *INFINITIES),
    *cases("altitude_m", -500.5, 30_000.5, *INFINITIES),
    *cases("height_m", -500.5, 10_000.5, *INFINITIES, height_reference=HeightReference.GROUND),
    *cases("velocity_east_mps", -400.5, 400.5, *INFINITIES, velocity_north_mps=0.0),
    *cases("velocity_north_mps", -400.5, 400.5, *INFINITIES, velocity_east_mps=0.0),
    *cases("vertical_speed_mps", -150.5, 150.5, *INFINITIES),
    *cases("horizontal_accuracy_m", -0.5, 50_001.0, *INFINITIES),
    *cases("vertical_accuracy_m", -0.5, 50_001.0, *INFINITIES),
    *cases("velocity_accuracy_mps", -0.5, 401.0, *INFINITIES),
    *cases("vertical_speed_accuracy_mps", -0.5, 401.0, *INFINITIES),
]


@pytest.mark.parametrize(("field", "fields"), OUT_OF_RANGE)
def test_out_of_range_is_refused_by_name(field: str, fields: dict[str, Any]) -> None:
    # REQ-BAD-001: NaN, infinities and implausible values never reach the picture.
    [(_, named, reason)] = faults_of(fields)
    assert named == field
    assert "must be" in reason


ON_THE_EDGE = [
    *cases("latitude_deg", 90.0, -90.0),
    *cases("longitude_deg", 180.0, -180.0),
    *cases("altitude_m", -500.0, 30_000.0),
    *cases("height_m", -500.0, 10_000.0, height_reference=HeightReference.TAKEOFF),
    *cases("velocity_east_mps", -400.0, 400.0, velocity_north_mps=0.0),
    *cases("vertical_speed_mps", -150.0, 150.0, math.nan),
    *cases("horizontal_accuracy_m", 0.0, 50_000.0, math.nan),
    *cases("velocity_accuracy_mps", 0.0, 400.0, math.nan),
]


@pytest.mark.parametrize(("field", "fields"), ON_THE_EDGE)
def test_the_edge_of_a_range_is_accepted(field: str, fields: dict[str, Any]) -> None:
    assert field
    assert faults_of(fields) == []


def test_no_fix_is_not_a_place() -> None:
    # REQ-BAD-002: exactly 0,0 is what receivers send without a fix.
    [(_, named, reason)] = faults_of({"latitude_deg": 0.0, "longitude_deg": -0.0})
    assert (named, "without a fix" in reason) == ("latitude_deg", True)
    assert faults_of({"latitude_deg": 0.0}) == []
    assert faults_of({"longitude_deg": 0.0}) == []


@pytest.mark.parametrize(
    ("time_us", "word"),
    [
        (0, "missing"),
        (-1, "missing"),
        (INT64_MIN, "missing"),
        (NOW_US + 5 * SECOND_US + 1, "ahead"),
        (INT64_MAX, "ahead"),
        (NOW_US - 60 * SECOND_US - 1, "old"),
        (1, "old"),
    ],
)
def test_a_time_that_cannot_be_is_refused(time_us: int, word: str) -> None:
    # REQ-BAD-003
    [(_, named, reason)] = faults_of({"time_of_validity_us": time_us})
    assert (named, word in reason) == ("time_of_validity_us", True)


@pytest.mark.parametrize("seconds", [5.0, 0.0, -60.0])
def test_a_time_just_within_the_tolerance_is_taken(seconds: float) -> None:
    assert faults_of(at(seconds)) == []


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("altitude_datum", {"altitude_datum": AltitudeDatum.NONE}),
        ("altitude_m", {"published_altitude_m": math.nan}),
        ("height_reference", {"height_m": 30.0}),
        ("height_m", {"height_reference": HeightReference.TAKEOFF}),
    ],
)
def test_a_height_and_what_it_is_measured_from_come_together(
    field: str, fields: dict[str, Any]
) -> None:
    # REQ-BAD-004: an altitude without a datum is refused, and a datum without an altitude.
    [(_, named, reason)] = faults_of(fields)
    assert (named, "is missing" in reason) == (field, True)


def test_no_vertical_position_at_all_is_accepted() -> None:
    # Unknown is not zero; it counts as inside, later.
    nothing = {"published_altitude_m": math.nan, "altitude_datum": AltitudeDatum.NONE}
    assert faults_of(nothing) == []


@pytest.mark.parametrize("given_name", ["velocity_east_mps", "velocity_north_mps"])
def test_half_a_velocity_is_refused(given_name: str) -> None:
    [(_, named, reason)] = faults_of({given_name: 10.0})
    assert (named, "together" in reason) == ("velocity_east_mps", True)


def test_live_and_exercise_never_mix() -> None:
    # REQ-SPACE-001
    simulated = batch(at(0, source=ReportSource.SIMULATED))
    real = batch(at(0, source=ReportSource.TELEMETRY), at(0, source=ReportSource.ADSB))
    assert row_faults(simulated, NOW_US, exercise=True)[1] == []
    assert row_faults(real, NOW_US, exercise=False)[1] == []
    assert [field for _, field, _ in row_faults(simulated, NOW_US, exercise=False)[1]] == ["source"]
    assert [row for row, _, _ in row_faults(real, NOW_US, exercise=True)[1]] == [0, 1]


def test_only_the_first_fault_of_a_row_is_told() -> None:
    [(_, named, _)] = faults_of({"latitude_deg": 91.0, "height_m": math.inf, "source": 6})
    assert named == "latitude_deg"


def test_an_empty_batch_has_no_faults() -> None:
    fit, faults = row_faults(batch(), NOW_US, exercise=False)
    assert (fit.tolist(), faults) == ([], [])


anything = st.floats(width=64)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "latitude_deg": anything,
                "longitude_deg": anything,
                "published_altitude_m": anything,
                "time_of_validity_us": st.integers(INT64_MIN, INT64_MAX),
                "velocity_east_mps": anything,
                "velocity_north_mps": anything,
                "horizontal_accuracy_m": anything,
            }
        ),
        max_size=8,
    )
)
def test_whatever_is_fit_is_finite_and_in_range(rows: list[dict[str, Any]]) -> None:
    # REQ-BAD-001
    one = batch(*rows)
    fit, faults = row_faults(one, NOW_US, exercise=False)
    assert [row for row, _, _ in faults] == np.flatnonzero(~fit).tolist()
    assert (np.abs(one.latitude_deg[fit]) <= 90.0).all()
    assert (np.abs(one.longitude_deg[fit]) <= 180.0).all()
    assert not np.isinf(one.published_altitude_m[fit]).any()
    assert not np.isinf(one.horizontal_accuracy_m[fit]).any()
    assert (np.abs(one.time_of_validity_us[fit] - NOW_US) <= 60 * SECOND_US).all()


EDGES = (
    *(0.0, -1.0, -90.0, 90.0, 90.1, 180.0, -180.1, -500.0, -501.0, 30_000.0, 30_001.0, 10_000.0),
    *(10_001.0, 400.0, 401.0, -400.0, 150.0, -151.0, 50_000.0, 50_001.0),
    *(math.nan, math.inf, -math.inf),
)
edges = st.sampled_from(EDGES)
sound_or_edge = {
    **{name: st.just(SOUND[name]) | edges for name in FLOAT_COLUMNS},
    "time_of_validity_us": st.sampled_from([NOW_US, 0, -1])
    | st.integers(NOW_US - 61_000_000, NOW_US + 6_000_000),
    "altitude_datum": st.sampled_from([SOUND["altitude_datum"], 0]),
    "height_reference": st.sampled_from([0, 1]),
    "source": st.sampled_from([0, 6]),
}


@settings(deadline=None, max_examples=300)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(sorted(sound_or_edge)), st.none(), max_size=3).flatmap(
            lambda names: st.fixed_dictionaries({name: sound_or_edge[name] for name in names})
        ),
        max_size=4,
    ),
    st.booleans(),
)
def test_the_compiled_check_agrees_with_the_checks_one_by_one(
    made: list[dict[str, Any]], exercise: bool
) -> None:
    # REQ-VAL-001
    one = batch(*made)
    fit, faults = faults_by_column(one, NOW_US, exercise)
    assert bool(fit.all()) == (not faults)
    at_once, same_faults = row_faults(one, NOW_US, exercise)
    assert at_once.tolist() == fit.tolist()
    assert same_faults == faults
    assert all_fit(checked_columns(one), NOW_US, exercise, OLDEST_US, NEWEST_US) == fit.all()
