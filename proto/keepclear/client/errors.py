"""What can go wrong with a call, in two families: change the request, or try again.

`RefusedError` means the broker read the request and will not do it: repeating it unchanged is no
use. `UnavailableError` means nothing is known to have happened: its text says what to do next.
"""

from dataclasses import dataclass

import grpc
import grpc.aio
from google.rpc import error_details_pb2
from grpc_status import rpc_status

# Answers that will be the same for the same request, however often it is repeated.
REFUSING_CODES = frozenset(
    {
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.ALREADY_EXISTS,
        grpc.StatusCode.PERMISSION_DENIED,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.FAILED_PRECONDITION,
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.OUT_OF_RANGE,
        grpc.StatusCode.UNIMPLEMENTED,
    }
)

NEXT_STEPS = {
    grpc.StatusCode.UNAVAILABLE: "check the address and that the broker is running, then try again",
    grpc.StatusCode.RESOURCE_EXHAUSTED: "send less or read faster, then try again",
    grpc.StatusCode.DEADLINE_EXCEEDED: "no answer in time: it may or may not have been done; "
    "repeat it with the same request_id, which is harmless",
    grpc.StatusCode.CANCELLED: "the connection was closed: try again",
}
NEXT_STEP_OTHERWISE = "the broker failed: try again, and tell its operator if it goes on"


class KeepclearError(Exception):
    """Anything this client raises about the broker."""


class RefusedError(KeepclearError):
    """The broker refused the request; nothing was changed.

    `code` is the gRPC status code, `refusals` the refused fields as (field, reason), `rule` the
    rule of the broker's decision table that denied it, where one did.
    """

    def __init__(
        self,
        code: grpc.StatusCode,
        message: str,
        refusals: list[tuple[str, str]] | None = None,
        rule: str = "",
    ) -> None:
        self.code = code
        self.rule = rule
        self.message = message
        self.refusals = refusals or []
        named = "; ".join(f"{field}: {reason}" for field, reason in self.refusals)
        super().__init__(f"{code.name}: {message}" + (f" ({named})" if named else ""))


class UnavailableError(KeepclearError):
    """The broker could not be reached or could not answer. The text ends with the next step.

    `retry_after_s` is how long the broker asks to be left alone, where it said so.
    """

    def __init__(self, message: str, next_step: str, retry_after_s: float | None = None) -> None:
        self.message = message
        self.next_step = next_step
        self.retry_after_s = retry_after_s
        super().__init__(f"{message}: {next_step}")


@dataclass(frozen=True, slots=True)
class Gap:
    """Feed messages that never arrived: `expected` is the first one missing, `received` came."""

    epoch: str
    expected: int
    received: int
    reason: str


class GapError(KeepclearError):
    """The feed has a hole: the picture may lack an alert or a restriction until a snapshot."""

    def __init__(self, gap: Gap) -> None:
        self.gap = gap
        super().__init__(
            f"{gap.reason}: expected number {gap.expected}, received {gap.received}; "
            "subscribe again without a resume token to get a snapshot"
        )


def from_rpc_error(error: grpc.aio.AioRpcError, doing: str) -> KeepclearError:
    """Say in this client's words what a gRPC error means; `doing` opens the sentence."""
    code = error.code()
    message = f"{doing}: {error.details() or code.name.lower()}"
    refusals, rule, retry_after_s = _details(error)
    if code in REFUSING_CODES:
        return RefusedError(code, message, refusals, rule)
    return UnavailableError(message, NEXT_STEPS.get(code, NEXT_STEP_OTHERWISE), retry_after_s)


def _details(error: grpc.aio.AioRpcError) -> tuple[list[tuple[str, str]], str, float | None]:
    """Refused fields, rule and asked-for delay out of google.rpc.Status; none where it has none."""
    refusals: list[tuple[str, str]] = []
    rule = ""
    retry_after_s: float | None = None
    try:
        status = rpc_status.from_call(error)  # type: ignore[arg-type]
    except ValueError:  # the details contradict the status: the status is what counts
        return refusals, rule, retry_after_s
    for detail in status.details if status is not None else ():
        bad_request = error_details_pb2.BadRequest()
        retry_info = error_details_pb2.RetryInfo()
        error_info = error_details_pb2.ErrorInfo()
        if detail.Unpack(bad_request):
            refusals += [(each.field, each.description) for each in bad_request.field_violations]
        elif detail.Unpack(retry_info):
            delay = retry_info.retry_delay
            retry_after_s = delay.seconds + delay.nanos / 1e9
        elif detail.Unpack(error_info):
            rule = error_info.reason
    return refusals, rule, retry_after_s
