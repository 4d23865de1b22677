"""A partner that reads the feed over MQTT as the page for partners says, through a bad network.

Numbers are all it trusts: what is older than its last number is a repeat, what leaves numbers out
waits until the private topic has filled them in. The network may hand messages on in another
order, as topics of different quality do after a return; TCP alone never would.
"""

import random
import time
from typing import Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from keepclear.v1 import feed_pb2, presence_pb2
from tests.system.history import NUMBERED, History

ASK_AGAIN_S: Final = 1.0
OVERTAKEN_SHARE: Final = 0.25
"""Of messages that are handed on after the next one."""


class MqttReader:
    """Keeps a `History`; all its work is done by paho's thread."""

    def __init__(self, port: int, root: str, system: str, history: History, seed: int) -> None:
        agency, _, name = system.partition("/")
        self.history = history
        self.resumes_asked = 0
        self.overtaken = 0
        self.repeats = 0
        self.broken: Exception | None = None
        self._topics = [(f"{root}/private/{system}/resume", 1), (f"{root}/out/{agency}/desk/#", 1)]
        self._ask_at = f"{root}/in/{system}/resume"
        self._chance = random.Random(seed)
        self._overtaken: mqtt.MQTTMessage | None = None
        self._ahead: dict[int, feed_pb2.FeedMessage] = {}
        self._asked_s = 0.0
        self._paho = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id=f"reader-{name}", protocol=mqtt.MQTTv5
        )
        self._paho.on_connect = self._on_connect
        self._paho.on_message = self._on_message
        self._paho.reconnect_delay_set(1, 1)
        self._port = port

    def start(self) -> None:
        """Connect with a session that the server keeps: what was missed is delivered late."""
        kept = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        kept.SessionExpiryInterval = 60
        self._paho.connect("127.0.0.1", self._port, keepalive=2, clean_start=False, properties=kept)
        self._paho.loop_start()

    def stop(self) -> None:
        """Leave; raises what a message broke."""
        self._paho.disconnect()
        self._paho.loop_stop()
        if self.broken is not None:
            raise self.broken

    def _on_connect(self, client: mqtt.Client, *_: object) -> None:
        client.subscribe(self._topics)
        self._ask()

    def _ask(self) -> None:
        self._asked_s = time.monotonic()
        self.resumes_asked += 1
        request = presence_pb2.ResumeRequest(resume_token=self.history.token)
        self._paho.publish(self._ask_at, request.SerializeToString(), 1)

    def _on_message(self, _c: object, _d: object, message: mqtt.MQTTMessage) -> None:
        if self.broken is not None or message.retain or not message.payload:
            return  # retained state comes with the snapshot too; an empty one only removes it
        is_resumed = "/private/" in message.topic
        if not is_resumed and self._overtaken is None and self._chance.random() < OVERTAKEN_SHARE:
            self._overtaken = message
            self.overtaken += 1
            return
        try:
            self._read(message, is_resumed)
            if self._overtaken is not None:
                late, self._overtaken = self._overtaken, None
                self._read(late, is_resumed=False)
        except Exception as error:  # noqa: BLE001 - raised in paho's thread, told by stop()
            self.broken = error

    def _read(self, message: mqtt.MQTTMessage, is_resumed: bool) -> None:
        one = feed_pb2.FeedMessage.FromString(bytes(message.payload))
        header, kind = one.header, str(one.WhichOneof("kind"))
        if is_resumed and (header.snapshot or kind.startswith("snapshot_")):
            self.history.take(one)
        elif self.history.number < 0 or header.epoch != self.history.epoch:
            pass  # before the first snapshot, or of an epoch whose snapshot has been asked for
        elif kind in NUMBERED:
            if header.number > self.history.number:
                self._ahead[header.number] = one
            else:
                self.repeats += 1
        self._catch_up()
        behind = self._ahead or header.covers_from > self.history.number + 1
        if behind and time.monotonic() - self._asked_s > ASK_AGAIN_S:
            self._ask()

    def _catch_up(self) -> None:
        for number in sorted(self._ahead):
            if number <= self.history.number:
                del self._ahead[number]
            elif self._ahead[number].header.covers_from <= self.history.number + 1:
                self.history.take(self._ahead.pop(number))
