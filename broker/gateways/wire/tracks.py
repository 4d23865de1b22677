"""Tracks as the feed carries them: encoded once for all audiences, then given each one's own id.

In protobuf a message's fields may stand in any order, so a TrackView is laid out as what seldom
changes (kept encoded for as long as it does not), what every report changes (written for many
tracks at once, see `track_rows`), and the audience's `track_id`. An audience's frame is a copy of
the shared entries with its ids written in.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.sharing.parties import label
from broker.core.tracks.marks import Flag
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import ReportSource
from broker.gateways.wire.bands import encode_band
from broker.gateways.wire.enums import SOURCE_TO_WIRE
from broker.gateways.wire.framing import length_delimited
from broker.gateways.wire.paths import encode_path
from broker.gateways.wire.track_rows import Bytes, Rows, Steady, encoded_rows, fill_ids
from keepclear.v1 import feed_pb2

_STORE_BYTES_MIN: Final = 65_536
_UNKNOWN: Final = -1


class TrackEncoder:
    """Encodes tracks. What it keeps only saves work: the same tracks give the same bytes."""

    def __init__(self, *, masked: bool = False) -> None:
        """`masked`: without what says who an aircraft is, or what for."""
        self._steady_fields = _masked_fields if masked else _steady_fields
        self._tracks: TrackRegister | None = None
        self._reset()

    def rows(
        self, tracks: TrackRegister, slots: Rows, lost: NDArray[np.bool_], owner: str = ""
    ) -> tuple[Bytes, Rows]:
        """The slots' frame entries, one after the other with blank ids, and where each ends.

        For the agency `owner` with what only the owner of a track is shown.
        """
        if tracks is not self._tracks:
            self._tracks = tracks
            self._reset()
        self._fit(len(tracks.columns.active))
        versions = tracks.text_versions[slots]
        for place in np.flatnonzero(self._version[slots] != versions).tolist():
            slot = int(slots[place])
            self._keep(slot, self._steady_fields(tracks, slot), int(versions[place]))
        steady = Steady(self._store, self._start[slots], self._length[slots])
        if owner:
            steady = self._with_owned(tracks, slots, steady, owner)
        return encoded_rows(tracks, slots, lost, steady)

    def _with_owned(self, tracks: TrackRegister, slots: Rows, steady: Steady, owner: str) -> Steady:
        """The steady fields, longer where a track is the owner's and has marks for it alone."""
        parts, used = [self._store[: self._used]], self._used
        flagged = np.array(list(tracks.marks.flags), dtype=np.int64)
        for place in np.flatnonzero(np.isin(slots, flagged)).tolist():
            slot = int(slots[place])
            flags = tracks.marks.private_flags(slot)
            if not flags or tracks.publisher_name(slot).agency != owner:
                continue
            start, length = int(steady.starts[place]), int(steady.lengths[place])
            more = feed_pb2.TrackView(flags=_flags(flags)).SerializeToString(deterministic=True)
            parts += [self._store[start : start + length], np.frombuffer(more, dtype=np.uint8)]
            steady.starts[place], steady.lengths[place] = used, length + len(more)
            used += length + len(more)
        return Steady(np.concatenate(parts), steady.starts, steady.lengths)

    def _reset(self) -> None:
        self._store: Bytes = np.empty(_STORE_BYTES_MIN, dtype=np.uint8)
        self._used = 0
        self._start: Rows = np.zeros(0, dtype=np.int64)
        self._length: Rows = np.zeros(0, dtype=np.int64)
        self._version: Rows = np.zeros(0, dtype=np.int64)

    def _fit(self, capacity: int) -> None:
        more = capacity - len(self._version)
        if more > 0:
            self._start = np.append(self._start, np.zeros(more, dtype=np.int64))
            self._length = np.append(self._length, np.zeros(more, dtype=np.int64))
            self._version = np.append(self._version, np.full(more, _UNKNOWN, dtype=np.int64))

    def _keep(self, slot: int, encoded: bytes, version: int) -> None:
        if self._used + len(encoded) > len(self._store):
            self._length[slot] = 0
            self._make_room(len(encoded))
        end = self._used + len(encoded)
        self._store[self._used : end] = np.frombuffer(encoded, dtype=np.uint8)
        self._start[slot], self._length[slot] = self._used, len(encoded)
        self._version[slot] = version
        self._used = end

    def _make_room(self, wanted: int) -> None:
        """Bytes that nothing names any more go, in a store with at least as much room again."""
        live = int(self._length.sum())
        store = np.empty(max(_STORE_BYTES_MIN, 2 * (live + wanted)), dtype=np.uint8)
        starts = np.cumsum(self._length) - self._length
        store[:live] = self._store[np.repeat(self._start - starts, self._length) + np.arange(live)]
        self._store, self._start, self._used = store, starts, live


def with_ids(entries: Bytes, ends: Rows, ids: Bytes) -> bytes:
    """Whole entries: a copy with the ids of one audience (n, digits) written in."""
    own = entries.copy()
    fill_ids(own, ends, ids)
    return own.tobytes()


def _steady_fields(tracks: TrackRegister, slot: int) -> bytes:
    publisher = tracks.publisher_name(slot)
    description = tracks.descriptions[slot]
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
        planned_path=encode_path(description.planned_path),
        planned_path_stated_us=description.planned_path_stated_us,
        allotted_band=encode_band(description.allotted_band),
        heard_by=[
            feed_pb2.HeardBy(
                publisher=str(one.publisher),
                source=int(SOURCE_TO_WIRE[ReportSource(one.source)]),  # type: ignore[arg-type]
                basis=one.basis,
                confidence=one.confidence,
            )
            for one in tracks.marks.heard_by.get(slot, ())
        ],
        doubts=tracks.marks.doubts.get(slot, ()),
        flags=_flags(one for one in tracks.marks.flags.get(slot, ()) if one.shown_to_all),
    )
    return view.SerializeToString(deterministic=True)


def _flags(flags: Iterable[Flag]) -> list[feed_pb2.SupplyChainFlag]:
    return [feed_pb2.SupplyChainFlag(rule=one.rule_id, text=one.text) for one in flags]


def _masked_fields(tracks: TrackRegister, slot: int) -> bytes:
    """Whom to call, and what flies: nothing else that an agency says in words."""
    description = tracks.descriptions[slot]
    view = feed_pb2.TrackView(
        agency=tracks.publisher_name(slot).agency,
        aircraft_class=int(description.aircraft_class),  # type: ignore[arg-type]
        duty_contact=description.duty_contact,
    )
    return view.SerializeToString(deterministic=True)


def withheld_rows(ids: Sequence[str]) -> tuple[Bytes, Rows]:
    """Entries of tracks that are no longer shown under these ids, and where each one ends."""
    entries = [
        length_delimited(
            feed_pb2.TrackFrame.TRACKS_FIELD_NUMBER,
            feed_pb2.TrackView(state=feed_pb2.TRACK_STATE_WITHHELD, track_id=one).SerializeToString(
                deterministic=True
            ),
        )
        for one in ids
    ]
    ends = np.cumsum([len(one) for one in entries], dtype=np.int64)
    return np.frombuffer(b"".join(entries), dtype=np.uint8), ends
