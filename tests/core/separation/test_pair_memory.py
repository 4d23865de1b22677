"""Pair memory: rows are found, kept apart, given back and moved to more room."""

import random

import pytest

from broker.core.separation import pair_memory as of
from broker.core.separation.pair_memory import PairMemory

SLOTS = 12


def number_of(slot: int) -> int:
    return 100 + slot


def taken(memory: PairMemory, slot_a: int, slot_b: int) -> int:
    return of.take(memory, (slot_a, slot_b), (number_of(slot_a), number_of(slot_b)))


def found(memory: PairMemory, slot_a: int, slot_b: int) -> int:
    return of.find(memory, (slot_a, slot_b), (number_of(slot_a), number_of(slot_b)))


def partners(memory: PairMemory, slot: int) -> list[int]:
    rows, entry = [], int(memory.head[slot])
    while entry >= 0:
        rows.append(entry >> 1)
        entry = int(memory.following[entry])
    return sorted(rows)


@pytest.mark.parametrize("seed", range(4))
def test_rows_are_what_a_dictionary_would_say(seed: int) -> None:
    draw, memory = random.Random(seed), of.empty_memory(SLOTS, 4, 4)
    rows: dict[tuple[int, int], int] = {}
    for _ in range(400):
        pair = tuple(sorted(draw.sample(range(SLOTS), 2)))
        slot_a, slot_b = pair
        assert found(memory, slot_a, slot_b) == rows.get((slot_a, slot_b), of.NOTHING)
        if (slot_a, slot_b) in rows:
            of.release(memory, rows.pop((slot_a, slot_b)))
        else:
            memory = of.with_room(memory, SLOTS, 4, 1)
            rows[slot_a, slot_b] = taken(memory, slot_a, slot_b)
    for slot in range(SLOTS):
        own = sorted(row for pair, row in rows.items() if slot in pair)
        assert partners(memory, slot) == own
        assert sorted(of.rows_of(memory, number_of(slot)).tolist()) == own
    assert of.used_rows(memory).tolist() == [rows[pair] for pair in sorted(rows)]


def test_another_track_in_the_same_slot_is_another_pair() -> None:
    memory = of.empty_memory(SLOTS, 4)
    taken(memory, 1, 2)
    assert of.find(memory, (1, 2), (number_of(1), 999)) == of.NOTHING
    assert of.row_between(memory, number_of(1), number_of(2)) == 0
    assert of.row_between(memory, number_of(1), 999) == of.NOTHING


def test_a_new_row_is_empty_but_for_its_tracks() -> None:
    memory = of.empty_memory(SLOTS, 4)
    row = taken(memory, 1, 2)
    memory.state[row, of.LEVEL] = 3
    of.release(memory, row)
    assert taken(memory, 3, 4) == row
    assert memory.state[row, of.LEVEL] == 0
    assert memory.state[row, of.LEVEL_SINCE_US] == of.NEVER
    assert memory.state[row, of.RULE] == of.NOTHING


def test_more_room_keeps_everything() -> None:
    memory = of.empty_memory(4, 2, 2)
    first, second = taken(memory, 0, 1), taken(memory, 0, 2)
    memory.evidence[first, 1, :] = 5
    memory.foreseen[second] = 1.0, 2.0, 3.0
    larger = of.with_room(memory, 9, 3, 3)
    assert larger.evidence.shape == (8, 3, of.EVIDENCE_WIDTH)
    assert larger.evidence[first, 1].tolist() == [5] * of.EVIDENCE_WIDTH
    assert larger.foreseen[second].tolist() == [1.0, 2.0, 3.0]
    assert len(larger.head) == 9
    assert partners(larger, 0) == sorted([first, second])
    assert int(larger.free_count[0]) == 6
    assert {taken(larger, 3, other) for other in (4, 5, 6)}.isdisjoint({first, second})


def test_enough_room_stays_where_it_is() -> None:
    memory = of.empty_memory(4, 2)
    assert of.with_room(memory, 4, 2, of.ROOM_MIN) is memory
