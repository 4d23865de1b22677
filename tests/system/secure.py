"""A whole broker as production runs it: mutual TLS over gRPC, and over a Mosquitto of its own."""

import asyncio
import contextlib
import queue
import ssl
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Literal, Protocol

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

from broker.cli.running import Running, mqtt_server_for, running_broker
from broker.cli.securing import secured
from broker.service.clock import SystemClock
from broker.service.identity.files import IdentityFolder
from broker.service.settings import AgencySettings, LimitSettings, Settings
from keepclear.client.tls import mqtt_context
from tests.patience import PATIENCE_S
from tests.ports import unused_port
from tests.system.identities import HOST


class Operator(Protocol):
    """Who keeps an identity folder."""

    root: Path
    identities: IdentityFolder


@asynccontextmanager
async def secure_broker(
    site: Operator,
    agencies: Mapping[str, AgencySettings],
    limits: LimitSettings | None = None,
    space: str = "exercise",
    *,
    apart: int | None = None,
    agreements: Literal["assumed", "required"] = "assumed",
    host: str = HOST,
) -> AsyncIterator[Running]:
    """`apart`: the port of an MQTT server that somebody else runs."""
    settings = Settings(
        space=space,
        host=host,
        identity_dir=site.identities.path,
        limits=limits or LimitSettings(),
        agencies=dict(agencies),
        agreements=agreements,
        data_dir=site.root / "data",
        grpc_port=0,
        metrics_port=0,
        mqtt_port=unused_port() if apart is None else 0,
        mqtt="" if apart is None else f"mqtts://{HOST}:{apart}",
    )
    clock = SystemClock()
    security = secured(settings, clock)
    server = mqtt_server_for(settings, security)
    try:
        async with running_broker(settings, clock, server, security) as running:
            assert await asyncio.to_thread(running.gateway.link.connected.wait, PATIENCE_S)
            yield running
    finally:
        if server is not None:
            server.stop()


class MqttPartner:
    """A partner's MQTT 5 client with a certificate, that remembers what it was told."""

    def __init__(self, port: int, context: ssl.SSLContext | None, client_id: str = "") -> None:
        self.connected: queue.SimpleQueue[ReasonCode] = queue.SimpleQueue()
        self.lost: queue.SimpleQueue[ReasonCode] = queue.SimpleQueue()
        self.published: queue.SimpleQueue[ReasonCode] = queue.SimpleQueue()
        self.subscribed: queue.SimpleQueue[list[ReasonCode]] = queue.SimpleQueue()
        self.received: queue.SimpleQueue[mqtt.MQTTMessage] = queue.SimpleQueue()
        self.paho = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        if context is not None:
            self.paho.tls_set_context(context)
        self.paho.on_connect = lambda *event: self.connected.put(event[3])
        self.paho.on_disconnect = lambda *event: self.lost.put(event[3])
        self.paho.on_publish = lambda *event: self.published.put(event[3])
        self.paho.on_subscribe = lambda *event: self.subscribed.put(event[3])
        self.paho.on_message = lambda *event: self.received.put(event[2])
        self.paho.connect(HOST, port)
        self.paho.loop_start()

    def publish(self, topic: str, payload: bytes = b"") -> int:
        """The reason code of the server's answer."""
        self.paho.publish(topic, payload, qos=1)
        return self.published.get(timeout=PATIENCE_S).value

    def subscribe(self, topic: str) -> int:
        """The reason code of the server's answer: the granted quality, or 0x80 and above."""
        self.paho.subscribe(topic, qos=1)
        return self.subscribed.get(timeout=PATIENCE_S)[0].value

    def close(self) -> None:
        self.paho.disconnect()
        # A session that was cut ends the network thread, which forgets itself while it is joined.
        with contextlib.suppress(AttributeError):
            self.paho.loop_stop()


@contextmanager
def partner(port: int, folder: Path, client_id: str = "") -> Iterator[MqttPartner]:
    """A connected partner."""
    made = MqttPartner(port, mqtt_context(folder), client_id)
    try:
        assert made.connected.get(timeout=PATIENCE_S) == "Success"
        yield made
    finally:
        made.close()


def gets_in(port: int, context: ssl.SSLContext | None) -> bool:
    """Whether a client with this context is let in; the server says so, or hangs up."""
    try:
        attempt = MqttPartner(port, context)
    except (OSError, ssl.SSLError):
        return False
    deadline_s = time.monotonic() + PATIENCE_S
    try:
        while attempt.connected.empty() and attempt.lost.empty():
            assert time.monotonic() < deadline_s, "the server says nothing"
            time.sleep(0.01)
        return not attempt.connected.empty() and attempt.connected.get() == "Success"
    finally:
        attempt.close()
