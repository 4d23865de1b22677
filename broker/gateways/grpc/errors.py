"""From refusals to google.rpc.Status with the details a client can act on."""

from collections.abc import Sequence
from typing import Any, Final, NoReturn

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from broker.core.errors import Refusal
from broker.core.outcomes import NotDone
from broker.gateways.wire.acks import deciding_rule

DOMAIN: Final = "keepclear"
RETRY_AFTER_S: Final = 1

Context = grpc.aio.ServicerContext[Any, Any]


async def abort(context: Context, code: int, message: str, *details: object) -> NoReturn:
    """End the call with a rich status."""
    status = status_pb2.Status(code=code, message=message)
    for detail in details:
        packed = any_pb2.Any()
        packed.Pack(detail)  # type: ignore[arg-type]
        status.details.append(packed)
    await context.abort_with_status(rpc_status.to_status(status))
    raise AssertionError("abort_with_status always raises")


def rule_details(rule: str) -> list[error_details_pb2.ErrorInfo]:
    """The rule that decided, for an answer's details; none where no rule did."""
    return [error_details_pb2.ErrorInfo(reason=rule, domain=DOMAIN)] if rule else []


async def abort_refused(
    context: Context,
    refusals: Sequence[Refusal],
    code: int = code_pb2.INVALID_ARGUMENT,
) -> NoReturn:
    """End the call naming each field that was at fault."""
    bad_request = error_details_pb2.BadRequest(
        field_violations=[
            error_details_pb2.BadRequest.FieldViolation(field=one.field, description=one.reason)
            for one in refusals
        ]
    )
    rules = rule_details(deciding_rule(refusals))
    await abort(context, code, "; ".join(str(one) for one in refusals), bad_request, *rules)


async def abort_not_done(context: Context, reply: NotDone) -> NoReturn:
    """End the call of a control command that was refused."""
    await abort_refused(context, reply.refusals, code_of(reply))


async def abort_overloaded(context: Context, why: str = "the broker is overloaded") -> NoReturn:
    """The queue is full, or this sender sends too much: say when to come back."""
    retry = error_details_pb2.RetryInfo(retry_delay=duration_pb2.Duration(seconds=RETRY_AFTER_S))
    text = f"{why}: try again after {RETRY_AFTER_S} s"
    await abort(context, code_pb2.RESOURCE_EXHAUSTED, text, retry)


def code_of(reply: NotDone) -> code_pb2.Code:
    """The google.rpc.Code of a refused control command."""
    if reply.denied:
        return code_pb2.PERMISSION_DENIED
    if reply.not_found:
        return code_pb2.NOT_FOUND
    if reply.conflict:
        return code_pb2.ABORTED
    if reply.unavailable:
        return code_pb2.UNAVAILABLE
    return code_pb2.INVALID_ARGUMENT
