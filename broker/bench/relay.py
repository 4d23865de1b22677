"""The bare relay: a grpcio aio server with the contract's two methods and nothing behind them.

No checks, no log, no decoding: bytes that come in on a stream that says so are handed to every
subscriber. It is the least that a broker over gRPC in Python can cost.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

import grpc
from grpc_health.v1 import health, health_pb2_grpc

from broker.bench.rig import HOST, die_with_parent

HAND_ON_KEY: Final = "bench-hand-on"
"""Metadata of the streams whose messages are handed on; the others are read and dropped."""
WAITING_MAX: Final = 10_000


class Relay:
    """Hands on what comes in."""

    def __init__(self) -> None:
        self._readers: dict[int, asyncio.Queue[bytes]] = {}

    async def publish(self, requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        """Read a stream; it is never answered."""
        hand_on = any(key == HAND_ON_KEY for key, _ in context.invocation_metadata())
        async for request in requests:
            if hand_on:
                for reader in self._readers.values():
                    reader.put_nowait(request)
        return
        yield  # a generator by its shape, though it has nothing to say

    async def subscribe(self, _request: bytes, context: Any) -> AsyncIterator[bytes]:
        """Everything that is handed on."""
        mine: asyncio.Queue[bytes] = asyncio.Queue(WAITING_MAX)
        self._readers[id(context)] = mine
        try:
            while True:
                yield await mine.get()
        finally:
            del self._readers[id(context)]

    def handlers(self) -> list[grpc.GenericRpcHandler]:
        """The contract's method names, bytes in and out."""
        publish: grpc.RpcMethodHandler[bytes, bytes] = grpc.stream_stream_rpc_method_handler(
            self.publish
        )
        subscribe: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_stream_rpc_method_handler(
            self.subscribe
        )
        return [
            grpc.method_handlers_generic_handler(
                "keepclear.v1.TrackService", {"PublishTracks": publish}
            ),
            grpc.method_handlers_generic_handler(
                "keepclear.v1.FeedService", {"Subscribe": subscribe}
            ),
        ]


async def serve(port: int) -> None:
    """Serve until the process ends."""
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers(tuple(Relay().handlers()))
    health_pb2_grpc.add_HealthServicer_to_server(health.aio.HealthServicer(), server)
    server.add_insecure_port(f"{HOST}:{port}")
    await server.start()
    await server.wait_for_termination()


def main(port: int) -> None:
    """The relay's process."""
    die_with_parent()
    asyncio.run(serve(port))
