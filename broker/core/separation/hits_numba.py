"""Compiled: from raw kernel hits to `PairSamples`; `hits.pair_samples` does the same with arrays.

A score of NumPy calls costs as much for a few hundred hits as finding them does.
"""

import math

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import hits
from broker.core.separation.cylinder import Floats
from broker.core.separation.hits import NO_SAMPLES, Tags
from broker.core.separation.jit import jit
from broker.core.separation.packing import TrackInputs
from broker.core.separation.rules import PairSamples

SampleArrays = tuple[
    NDArray[np.int32],
    NDArray[np.int32],
    NDArray[np.int16],
    NDArray[np.int8],
    NDArray[np.int8],
    Floats,
    Floats,
    Floats,
    NDArray[np.uint8],
    NDArray[np.uint8],
]
"""The fields of `PairSamples`, in their order."""


def pair_samples(tags: Tags, values: Floats, tracks: TrackInputs) -> PairSamples:
    """Sorted samples from hits: tags (n, 5) int32 and values (n, 3) float64."""
    if len(tags) == 0:
        return NO_SAMPLES
    return PairSamples(
        *sorted_samples(tags, values, tracks.track_number, tracks.altitude_hae_m, tracks.trusted)
    )


@jit
def sorted_samples(
    tags: Tags,
    values: Floats,
    track_number: NDArray[np.int64],
    altitude_hae_m: Floats,
    trusted: NDArray[np.uint8],
) -> SampleArrays:
    """Each hit with the smaller track number first, in the order of both numbers."""
    count = len(tags)
    slot_a, slot_b = np.empty(count, np.int32), np.empty(count, np.int32)
    rule = np.empty(count, np.int16)
    level, hold_level = np.empty(count, np.int8), np.empty(count, np.int8)
    loss_s, closest_s, closest_m = np.empty(count), np.empty(count), np.empty(count)
    known, both_trusted = np.empty(count, np.uint8), np.empty(count, np.uint8)
    order = np.argsort(sort_keys(tags, track_number))
    for at in range(count):
        k = order[at]
        a, b = tags[k, hits.SLOT_I], tags[k, hits.SLOT_J]
        if track_number[a] > track_number[b]:
            a, b = b, a
        slot_a[at], slot_b[at] = a, b
        rule[at], level[at] = tags[k, hits.RULE], tags[k, hits.LEVEL]
        hold_level[at] = tags[k, hits.HOLD_LEVEL]
        loss_s[at] = values[k, hits.TIME_TO_LOSS_S]
        closest_s[at] = values[k, hits.TIME_TO_CLOSEST_S]
        closest_m[at] = values[k, hits.CLOSEST_RANGE_M]
        known[at] = not (math.isnan(altitude_hae_m[a]) or math.isnan(altitude_hae_m[b]))
        both_trusted[at] = trusted[a] != 0 and trusted[b] != 0
    return (
        slot_a, slot_b, rule, level, hold_level, loss_s, closest_s, closest_m, known, both_trusted
    )  # fmt: skip


@jit
def sort_keys(tags: Tags, track_number: NDArray[np.int64]) -> NDArray[np.int64]:
    """One number per hit that sorts as its pair of track numbers does, the smaller one first.

    Exact while the numbers of the hits span less than 3,000,000,000, which is that many aircraft
    that came during the life of one.
    """
    first = last = track_number[tags[0, hits.SLOT_I]] if len(tags) > 0 else 0
    for k in range(len(tags)):
        for column in range(hits.SLOT_J + 1):
            number = track_number[tags[k, column]]
            first, last = min(first, number), max(last, number)
    keys = np.empty(len(tags), np.int64)
    for k in range(len(tags)):
        i, j = track_number[tags[k, hits.SLOT_I]], track_number[tags[k, hits.SLOT_J]]
        keys[k] = (min(i, j) - first) * (last - first + 1) + (max(i, j) - first)
    return keys
