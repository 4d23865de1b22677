"""`keepclear separation check`: the engine's geometry for pairs of states in a CSV file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from broker.cli.csv_files import Row, numbers, read_rows, shown, write_rows
from broker.core.separation.check import check_cylinder, check_wellclear, relative_states

Detector = Literal["cylinder", "wellclear"]

_STATE: Final = ("e_m", "n_m", "u_m", "ve_mps", "vn_mps", "vu_mps")
_VOLUMES: Final[dict[str, tuple[str, ...]]] = {
    "cylinder": ("D_m", "H_m"),
    "wellclear": ("DTHR_m", "ZTHR_m", "TTHR_s", "TCOA_s"),
}
_TIME_LIMITS: Final = ("TTHR_s", "TCOA_s")
_ANSWERS: Final[dict[str, tuple[str, ...]]] = {
    "cylinder": ("los_now", "conflict", "t_in_s", "t_out_s", "tcpa_h_s", "dcpa_h_m"),
    "wellclear": ("violation_now", "violation_predicted", "t_in_s", "t_out_s", "tau_mod_s"),
}


def run(source: Path, target: Path, detector: Detector) -> None:
    """Judge every row of `source`; columns that are no input are carried over to `target`."""
    own = [f"own_{name}" for name in _STATE]
    intruder = [f"int_{name}" for name in _STATE]
    inputs = ["id", "lookahead_s", *own, *intruder, *_VOLUMES[detector]]
    header, rows = read_rows(source, inputs)
    states = relative_states(_matrix(rows, own), _matrix(rows, intruder))
    look_ahead_s = np.array(numbers(rows, "lookahead_s", "not negative"), dtype=np.float64)
    limits = np.array(
        [
            numbers(rows, name, "not negative" if name in _TIME_LIMITS else "positive")
            for name in _VOLUMES[detector]
        ],
        dtype=np.float64,
    )
    answers = (
        check_cylinder(states, limits[0], limits[1], look_ahead_s)
        if detector == "cylinder"
        else check_wellclear(states, np.ascontiguousarray(limits.T), look_ahead_s)
    )
    names = _ANSWERS[detector]
    columns = [_cells(getattr(answers, name)) for name in names]
    carried = [name for name in header if name not in inputs and name not in names]
    write_rows(
        target,
        ["id", *names, *carried],
        (
            [row["id"], *judged, *(row[name] for name in carried)]
            for row, judged in zip(rows, zip(*columns, strict=True), strict=True)
        ),
    )


def _matrix(rows: Sequence[Row], names: Sequence[str]) -> NDArray[np.float64]:
    columns = [numbers(rows, name) for name in names]
    return np.array(columns, dtype=np.float64).reshape(len(names), len(rows)).T


def _cells(column: NDArray[np.float64] | NDArray[np.bool_]) -> list[str]:
    if column.dtype == np.bool_:
        return ["1" if flag else "0" for flag in column.tolist()]
    return [shown(value) for value in column.tolist()]
