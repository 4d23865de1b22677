"""The link to an MQTT server: paho with the settings that were measured to matter."""

import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any, Final

import paho.mqtt.client as mqtt
import structlog
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.subscribeoptions import SubscribeOptions

from broker.gateways.mqtt.network import BufferedClient, NetworkThread
from broker.gateways.mqtt.sending import Outgoing, Sender, properties_of
from broker.service.mailbox import Task
from broker.service.mqtt_address import MqttAddress

KEEPALIVE_S: Final = 20
INFLIGHT_MAX: Final = 500
"""QoS 1 messages sent and not yet acknowledged; paho's 20 would throttle a burst of alerts."""
QUEUED_MAX: Final = 20_000
WAITING_MAX: Final = 20_000
"""Pieces of work that wait for the network thread; paho has limits of its own."""
CONTENT_TYPE: Final = "application/protobuf"
JSON_CONTENT_TYPE: Final = "application/json"

log = structlog.get_logger()


OnMessage = Callable[[str, bytes, bool], None]
"""(topic, payload, retained)"""


class MqttLink:
    """Connected, or trying to be. Callbacks come in the network thread; any may `publish`."""

    def __init__(
        self,
        address: MqttAddress,
        client_id: str,
        subscriptions: list[tuple[str, int]],
        on_message: OnMessage,
        on_connected: Callable[[], None],
        wanted_retained: frozenset[str] = frozenset(),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`wanted_retained` are the subscriptions whose retained messages are asked for."""
        self.address = address
        self.connected = threading.Event()
        """The server took us, and hands on what we subscribed to."""
        self._asked: int | None = None
        self._unsent_count = 0
        self._subscriptions = subscriptions
        self._wanted_retained = wanted_retained
        self._on_connected = on_connected
        self._client = BufferedClient(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=mqtt.MQTTv5
        )
        self._sender = Sender(self._client)
        self._network = NetworkThread(self._client, self._sender.is_acknowledged)
        if tls is not None:
            self._client.tls_set_context(tls)
        self._client.max_inflight_messages_set(INFLIGHT_MAX)
        self._client.max_queued_messages_set(QUEUED_MAX)
        self._client.on_socket_open = _without_nagle
        self._client.on_connect = self._accepted
        self._client.on_subscribe = self._subscribed
        self._client.on_disconnect = self._disconnected
        self._client.on_message = lambda _client, _data, message: on_message(
            message.topic, bytes(message.payload), message.retain
        )

    @property
    def dropped_count(self) -> int:
        """Messages that were not sent: there was no connection, or no room."""
        return self._unsent_count + self._sender.dropped_count

    def start(self) -> None:
        """Connect in the background and keep connected."""
        self._client.connect_async(
            self.address.host, self.address.port, keepalive=KEEPALIVE_S, clean_start=True
        )
        self._network.start()

    def stop(self) -> None:
        """Say goodbye and end the network thread."""
        self._network.stop()

    def later(self, work: Task, message_count: int = 1) -> None:
        """Do work that publishes in the network thread, which is woken once for much of it.

        Without room for it the messages it would have sent are counted.
        """
        if self._network.waiting_count >= WAITING_MAX:
            self._unsent_count += message_count
        else:
            self._network.put(work)

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        qos: int,
        retain: bool = False,
        expiry_s: int | None = None,
        content_type: str = CONTENT_TYPE,
    ) -> None:
        """Send, in the order of the calls of one thread.

        What cannot be sent is counted: numbers show the gap and resume closes it.
        """
        if not self.connected.is_set():
            self._unsent_count += 1
            return
        properties = properties_of(content_type, expiry_s)
        message = Outgoing(topic, payload, qos, retain, properties)
        if self._network.is_current:
            self._sender.send(message)
        else:
            self.later(lambda: self._sender.send(message))

    def watch(self, filters: list[str]) -> None:
        """Subscribe to further topics, retained messages first."""
        options = [(one, SubscribeOptions(qos=1)) for one in filters]
        self._network.put(lambda: self._client.subscribe(options))

    def unwatch(self, filters: list[str]) -> None:
        """Undo `watch`."""
        self._network.put(lambda: self._client.unsubscribe(filters))

    def _options(self, topic: str, qos: int) -> SubscribeOptions:
        """Retained requests are not wanted: they would be applied again at every reconnect.

        Presence is state: who was there before us, so that their last wills count.
        """
        handling = SubscribeOptions.RETAIN_DO_NOT_SEND
        if topic in self._wanted_retained:
            handling = SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE
        return SubscribeOptions(qos=qos, retainAsPublished=True, retainHandling=handling)

    def _accepted(
        self, client: mqtt.Client, _data: Any, _flags: Any, reason: Any, said: Any
    ) -> None:
        if reason.is_failure:
            log.error("mqtt-refused", reason=str(reason))
            return
        self._sender.packet_bytes_max = getattr(said, "MaximumPacketSize", None)
        self._network.accepted()
        topics = [(topic, self._options(topic, qos)) for topic, qos in self._subscriptions]
        _, self._asked = client.subscribe(topics)

    def _subscribed(
        self, _client: mqtt.Client, _data: Any, number: int, reasons: Any, _properties: Any
    ) -> None:
        """Only now: a request that was sent before would have been lost without a word."""
        if number != self._asked:
            return
        for (topic, _), reason in zip(self._subscriptions, reasons, strict=True):
            if reason.is_failure:
                log.error("mqtt-subscription-refused", topic=topic, reason=str(reason))
        self.connected.set()
        log.info("mqtt-connected", host=self.address.host, port=self.address.port)
        self._on_connected()

    def _disconnected(
        self, _client: mqtt.Client, _data: Any, _flags: Any, reason: Any, _properties: Any
    ) -> None:
        self.connected.clear()
        log_it = log.warning if reason.is_failure else log.info
        log_it("mqtt-disconnected", reason=str(reason))


def _without_nagle(_client: mqtt.Client, _data: Any, connection: Any) -> None:
    # Measured: Nagle's algorithm left on costs 11 ms at the 99th percentile.
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
