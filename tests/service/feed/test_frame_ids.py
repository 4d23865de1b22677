"""Ids that the senders' threads make: the same whoever makes them, and whenever."""

import threading

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.service.feed.frame_ids import FrameIds
from tests.service.feed.pictures import FIRE, POLICE, Picture

VIEWS = Picture().views
rows = st.dictionaries(st.integers(0, 40), st.integers(0, 2**62), max_size=12)


def ids(of: FrameIds, tracks: dict[int, int]) -> list[str]:
    slots, keys = (np.array(list(some), dtype=np.int64) for some in (tracks, tracks.values()))
    return [bytes(one).decode() for one in of.of(slots, keys)]


def expected(tracks: dict[int, int]) -> list[str]:
    return [VIEWS.id_of_key(FIRE, key) for key in tracks.values()]


@settings(deadline=None)
@given(st.lists(rows, max_size=8))
def test_rows_may_be_used_again_and_frames_sent_late(frames: list[dict[int, int]]) -> None:
    # REQ-FEED-003: a frame that is sent after a newer one is what it was when it was cut.
    of = FrameIds(VIEWS, FIRE)
    for tracks in [*frames, *reversed(frames)]:
        assert ids(of, tracks) == expected(tracks)


def test_an_audience_has_its_own() -> None:
    # REQ-PRIV-002
    tracks = {3: 7, 4: 8}
    assert not set(ids(FrameIds(VIEWS, FIRE), tracks)) & set(ids(FrameIds(VIEWS, POLICE), tracks))


def test_threads_that_ask_at_once_do_not_mix_them_up() -> None:
    of = FrameIds(VIEWS, FIRE)
    pictures = [{slot: 1_000 * turn + slot for slot in range(64)} for turn in range(4)]
    wrong: list[dict[int, int]] = []

    def ask() -> None:
        for turn in range(60):
            tracks = pictures[turn % len(pictures)]
            if ids(of, tracks) != expected(tracks):
                wrong.append(tracks)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert wrong == []
