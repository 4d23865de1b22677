import math

import numpy as np

from broker.core.separation.hits import NO_SAMPLES, pair_samples
from broker.core.separation.rules import PairSamples
from broker.core.tracks.table import empty_columns


def test_samples_are_sorted_by_track_number_smaller_first() -> None:
    columns = empty_columns(4)
    columns.track_number[:] = [40, 10, 30, 20]
    columns.trusted[:] = [1, 1, 0, 1]
    columns.altitude_hae_m[:] = [1.0, 2.0, 3.0, math.nan]
    tags = np.array([[0, 2, 5, 1, 2], [2, 1, 6, 3, 3], [1, 3, 7, 0, 1]], dtype=np.int32)
    values = np.arange(9.0).reshape(3, 3)
    samples = pair_samples(tags, values, columns)
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


def test_element_types_do_not_depend_on_how_many_there_are() -> None:
    one = pair_samples(
        np.array([[0, 1, 0, 1, 1]], dtype=np.int32), np.zeros((1, 3)), empty_columns(2)
    )
    for name in PairSamples.__dataclass_fields__:
        assert getattr(one, name).dtype == getattr(NO_SAMPLES, name).dtype, name
    assert len(NO_SAMPLES) == 0


def test_kernel_buffers_are_not_kept() -> None:
    tags, values = np.array([[0, 1, 0, 1, 1]], dtype=np.int32), np.ones((1, 3))
    samples = pair_samples(tags, values, empty_columns(2))
    tags[:], values[:] = 9, 9.0
    assert samples.slot_b.tolist() in ([0], [1])
    assert samples.time_to_loss_s.tolist() == [1.0]
