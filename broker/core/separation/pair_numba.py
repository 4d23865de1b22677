"""Two packed rows beside each other: where they are to one another now, and how doubtful that is.

Compiled, for one pair at a time.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import packing
from broker.core.separation.cylinder import Floats, RelativeState
from broker.core.separation.jit import jit_inline
from broker.core.separation.packing import KernelRules
from broker.core.separation.rules import Relation

DIFFERENT, SAME_INCIDENT, SAME_OPERATOR = (int(relation) for relation in Relation)


class Factors(NamedTuple):
    """The plain numbers of `KernelRules`, which inner functions take instead of the whole.

    Handing over a tuple of arrays counts references to each of them, which costs more than judging
    a pair does.
    """

    accuracy_weight: float
    near_weight: float
    early_weight: float
    hold_factor: float
    growth_m_max: float
    look_ahead_s_max: float


@jit_inline
def factors_of(rules: KernelRules) -> Factors:
    """What inner loops take of the rules besides single arrays."""
    return Factors(
        rules.accuracy_weight,
        rules.near_weight,
        rules.early_weight,
        rules.hold_factor,
        rules.growth_m_max,
        rules.look_ahead_s_max,
    )


@jit_inline
def root(value: float) -> float:
    """Square root of a doubt. Most tracks have none, and a root costs more than the question."""
    return 0.0 if value == 0.0 else math.sqrt(value)


@jit_inline
def rule_for(rows: Floats, i: int, j: int, rule_of: NDArray[np.int64]) -> int:
    """The rule row of a pair, -1 for none."""
    relation = DIFFERENT
    if rows[i, packing.AGENCY] == rows[j, packing.AGENCY]:
        relation = SAME_OPERATOR
    elif (
        rows[i, packing.INCIDENT] >= 0.0 and rows[i, packing.INCIDENT] == rows[j, packing.INCIDENT]
    ):
        relation = SAME_INCIDENT
    return int(rule_of[relation, int(rows[i, packing.CATEGORY]), int(rows[j, packing.CATEGORY])])


@jit_inline
def growth_m(rows: Floats, i: int, age_s: float, growth_m_max: float) -> float:
    """How much the zone of a stale track, or of one with unknown velocity, has grown."""
    overdue_s = max(0.0, age_s - rows[i, packing.GROWTH_DELAY_S])
    grown_m: float = min(growth_m_max, rows[i, packing.GROWTH_MPS] * overdue_s)
    return grown_m


@jit_inline
def age_s(rows: Floats, i: int, now_us: float) -> float:
    """Seconds since the row's time of validity."""
    elapsed_us: float = now_us - rows[i, packing.TIME_OF_VALIDITY_US]
    return elapsed_us * 1e-6


@jit_inline
def moved_m(rows: Floats, i: int, age_s: float, speed: int, drift: int) -> float:
    """How far a row's track has come along one axis since its report, its turn included."""
    moved: float = rows[i, speed] * age_s + rows[i, drift] * min(age_s, packing.DRIFT_S_MAX)
    return moved


@jit_inline
def relative_state(rows: Floats, i: int, j: int, now_us: float) -> RelativeState:
    """Row j minus row i, both brought to now. Swapping the two only flips signs, exactly."""
    age_i_s, age_j_s = age_s(rows, i, now_us), age_s(rows, j, now_us)
    scale = (rows[i, packing.EAST_SCALE] + rows[j, packing.EAST_SCALE]) * 0.5
    u_i, v_i, w_i = rows[i, packing.U_MPS], rows[i, packing.V_MPS], rows[i, packing.W_MPS]
    u_j, v_j, w_j = rows[j, packing.U_MPS], rows[j, packing.V_MPS], rows[j, packing.W_MPS]
    return RelativeState(
        (rows[j, packing.X_M] - rows[i, packing.X_M]) * scale
        + (
            moved_m(rows, j, age_j_s, packing.U_MPS, packing.DRIFT_U_MPS)
            - moved_m(rows, i, age_i_s, packing.U_MPS, packing.DRIFT_U_MPS)
        ),
        (rows[j, packing.Y_M] - rows[i, packing.Y_M])
        + (
            moved_m(rows, j, age_j_s, packing.V_MPS, packing.DRIFT_V_MPS)
            - moved_m(rows, i, age_i_s, packing.V_MPS, packing.DRIFT_V_MPS)
        ),
        (rows[j, packing.Z_M] - rows[i, packing.Z_M]) + (w_j * age_j_s - w_i * age_i_s),
        u_j - u_i,
        v_j - v_i,
        w_j - w_i,
    )


@jit_inline
def horizontal_doubt_m(rows: Floats, i: int, j: int, now_us: float, factors: Factors) -> float:
    """What age and accuracy add to a pair's radius."""
    grown_i_m = growth_m(rows, i, age_s(rows, i, now_us), factors.growth_m_max)
    grown_j_m = growth_m(rows, j, age_s(rows, j, now_us), factors.growth_m_max)
    variance_m2 = rows[i, packing.HORIZONTAL_VARIANCE_M2] + rows[j, packing.HORIZONTAL_VARIANCE_M2]
    return (grown_i_m + grown_j_m) + factors.accuracy_weight * root(variance_m2)


@jit_inline
def residual(rows: Floats, i: int, j: int, column: int) -> float:
    """Standard deviation of a pair's difference, from a column of variances."""
    return root(rows[i, column] + rows[j, column])
