"""Ports of a process's own: nobody is given one between the asking and the binding.

What `bind` to port 0 finds free, the next one who asks may be given too, and so may any outgoing
connection: workers beside each other met on one port now and then. Systems hand ports out by
themselves from 32,768 up, so each process of tests takes a block below that, and holds it by
listening on its first port.
"""

import itertools
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Final

HOST: Final = "127.0.0.1"
FIRST: Final = 10_000
BLOCK: Final = 500
BLOCKS: Final = 45
"""The last one ends at 32,499."""


@cache
def _own_block() -> tuple[socket.socket, Iterator[int]]:
    """What holds the block as long as this process lives, and its other ports, over and over."""
    for step in range(BLOCKS):
        first = FIRST + (os.getpid() + step) % BLOCKS * BLOCK
        holder = socket.socket()
        try:
            holder.bind((HOST, first))
            holder.listen()
        except OSError:
            holder.close()
        else:
            return holder, itertools.cycle(range(first + 1, first + BLOCK))
    raise AssertionError(f"all {BLOCKS} blocks of ports are taken")


def unused_port() -> int:
    """A loopback TCP port that is free, and that no other process of tests will ask for."""
    _, ports = _own_block()
    for port in itertools.islice(ports, BLOCK):
        with suppress(OSError), socket.socket() as probe:
            probe.bind((HOST, port))
            return port
    raise AssertionError("every port of this process's block is taken")
