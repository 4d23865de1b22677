"""Recorded DJI messages: from a file of any of the shapes that are met, to documents with topics.

- one line (or one file) an object `{"topic": …, "payload": …, "received_us": …}`: what this
  adapter's own recordings look like; only the first two are needed;
- a bare envelope as it stood in an MQTT message: its topic is made from the device it names;
- `{"host": {…}, "sn": …}`: a device's properties as Pilot's web socket hands them on.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from adapters.dji.envelope import MAX_MESSAGE_BYTES, MAX_TIME_MS, MILLISECOND_US
from adapters.json_numbers import finite
from adapters.model import Recorded

MAX_RECORDED_DOCUMENTS: Final = 1_000_000
LINE_SUFFIXES: Final = frozenset({".jsonl", ".ndjson"})
NO_SERIAL: Final = "unnamed"
_STATUS_METHODS: Final = frozenset({"update_topo"})
_REQUEST_METHODS: Final = frozenset({"config", "flight_areas_get", "airport_bind_status"})


def recorded(path: Path) -> Iterator[Recorded]:
    """The messages of one file, or of a folder's files in the order of their names."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    for file in files[:MAX_RECORDED_DOCUMENTS]:
        if file.suffix in LINE_SUFFIXES:
            with file.open("rb") as lines:
                while line := lines.readline(2 * MAX_MESSAGE_BYTES):
                    if line.strip():
                        yield unwrapped(line)
        else:
            with file.open("rb") as whole:
                yield unwrapped(whole.read(2 * MAX_MESSAGE_BYTES))


def unwrapped(line: bytes) -> Recorded:
    """One recorded message as it stood on the wire; never raises.

    What has no reading keeps its bytes and an empty topic: the decoder says why it is refused.
    """
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return Recorded(line, None)
    if not isinstance(found, dict):
        return Recorded(line, None)
    topic, payload = found.get("topic"), found.get("payload")
    if isinstance(topic, str) and isinstance(payload, dict | str):
        data = payload if isinstance(payload, str) else json.dumps(payload)
        return Recorded(data.encode(errors="replace"), _time_us(found, payload), topic)
    host = found.get("host")
    if isinstance(host, dict):
        data = json.dumps({"data": host, "timestamp": found.get("timestamp")})
        return Recorded(
            data.encode(), _time_us(found, found), f"thing/product/{_serial(found)}/osd"
        )
    return Recorded(line, _time_us(found, found), _topic(found))


def _topic(envelope: dict[str, object]) -> str:
    serial, method, data = _serial(envelope), envelope.get("method"), envelope.get("data")
    names_itself = isinstance(data, dict) and isinstance(data.get("sn"), str)
    if not isinstance(method, str) or names_itself:
        return f"thing/product/{serial}/osd"
    if method in _STATUS_METHODS:
        return f"sys/product/{serial}/status"
    channel = "requests" if method in _REQUEST_METHODS else "events"
    return f"thing/product/{serial}/{channel}"


def _serial(envelope: dict[str, object]) -> str:
    data = envelope.get("data")
    inner = data if isinstance(data, dict) else {}
    for found in (envelope.get("sn"), inner.get("sn"), envelope.get("gateway")):
        if isinstance(found, str) and found:
            return found
    return NO_SERIAL


def _time_us(outer: dict[str, object], inner: object) -> int | None:
    """When it came, else when it was sent; None where neither is said."""
    received_us = finite(outer.get("received_us"))
    if received_us is not None and 0.0 < received_us < MAX_TIME_MS * MILLISECOND_US:
        return round(received_us)
    sent_ms = finite(inner.get("timestamp")) if isinstance(inner, dict) else None
    if sent_ms is None or not 0.0 < sent_ms < MAX_TIME_MS:
        return None
    return round(sent_ms * MILLISECOND_US)
