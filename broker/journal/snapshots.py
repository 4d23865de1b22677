"""Snapshots of the state, so that a restart replays minutes and not months.

A file is: magic, length of the header, header as JSON (plain values, where each array
lies), the arrays as they lie in memory (little-endian), and a BLAKE2b digest of all that. No
pickle: a snapshot is data and can do nothing when it is read. Several are kept, because recovery
starts from an older one, to make the feed's recent messages again.
"""

import hashlib
import math
import os
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.errors import BrokenInvariant
from broker.journal import sliced_json
from broker.journal.canonical import Fields, as_whole
from broker.journal.errors import JournalUnavailable, RecordUnreadable
from broker.journal.files import FILE_MODE, sync_directory

SNAPSHOTS_KEPT: Final = 10
"""With one every six seconds: a minute."""
SNAPSHOT_FORMAT_VERSION: Final = 8
"""2: what is known of tracks in words is stored as columns of text; 3: encounters as columns;
4: areas of agreements have heights; 5: launch holds know whose drone they hold; 6: what
time it is; 7: probes are counted by agency; 8: answers know what was asked. Other versions
are passed over, and the log is replayed."""
DEPTH_MAX: Final = 32
_MAGIC: Final = b"KCSNAP01"
_LENGTH: Final = struct.Struct("<Q")
_DIGEST_BYTES: Final = 32
_NAME: Final = re.compile(r"snapshot-(\d{20})\.kcs")
_PLAIN: Final = frozenset({str, int, bool, type(None)})
_ARRAY_KINDS: Final = "biufSU"
"""Plain numbers, truth values and fixed-length text: nothing that holds a Python object."""

StateArray = NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state after record `seq`. JSON gives lists for tuples; arrays come back writable."""

    seq: int
    state: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class DamagedSnapshot:
    """A snapshot that was passed over."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """The newest usable snapshot, if there is one, and those that were not usable."""

    snapshot: Snapshot | None
    damaged: tuple[DamagedSnapshot, ...]


def snapshot_path(directory: Path, seq: int) -> Path:
    """The file of the snapshot after record `seq`."""
    return directory / f"snapshot-{seq:020d}.kcs"


def snapshot_seqs(directory: Path) -> list[int]:
    """Which snapshots there are, newest first; none in a directory that does not exist."""
    if not directory.is_dir():
        return []
    matches = (_NAME.fullmatch(path.name) for path in directory.iterdir())
    return sorted((int(match.group(1)) for match in matches if match), reverse=True)


def write(directory: Path, seq: int, state: Mapping[str, object]) -> Path:
    """Write a snapshot so that it is there whole or not at all; keep it and those just before.

    State values are arrays or plain JSON values with text keys and finite numbers: anything else
    is a BrokenInvariant. Raises JournalUnavailable when the disk refuses; nothing is lost then.
    """
    data = encode_snapshot(seq, state)
    path = snapshot_path(directory, seq)
    unfinished = path.with_suffix(".unfinished")
    try:
        _write_synced(unfinished, data)
        unfinished.replace(path)
        sync_directory(directory)
        for old_seq in snapshot_seqs(directory)[SNAPSHOTS_KEPT:]:
            snapshot_path(directory, old_seq).unlink(missing_ok=True)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise JournalUnavailable(f"the snapshot cannot be written: {error}") from error
    return path


def _write_synced(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, FILE_MODE), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def load_latest(directory: Path, not_after_seq: int) -> Loaded:
    """The newest undamaged snapshot that is not after `not_after_seq`.

    A later one describes records that the log has since lost, and is passed over as damaged.
    """
    passed_over: list[DamagedSnapshot] = []
    for seq in snapshot_seqs(directory):
        path = snapshot_path(directory, seq)
        if seq > not_after_seq:
            passed_over.append(DamagedSnapshot(path.name, f"the log ends at {not_after_seq}"))
            continue
        try:
            return Loaded(decode_snapshot(path.read_bytes(), seq), tuple(passed_over))
        except (OSError, RecordUnreadable) as error:
            passed_over.append(DamagedSnapshot(path.name, str(error)))
    return Loaded(None, tuple(passed_over))


def encode_snapshot(seq: int, state: Mapping[str, object]) -> bytes:
    """The file's bytes: the same state gives the same bytes."""
    arrays: dict[str, list[object]] = {}
    values: dict[str, object] = {}
    parts: list[bytes] = []
    offset = 0
    for name in sorted(state):
        value = state[name]
        if not isinstance(value, np.ndarray):
            _check_plain(name, value, DEPTH_MAX)
            values[name] = value
            continue
        if value.dtype.kind not in _ARRAY_KINDS:
            raise BrokenInvariant(f"snapshot: {name} is an array of {value.dtype}")
        stored = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<"))
        arrays[name] = [stored.dtype.str, list(value.shape), offset, stored.nbytes]
        parts.append(stored.tobytes())
        offset += stored.nbytes
    header = sliced_json.to_bytes(
        {
            "format_version": SNAPSHOT_FORMAT_VERSION,
            "seq": seq,
            "values": values,
            "arrays": arrays,
        }
    )
    body = b"".join([_MAGIC, _LENGTH.pack(len(header)), header, *parts])
    return body + hashlib.blake2b(body, digest_size=_DIGEST_BYTES).digest()


