"""A caller is told every field that was at fault, by the code of what kind of fault it is."""

import grpc
import pytest
from google.rpc import code_pb2, error_details_pb2

from broker.core.errors import Refusal
from broker.core.outcomes import NotDone
from broker.gateways.grpc.errors import abort_not_done, abort_overloaded
from tests.gateways.grpc.calls import Call

FAULTS = (Refusal("name", "is taken"), Refusal("windows[0].end_us", "must be after start_us"))


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (NotDone(FAULTS), code_pb2.INVALID_ARGUMENT),
        (NotDone(FAULTS, not_found=True), code_pb2.NOT_FOUND),
        (NotDone(FAULTS, conflict=True), code_pb2.ABORTED),
        (NotDone(FAULTS, unavailable=True), code_pb2.UNAVAILABLE),
        (NotDone(FAULTS, denied=True), code_pb2.PERMISSION_DENIED),
        # Whether something is there is not told to who may not ask.
        (NotDone(FAULTS, denied=True, not_found=True), code_pb2.PERMISSION_DENIED),
    ],
)
async def test_every_field_is_named(reply: NotDone, code: int) -> None:
    # REQ-INPUT-002
    call = Call()
    with pytest.raises(grpc.aio.AbortError):
        await abort_not_done(call, reply)  # type: ignore[arg-type]
    assert call.code == code
    assert call.status is not None
    assert all(str(fault) in call.status.message for fault in FAULTS)
    named = call.detail(error_details_pb2.BadRequest).field_violations
    assert [(one.field, one.description) for one in named] == [
        (fault.field, fault.reason) for fault in FAULTS
    ]


async def test_who_sends_too_much_is_told_when_to_come_back() -> None:
    # REQ-LOAD-002
    call = Call()
    with pytest.raises(grpc.aio.AbortError):
        await abort_overloaded(call)  # type: ignore[arg-type]
    assert call.status is not None
    assert call.code == code_pb2.RESOURCE_EXHAUSTED
    assert "try again after 1 s" in call.status.message
    assert call.detail(error_details_pb2.RetryInfo).retry_delay.seconds == 1
