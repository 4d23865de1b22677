import numpy as np

from broker.core.separation import index
from broker.core.separation.index import WatchedPairs


def sequences(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def pairs(*rows: tuple[int, int]) -> np.ndarray:
    return np.array(rows, dtype=np.int32).reshape(-1, 2)


def kept(watched: WatchedPairs) -> list[tuple[int, int]]:
    return [(int(owner), int(partner)) for owner, partner in watched.pairs()]


def test_the_track_that_asked_last_owns_the_pair() -> None:
    watched = WatchedPairs()
    before = sequences(0, 1)
    watched.append(pairs((1, 0)), before)
    after = sequences(2, 1)
    watched.append(pairs((0, 1)), after)
    watched.compact(after)
    assert kept(watched) == [(0, 1)]


def test_a_query_that_no_longer_finds_the_other_ends_the_pair() -> None:
    watched = WatchedPairs()
    watched.append(pairs((1, 0)), sequences(0, 1))
    watched.compact(sequences(2, 1))
    assert kept(watched) == []


def test_a_removed_or_reused_slot_takes_its_pairs_along() -> None:
    asked = sequences(0, 1, 2)
    for gone in (sequences(index.NEVER, 1, 2), sequences(3, 1, 2)):
        watched = WatchedPairs()
        watched.append(pairs((1, 0), (2, 1)), asked)
        watched.compact(gone)
        assert kept(watched) == [(2, 1)]


def test_a_removed_owner_takes_its_pairs_along() -> None:
    watched = WatchedPairs()
    watched.append(pairs((1, 0), (2, 0)), sequences(0, 1, 2))
    watched.compact(sequences(0, index.NEVER, 2))
    assert kept(watched) == [(2, 0)]


def test_room_is_found_by_dropping_the_dead_first() -> None:
    watched = WatchedPairs()
    room = index.WATCH_ROOM_MIN
    for turn in range(10):
        sequence = sequences(0, turn + 1)
        watched.append(pairs(*[(1, 0)] * (room // 4)), sequence)
    assert len(watched.log.pairs) == room
    watched.compact(sequence)
    assert watched.used == room // 4


def test_room_grows_and_keeps_the_living() -> None:
    watched = WatchedPairs()
    sequence = np.arange(2, dtype=np.int64)
    watched.append(pairs(*[(1, 0)] * index.WATCH_ROOM_MIN), sequence)
    watched.append(pairs((1, 0)), sequence)
    assert watched.used == index.WATCH_ROOM_MIN + 1
    assert len(watched.log.pairs) >= watched.used
    assert set(kept(watched)) == {(1, 0)}


def test_an_empty_index_holds_nothing() -> None:
    empty = index.empty_index(8)
    assert (empty.layer == index.UNLINKED).all()
    assert (empty.sequence == index.NEVER).all()
    assert (empty.head == index.UNLINKED).all()
