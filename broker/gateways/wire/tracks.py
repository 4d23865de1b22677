"""Tracks as the feed carries them: encoded once for all audiences, then given each one's own id.

In protobuf a message's fields may stand in any order, so a TrackView is laid out as the shared
fields followed by the audience's `track_id`. The shared part, with the length of the whole, is
encoded once; an audience's frame is those parts and its ids, joined.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from broker.core.effects import TrackState
from broker.core.sharing.parties import TRACK_ID_BYTES, label
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AltitudeDatum, HeightReference
from broker.gateways.wire.enums import SOURCE_TO_WIRE, STATUS_TO_WIRE, TRACK_STATE_TO_WIRE
from broker.gateways.wire.framing import length_delimited, varint
from keepclear.v1 import feed_pb2

_TRACK_ID_FIELD: Final = feed_pb2.TrackView.TRACK_ID_FIELD_NUMBER
_TRACKS_FIELD: Final = feed_pb2.TrackFrame.TRACKS_FIELD_NUMBER
_ID_FIELD_LENGTH: Final = 2 + 2 * TRACK_ID_BYTES
"""Tag, length and the hexadecimal id."""

_READ_COLUMNS: Final = (
    "time_of_validity_us",
    "latitude_deg",
    "longitude_deg",
    "published_altitude_m",
    "altitude_datum",
    "height_m",
    "height_reference",
    "altitude_hae_m",
    "vertical_doubt_m",
    "velocity_east_mps",
    "velocity_north_mps",
    "vertical_speed_mps",
    "horizontal_accuracy_m",
    "operational_status",
    "source",
    "state",
    "aircraft_class",
)


def encode_track_id(track_id: str) -> bytes:
    """An audience's id as the field that ends a frame's entry."""
    return length_delimited(_TRACK_ID_FIELD, track_id.encode())


def encode_entries(tracks: TrackRegister, slots: Sequence[int], lost: bool = False) -> list[bytes]:
    """For each slot the start of its frame entry; the audience's id field completes it."""
    if not slots:
        return []
    index = np.asarray(slots, dtype=np.int64)
    columns = [getattr(tracks.columns, name)[index].tolist() for name in _READ_COLUMNS]
    entries = []
    for slot, *values in zip(slots, *columns, strict=True):
        shared = _shared_fields(tracks, slot, dict(zip(_READ_COLUMNS, values, strict=True)), lost)
        length = varint(len(shared) + _ID_FIELD_LENGTH)
        entries.append(varint(_TRACKS_FIELD << 3 | 2) + length + shared)
    return entries


def _shared_fields(tracks: TrackRegister, slot: int, row: dict[str, float], lost: bool) -> bytes:
    description = tracks.descriptions[slot]
    publisher = tracks.publisher_name(slot)
    state = TrackState.LOST if lost else TrackState(int(row["state"]))
    view = feed_pb2.TrackView(
        agency=publisher.agency,
        publisher=str(publisher),
        aircraft_class=int(row["aircraft_class"]),  # type: ignore[arg-type]
        label=label(description, tracks.source_track_ids[slot]),
        registration=description.registration,
        icao_address=description.icao_address,
        incident_id=description.incident_id,
        duty_contact=description.duty_contact,
        talkgroup=description.talkgroup,
        operational_status=STATUS_TO_WIRE[int(row["operational_status"])],  # type: ignore[index]
        source=SOURCE_TO_WIRE[int(row["source"])],  # type: ignore[index]
        state=TRACK_STATE_TO_WIRE[state],
        time_of_validity_us=int(row["time_of_validity_us"]),
        latitude_deg=row["latitude_deg"],
        longitude_deg=row["longitude_deg"],
        altitude_datum=int(row["altitude_datum"]),  # type: ignore[arg-type]
        height_reference=int(row["height_reference"]),  # type: ignore[arg-type]
    )
    for name, value in _known(row).items():
        setattr(view, name, value)
    return view.SerializeToString(deterministic=True)


def _known(row: dict[str, float]) -> dict[str, float]:
    """The optional fields that have a value: absent is never zero."""
    known = {
        name: row[name]
        for name in (
            "altitude_hae_m",
            "vertical_doubt_m",
            "velocity_east_mps",
            "velocity_north_mps",
            "vertical_speed_mps",
            "horizontal_accuracy_m",
        )
        if not math.isnan(row[name])
    }
    if row["altitude_datum"] != AltitudeDatum.NONE:
        known["altitude_m"] = row["published_altitude_m"]
    if row["height_reference"] != HeightReference.NONE:
        known["height_m"] = row["height_m"]
    return known
