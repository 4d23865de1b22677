"""Looking a log over before anyone writes to it, and cutting off a tail that is not whole.

Only the last segment can have been under the pen when power or process died, so only its end may
be cut: the good records move to a fresh file and the damaged one is kept beside it for whoever
investigates. Good records after bad ones mean that the damage was not a crash: nothing is
touched and JournalDamaged stops the start.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Final

from broker.journal.errors import Damage, JournalDamaged, JournalUnavailable
from broker.journal.files import first_seq_of, remove_segment, segment_paths, sync_directory
from broker.journal.header import SegmentHeader
from broker.journal.mark import Mark, read_mark
from broker.journal.reading import SegmentEnd, verified_records, whole_batches
from broker.journal.segments import (
    SELECT,
    SQLITE_ERRORS,
    Row,
    StoredRecord,
    connect,
    create_segment,
    fold_in,
    is_unborn,
    read_header,
    trouble,
)

DAMAGED_SUFFIX: Final = ".damaged"
_REBUILT_SUFFIX: Final = ".rebuilt"


@dataclass(frozen=True, slots=True)
class Inspection:
    """How the log was found. `header` is the last segment's, None for a log not yet begun."""

    header: SegmentHeader | None
    end: SegmentEnd
    damage: tuple[Damage, ...]
    clean: bool
    """Whether the last broker closed the log in order."""


def inspect(directory: Path) -> Inspection:
    """Verify the last segment, repair its tail, and compare its end with the mark.

    The caller holds the directory lock. Raises JournalDamaged for what a crash cannot explain
    and JournalUnavailable when the disk does not let us look.
    """
    mark = read_mark(directory)
    try:
        last = _last_segment(directory, mark)
        if last is None:
            return _without_segments(mark)
        header, end, reason = _verify_tail(last)
    except OSError as error:
        raise JournalUnavailable(f"cannot look over the log: {error}") from error
    damage = _tail_damage(last.name, end, reason, mark)
    clean = mark is not None and mark.clean and not damage
    return Inspection(header, end, damage, clean)


def _without_segments(mark: Mark | None) -> Inspection:
    if mark is not None and mark.last_seq > 0:
        raise JournalDamaged("no segment", mark.last_seq, "every segment of this log is gone")
    return Inspection(None, SegmentEnd(0, 0), (), clean=True)


def _last_segment(directory: Path, mark: Mark | None) -> Path | None:
    """The newest segment, after removing one that was being made when its broker died."""
    paths = segment_paths(directory)
    if paths and is_unborn(paths[-1]):
        if mark is not None and mark.last_seq >= first_seq_of(paths[-1]):
            raise JournalDamaged(paths[-1].name, first_seq_of(paths[-1]), "the segment is empty")
        remove_segment(paths.pop())
    return paths[-1] if paths else None


def _verify_tail(path: Path) -> tuple[SegmentHeader, SegmentEnd, str]:
    """Return the header, the end of the last whole batch and why the rest was cut, if any was."""
    connection = connect(path)
    try:
        header = read_header(connection, path.name)
        if header.first_seq != first_seq_of(path):
            raise JournalDamaged(path.name, header.first_seq, "the file has another segment's name")
        end = SegmentEnd(header.first_seq - 1, header.chain_start())
        try:
            records = verified_records(connection, path.name, header, header.first_seq)
            for batch in whole_batches(records, path.name):
                end = SegmentEnd(batch[-1].seq, batch[-1].chain_check)
            fold_in(connection)
        except JournalDamaged as damage:
            if _good_batch_follows(connection, damage.seq, end.last_seq):
                raise
            _rebuild(connection, path, header, end)
            return header, _joint(header, end), damage.reason
    except SQLITE_ERRORS as error:
        raise trouble(path.name, 0, error) from error
    finally:
        connection.close()
    return header, _joint(header, end), ""


def _joint(header: SegmentHeader, end: SegmentEnd) -> SegmentEnd:
    """Where the next segment continues: an empty one is replaced, so it hands on its own."""
    if end.last_seq >= header.first_seq:
        return end
    return SegmentEnd(end.last_seq, header.previous_check)


def _good_batch_follows(connection: sqlite3.Connection, bad_seq: int, whole_seq: int) -> bool:
    """Whether a later micro-batch than the bad record's has survived.

    In doubt the answer is yes: better to stop than to cut off what was acknowledged.
    """
    survivors = {
        stored.batch
        for order in ("ASC", "DESC")
        for stored in _readable_after(connection, bad_seq, order)
        if stored.batch >= stored.seq
    }
    started = next((stored.batch for stored in _readable_after(connection, whole_seq, "ASC")), None)
    return bool(survivors - {started})


def _readable_after(connection: sqlite3.Connection, seq: int, order: str) -> Iterator[StoredRecord]:
    """Records after `seq` whose payload is intact, until the file cannot be read further."""
    try:
        for row in connection.execute(f"{SELECT} WHERE seq > ? ORDER BY seq {order}", (seq,)):
            stored = StoredRecord(*row)
            if isinstance(stored.payload, bytes) and stored.payload_intact():
                yield stored
    except (*SQLITE_ERRORS, TypeError):
        return


def _rebuild(
    connection: sqlite3.Connection, path: Path, header: SegmentHeader, end: SegmentEnd
) -> None:
    """Write the good records to a fresh file in place of the segment; keep the old one aside."""
    rebuilt = path.with_name(path.name + _REBUILT_SUFFIX)
    remove_segment(rebuilt)
    fresh = create_segment(rebuilt, header, _rows_up_to(connection, path, header, end))
    try:
        fold_in(fresh)
    finally:
        fresh.close()
    connection.close()
    for suffix in ("-wal", "-shm"):
        companion = path.with_name(path.name + suffix)
        if companion.exists():
            companion.replace(companion.with_name(path.name + DAMAGED_SUFFIX + suffix))
    kept = path.with_name(path.name + DAMAGED_SUFFIX)
    kept.unlink(missing_ok=True)
    kept.hardlink_to(path)
    rebuilt.replace(path)
    sync_directory(path.parent)


def _rows_up_to(
    connection: sqlite3.Connection, path: Path, header: SegmentHeader, end: SegmentEnd
) -> Iterator[Row]:
    if end.last_seq < header.first_seq:
        return
    for stored in verified_records(connection, path.name, header, header.first_seq):
        yield astuple(stored)
        if stored.seq == end.last_seq:
            return


def _tail_damage(
    segment: str, end: SegmentEnd, reason: str, mark: Mark | None
) -> tuple[Damage, ...]:
    first_lost_seq = end.last_seq + 1
    if mark is None:
        reason = reason or "the mark that says how far the log had got is missing or unreadable"
        return (Damage(segment, first_lost_seq, None, True, reason),)
    if mark.last_seq >= first_lost_seq:
        reason = reason or "the log ends before its mark"
        control_lost = mark.synced_seq >= first_lost_seq
        return (Damage(segment, first_lost_seq, mark.last_seq, control_lost, reason),)
    if reason:
        # Nothing that was acknowledged: a batch still being written has no mark yet.
        return (Damage(segment, first_lost_seq, None, False, reason),)
    return ()
