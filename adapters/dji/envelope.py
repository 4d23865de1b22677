"""Topic and bytes to a message: its kind, its device, when it was sent, and its data.

Never raises anything but `Unusable`, whatever the bytes are.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from adapters.json_numbers import finite

MAX_MESSAGE_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 32
"""Of brackets and braces; the deepest recording has eight."""
MAX_TIME_MS: Final = 4_102_444_800_000.0  # the year 2100: later is a broken clock
MILLISECOND_US: Final = 1_000

_THING: Final = re.compile(r"thing/product/([A-Za-z0-9_-]{4,40})/([a-z_]{1,20}(?:/up|/down)?)")
_SYSTEM: Final = re.compile(r"sys/product/([A-Za-z0-9_-]{4,40})/(status)")
_METHOD: Final = re.compile(r"[a-z0-9_]{1,64}")


class Channel(StrEnum):
    """What a topic carries; the bridge reads the first three."""

    OSD = "osd"
    STATE = "state"
    EVENTS = "events"
    STATUS = "status"
    REQUESTS = "requests"
    SERVICES_REPLY = "services_reply"


class Unusable(Exception):
    """A message that is not used; the arguments are the field and the reason."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `sent_us` is when it was sent (Unix microseconds UTC), None where not said."""

    channel: Channel
    serial: str
    """Of the device in the topic: for events and requests the gateway's."""
    sent_us: int | None
    method: str
    data: object
    tid: str
    bid: str
    gateway: str
    needs_reply: bool


def read(topic: str, payload: bytes) -> Message:
    """Read one message; raises Unusable."""
    found = _THING.fullmatch(topic) or _SYSTEM.fullmatch(topic)
    if found is None:
        raise Unusable("topic", "not a topic of this interface")
    serial, name = found.groups()
    try:
        channel = Channel(name)
    except ValueError:
        raise Unusable("topic", "not a topic that is read") from None
    envelope = _object(payload)
    method = envelope.get("method")
    return Message(
        channel=channel,
        serial=serial,
        sent_us=_sent_us(envelope.get("timestamp")),
        method=method if isinstance(method, str) and _METHOD.fullmatch(method) else "",
        data=envelope.get("data"),
        tid=_text(envelope.get("tid")),
        bid=_text(envelope.get("bid")),
        gateway=_text(envelope.get("gateway")),
        needs_reply=envelope.get("need_reply") == 1,
    )


def _object(payload: bytes) -> Mapping[str, object]:
    if len(payload) > MAX_MESSAGE_BYTES:
        raise Unusable("", f"over {MAX_MESSAGE_BYTES} bytes")
    # Counted before parsing: deep nesting costs the parser its stack.
    if payload.count(b"{") + payload.count(b"[") > MAX_DEPTH and _depth(payload) > MAX_DEPTH:
        raise Unusable("", "nested too deeply")
    try:
        document = json.loads(payload)
    except (ValueError, RecursionError):  # not JSON, not UTF-8, numbers with thousands of digits
        raise Unusable("", "not JSON") from None
    if not isinstance(document, dict):
        raise Unusable("", "not an object")
    return document


def _depth(payload: bytes) -> int:
    """At least the depth of the document; brackets inside texts only make it refuse sooner."""
    depth = deepest = 0
    for byte in payload:
        if byte in b"{[":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"}]":
            depth -= 1
    return deepest


def _sent_us(value: object) -> int | None:
    sent_ms = finite(value)
    if sent_ms is None or not 0.0 < sent_ms < MAX_TIME_MS:
        return None
    return round(sent_ms * MILLISECOND_US)


def _text(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= 64 and value.isprintable() else ""
