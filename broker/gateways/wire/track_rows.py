"""Frame entries of many tracks at once, as bytes, joined by a compiled loop.

Each field of a TrackView that a report changes has a fixed width on the wire, so what is known of
n tracks is laid out by field as the bytes of its value (n, 8) and whether it is given (n,). The
loop then writes entry after entry: length, what seldom changes, the given fields in the order of
their numbers, and room for the audience's id, which comes last. A time takes eight bytes, which is
what any time of our days takes (a varint that is padded reads the same).
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.effects import TrackState
from broker.core.separation.jit import jit
from broker.core.sharing.parties import ID_DIGITS
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AltitudeDatum, HeightReference
from broker.gateways.wire.enums import SOURCE_TO_WIRE, STATUS_TO_WIRE, TRACK_STATE_TO_WIRE
from broker.gateways.wire.framing import varint
from keepclear.v1 import feed_pb2

TIME_BYTES: Final = 8
CELL_BYTES: Final = 8
_VARINT: Final = 0
_DOUBLE: Final = 1
_FLOAT: Final = 5
_LENGTH_BYTES_MAX: Final = 3
"""Of an entry's length: a megabyte and more."""
_SHIFTS: Final = 7 * np.arange(TIME_BYTES, dtype=np.int64)
_MORE: Final = np.array([0x80] * (TIME_BYTES - 1) + [0], dtype=np.int64)

_FIELDS: Final = (
    ("operational_status", _VARINT, 1),
    ("source", _VARINT, 1),
    ("state", _VARINT, 1),
    ("time_of_validity_us", _VARINT, TIME_BYTES),
    ("latitude_deg", _DOUBLE, 8),
    ("longitude_deg", _DOUBLE, 8),
    ("altitude_m", _DOUBLE, 8),
    ("altitude_datum", _VARINT, 1),
    ("height_m", _DOUBLE, 8),
    ("height_reference", _VARINT, 1),
    ("altitude_hae_m", _DOUBLE, 8),
    ("vertical_doubt_m", _FLOAT, 4),
    ("velocity_east_mps", _FLOAT, 4),
    ("velocity_north_mps", _FLOAT, 4),
    ("vertical_speed_mps", _FLOAT, 4),
    ("horizontal_accuracy_m", _FLOAT, 4),
)
"""Name, wire type and width of the value."""
_GIVEN_WITH: Final = {
    "altitude_m": ("altitude_datum", AltitudeDatum.NONE),
    "altitude_datum": ("altitude_datum", AltitudeDatum.NONE),
    "height_m": ("height_reference", HeightReference.NONE),
    "height_reference": ("height_reference", HeightReference.NONE),
}
"""Fields that are absent where another says that nothing is known; other floats: where NaN."""
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


class Layout(NamedTuple):
    """What stands before and in each field (f fields), and around an entry."""

    tags: Bytes
    """(f, 2)."""
    tag_lengths: Rows
    widths: Rows
    entry_tag: int
    """Of an entry in its frame."""
    id_field: Bytes
    """The id's tag and length, and room for its digits."""


class Values(NamedTuple):
    """The changing fields of n tracks."""

    cells: Bytes
    """(f, n, 8): the value as it stands on the wire, in its first `width` bytes."""
    given: Bytes
    """(f, n)."""


class Steady(NamedTuple):
    """Encoded fields that seldom change, of n tracks: places in one store of bytes."""

    store: Bytes
    starts: Rows
    lengths: Rows


def _layout() -> Layout:
    numbers = feed_pb2.TrackView.DESCRIPTOR.fields_by_name
    encoded = [varint(numbers[name].number << 3 | wire_type) for name, wire_type, _ in _FIELDS]
    tags = np.zeros((len(_FIELDS), 2), dtype=np.uint8)
    for place, tag in enumerate(encoded):
        tags[place, : len(tag)] = list(tag)
    id_tag = varint(feed_pb2.TrackView.TRACK_ID_FIELD_NUMBER << 3 | 2)
    id_field = id_tag + varint(ID_DIGITS) + bytes(ID_DIGITS)
    return Layout(
        tags=tags,
        tag_lengths=np.array([len(tag) for tag in encoded], dtype=np.int64),
        widths=np.array([width for _, _, width in _FIELDS], dtype=np.int64),
        entry_tag=varint(feed_pb2.TrackFrame.TRACKS_FIELD_NUMBER << 3 | 2)[0],
        id_field=np.frombuffer(bytearray(id_field), dtype=np.uint8),
    )


