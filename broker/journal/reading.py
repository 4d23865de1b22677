"""Reading the log in order, verifying every record against the one before it."""

import sqlite3
import struct
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from broker.core.commands import Command
from broker.journal.codec import decode
from broker.journal.errors import JournalDamaged, JournalMismatch
from broker.journal.files import first_seq_of, segment_paths
from broker.journal.header import RunInfo, SegmentHeader
from broker.journal.records import RECORDS_PER_MICRO_BATCH_MAX, MicroBatch
from broker.journal.segments import (
    SELECT,
    SQLITE_ERRORS,
    StoredRecord,
    connect,
    read_header,
    trouble,
)


def verified_records(
    connection: sqlite3.Connection, segment: str, header: SegmentHeader, from_seq: int
) -> Iterator[StoredRecord]:
    """Every record from `from_seq` on; raises JournalDamaged at the first that is not as written.

    What came before `from_seq` is not read: the check stored there is believed.
    """
    expected_seq = max(from_seq, header.first_seq)
    try:
        previous_check = _check_before(connection, segment, header, expected_seq)
        rows = connection.execute(f"{SELECT} WHERE seq >= ? ORDER BY seq", (expected_seq,))
        for row in rows:
            stored = StoredRecord(*row)
            reason = fault(stored, expected_seq, previous_check)
            if reason:
                raise JournalDamaged(segment, expected_seq, reason)
            yield stored
            previous_check = stored.chain_check
            expected_seq += 1
    except SQLITE_ERRORS as error:
        raise trouble(segment, expected_seq, error) from error


def _check_before(
    connection: sqlite3.Connection, segment: str, header: SegmentHeader, seq: int
) -> int:
    if seq == header.first_seq:
        return header.chain_start()
    row = connection.execute("SELECT chain_check FROM record WHERE seq = ?", (seq - 1,)).fetchone()
    if row is None or not isinstance(row[0], int):
        raise JournalDamaged(segment, seq - 1, "is missing")
    return row[0] & 0xFFFFFFFF


def fault(stored: StoredRecord, expected_seq: int, previous_check: int) -> str:
    """What is wrong with a record, or nothing."""
    try:
        if stored.seq != expected_seq:
            return f"record {stored.seq} stands in its place"
        if stored.expected_check(previous_check) != stored.chain_check:
            return "is not as it was written"
        if not stored.payload_intact():
            return "its payload is not as it was written"
    except (struct.error, TypeError, AttributeError, UnicodeError):
        return "holds values of the wrong type"
    return ""


@dataclass(frozen=True, slots=True)
class SegmentEnd:
    """Where a segment stops: the chain goes on from here."""

    last_seq: int
    check: int


def first_kept_seq(directory: Path) -> int:
    """The oldest record that retention has left; 1 for a log that has none yet."""
    paths = segment_paths(directory)
    return first_seq_of(paths[0]) if paths else 1


def written_by(directory: Path) -> list[RunInfo]:
    """What the broker that wrote each segment said of itself, oldest first.

    Raises JournalDamaged or JournalMismatch, as `read_batches` does.
    """
    runs = []
    for path in segment_paths(directory):
        with closing(connect_to_read(path)) as connection:
            runs.append(read_header(connection, path.name).run)
    return runs


def read_batches(directory: Path, from_seq: int) -> Iterator[MicroBatch]:
    """Every whole micro-batch from the one that holds `from_seq` on, oldest first.

    Raises JournalMismatch if retention has already removed `from_seq`, JournalDamaged (naming
    segment and record) where stored bytes are not those written, RecordUnreadable for records of
    a newer release. Erased records are left out of their batch.
    """
    paths = segment_paths(directory)
    if paths and from_seq < first_seq_of(paths[0]):
        raise JournalMismatch(
            f"the log starts at record {first_seq_of(paths[0])}; {from_seq} has been retired"
        )
    skipped = sum(1 for _, after in pairwise(paths) if first_seq_of(after) <= from_seq)
    end: SegmentEnd | None = None
    for path in paths[skipped:]:
        connection = connect_to_read(path)
        try:
            header = read_header(connection, path.name)
            _check_joint(path, header, end)
            end = yield from _segment_batches(connection, path, header, from_seq)
        finally:
            connection.close()


def payload_bytes(directory: Path, from_seq: int, to_seq: int) -> int:
    """How much a replay from one record to another has to read. Raises JournalDamaged."""
    total = 0
    paths = segment_paths(directory)
    skipped = sum(1 for _, after in pairwise(paths) if first_seq_of(after) <= from_seq)
    for path in paths[skipped:]:
        connection = connect_to_read(path)
        try:
            (held,) = connection.execute(
                "SELECT total(length(payload)) FROM record WHERE seq BETWEEN ? AND ?",
                (from_seq, to_seq),
            ).fetchone()
        except SQLITE_ERRORS as error:
            raise trouble(path.name, from_seq, error) from error
        finally:
            connection.close()
        total += round(held)
    return total


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open a segment for reading.

    Not in SQLite's read-only mode, which cannot clear away its companion files when it closes.
    """
    try:
        connection = connect(path)
        connection.execute("PRAGMA query_only=ON")
    except SQLITE_ERRORS as error:
        raise trouble(path.name, 0, error) from error
    return connection


def _check_joint(path: Path, header: SegmentHeader, end: SegmentEnd | None) -> None:
    if header.first_seq != first_seq_of(path):
        raise JournalDamaged(path.name, header.first_seq, "the file has another segment's name")
    if end is None:
        return
    if header.first_seq != end.last_seq + 1:
        raise JournalDamaged(path.name, end.last_seq + 1, "records between two segments are gone")
    if header.previous_check != end.check:
        raise JournalDamaged(path.name, header.first_seq, "does not continue the segment before")


def _segment_batches(
    connection: sqlite3.Connection, path: Path, header: SegmentHeader, from_seq: int
) -> Generator[MicroBatch, None, SegmentEnd]:
    """Yield the whole batches of one segment and return where it ends."""
    # A batch may start before `from_seq`, but by no more than the longest batch there can be.
    start = max(header.first_seq, from_seq - RECORDS_PER_MICRO_BATCH_MAX)
    end = SegmentEnd(start - 1, header.chain_start())
    for records in whole_batches(verified_records(connection, path.name, header, start), path.name):
        end = SegmentEnd(records[-1].seq, records[-1].chain_check)
        if records[0].batch >= from_seq:
            yield _to_micro_batch(records)
    return end


def whole_batches(records: Iterable[StoredRecord], segment: str) -> Iterator[list[StoredRecord]]:
    """Group records into micro-batches; raises JournalDamaged if the last one is not whole."""
    pending: list[StoredRecord] = []
    for stored in records:
        if pending and stored.batch != pending[0].batch:
            raise JournalDamaged(segment, stored.seq, "the batch before it is not whole")
        pending.append(stored)
        if stored.seq == stored.batch:
            yield pending
            pending = []
    if pending:
        raise JournalDamaged(segment, pending[-1].seq + 1, "is missing from its batch")


def _to_micro_batch(records: list[StoredRecord]) -> MicroBatch:
    commands: list[Command] = [
        decode(stored.kind_number, stored.record_version, stored.payload)
        for stored in records
        if stored.payload is not None
    ]
    last = records[-1]
    return MicroBatch(last.utc_us, last.monotonic_us, tuple(commands), last.seq)
