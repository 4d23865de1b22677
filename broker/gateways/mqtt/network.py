"""Runs one MQTT client in one thread: what comes in, what goes out, and connecting again.

paho's own thread reads a message in three to five system calls, and whoever publishes wakes that
thread through a socket and waits its turn against it. Each of these is a moment at which the
interpreter goes to somebody else, and stays there if that one is busy; together they were half of
an alert's time. Here one thread does it all: it takes what the socket holds in one call, and what
the broker has to say is handed to paho, and written, by the thread that was woken for it.
"""

import math
import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import MQTTErrorCode

from broker.service.mailbox import Mailbox, Task

RECEIVE_BYTES: Final = 65_536
TASKS_BETWEEN_READS: Final = 4
"""Frames for every audience come at once: what partners write meanwhile does not wait for all."""
PACKETS_BETWEEN_TASKS: Final = 16
"""The same the other way round."""
MISC_INTERVAL_S: Final = 1.0
"""How often paho looks whether a ping is due or missing."""
RECONNECT_S_MIN: Final = 1.0
RECONNECT_S_MAX: Final = 30.0
STOP_S: Final = 5.0
_WAKE: Final = b"\0"

log = structlog.get_logger()


class BufferedClient(mqtt.Client):
    """paho's client, taking all that has come in one call and not byte by byte."""

    _unread = b""
    _place = 0

    def reconnect(self) -> MQTTErrorCode:
        """Connect again; what was not read of the old connection is void."""
        self._unread, self._place = b"", 0
        return super().reconnect()

    @property
    def has_unread(self) -> bool:
        """Whether something waits that a selector does not see."""
        if self._place < len(self._unread):
            return True
        pending = getattr(self.socket(), "pending", None)  # TLS has a buffer of its own
        return pending is not None and pending() > 0

    def _sock_recv(self, bufsize: int) -> bytes:
        if self._place == len(self._unread):
            self._unread, self._place = super()._sock_recv(RECEIVE_BYTES), 0
        taken = self._unread[self._place : self._place + bufsize]
        self._place += len(taken)
        return taken


class NetworkThread:
    """Keeps a client connected. Tasks left with `put` run in its thread, where paho may be used."""

    def __init__(self, client: BufferedClient, is_acknowledged: Callable[[], bool]) -> None:
        """The client knows where to connect to (`connect_async`).

        `is_acknowledged` says whether the server has taken all that it was to take.
        """
        self._client = client
        self._is_acknowledged = is_acknowledged
        self._mailbox = Mailbox(self._wake_up)
        self._is_ending = False
        self._end_s = math.inf
        self._reconnect_s = RECONNECT_S_MIN
        self._misc_due_s = 0.0
        self._awake, self._waker = socket.socketpair()
        self._awake.setblocking(False)
        self._waker.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._awake, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    def start(self) -> None:
        """Connect in the background and keep connected."""
        self._thread.start()

    def stop(self) -> None:
        """Do what was left to do, say goodbye, end."""
        self._end_s = time.monotonic() + STOP_S
        self._is_ending = True
        self._wake_up()
        if self._thread.is_alive():
            self._thread.join(2 * STOP_S)

    def put(self, task: Task) -> None:
        """Leave work for the thread."""
        self._mailbox.put(task)

    @property
    def waiting_count(self) -> int:
        """Tasks not yet begun."""
        return len(self._mailbox)

    @property
    def is_current(self) -> bool:
        """Whether this is the thread itself that asks."""
        return threading.current_thread() is self._thread

    def accepted(self) -> None:
        """The server took us: after the next loss the first attempt is soon again."""
        self._reconnect_s = RECONNECT_S_MIN

    def _wake_up(self) -> None:
        with suppress(OSError):  # full: it is awake; closed: it has ended
            self._waker.send(_WAKE)

    def _run(self) -> None:
        while not self._is_ending:
            try:
                self._client.reconnect()
                self._serve()
            except OSError as error:
                log.warning("mqtt-not-connected", why=str(error))
            except Exception:  # of paho or a callback: a new connection begins afresh
                log.exception("mqtt-failed")
            self._pause()
        with suppress(OSError):
            self._client.disconnect()
        self._selector.close()
        self._awake.close()
        self._waker.close()

    def _serve(self) -> None:
        """One connection, until it is lost or we are to end."""
        connection = self._client.socket()
        if connection is None:
            return
        self._selector.register(connection, selectors.EVENT_READ)
        try:
            while self._client.socket() is connection and not self._is_over():
                self._turn(connection)
        finally:
            self._selector.unregister(connection)

    def _is_over(self) -> bool:
        """Whether we are to end, and nothing is left to send or time is up.

        A connection that is closed before its acknowledgements are read is reset, and what the
        server has not read yet is lost.
        """
        if not self._is_ending:
            return False
        is_busy = len(self._mailbox) > 0 or self._client.want_write()
        is_done = not is_busy and self._is_acknowledged()
        return is_done or time.monotonic() >= self._end_s

    def _turn(self, connection: "mqtt.SocketLike") -> None:
        """Wait for something to do; read, do what was left for us, write."""
        client = self._client
        wanted = selectors.EVENT_READ
        if client.want_write():
            wanted |= selectors.EVENT_WRITE
        if self._selector.get_key(connection).events != wanted:
            self._selector.modify(connection, wanted)
        is_busy = len(self._mailbox) > 0 or client.has_unread
        ready = self._wait(0.0 if is_busy else MISC_INTERVAL_S)
        if ready & selectors.EVENT_READ or client.has_unread:
            for _ in range(PACKETS_BETWEEN_TASKS):
                client.loop_read()
                if not client.has_unread:
                    break
        self._do(TASKS_BETWEEN_READS)
        if client.want_write():
            client.loop_write()
        now_s = time.monotonic()
        if now_s >= self._misc_due_s:
            self._misc_due_s = now_s + MISC_INTERVAL_S
            client.loop_misc()

    def _wait(self, for_s: float) -> int:
        """What the connection is ready for, after `for_s` at most."""
        ready = 0
        for key, events in self._selector.select(for_s):
            if key.fileobj is self._awake:
                with suppress(BlockingIOError):
                    self._awake.recv(RECEIVE_BYTES)
            else:
                ready |= events
        return ready

    def _do(self, at_most: int | None = None) -> None:
        try:
            self._mailbox.empty(at_most)
        except Exception:  # one task must not end the thread that does all of them
            log.exception("mqtt-task-failed")

    def _pause(self) -> None:
        """Before the next attempt, twice as long each time; what is left meanwhile is done."""
        until_s = time.monotonic() + self._reconnect_s
        self._reconnect_s = min(2 * self._reconnect_s, RECONNECT_S_MAX)
        while not self._is_ending and (left_s := until_s - time.monotonic()) > 0:
            self._wait(left_s)
            self._do()
