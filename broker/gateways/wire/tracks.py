"""Tracks as the feed carries them: encoded once for all audiences, then given each one's own id.

In protobuf a message's fields may stand in any order, so a TrackView is laid out as what seldom
changes (kept encoded for as long as it does not), what every report changes (packed for many
tracks at once, see `track_rows`), and the audience's `track_id`. The shared part, with the length
of the whole, is encoded once; an audience's frame is those parts and its ids, joined.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from broker.core.sharing.parties import TRACK_ID_BYTES, label
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AircraftDescription
from broker.gateways.wire.framing import length_delimited, varint
from broker.gateways.wire.track_rows import changing_fields
from keepclear.v1 import feed_pb2

_TRACK_ID_FIELD: Final = feed_pb2.TrackView.TRACK_ID_FIELD_NUMBER
_TRACKS_FIELD: Final = feed_pb2.TrackFrame.TRACKS_FIELD_NUMBER
_ID_FIELD_LENGTH: Final = 2 + 2 * TRACK_ID_BYTES
"""Tag, length and the hexadecimal id."""
_LENGTHS_PREPARED: Final = 2_048
_STARTS: Final = [
    varint(_TRACKS_FIELD << 3 | 2) + varint(length + _ID_FIELD_LENGTH)
    for length in range(_LENGTHS_PREPARED)
]
"""How an entry starts, by the length of its shared part; seven texts of 80 characters fit."""


def encode_track_id(track_id: str) -> bytes:
    """An audience's id as the field that ends a frame's entry."""
    return length_delimited(_TRACK_ID_FIELD, track_id.encode())


class TrackEncoder:
    """Encodes tracks. What it keeps only saves work: the same tracks give the same bytes."""

    def __init__(self) -> None:
        self._tracks: TrackRegister | None = None
        self._kept: dict[int, tuple[int, AircraftDescription, bytes]] = {}
        """By slot, so at most one for each row of the table."""

    def entries(self, tracks: TrackRegister, slots: Sequence[int], *, lost: bool) -> list[bytes]:
        """For each slot the start of its frame entry; the audience's id field completes it."""
        if not slots:
            return []
        if tracks is not self._tracks:
            self._tracks, self._kept = tracks, {}
        index = np.asarray(slots, dtype=np.int64)
        numbers = tracks.columns.track_number[index].tolist()
        steady = [
            self._steady(tracks, slot, number) for slot, number in zip(slots, numbers, strict=True)
        ]
        changing = changing_fields(tracks, index, lost=lost)
        return [
            _start(len(first) + len(second)) + first + second
            for first, second in zip(steady, changing, strict=True)
        ]

    def _steady(self, tracks: TrackRegister, slot: int, number: int) -> bytes:
        description = tracks.descriptions[slot]
        kept = self._kept.get(slot)
        if kept is not None and kept[0] == number and kept[1] is description:
            return kept[2]
        encoded = _steady_fields(tracks, slot, description)
        self._kept[slot] = (number, description, encoded)
        return encoded


def _start(length: int) -> bytes:
    if length < _LENGTHS_PREPARED:
        return _STARTS[length]
    return varint(_TRACKS_FIELD << 3 | 2) + varint(length + _ID_FIELD_LENGTH)


def _steady_fields(tracks: TrackRegister, slot: int, description: AircraftDescription) -> bytes:
    publisher = tracks.publisher_name(slot)
    view = feed_pb2.TrackView(
        agency=publisher.agency,
        publisher=str(publisher),
        aircraft_class=int(description.aircraft_class),  # type: ignore[arg-type]
        label=label(description, tracks.source_track_ids[slot]),
        registration=description.registration,
        icao_address=description.icao_address,
        incident_id=description.incident_id,
        duty_contact=description.duty_contact,
        talkgroup=description.talkgroup,
    )
    return view.SerializeToString(deterministic=True)
