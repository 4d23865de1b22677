"""The status with which a broker ended a call, kept where a failing write would write over it.

A broker that refuses a stream ends it at once, while the client may be about to write to it. The
write then fails, and grpcio puts INTERNAL, "Internal error from Core", in the place of the status
that had come: a refusal would read as a broker that failed, worth trying again. Its callbacks are
still run with the status that came first. See https://github.com/grpc/grpc/issues/36066.
"""

from collections.abc import Coroutine
from typing import Any, TypeVar

import grpc
import grpc.aio

T = TypeVar("T")


class FirstStatus:
    """Watches one call from its opening on; made in the same turn of the loop as the call."""

    def __init__(self, call: grpc.aio.Call) -> None:
        self._first: grpc.aio.AioRpcError | None = None
        call.add_done_callback(self._keep)

    def instead_of(self, error: grpc.aio.AioRpcError) -> grpc.aio.AioRpcError:
        """What the call ended with first: `error` itself, unless a write has written over it."""
        return self._first or error

    def _keep(self, call: grpc.aio.Call) -> None:
        code = _at_once(call.code())
        if self._first is None and code is not grpc.StatusCode.OK:
            self._first = grpc.aio.AioRpcError(
                code,
                grpc.aio.Metadata(),
                _at_once(call.trailing_metadata()),
                details=_at_once(call.details()),
            )


def _at_once(answer: Coroutine[Any, Any, T]) -> T:
    """The value of an answer that waits for nothing, as those of a call that is done.

    Awaiting it in a task would be a turn of the loop later, and the status written over by then.
    """
    try:
        answer.send(None)
    except StopIteration as done:
        value: T = done.value
        return value
    answer.close()
    raise RuntimeError("a call that is done kept its status back")
