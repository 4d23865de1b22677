"""The filter's algebra against matrices."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.tracks import kalman
from broker.core.tracks.kalman import Covariance

variances = st.floats(0.01, 1e4)
ratios = st.floats(-0.95, 0.95)
gaps = st.floats(0.05, 20.0)


def matrix(covariance: Covariance) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([[covariance.position, covariance.both], [covariance.both, covariance.rate]])


def some(position: float, rate: float, ratio: float) -> Covariance:
    return Covariance(position, ratio * math.sqrt(position * rate), rate)


@given(variances, variances, ratios, gaps, st.floats(0.0, 10.0))
def test_prediction(position: float, rate: float, ratio: float, gap: float, noise: float) -> None:
    before = some(position, rate, ratio)
    step = np.array([[1.0, gap], [0.0, 1.0]])
    driven = noise * np.array([[gap**3 / 3, gap**2 / 2], [gap**2 / 2, gap]])
    expected = step @ matrix(before) @ step.T + driven
    assert matrix(kalman.predicted(before, noise, gap)) == pytest.approx(expected, rel=1e-9)


@given(variances, variances, ratios, variances, st.booleans())
def test_corrections(
    position: float, rate: float, ratio: float, variance: float, of_rate: bool
) -> None:
    before = some(position, rate, ratio)
    row = np.array([[0.0, 1.0]]) if of_rate else np.array([[1.0, 0.0]])
    total = (row @ matrix(before) @ row.T)[0, 0] + variance
    gain = (matrix(before) @ row.T / total)[:, 0]
    expected = (np.eye(2) - np.outer(gain, row)) @ matrix(before)
    take = kalman.with_rate if of_rate else kalman.with_position
    ours = take(before, variance)
    assert ours[:2] == pytest.approx(tuple(gain), rel=1e-9)
    assert matrix(ours[2]) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(variances, variances, ratios, variances, gaps)
def test_a_manoeuvre_only_adds_doubt(
    position: float, rate: float, ratio: float, more: float, gap: float
) -> None:
    before = some(position, rate, ratio)
    added = matrix(kalman.raised(before, more, gap)) - matrix(before)
    assert np.linalg.eigvalsh(added).min() >= -1e-6 * more * max(1.0, gap * gap)


@given(st.floats(-100, 100), st.floats(-100, 100), st.floats(-1.5, 1.5))
def test_rotation_keeps_length_and_nearly_the_angle(east: float, north: float, by: float) -> None:
    turned = kalman.rotated(east, north, by)
    assert math.hypot(*turned) == pytest.approx(math.hypot(east, north), abs=1e-9)
    exact = complex(east, north) * complex(math.cos(by), math.sin(by))
    assert abs(complex(*turned) - exact) <= 0.05 * abs(exact) + 1e-9


def test_accuracies_become_variances() -> None:
    assert kalman.variance_of(19.6, 5.0) == pytest.approx(100.0)
    assert kalman.variance_of(math.nan, 1.96) == pytest.approx(1.0)
    assert kalman.variance_of(0.0, 5.0) > 0.0


def test_a_manoeuvre_is_one_improbable_report_or_several_that_agree() -> None:
    assert not kalman.is_manoeuvre(9.0, 0.5, 1.0, 12.0)
    assert kalman.is_manoeuvre(16.0, 0.5, 1.0, 12.0)
    assert kalman.is_manoeuvre(4.0, 3.5, 1.0, 12.0)
    assert kalman.fading_mean(2.0, 2.0) == pytest.approx(2.0)
