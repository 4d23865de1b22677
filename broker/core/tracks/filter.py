"""A light filter per track: from noisy reports to the position, velocity and turn that are judged.

Theory of operation. Looking 45 s ahead multiplies every error of a velocity by 45, so a feed that
is good enough to look at is too noisy to predict from. Each track carries two small Kalman filters,
one for the horizontal plane (both axes share one covariance) and one for height. Each has two
states, position and rate, is driven by white acceleration, and takes position and rate of every
report by their stated accuracies (95 %, 1.96 standard deviations). The cost is the same for every
report, however long the track is.

Aircraft fly straight and level for long and then do something else, at once. So the driving noise
is low, and a manoeuvre is noticed instead: where a report's velocity, or the fading mean of what
reports said beyond expectation ("surprise"), is improbable, the doubt of the state is raised until
the report is believed. A turn rate is learnt from the sideways part of the same surprise; the
velocity is carried round with it from report to report. Looking ahead, a turning track is judged
by the mean direction of the next seconds: `turn_east_mps` and `turn_north_mps` are what that adds
to its velocity.

A filter begins anew with the first report, after a long gap, after a jump no aircraft could make,
and whenever a report lacks what it needs; until it can run, reports are taken as they are. A
variance of zero says that a filter does not run.
"""

import numpy as np
from numpy.typing import NDArray

from broker.core.separation.jit import jit_brief
from broker.core.tracks.filter_columns import FilterColumns, FilterSettings, Measured
from broker.core.tracks.filter_height import take_height
from broker.core.tracks.filter_plane import take_plane
from broker.core.units import SECOND_US


@jit_brief
def take_reports(
    columns: FilterColumns,
    measured: Measured,
    slots: NDArray[np.int32],
    settings: FilterSettings,
) -> None:
    """Take n reports into the columns of their slots, each slot at most once.

    `time_of_validity_us` of the columns must still be that of the report before; the caller
    writes the new one afterwards. A slot that has just been opened holds zeros.
    """
    for k in range(len(slots)):
        slot = slots[k]
        gap_us = measured.time_of_validity_us[k] - columns.time_of_validity_us[slot]
        gap_s = gap_us / SECOND_US
        take_height(columns, slot, measured, k, gap_s, settings)
        take_plane(columns, slot, measured, k, gap_s, settings)
