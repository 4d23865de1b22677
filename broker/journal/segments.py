"""One segment of the log: an SQLite file of records, each tied to the one before by a checksum.

Every record carries `check`, the CRC-32 of its fields continued from the check of the record
before it; the first continues from its segment's header, which continues from the last record of
the segment before. Each payload has its own CRC-32, which is what `check` covers, so that a
payload can be erased and the chain still verified. `batch` is the number of the last record of
the micro-batch, so a batch that is not whole shows. CRC finds accidents, not forgers: proof
against tampering is the audit log's task.
"""

import os
import sqlite3
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from broker.journal.errors import JournalDamaged, JournalError, JournalUnavailable
from broker.journal.files import FILE_MODE, remove_segment, sync_directory
from broker.journal.header import SegmentHeader, header_from_rows, header_rows
from broker.journal.records import Record

SQLITE_ERRORS: Final = (sqlite3.Error, UnicodeDecodeError)
"""The second when a damaged file makes SQLite complain in words that are not text themselves."""
BUSY_TIMEOUT_S: Final = 5.0
WAL_PAGES_MAX: Final = 16_384
"""64 MB of write-ahead file: the writer then folds it in itself if nobody called `checkpoint`."""
_FIELDS: Final = struct.Struct("<qqiiqqiqqI")
_SCHEMA: Final = (
    "CREATE TABLE header (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    (
        "CREATE TABLE record (seq INTEGER PRIMARY KEY, batch INTEGER NOT NULL,"
        " kind INTEGER NOT NULL, version INTEGER NOT NULL, utc_us INTEGER NOT NULL,"
        " monotonic_us INTEGER NOT NULL, data_class INTEGER NOT NULL, key_id INTEGER NOT NULL,"
        " region_key TEXT NOT NULL, node_epoch INTEGER NOT NULL, payload_check INTEGER NOT NULL,"
        " chain_check INTEGER NOT NULL, payload BLOB)"
    ),
)
INSERT: Final = "INSERT INTO record VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
SELECT: Final = (
    "SELECT seq, batch, kind, version, utc_us, monotonic_us, data_class, key_id, region_key,"
    " node_epoch, payload_check, chain_check, payload FROM record"
)

Row = tuple[int, int, int, int, int, int, int, int, str, int, int, int, bytes | None]


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """A record in its place. `payload_check` outlives an erased payload."""

    seq: int
    batch: int
    kind_number: int
    record_version: int
    utc_us: int
    monotonic_us: int
    data_class_number: int
    key_id: int
    region_key: str
    node_epoch: int
    payload_check: int
    chain_check: int
    payload: bytes | None

    def expected_check(self, previous_check: int) -> int:
        """The check these fields must have after a record with `previous_check`."""
        fields = _FIELDS.pack(
            self.seq,
            self.batch,
            self.kind_number,
            self.record_version,
            self.utc_us,
            self.monotonic_us,
            self.data_class_number,
            self.key_id,
            self.node_epoch,
            self.payload_check,
        )
        return zlib.crc32(self.region_key.encode(), zlib.crc32(fields, previous_check))

    def payload_intact(self) -> bool:
        """Whether the payload is the one that was written, or was erased."""
        return self.payload is None or zlib.crc32(self.payload) == self.payload_check


def make_row(seq: int, batch: int, record: Record, previous_check: int) -> Row:
    """The row to insert for a record; its chain check is at index CHAIN_CHECK."""
    stored = StoredRecord(
        seq,
        batch,
        int(record.kind),
        record.version,
        record.utc_us,
        record.monotonic_us,
        int(record.data_class),
        record.key_id,
        record.region_key,
        record.node_epoch,
        zlib.crc32(record.payload),
        0,
        record.payload,
    )
    return (
        seq,
        batch,
        stored.kind_number,
        record.version,
        record.utc_us,
        record.monotonic_us,
        stored.data_class_number,
        record.key_id,
        record.region_key,
        record.node_epoch,
        stored.payload_check,
        stored.expected_check(previous_check),
        record.payload,
    )


CHAIN_CHECK: Final = 11


def connect(path: Path) -> sqlite3.Connection:
    """Open a segment that exists. Transactions are explicit; the schema is never trusted."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA cell_size_check=ON")
    connection.execute(f"PRAGMA wal_autocheckpoint={WAL_PAGES_MAX}")
    return connection


def create_segment(
    path: Path, header: SegmentHeader, rows: Iterable[Row] = ()
) -> sqlite3.Connection:
    """Make a segment, synced with its name before this returns. Raises sqlite3.Error, OSError.

    Schema and header are one transaction: a segment either has its header or is plainly unborn.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE_MODE))
    connection = connect(path)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("BEGIN IMMEDIATE")
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.executemany("INSERT INTO header VALUES (?,?)", header_rows(header))
        connection.executemany(INSERT, rows)
        connection.execute("COMMIT")
        sync_directory(path.parent)
    except BaseException:
        connection.close()
        remove_segment(path)
        raise
    return connection


def is_unborn(path: Path) -> bool:
    """Whether the segment was never finished being made: a readable file without any table."""
    connection = connect(path)
    try:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except SQLITE_ERRORS:
        return False
    finally:
        connection.close()
    return bool(tables == 0)


def read_header(connection: sqlite3.Connection, segment: str) -> SegmentHeader:
    """The header. Raises JournalDamaged if it is not as written, JournalMismatch if newer."""
    try:
        rows = connection.execute("SELECT key, value FROM header ORDER BY key").fetchall()
    except SQLITE_ERRORS as error:
        raise trouble(segment, 0, error) from error
    return header_from_rows(rows, segment)


_DISK_TROUBLE: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)


def trouble(segment: str, seq: int, error: Exception) -> JournalError:
    """Tell a disk that does not answer (try again) from bytes that make no sense (stop)."""
    # The low byte is the primary code; errors of the binding itself, such as bad UTF-8, have none.
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DISK_TROUBLE:
        return JournalUnavailable(f"{segment}: {error}")
    return JournalDamaged(segment, seq, f"cannot be read: {error}")


def fold_in(connection: sqlite3.Connection) -> None:
    """Move everything from the write-ahead file into the segment, synced."""
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
