"""What a refused stream is told, although it was being written to as the refusal came."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import grpc.aio
import pytest

from keepclear.client import Client, RefusedError
from keepclear.client.first_status import FirstStatus
from keepclear.v1 import feed_pb2, feed_pb2_grpc, tracks_pb2_grpc
from tests.client.conftest import SYSTEM, Running

# Without the cure some 1 in 5 of these streams lost their refusal.
STREAMS = 150


class Refusing(tracks_pb2_grpc.TrackServiceServicer):
    """Refuses every stream before it reads of it, in threads of its own: a race with the writer."""

    def PublishTracks(self, requests: Any, context: grpc.ServicerContext) -> Iterator[Any]:  # noqa: ARG002, N802
        context.set_trailing_metadata((("why", "not configured"),))
        context.abort(grpc.StatusCode.PERMISSION_DENIED, "agency is not configured")
        yield from ()


@pytest.fixture
def refusing() -> Iterator[str]:
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    tracks_pb2_grpc.add_TrackServiceServicer_to_server(Refusing(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


async def test_a_refused_stream_is_never_called_a_broker_that_failed(refusing: str) -> None:
    for _ in range(STREAMS):
        async with Client(refusing, SYSTEM) as client:
            with pytest.raises(RefusedError, match="agency is not configured"):
                await client.publish([])


async def test_the_status_that_came_first_is_whole(refusing: str) -> None:
    async with grpc.aio.insecure_channel(refusing) as channel:
        call = tracks_pb2_grpc.TrackServiceStub(channel).PublishTracks()
        ended = FirstStatus(call)
        with pytest.raises(grpc.aio.AioRpcError):
            async for _ in call:
                pass
        over = grpc.aio.AioRpcError(
            grpc.StatusCode.INTERNAL, grpc.aio.Metadata(), grpc.aio.Metadata()
        )
        first = ended.instead_of(over)
        assert first.code() is grpc.StatusCode.PERMISSION_DENIED
        assert first.details() == "agency is not configured"
        assert dict(first.trailing_metadata())["why"] == "not configured"


async def test_a_call_under_way_or_well_ended_has_no_other_status(running: Running) -> None:
    error = grpc.aio.AioRpcError(grpc.StatusCode.UNKNOWN, grpc.aio.Metadata(), grpc.aio.Metadata())
    call = feed_pb2_grpc.FeedServiceStub(running.client._open()).Subscribe(
        feed_pb2.SubscribeRequest()
    )
    ended = FirstStatus(call)
    assert ended.instead_of(error) is error
    assert [each async for each in call] == []
    assert ended.instead_of(error) is error