def _check_plain(name: str, value: object, depth: int) -> None:
    """Refuse what JSON would change without a word: number keys, NaN, objects of other types."""
    if depth == 0:
        raise BrokenInvariant(f"snapshot: {name} is nested too deeply")
    match value:
        case None | bool() | int() | str():
            return
        case float() if math.isfinite(value):
            return
        case list() | tuple():
            inside: Iterable[object] = value
        case dict() if all(isinstance(key, str) for key in value):
            inside = value.values()
        case _:
            raise BrokenInvariant(f"snapshot: {name} holds {type(value).__name__} {value!r:.60}")
    for item in inside:
        if type(item) not in _PLAIN:  # most are plain: no call of their own
            _check_plain(name, item, depth - 1)


def decode_snapshot(data: bytes, seq: int) -> Snapshot:
    """Read a file's bytes; raises RecordUnreadable for anything but an undamaged snapshot."""
    body, digest = data[:-_DIGEST_BYTES], data[-_DIGEST_BYTES:]
    if hashlib.blake2b(body, digest_size=_DIGEST_BYTES).digest() != digest:
        raise RecordUnreadable("the snapshot is not as it was written")
    if not body.startswith(_MAGIC):
        raise RecordUnreadable("not a snapshot of a format this release reads")
    (header_bytes,) = _LENGTH.unpack_from(body, len(_MAGIC))
    header_at = len(_MAGIC) + _LENGTH.size
    arrays_at = header_at + header_bytes
    header = Fields.parse(body[header_at:arrays_at])
    if header.whole("format_version") != SNAPSHOT_FORMAT_VERSION:
        raise RecordUnreadable("not a snapshot of a format this release reads")
    if header.whole("seq") != seq:
        raise RecordUnreadable("the file has another snapshot's name")
    values, arrays = header.inner("values"), header.inner("arrays")
    state: dict[str, object] = {name: values.value(name) for name in values.names()}
    for name in arrays.names():
        state[name] = _read_array(body, arrays_at, arrays.items(name))
    return Snapshot(seq, state)


def _read_array(body: bytes, arrays_at: int, place: list[object]) -> StateArray:
    dtype_text, shape, offset, byte_count = place
    if not isinstance(shape, list):
        raise RecordUnreadable("the shape of an array is a list")
    start = arrays_at + as_whole(offset)
    raw = bytearray(body[start : start + as_whole(byte_count)])
    dtype = np.dtype(str(dtype_text))
    array: StateArray = np.frombuffer(raw, dtype).reshape([as_whole(side) for side in shape])
    return array.astype(dtype.newbyteorder("="), copy=False)
