"""What the broker publishes: every audience's messages, retained while they matter."""

import queue
import threading
from functools import partial
from typing import Final

import structlog
from google.protobuf import json_format

from broker.core.names import Audience
from broker.gateways.mqtt.link import CONTENT_TYPE, JSON_CONTENT_TYPE, MqttLink
from broker.gateways.mqtt.topics import JSON_LEAF, Topics
from broker.service.feed.items import Item, ItemKind
from broker.service.feed.projection import News
from keepclear.v1 import feed_pb2

TRACKS_EXPIRY_S: Final = 5
HEARTBEAT_EXPIRY_S: Final = 5
JSON_WAITING_MAX: Final = 1_000
"""Messages waiting for their JSON twin; beyond it the twin of display detail is left out."""

_RETAINED: Final = (ItemKind.ALERT, ItemKind.RESTRICTION, ItemKind.VOLUME)
_BEST_EFFORT: Final = (ItemKind.TRACKS, ItemKind.HEARTBEAT)

log = structlog.get_logger()


class Outbox:
    """Publishes news; JSON twins are made in a thread of their own."""

    def __init__(self, link: MqttLink, topics: Topics, json_agencies: frozenset[str]) -> None:
        self._link = link
        self._topics = topics
        self._json_agencies = json_agencies
        self._json: queue.Queue[tuple[str, Item] | None] = queue.Queue()
        self._json_thread = threading.Thread(target=self._make_json, name="mqtt-json", daemon=True)
        self.json_shed_count = 0
        if json_agencies:
            self._json_thread.start()

    def take(self, news: News) -> None:
        """Leave news for the network thread. Called in the engine thread, which goes on at once.

        A piece for each audience: that thread reads what partners write after every few of them.
        """
        if self._link.connected.is_set():
            for audience, items in news:
                self._link.later(partial(self.publish, audience, items), len(items))

    def publish(self, audience: Audience, items: list[Item]) -> None:
        """Send every message of an audience to its topic."""
        for item in items:
            if item.snapshot and item.kind not in _RETAINED:
                continue  # topics carry news and retained state: a reader resumes for more
            topic = self._topics.outbound(audience, item)
            self._send(topic, item, item.message)
            if audience.agency in self._json_agencies:
                self._queue_json(f"{topic}/{JSON_LEAF}", item)

    def retain(self, audience: Audience, items: list[Item]) -> None:
        """Publish the state that is retained again (after a connection was made)."""
        for item in items:
            if item.kind in _RETAINED:
                topic = self._topics.outbound(audience, item)
                self._send(topic, item, item.message)
                if audience.agency in self._json_agencies:
                    self._queue_json(f"{topic}/{JSON_LEAF}", item)

    def clear(self, topic: str) -> None:
        """Remove what is retained on a topic."""
        self._link.publish(topic, b"", qos=1, retain=True)

    def stop(self) -> None:
        """End the JSON thread."""
        if self._json_thread.is_alive():
            self._json.put(None)
            self._json_thread.join()

    def _send(self, topic: str, item: Item, payload: bytes, *, is_json: bool = False) -> None:
        content_type = JSON_CONTENT_TYPE if is_json else CONTENT_TYPE
        if item.kind in _BEST_EFFORT:
            expiry_s = TRACKS_EXPIRY_S if item.kind is ItemKind.TRACKS else HEARTBEAT_EXPIRY_S
            self._link.publish(topic, payload, qos=0, expiry_s=expiry_s, content_type=content_type)
            return
        is_retained = item.kind in _RETAINED and not item.ended
        self._link.publish(topic, payload, qos=1, retain=is_retained, content_type=content_type)
        if item.ended:
            self.clear(topic)

    def _queue_json(self, topic: str, item: Item) -> None:
        if item.kind in _BEST_EFFORT and self._json.qsize() >= JSON_WAITING_MAX:
            self.json_shed_count += 1
            return
        self._json.put((topic, item))

    def _make_json(self) -> None:
        while (one := self._json.get()) is not None:
            topic, item = one
            message = feed_pb2.FeedMessage.FromString(item.message)
            text = json_format.MessageToJson(message, preserving_proto_field_name=True, indent=None)
            self._send(topic, item, text.encode(), is_json=True)
