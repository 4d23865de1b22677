"""What tracks ask in the compiled full pass: who may come within reach, padded for float32.

Points are float32 metres from the first track, which is exact enough for a filter whose reach is
padded for the rounding; what is judged exactly stays in float64.
"""

from typing import Final

import numpy as np

from broker.core.separation import reach
from broker.core.separation.jit import jit_inline
from broker.core.separation.sweep_grid import (
    ACROSS_ASK,
    ACROSS_X,
    ACROSS_Y,
    ACROSS_Z,
    CROSS_HEIGHT,
    CROSS_REACH,
    EAST_MPS,
    NORTH_MPS,
    OWN_ASK,
    POINT_X,
    POINT_Y,
    POINT_Z,
    ZONE,
    Floats32,
)

FLOAT32_ROUNDING: Final = 2.0**-22
"""Of two float32 coordinates and their difference, relative to the farthest coordinate."""
SWEEP_FACTOR: Final = 2.0 * reach.REACH_FACTOR - 1.0
"""The filter measures east by the asking track's scale, not by the mean: twice the allowance."""
WIDENING: Final = np.float32(SWEEP_FACTOR - 1.0)
"""The same allowance for a pair's closest approach: a share of how far apart it may be."""
SPEED2_FACTOR: Final = np.float32(1.02)
SLACK_FACTOR: Final = 51.0
"""(a + b) squared is at most 1.02 a squared + 51 b squared; b is what float32 makes of a product of
distance and speed, which matters where the relative speed is next to nothing."""

# How far and how high a track asks, how near the paths may pass without the other's zone, and
# metres east per metre at the equator's scale; a negative reach: nothing to ask.
ASK_REACH, ASK_HEIGHT, ASK_TOUCH, ASK_SCALE = range(4)
Question = tuple[
    np.float32,
    np.float32,
    np.float32,
    np.float32,
    np.float32,
    np.float32,
    np.float32,
    np.float32,
    np.float32,
]
"""Point, reach, height, velocity east and north, touch and scale, all padded."""


@jit_inline
def write_question(
    question: Floats32,
    first: int,
    reach_m: float,
    height_m: float,
    radius_m: float,
    zone_m: float,
    scale: float,
) -> None:
    """The four numbers of a question, but for the padding that depends on all tracks."""
    question[first + ASK_REACH] = radius_m * SWEEP_FACTOR + reach_m if radius_m >= 0.0 else -1.0
    question[first + ASK_HEIGHT] = height_m + reach.HEIGHT_PAD_M
    question[first + ASK_TOUCH] = radius_m + zone_m
    question[first + ASK_SCALE] = scale


@jit_inline
def write_across(
    asking: Floats32,
    point_m: tuple[float, float, float],
    origin_m: tuple[float, float],
    draft: Floats32,
    height_m: float,
    radius_m: float,
    scale: float,
) -> None:
    """What a wide track asks among the slow, from its point at their reference instant."""
    asking[ACROSS_X], asking[ACROSS_Y] = point_m[0] - origin_m[0], point_m[1] - origin_m[1]
    asking[ACROSS_Z] = point_m[2]
    height_m += draft[CROSS_HEIGHT]
    write_question(asking, ACROSS_ASK, draft[CROSS_REACH], height_m, radius_m, draft[ZONE], scale)


@jit_inline
def own_question(filters: Floats32, place: int, pad_m: np.float32) -> Question:
    """What a place asks of its own layer, with the padding that depends on all tracks."""
    return (
        filters[POINT_X, place],
        filters[POINT_Y, place],
        filters[POINT_Z, place],
        filters[OWN_ASK + ASK_REACH, place] + pad_m,
        filters[OWN_ASK + ASK_HEIGHT, place],
        filters[EAST_MPS, place],
        filters[NORTH_MPS, place],
        filters[OWN_ASK + ASK_TOUCH, place] + pad_m,
        filters[OWN_ASK + ASK_SCALE, place],
    )


@jit_inline
def across_question(drafts: Floats32, across: Floats32, slot: int, pad_m: np.float32) -> Question:
    """What a wide slot asks among the slow."""
    return (
        across[slot, ACROSS_X],
        across[slot, ACROSS_Y],
        across[slot, ACROSS_Z],
        across[slot, ACROSS_ASK + ASK_REACH] + pad_m,
        across[slot, ACROSS_ASK + ASK_HEIGHT],
        drafts[slot, EAST_MPS],
        drafts[slot, NORTH_MPS],
        across[slot, ACROSS_ASK + ASK_TOUCH] + pad_m,
        across[slot, ACROSS_ASK + ASK_SCALE],
    )


@jit_inline
def rounding_m4ps2(search_m: float, fastest_mps: float) -> np.float32:
    """Room for what float32 makes of distance times speed; see SLACK_FACTOR.

    `search_m` is the farthest that an answer may be away.
    """
    error_m2ps = search_m * 2.0 * fastest_mps * FLOAT32_ROUNDING
    return np.float32(SLACK_FACTOR * error_m2ps * error_m2ps)
