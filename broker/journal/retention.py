"""Forgetting on time: whole segments, or the payloads of one data class.

Neither touches the segment under the pen, nor anything that a recovery would need. An erased
payload leaves its record and checksum, so the order and the chain can still be verified.
"""

from itertools import pairwise
from pathlib import Path

from broker.journal.errors import JournalUnavailable
from broker.journal.files import first_seq_of, remove_segment, segment_paths, sync_directory
from broker.journal.records import DataClass
from broker.journal.segments import SQLITE_ERRORS, connect, fold_in, trouble


def retire_segments(directory: Path, older_than_us: int, covered_seq: int) -> tuple[str, ...]:
    """Delete segments, oldest first, with nothing newer than `older_than_us`.

    `covered_seq` is that of the older kept snapshot: what came after it is needed to recover.
    """
    removed: list[str] = []
    try:
        for path, after in pairwise(segment_paths(directory)):
            if first_seq_of(after) - 1 > covered_seq or newest_us(path) >= older_than_us:
                break
            remove_segment(path)
            removed.append(path.name)
        if removed:
            sync_directory(directory)
    except OSError as error:
        raise JournalUnavailable(f"old segments cannot be removed: {error}") from error
    return tuple(removed)


def newest_us(path: Path) -> int:
    """The latest time in a segment: the clock may have been set back within it."""
    connection = connect(path)
    try:
        (newest,) = connection.execute("SELECT max(utc_us) FROM record").fetchone()
    except SQLITE_ERRORS as error:
        raise trouble(path.name, 0, error) from error
    finally:
        connection.close()
    return int(newest or 0)


def erase_payloads(
    directory: Path, data_class: DataClass, older_than_us: int, covered_seq: int
) -> int:
    """Erase the payloads of one class older than `older_than_us` from segments that are full.

    Only segments that a snapshot at `covered_seq` covers; their bytes are overwritten, not just
    unlinked. Returns how many were erased.
    """
    erased = 0
    for path, after in pairwise(segment_paths(directory)):
        if first_seq_of(after) - 1 > covered_seq:
            break
        erased += _erase_in(path, data_class, older_than_us)
    return erased


def _erase_in(path: Path, data_class: DataClass, older_than_us: int) -> int:
    connection = connect(path)
    try:
        connection.execute("PRAGMA secure_delete=ON")
        cursor = connection.execute(
            "UPDATE record SET payload = NULL"
            " WHERE data_class = ? AND utc_us < ? AND payload IS NOT NULL",
            (int(data_class), older_than_us),
        )
        if cursor.rowcount:
            fold_in(connection)
            connection.execute("VACUUM")
    except SQLITE_ERRORS as error:
        raise trouble(path.name, 0, error) from error
    finally:
        connection.close()
    return cursor.rowcount
