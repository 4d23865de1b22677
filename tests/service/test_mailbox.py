"""One wake-up for all that comes before the thread looks; nothing is lost or turned round."""

import asyncio
import threading

import pytest

from broker.service.mailbox import Mailbox
from tests.patience import PATIENCE_S


def test_many_tasks_are_one_wake_up() -> None:
    wakes: list[None] = []
    done: list[int] = []
    box = Mailbox(lambda: wakes.append(None))
    for place in range(5):
        box.put(lambda place=place: done.append(place))  # type: ignore[misc]
    assert (len(wakes), done) == (1, [])
    assert not box.empty()
    assert done == [0, 1, 2, 3, 4]
    box.put(lambda: done.append(5))
    assert len(wakes) == 2


def test_some_of_the_tasks_can_be_done() -> None:
    done: list[int] = []
    box = Mailbox(lambda: None)
    for place in range(3):
        box.put(lambda place=place: done.append(place))  # type: ignore[misc]
    assert box.empty(2)
    assert (done, len(box)) == ([0, 1], 1)
    assert not box.empty(2)
    assert done == [0, 1, 2]


def test_a_task_that_is_left_by_a_task_is_done_too() -> None:
    done: list[str] = []
    box = Mailbox(lambda: None)
    box.put(lambda: box.put(lambda: done.append("second")))
    box.empty()
    assert done == ["second"]


def test_a_task_that_fails_leaves_the_others_their_turn() -> None:
    wakes: list[None] = []
    done: list[str] = []
    box = Mailbox(lambda: wakes.append(None))

    def fail() -> None:
        raise ValueError("a fault")

    box.put(fail)
    box.put(lambda: done.append("second"))
    with pytest.raises(ValueError, match="a fault"):
        box.empty()
    assert len(wakes) == 2
    box.empty()
    assert done == ["second"]


def test_a_loop_gets_what_two_threads_leave_each_in_its_order() -> None:
    count = 2_000

    async def run() -> list[tuple[str, int]]:
        box = Mailbox.of_loop(asyncio.get_running_loop())
        got: list[tuple[str, int]] = []
        everything = asyncio.Event()

        def take(name: str, place: int) -> None:
            got.append((name, place))
            if len(got) == 2 * count:
                everything.set()

        def leave(name: str) -> None:
            for place in range(count):
                box.put(lambda place=place: take(name, place))  # type: ignore[misc]

        threads = [threading.Thread(target=leave, args=(name,)) for name in "ab"]
        for thread in threads:
            thread.start()
        async with asyncio.timeout(PATIENCE_S):
            await everything.wait()
        for thread in threads:
            thread.join()
        return got

    got = asyncio.run(run())
    for name in "ab":
        assert [place for one, place in got if one == name] == list(range(count))
