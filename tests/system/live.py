"""A whole broker in this process and in real time, for clients that misbehave."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from broker.cli.demonstration import demo_agencies
from broker.cli.policies import policy_text
from broker.gateways.grpc.server import GrpcServer
from broker.gateways.mqtt.gateway import MqttGateway
from broker.gateways.wire.feed import WireEncoder
from broker.service.access import Limits
from broker.service.broker import Broker
from broker.service.clock import SystemClock
from broker.service.identity.known import Known
from broker.service.mqtt_address import MqttAddress
from broker.service.settings import AgencySettings, PublishingSettings
from broker.service.signing import load_signer
from broker.service.startup import assemble
from tests.patience import PATIENCE_S


@dataclass
class Live:
    """A broker that runs."""

    broker: Broker
    grpc_port: int
    gateway: MqttGateway | None
    sign_in_port: int = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.grpc_port}"

    def metric(self, name: str, **labels: str) -> float:
        return self.broker.metrics.registry.get_sample_value(f"keepclear_{name}", labels) or 0.0


@asynccontextmanager
async def live(
    data_dir: Path,
    mqtt_port: int | None = None,
    json_agencies: frozenset[str] = frozenset(),
    known: Known | None = None,
    limits: Limits | None = None,
    agencies: Mapping[str, AgencySettings] | None = None,
    *,
    exercise: bool = True,
    publishing: PublishingSettings | None = None,
) -> AsyncIterator[Live]:
    """A broker with simulated London's agencies."""
    policy = policy_text("default")
    signer = load_signer(data_dir, exercise=exercise)
    encoder = WireEncoder(exercise=exercise, signer=signer)
    parts = assemble(data_dir, policy, encoder, SystemClock(), exercise=exercise)
    broker = Broker(replace(parts, identities=known, limits=limits, signer=signer))
    await broker.start(policy, agencies or demo_agencies(), publishing=publishing)
    server = GrpcServer(broker, "127.0.0.1", 0, known)
    server.open_sign_in("127.0.0.1", 0)
    await server.start()
    gateway = None
    if mqtt_port is not None:
        gateway = MqttGateway(broker, MqttAddress("127.0.0.1", mqtt_port), json_agencies)
        gateway.start()
        assert await asyncio.to_thread(gateway.link.connected.wait, PATIENCE_S)
    try:
        yield Live(broker, server.port, gateway, server.sign_in_port or 0)
    finally:
        await server.stop()
        if gateway is not None:
            gateway.stop()
        await asyncio.to_thread(broker.stop)


@asynccontextmanager
async def at_work(*work: Callable[[], Coroutine[None, None, None]]) -> AsyncIterator[None]:
    """Run these until the end; what one of them raised comes before what the test then missed."""
    tasks = [asyncio.ensure_future(one()) for one in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for end in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(end, Exception):
                raise end


async def until(condition: Callable[[], bool], what: str) -> None:
    """Return once it holds."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():  # noqa: ASYNC110 - conditions of many kinds have no event
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"never happened: {what}") from None