def _codes(to_wire: Mapping[Any, int]) -> Bytes:
    """The contract's codes by the core's numbers; a number that has none reads "not given"."""
    codes = np.zeros(max(to_wire) + 1, dtype=np.uint8)
    for core, wire in to_wire.items():
        codes[core] = wire
    return codes


LAYOUT: Final = _layout()
_STATUS: Final = _codes(STATUS_TO_WIRE)
_SOURCE: Final = _codes(SOURCE_TO_WIRE)
_STATE: Final = _codes(TRACK_STATE_TO_WIRE)
_ROW_BYTES_MAX: Final = (
    1 + _LENGTH_BYTES_MAX + len(LAYOUT.id_field) + int((LAYOUT.tag_lengths + LAYOUT.widths).sum())
)
"""Without the steady fields."""


def encoded_rows(
    tracks: TrackRegister, slots: Rows, lost: NDArray[np.bool_], steady: Steady
) -> tuple[Bytes, Rows]:
    """The entries of n slots, one after the other with blank ids, and where each one ends."""
    values = _values(tracks, slots, lost)
    out = np.empty(len(slots) * _ROW_BYTES_MAX + int(steady.lengths.sum()), dtype=np.uint8)
    ends = np.empty(len(slots), dtype=np.int64)
    length = _join(LAYOUT, values, steady, out, ends)
    return out[:length], ends


def _values(tracks: TrackRegister, slots: Rows, lost: NDArray[np.bool_]) -> Values:
    cells = np.empty((len(_FIELDS), len(slots), CELL_BYTES), dtype=np.uint8)
    given = np.ones((len(_FIELDS), len(slots)), dtype=np.uint8)
    columns: dict[str, NDArray[np.generic]] = {
        name: getattr(tracks.columns, _COLUMN_OF.get(name, name))[slots] for name, _, _ in _FIELDS
    }
    columns["operational_status"] = _STATUS[columns["operational_status"]]
    columns["source"] = _SOURCE[columns["source"]]
    merged = columns["state"] == TrackState.MERGED
    columns["state"] = _STATE[np.where(lost & ~merged, TrackState.LOST, columns["state"])]
    time_us = tracks.columns.time_of_validity_us[slots][:, None]
    columns["time_of_validity_us"] = (((time_us >> _SHIFTS) & 0x7F) | _MORE).astype(np.uint8)
    for place, (name, wire_type, width) in enumerate(_FIELDS):
        column = columns[name]
        if wire_type == _DOUBLE:
            column = column.astype("<f8", copy=False).view(np.uint8)
        elif wire_type == _FLOAT:
            given[place] = ~np.isnan(column.astype(np.float64, copy=False))
            column = column.astype("<f4").view(np.uint8)
        cells[place, :, :width] = column.reshape(len(slots), width)
        if name in _GIVEN_WITH:
            other, none = _GIVEN_WITH[name]
            given[place] = columns[other] != none
        elif name == "altitude_hae_m":
            given[place] = ~np.isnan(columns[name].astype(np.float64, copy=False))
    return Values(cells, given)


@jit
def _join(layout: Layout, values: Values, steady: Steady, out: Bytes, ends: Rows) -> int:
    """Write the entries one after the other; returns how many bytes there are."""
    tags, tag_lengths, widths, entry_tag, id_field = layout
    cells, given = values
    store, starts, lengths = steady
    at = 0
    for k in range(len(ends)):
        left = lengths[k] + len(id_field)
        for f in range(len(widths)):
            if given[f, k]:
                left += tag_lengths[f] + widths[f]
        out[at] = entry_tag
        at += 1
        while left > 0x7F:
            out[at] = left & 0x7F | 0x80
            left >>= 7
            at += 1
        out[at] = left
        at += 1
        for place in range(starts[k], starts[k] + lengths[k]):
            out[at] = store[place]
            at += 1
        for f in range(len(widths)):
            if given[f, k]:
                for place in range(tag_lengths[f]):
                    out[at] = tags[f, place]
                    at += 1
                for place in range(widths[f]):
                    out[at] = cells[f, k, place]
                    at += 1
        for place in range(len(id_field)):
            out[at] = id_field[place]
            at += 1
        ends[k] = at
    return at


@jit
def fill_ids(entries: Bytes, ends: Rows, ids: Bytes) -> None:
    """Write ids (n, digits) at the end of each entry; `ends` count from the first byte."""
    digits = ids.shape[1]
    for k in range(len(ends)):
        start = ends[k] - digits
        for place in range(digits):
            entries[start + place] = ids[k, place]
