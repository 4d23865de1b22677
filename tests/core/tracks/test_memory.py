"""A register restored from its state goes on exactly as the first one would have."""

import copy
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.errors import BrokenInvariant
from broker.core.plain import settled
from broker.core.tracks.memory import register_state, restore_register
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AircraftClass, AircraftDescription
from broker.core.tracks.table import TrackColumns
from broker.core.units import SECOND_US
from tests.core.tracks.batches import NOW_US, OTHER, PUBLISHER, at, batch

CATEGORIES = np.arange(48, dtype=np.int16).reshape(6, 8)
LIMITS_S = np.full(6, 10.0)

steps = st.lists(
    st.tuples(
        st.integers(0, 30),  # seconds since the last step
        st.sampled_from(["a", "b", "c", "d"]),
        st.sampled_from([PUBLISHER, OTHER]),
        st.sampled_from(["", "i-1", "i-2"]),
    ),
    max_size=12,
)
Step = tuple[int, str, Any, str]


def run(register: TrackRegister, sequence: list[Step], start_s: int) -> int:
    """Reports with time passing between them; returns the time reached."""
    now_s = start_s
    for seconds, track, publisher, incident in sequence:
        now_s += seconds
        register.release_retired()
        register.advance(NOW_US + now_s * SECOND_US, LIMITS_S / 2, LIMITS_S)
        described = AircraftDescription(AircraftClass.DRONE, incident_id=incident)
        one = batch(at(now_s, track, description=described), publisher=publisher)
        slots, _ = register.assign(one, np.arange(1))
        register.write(one, np.arange(1), slots, NOW_US)
    register.release_retired()
    return now_s


def assert_same(one: TrackRegister, other: TrackRegister) -> None:
    np.testing.assert_equal(settled(register_state(other)), settled(register_state(one)))
    assert one.live_count == other.live_count
    assert one.slot_of_number == other.slot_of_number
    for publisher in (PUBLISHER, OTHER):
        for track in "abcd":
            assert one.slot_of(publisher, track) == other.slot_of(publisher, track)


@given(steps, steps)
def test_restored_and_original_go_on_alike(before: list[Step], after: list[Step]) -> None:
    # REQ-DET-002
    original = TrackRegister(CATEGORIES)
    now_s = run(original, before, 0)
    state = copy.deepcopy(register_state(original))
    restored = TrackRegister(CATEGORIES)
    restore_register(restored, state)
    assert_same(original, restored)
    run(original, after, now_s)
    run(restored, after, now_s)
    assert_same(original, restored)


def test_the_state_is_a_copy() -> None:
    register = TrackRegister(CATEGORIES)
    run(register, [(0, "a", PUBLISHER, "")], 0)
    state = register_state(register)
    kept = settled(copy.deepcopy(state))
    run(register, [(1, "a", PUBLISHER, "i-9"), (1, "b", OTHER, "")], 0)
    np.testing.assert_equal(settled(state), kept)


def test_a_table_larger_than_the_first_capacity_is_restored() -> None:
    register = TrackRegister(CATEGORIES)
    one = batch(*(at(0, f"t{place}") for place in range(1_500)))
    slots, _ = register.assign(one, np.arange(1_500))
    register.write(one, np.arange(1_500), slots, NOW_US)
    restored = TrackRegister(CATEGORIES)
    restore_register(restored, register_state(register))
    assert restored.live_count == 1_500
    assert restored.slot_of(PUBLISHER, "t1499") == 1_499
    for column in fields(TrackColumns):
        left = getattr(register.columns, column.name)[:1_500]
        np.testing.assert_array_equal(getattr(restored.columns, column.name)[:1_500], left)


@pytest.mark.parametrize("part", ["publishers", "agencies", "words", "free", "columns"])
def test_a_state_of_the_wrong_shape_stops_everything(part: str) -> None:
    register = TrackRegister(CATEGORIES)
    run(register, [(0, "a", PUBLISHER, "")], 0)
    state = register_state(register)
    state[part] = 5
    with pytest.raises(BrokenInvariant, match="snapshot"):
        restore_register(TrackRegister(CATEGORIES), state)
