"""Composition root of a running broker: every part is chosen and joined here."""

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Final

import structlog

from broker.cli.discovery import BrokerRecord, remove_run_file, write_run_file
from broker.cli.policies import ground_of, policy_text, supply_chain_text
from broker.cli.problems import Problem
from broker.cli.securing import Secured
from broker.core.errors import BrokenInvariant
from broker.gateways.grpc.server import GrpcServer
from broker.gateways.http import MetricsServer
from broker.gateways.mqtt.gateway import MqttGateway
from broker.gateways.mqtt.server import MqttServer
from broker.gateways.mqtt.server import start as start_mqtt
from broker.gateways.mqtt.server_engines import MqttServerFailed, choose_engine
from broker.gateways.wire.feed import WireEncoder
from broker.service.addresses import at_port
from broker.service.broker import Broker
from broker.service.clock import Clock
from broker.service.identity.files import IdentityFolder
from broker.service.mqtt_address import MQTT_PORT, MQTTS_PORT, MqttAddress
from broker.service.settings import LOOPBACK, Settings
from broker.service.signing import load_signer
from broker.service.startup import assemble

THREAD_SWITCH_S: Final = 0.000_5
"""How long a thread may keep the interpreter while another waits. Python's own 5 ms would stand
between a report and its alert whenever a gateway and the engine are busy at once; 0.2 ms was found
to interrupt most micro-batches once."""
SEARCHES_BEFORE_A_FULL_ONE: Final = 1_000
"""Of the younger objects, before garbage is searched for among all: some ten minutes of much
traffic. Python's own 10 stopped every thread for 25 ms every three seconds, to look through
messages that are kept for two minutes and then go by themselves."""

IDENTITY_CLAIMED: Final = (
    "systems name themselves and nobody checks it: this broker serves programs on its own machine"
)

REVOKED_ELSEWHERE: Final = (
    "the MQTT server runs apart: a revoked system loses its session and every right there at once; "
    "a system of which one certificate was revoked is kept out there until whoever runs that "
    "server has given it the new revocation list and reloaded it"
)
REVOKED_BY_OTHERS: Final = (
    "the MQTT server runs apart: a revoked system loses its session and every right there at once, "
    "but one revoked certificate of a system that goes on is let in until whoever runs that server "
    "gives it the new revocation list and reloads it"
)

log = structlog.get_logger()


@dataclass(slots=True)
class Running:
    """A broker that serves, and where."""

    settings: Settings
    broker: Broker
    grpc_address: str
    metrics_address: str
    mqtt_address: MqttAddress
    mqtt_server: MqttServer | None
    """The child, or None where the MQTT server runs elsewhere."""
    gateway: MqttGateway


def mqtt_server_for(settings: Settings, security: Secured | None = None) -> MqttServer | None:
    """Start the MQTT child, unless the settings name a server. Main thread only.

    Its files lie in the data folder, so this is where a data folder that cannot be made is found.
    """
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(
            f"The data folder {settings.data_dir} cannot be made: {error.strerror}",
            "Give another --data-dir.",
        ) from error
    if settings.mqtt_server is not None:
        return None
    folder = settings.data_dir / "mqtt"
    if security is not None:
        port = settings.mqtt_port or MQTTS_PORT
        try:
            server = start_mqtt(choose_engine(), port, folder, security.listener)
        except MqttServerFailed as error:
            raise Problem(f"No MQTT server could be started: {error}") from error
        security.warden.reload = server.reload
        return server
    if not settings.mqtt_port:
        # Where the usual port is taken, any free one will do.
        with suppress(MqttServerFailed):
            return start_mqtt(choose_engine(), MQTT_PORT, folder)
    try:
        return start_mqtt(choose_engine(), settings.mqtt_port or None, folder)
    except MqttServerFailed as error:
        raise Problem(
            f"No MQTT server could be started: {error}",
            "Give another --mqtt-port, or --mqtt mqtt://host of a server that runs.",
        ) from error


def _port_taken(what: str, port: int, option: str) -> Problem:
    return Problem(
        f"The {what} port {port} is in use: another broker may be running.",
        f"End it, or give another {option}; 0 takes a free one.",
    )


def settle_interpreter() -> None:
    """Python's settings are for programs that nobody waits for."""
    sys.setswitchinterval(THREAD_SWITCH_S)
    youngest, younger, _ = gc.get_threshold()
    gc.set_threshold(youngest, younger, SEARCHES_BEFORE_A_FULL_ONE)


@asynccontextmanager
async def running_broker(
    settings: Settings,
    clock: Clock,
    mqtt_server: MqttServer | None,
    security: Secured | None = None,
) -> AsyncIterator[Running]:
    """A broker with all its gateways; everything is closed again on the way out.

    `security` is what `secured` made of the same settings.
    """
    if security is None and settings.identity_dir is not None:
        raise BrokenInvariant("settings with identities, and a broker without")
    settle_interpreter()
    policy = policy_text(settings.policy)
    broker = _broker_of(settings, clock, policy, security)
    try:
        await _start(broker, settings, policy)
        async with _open_gateways(settings, broker, mqtt_server, security) as running:
            yield running
    finally:
        await asyncio.to_thread(broker.stop)


