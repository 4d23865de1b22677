"""Every pair state that NASA DAIDALUS judged; REQ-SEP-003: flags exactly, times to 1 ms."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from broker.core.separation import check
from broker.core.separation.cylinder import RelativeStates

TIME_TOLERANCE = 1e-3
STATE = ("e_m", "n_m", "u_m", "ve_mps", "vn_mps", "vu_mps")
Column = Callable[[str], NDArray[np.float64]]


def truth(folder: Path, name: str) -> Column:
    with (folder / "truth" / name).open(newline="") as file:
        rows = list(csv.DictReader(file))

    def column(field: str) -> NDArray[np.float64]:
        return np.array([float(row[field]) if row[field] else np.nan for row in rows])

    return column


def states(column: Column) -> RelativeStates:
    own, intruder = (
        np.stack([column(f"{who}_{field}") for field in STATE], axis=1) for who in ("own", "int")
    )
    return check.relative_states(own, intruder)


def agree(answer: NDArray[np.float64], expected: NDArray[np.float64]) -> None:
    np.testing.assert_allclose(answer, expected, rtol=0.0, atol=TIME_TOLERANCE, equal_nan=True)


@pytest.fixture(scope="module")
def cylinder_truth(shared_dir: Path) -> Column:
    return truth(shared_dir, "cylinder.csv")


@pytest.fixture(scope="module")
def wellclear_truth(shared_dir: Path) -> Column:
    return truth(shared_dir, "wellclear.csv")


def test_cylinder_rows(cylinder_truth: Column) -> None:
    column = cylinder_truth
    answers = check.check_cylinder(
        states(column), column("D_m"), column("H_m"), column("lookahead_s")
    )
    assert len(answers.conflict) == 520
    np.testing.assert_array_equal(answers.los_now, column("los_now") == 1.0)
    np.testing.assert_array_equal(answers.conflict, column("conflict") == 1.0)
    for name in ("t_in_s", "t_out_s", "tcpa_h_s", "dcpa_h_m"):
        agree(getattr(answers, name), column(name))


def test_wellclear_rows(wellclear_truth: Column) -> None:
    column = wellclear_truth
    volumes = np.stack([column(name) for name in ("DTHR_m", "ZTHR_m", "TTHR_s", "TCOA_s")], axis=1)
    answers = check.check_wellclear(states(column), volumes, column("lookahead_s"))
    assert len(answers.violation_now) == 360
    np.testing.assert_array_equal(answers.violation_now, column("violation_now") == 1.0)
    np.testing.assert_array_equal(answers.violation_predicted, column("violation_predicted") == 1.0)
    for name in ("t_in_s", "t_out_s", "tau_mod_s"):
        agree(getattr(answers, name), column(name))


def test_no_pairs_give_no_answers() -> None:
    none = np.zeros(0)
    empty = check.relative_states(np.zeros((0, 6)), np.zeros((0, 6)))
    assert len(check.check_cylinder(empty, none, none, none).conflict) == 0
    assert len(check.check_wellclear(empty, np.zeros((0, 4)), none).t_in_s) == 0


def test_relative_is_intruder_minus_own() -> None:
    states_of_one = check.relative_states(np.arange(6.0)[None], 2.0 * np.arange(6.0)[None])
    assert [float(values[0]) for values in states_of_one] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
