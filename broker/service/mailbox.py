"""Work for another thread, which is woken once for all that comes before it looks.

Waking a thread is a system call, and every system call is a moment at which the one who makes it
may lose the interpreter to the one it wakes. A micro-batch that has a piece of news and forty
answers for the event loop would wake it forty-one times.
"""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable
from typing import Self

Task = Callable[[], object]


class Mailbox:
    """Any thread puts tasks in; one thread empties it, in the order in which they came."""

    def __init__(self, wake: Task) -> None:
        """`wake` must lead to a call of `empty` in the thread that the tasks are for."""
        self._wake = wake
        self._tasks: deque[Task] = deque()
        self._is_woken = False

    @classmethod
    def of_loop(cls, loop: asyncio.AbstractEventLoop) -> Self:
        """A mailbox that an event loop empties."""

        def wake() -> None:
            loop.call_soon_threadsafe(mailbox.empty)

        mailbox = cls(wake)
        return mailbox

    def put(self, task: Task) -> None:
        """Leave a task; nothing waits for it."""
        self._tasks.append(task)
        self._call()

    def empty(self, at_most: int | None = None) -> bool:
        """Do what is there, or so many tasks of it; returns whether some are left.

        What a task raises is raised, and the others' turn comes with another wake-up.
        """
        # First: a task that is put in after the last look wakes us again.
        self._is_woken = False
        try:
            for _ in itertools.count() if at_most is None else range(at_most):
                if not self._tasks:
                    return False
                self._tasks.popleft()()
        except BaseException:
            if self._tasks:
                self._call()
            raise
        return bool(self._tasks)

    def __len__(self) -> int:
        return len(self._tasks)

    def _call(self) -> None:
        if not self._is_woken:
            self._is_woken = True
            self._wake()