@asynccontextmanager
async def _open_gateways(
    settings: Settings, broker: Broker, mqtt_server: MqttServer | None, security: Secured | None
) -> AsyncIterator[Running]:
    """All doors of a broker that has started."""
    metrics = _metrics_server(settings, broker)
    try:
        server = _grpc_server(settings, broker, security)
    except Problem:
        metrics.stop()
        raise
    gateway = _mqtt_gateway(settings, broker, mqtt_server, security)
    server.on_recheck.append(gateway.watch_rights)
    await server.start()
    gateway.start()
    watch = asyncio.create_task(mqtt_server.keep_running()) if mqtt_server else None
    try:
        yield Running(
            settings,
            broker,
            at_port(settings.host, server.port),
            at_port(metrics.host, metrics.port),
            gateway.link.address,
            mqtt_server,
            gateway,
        )
    finally:
        if watch is not None:
            watch.cancel()
        await server.stop()
        gateway.stop()
        metrics.stop()


def _metrics_server(settings: Settings, broker: Broker) -> MetricsServer:
    """Metrics have no identities, so they stay on this machine."""
    host = settings.host if settings.host in LOOPBACK else LOOPBACK[0]
    try:
        return MetricsServer(broker.metrics, host, settings.metrics_port)
    except OSError as error:
        raise _port_taken("metrics", settings.metrics_port, "--metrics-port") from error


def _grpc_server(settings: Settings, broker: Broker, security: Secured | None) -> GrpcServer:
    try:
        known = None if security is None else security.known
        server = GrpcServer(broker, settings.host, settings.grpc_port, known)
        server.open_sign_in(settings.host, settings.sign_in.port)
    except RuntimeError as error:
        raise _port_taken("gRPC", settings.grpc_port, "--grpc-port") from error
    return server


async def _start(broker: Broker, settings: Settings, policy: str) -> None:
    """Start a broker with what the settings say."""
    await broker.start(
        policy,
        settings.agencies,
        supply_chain_text(settings.supply_chain),
        settings.publishing,
        await asyncio.to_thread(ground_of, settings),
        settings.agreements,
    )


def _broker_of(settings: Settings, clock: Clock, policy: str, security: Secured | None) -> Broker:
    """The broker as its log left it; without identities it says so on every feed."""
    exercise = settings.space == "exercise"
    signer = load_signer(settings.data_dir, exercise=exercise)
    encoder = WireEncoder(exercise=exercise, signer=signer)
    parts = assemble(settings.data_dir, policy, encoder, clock, exercise=exercise)
    parts = replace(parts, signer=signer)
    if security is None:
        parts.projection.snapshots.standing_notices["identity-claimed"] = IDENTITY_CLAIMED
        return Broker(parts)
    if settings.mqtt:
        said = revoked_elsewhere(settings)
        log.warning("mqtt-server-apart", why=said)
        parts.projection.snapshots.standing_notices["mqtt-server-apart"] = said
    return Broker(replace(parts, identities=security.known, limits=security.limits))


def revoked_elsewhere(settings: Settings) -> str:
    """What revocation does not do by itself on an MQTT server that runs apart."""
    folder = settings.identity_dir
    is_built_in = folder is not None and IdentityFolder(folder).authority_key.exists()
    return REVOKED_ELSEWHERE if is_built_in else REVOKED_BY_OTHERS


def _mqtt_gateway(
    settings: Settings, broker: Broker, mqtt_server: MqttServer | None, security: Secured | None
) -> MqttGateway:
    """The gateway to our child, or to the server that the settings name."""
    address = settings.mqtt_server
    if mqtt_server is not None:
        address = MqttAddress(mqtt_server.host, mqtt_server.port, security is not None)
    if address is None:
        raise BrokenInvariant("an MQTT server is neither started nor named")
    json_agencies = frozenset(
        agency for agency, one in settings.agencies.items() if one.json_over_mqtt
    )
    shown = None
    if security is not None:
        shown = security.mqtt_security(address, own_child=mqtt_server is not None)
    return MqttGateway(broker, address, json_agencies, shown)


@asynccontextmanager
async def announced(running: Running) -> AsyncIterator[None]:
    """Leave the run file that client commands find a local broker by."""
    pid = os.getpid()
    write_run_file(
        BrokerRecord(
            grpc=running.grpc_address,
            pid=pid,
            space=running.settings.space,
            mqtt=at_port(running.mqtt_address.host, running.mqtt_address.port),
            data_dir=str(running.settings.data_dir),
        )
    )
    try:
        yield
    finally:
        remove_run_file(pid)
