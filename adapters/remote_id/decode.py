"""The Remote ID adapter's decoder: receivers' documents and captured frames; free of I/O.

A document is JSON in one of the forms of `forms`, one entry or a list or a line each; or one frame
with its radiotap header as a capture holds it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from adapters.clock import MICROSECONDS
from adapters.model import Decoded, Document, Recorded, Refusal
from adapters.remote_id.captures import is_capture, packets
from adapters.remote_id.drones import Drones
from adapters.remote_id.forms import Received, read_entry
from adapters.remote_id.location import Location
from adapters.remote_id.messages import BasicId, read_messages
from adapters.remote_id.wireless import read_frame
from keepclear.v1.tracks_pb2 import TrackReport

MAX_DOCUMENT_BYTES = 1_000_000
MAX_ENTRIES = 500
MAX_RECORDING_BYTES = 200_000_000
RADIOTAP_VERSION = b"\0"  # no JSON begins with it


class RemoteIdDecoder:
    """Decodes what one receiver sends.

    `tracked_altitude_is_hae`: the altitude of the tracked form is known to be above the ellipsoid.
    """

    def __init__(self, tracked_altitude_is_hae: bool = False) -> None:
        self._tracked_altitude_is_hae = tracked_altitude_is_hae
        self._drones = Drones()

    def __call__(self, document: Document) -> Decoded:
        """The positions in one document."""
        reports: list[TrackReport] = []
        refusals: list[Refusal] = []
        records = 0
        for received in _received(document.data):
            records += len(received.messages)
            for made in self._taken(received, document.received_us):
                if isinstance(made, Refusal):
                    refusals.append(made)
                else:
                    reports.append(made)
        return Decoded(tuple(reports), tuple(refusals), records=records)

    def _taken(self, received: Received, now_us: int) -> Iterator[TrackReport | Refusal]:
        """Identities first: a place in the same document then has its name."""
        ids = [one for one in received.messages if isinstance(one, BasicId) and one.uas_id]
        transmitter = received.transmitter or (ids[0].uas_id if ids else "")
        for basic_id in ids:
            self._drones.identify(transmitter, basic_id, now_us)
        for one in received.messages:
            if isinstance(one, Refusal):
                yield one
            elif isinstance(one, Location):
                if not transmitter:
                    yield Refusal("basic id", "neither an id nor a transmitter")
                    continue
                known = received.altitude_datum_known or self._tracked_altitude_is_hae
                made = self._drones.locate(transmitter, one, now_us, altitude_known=known)
                if made is not None:
                    yield made


def _received(data: bytes) -> Iterator[Received]:
    """What each transmitter said in a document."""
    if len(data) > MAX_DOCUMENT_BYTES:
        yield Received("", (Refusal("", f"over {MAX_DOCUMENT_BYTES} bytes"),))
    elif data.startswith(RADIOTAP_VERSION):
        for broadcast in read_frame(data):
            if isinstance(broadcast, Refusal):
                yield Received("", (broadcast,))
            else:
                messages = tuple(read_messages(broadcast.data))
                yield Received(broadcast.transmitter, messages)
    else:
        yield from map(read_entry, _entries(data))


def _entries(data: bytes) -> list[object]:
    """The entries of a document: one, a list, a list of lists, or one a line."""
    whole = _json(data)
    if whole is None:
        lines = [line for line in data.splitlines() if line.strip()][: MAX_ENTRIES + 1]
        entries = [_json(line) for line in lines]
    elif isinstance(whole, list) and not _is_listed(whole):
        entries = whole
    else:
        entries = [whole]
    return entries[:MAX_ENTRIES]


def _is_listed(value: list[Any]) -> bool:
    """Whether a list is one drone in the listed form, rather than several drones."""
    return any(isinstance(part, dict) and "Location Vector" in part for part in value)


def _json(data: bytes) -> object:
    """The value, None where it is no JSON."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def recorded(path: Path) -> Iterator[Recorded]:
    """A recorded file: a capture by its frames, JSON by its entries, each at its own time."""
    with path.open("rb") as file:
        data = file.read(MAX_RECORDING_BYTES)
    if is_capture(data):
        for packet, captured_us in packets(data):
            yield Recorded(packet, captured_us)
        return
    timed = [(_time_us(entry), entry) for entry in _entries(data)]
    for time_us, entry in sorted(timed, key=lambda one: one[0] or 0):
        yield Recorded(json.dumps(entry).encode(), time_us)


def _time_us(entry: object) -> int | None:
    """When a sensor says it received an entry."""
    data = entry.get("data") if isinstance(entry, dict) else None
    stamp = data.get("timestamp") if isinstance(data, dict) else None
    if not isinstance(stamp, int) or isinstance(stamp, bool) or not 0 < stamp < 4_102_444_800_000:
        return None
    return stamp * (MICROSECONDS // 1_000)
