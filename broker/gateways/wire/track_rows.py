"""The part of a TrackView that changes with every report, for many tracks at once.

Each of these fields has a fixed width on the wire, so the tracks that have the same fields set are
rows of one packed NumPy record: a few array operations a frame instead of one message a track.
Their order is the field numbers'; a time takes eight bytes, which is what any time of our days
takes (a varint that is padded reads the same).
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from broker.core.effects import TrackState
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AltitudeDatum, HeightReference
from broker.gateways.wire.enums import SOURCE_TO_WIRE, STATUS_TO_WIRE, TRACK_STATE_TO_WIRE
from broker.gateways.wire.framing import varint
from keepclear.v1 import feed_pb2

TIME_BYTES: Final = 8
_VARINT: Final = 0
_DOUBLE: Final = 1
_FLOAT: Final = 5
_SHIFTS: Final = 7 * np.arange(TIME_BYTES, dtype=np.int64)
_MORE: Final = np.array([0x80] * (TIME_BYTES - 1) + [0], dtype=np.int64)

_ALWAYS: Final = (
    ("operational_status", "u1", _VARINT),
    ("source", "u1", _VARINT),
    ("state", "u1", _VARINT),
    ("time_of_validity_us", f"({TIME_BYTES},)u1", _VARINT),
    ("latitude_deg", "<f8", _DOUBLE),
    ("longitude_deg", "<f8", _DOUBLE),
)
_OPTIONAL: Final = (
    (("altitude_m", "<f8", _DOUBLE), ("altitude_datum", "u1", _VARINT)),
    (("height_m", "<f8", _DOUBLE), ("height_reference", "u1", _VARINT)),
    (("altitude_hae_m", "<f8", _DOUBLE),),
    (("vertical_doubt_m", "<f4", _FLOAT),),
    (("velocity_east_mps", "<f4", _FLOAT),),
    (("velocity_north_mps", "<f4", _FLOAT),),
    (("vertical_speed_mps", "<f4", _FLOAT),),
    (("horizontal_accuracy_m", "<f4", _FLOAT),),
)
"""Fields that are absent where nothing is known; by bit of a row's mask."""
_COLUMN_OF: Final = {
    "altitude_m": "published_altitude_m",
    "altitude_hae_m": "reported_altitude_hae_m",
    "velocity_east_mps": "reported_velocity_east_mps",
    "velocity_north_mps": "reported_velocity_north_mps",
    "vertical_speed_mps": "reported_vertical_speed_mps",
}
"""The table's column where its name differs: people are shown what the publisher reported."""
Rows = NDArray[np.int64]
Bytes = NDArray[np.uint8]


def _codes(to_wire: Mapping[Any, int]) -> Bytes:
    """The contract's codes by the core's numbers; a number that has none reads "not given"."""
    codes = np.zeros(max(to_wire) + 1, dtype=np.uint8)
    for core, wire in to_wire.items():
        codes[core] = wire
    return codes


_STATUS: Final = _codes(STATUS_TO_WIRE)
_SOURCE: Final = _codes(SOURCE_TO_WIRE)
_STATE: Final = _codes(TRACK_STATE_TO_WIRE)


def changing_fields(tracks: TrackRegister, slots: Rows, *, lost: bool) -> list[bytes]:
    """For each slot (n,) the encoded fields that its last report set."""
    values = _values(tracks, slots, lost=lost)
    masks = _masks(values)
    first = int(masks[0])
    if bool((masks == first).all()):
        return _packed(values, first)
    out = [b""] * len(slots)
    for mask in sorted(set(masks.tolist())):
        rows = np.flatnonzero(masks == mask)
        chosen = {name: column[rows] for name, column in values.items()}
        for row, encoded in zip(rows.tolist(), _packed(chosen, mask), strict=True):
            out[row] = encoded
    return out


def _values(tracks: TrackRegister, slots: Rows, *, lost: bool) -> dict[str, NDArray[np.generic]]:
    columns = tracks.columns
    names = [name for name, _, _ in _ALWAYS]
    names += [name for fields in _OPTIONAL for name, _, _ in fields]
    values = {name: getattr(columns, _COLUMN_OF.get(name, name))[slots] for name in names}
    values["operational_status"] = _STATUS[values["operational_status"]]
    values["source"] = _SOURCE[values["source"]]
    values["state"] = _STATE[np.full(len(slots), TrackState.LOST) if lost else values["state"]]
    time_us = values["time_of_validity_us"][:, None]
    values["time_of_validity_us"] = (((time_us >> _SHIFTS) & 0x7F) | _MORE).astype(np.uint8)
    return values


def _masks(values: dict[str, NDArray[np.generic]]) -> NDArray[np.int64]:
    known = [
        values["altitude_datum"] != AltitudeDatum.NONE,
        values["height_reference"] != HeightReference.NONE,
        *(~np.isnan(values[fields[0][0]].astype(np.float64)) for fields in _OPTIONAL[2:]),
    ]
    masks = np.zeros(len(values["state"]), dtype=np.int64)
    for bit, present in enumerate(known):
        masks |= present.astype(np.int64) << bit
    return masks


def _packed(values: dict[str, NDArray[np.generic]], mask: int) -> list[bytes]:
    layout, tags, names = _layout(mask)
    rows = np.empty(len(values["state"]), dtype=layout)
    for place, tag in tags:
        rows[place] = tag
    for name in names:
        rows[name] = values[name]
    data, width = rows.tobytes(), layout.itemsize
    return [data[start : start + width] for start in range(0, len(data), width)]


@cache
def _layout(mask: int) -> tuple[np.dtype[np.void], list[tuple[str, Bytes]], list[str]]:
    """The record of the rows with this mask, its constant tags and its value fields."""
    fields = list(_ALWAYS)
    for bit, group in enumerate(_OPTIONAL):
        if mask >> bit & 1:
            fields += group
    parts: list[tuple[str, str]] = []
    tags: list[tuple[str, Bytes]] = []
    for name, kind, wire_type in fields:
        number = feed_pb2.TrackView.DESCRIPTOR.fields_by_name[name].number
        tag = np.frombuffer(varint(number << 3 | wire_type), dtype=np.uint8)
        parts += [(f"tag of {name}", f"({len(tag)},)u1"), (name, kind)]
        tags.append((f"tag of {name}", tag))
    return np.dtype(parts), tags, [name for name, _, _ in fields]
