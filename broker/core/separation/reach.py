"""How far two tracks may be apart, at a reference instant, and still matter to each other.

A track is indexed at the point where it will be half-way through the time that its entry must
serve, which halves the radius of a search on positions. Seen from that reference instant, nothing
within the served window is further away than the greatest deviation in time, so two tracks can
only share a cylinder if their reference points are within
    radius + growth of both + (speed of both) x deviation.

There are two layers, because one fast aircraft would stretch everybody's search: layer 0 holds slow
tracks and serves only the look-ahead of slow pairs; layer 1 holds the rest.

An entry made at b serves questions asked at b .. b + 2 x slack: a query at q is answered from
entries at most `slack` old, and its answer is watched for `slack` more.
"""

from typing import Final, NamedTuple

from broker.core.separation.jit import jit
from broker.core.separation.packing import KernelRules

WATCH_SLACK_S: Final = 4.0
"""How long an answer of the index stays complete without asking again."""
NARROW_SPEED_MPS: Final = 30.0
"""Faster tracks go to layer 1, whatever their category."""
NARROW_GROWTH_M: Final = 300.0
"""Tracks with wider zones go to layer 1."""

REACH_FACTOR: Final = 1.005
"""For the change of the east scale over a reach: covers 10 km up to 80 degrees of latitude."""
REACH_PAD_M: Final = 0.5
HEIGHT_PAD_M: Final = 0.05
EARTH_RADIUS_M_MIN: Final = 6_356_752.0
"""WGS 84 semi-minor axis: the east scale changes by at most 1 per this distance north."""
EAST_SCALE_MIN: Final = 0.01

LAYER_COUNT: Final = 2
GRID_CELLS: Final = 128
"""Cells along each side of the grid, a power of two; beyond it the grid wraps round."""
CELL_MASK: Final = GRID_CELLS - 1
CELL_COUNT: Final = GRID_CELLS * GRID_CELLS
NARROW_CELL_NORTH_M: Final = 500.0
WIDE_CELL_NORTH_M: Final = 3_000.0
CELL_EAST_RATIO: Final = 1.6
"""East cells are measured at the equator's scale; at 51.5 degrees they are about square."""


class Window(NamedTuple):
    """The times that an index serves, derived from the rules and the slack."""

    slack_s: float
    narrow_reference_s: float
    """Reference instant of layer 0, after the entry was made."""
    wide_reference_s: float
    narrow_deviation_s: float
    """Layer 0 asking layer 0."""
    wide_deviation_s: float
    """Anyone asking layer 1."""
    crossing_deviation_s: float
    """Layer 1 asking layer 0."""


@jit
def window(rules: KernelRules, slack_s: float) -> Window:
    """The times served with this slack; 0 for a full pass at one instant."""
    narrow_s = 0.5 * rules.slow_look_ahead_s + slack_s
    wide_s = 0.5 * rules.look_ahead_s_max + slack_s
    crossing_s = max(narrow_s, rules.look_ahead_s_max + 2.0 * slack_s - narrow_s)
    return Window(slack_s, narrow_s, wide_s, narrow_s, wide_s, crossing_s)


@jit
def deviation_s(times: Window, own_layer: int, layer: int) -> float:
    """Greatest time from the reference instant of a layer, for a question from another layer."""
    if layer == 1:
        return times.wide_deviation_s
    return times.narrow_deviation_s if own_layer == 0 else times.crossing_deviation_s
