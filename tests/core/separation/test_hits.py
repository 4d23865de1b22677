import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.separation import hits, hits_numba
from broker.core.separation.hits import NO_SAMPLES
from broker.core.separation.packing import track_inputs
from broker.core.separation.rules import PairSamples
from broker.core.tracks.table import empty_columns
from tests.core.separation.traffic import bytes_of

MakeSamples = Callable[..., PairSamples]
both_ways = pytest.mark.parametrize("pair_samples", [hits.pair_samples, hits_numba.pair_samples])


@both_ways
def test_samples_are_sorted_by_track_number_smaller_first(pair_samples: MakeSamples) -> None:
    columns = empty_columns(4)
    columns.track_number[:] = [40, 10, 30, 20]
    columns.trusted[:] = [1, 1, 0, 1]
    columns.altitude_hae_m[:] = [1.0, 2.0, 3.0, math.nan]
    tags = np.array([[0, 2, 5, 1, 2], [2, 1, 6, 3, 3], [1, 3, 7, 0, 1]], dtype=np.int32)
    values = np.arange(9.0).reshape(3, 3)
    samples = pair_samples(tags, values, track_inputs(columns))
    assert samples.slot_a.tolist() == [1, 1, 2]
    assert samples.slot_b.tolist() == [3, 2, 0]
    assert samples.rule.tolist() == [7, 6, 5]
    assert samples.level.tolist() == [0, 3, 1]
    assert samples.hold_level.tolist() == [1, 3, 2]
    assert samples.time_to_loss_s.tolist() == [6.0, 3.0, 0.0]
    assert samples.time_to_closest_s.tolist() == [7.0, 4.0, 1.0]
    assert samples.closest_range_m.tolist() == [8.0, 5.0, 2.0]
    assert samples.vertical_known.tolist() == [0, 1, 1]
    assert samples.trusted.tolist() == [1, 0, 0]


@both_ways
def test_element_types_do_not_depend_on_how_many_there_are(pair_samples: MakeSamples) -> None:
    tags, inputs = np.array([[0, 1, 0, 1, 1]], dtype=np.int32), track_inputs(empty_columns(2))
    one = pair_samples(tags, np.zeros((1, 3)), inputs)
    for name in PairSamples.__dataclass_fields__:
        assert getattr(one, name).dtype == getattr(NO_SAMPLES, name).dtype, name
    assert pair_samples(tags[:0], np.zeros((0, 3)), inputs) is NO_SAMPLES
    assert len(NO_SAMPLES) == 0


@both_ways
def test_kernel_buffers_are_not_kept(pair_samples: MakeSamples) -> None:
    tags, values = np.array([[0, 1, 0, 1, 1]], dtype=np.int32), np.ones((1, 3))
    samples = pair_samples(tags, values, track_inputs(empty_columns(2)))
    tags[:], values[:] = 9, 9.0
    assert samples.slot_b.tolist() in ([0], [1])
    assert samples.time_to_loss_s.tolist() == [1.0]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0, 1_000, 2**40]))
def test_compiled_samples_are_those_of_arrays(seed: int, first_number: int) -> None:
    random, columns = np.random.default_rng(seed), empty_columns(30)
    columns.track_number[:] = first_number + random.permutation(3_000_000)[:30]
    columns.trusted[:] = random.integers(0, 2, 30)
    columns.altitude_hae_m[:] = np.where(random.random(30) < 0.2, math.nan, 50.0)
    pairs = np.array([(i, j) for i in range(30) for j in range(i)], dtype=np.int32)
    tags = np.empty((40, hits.TAG_WIDTH), dtype=np.int32)
    tags[:, :2] = random.permutation(pairs)[:40]
    tags[:, 2:] = random.integers(0, 5, (40, 3))
    values = random.random((40, hits.VALUE_WIDTH))
    inputs = track_inputs(columns)
    expected = hits.pair_samples(tags, values, inputs)
    assert bytes_of(hits_numba.pair_samples(tags, values, inputs)) == bytes_of(expected)
