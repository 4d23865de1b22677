"""Writing one segment: transactions, when to sync, and carrying on after the disk has refused."""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from broker.journal.files import remove_segment, segment_path
from broker.journal.header import SegmentHeader
from broker.journal.reading import SegmentEnd
from broker.journal.records import Record
from broker.journal.segments import (
    CHAIN_CHECK,
    INSERT,
    Row,
    connect,
    create_segment,
    fold_in,
    make_row,
)


class SegmentWriter:
    """The segment under the pen. Raises sqlite3.Error and OSError; the journal names them."""

    def __init__(self, path: Path, header: SegmentHeader, connection: sqlite3.Connection) -> None:
        self.path = path
        self.byte_count = 0
        self.record_count = 0
        self._header = header
        self._connection: sqlite3.Connection | None = connection
        self._syncing = True

    @classmethod
    def begin(cls, directory: Path, header: SegmentHeader) -> Self:
        """Make the segment. One of that name is from a start that came to naught, and empty."""
        path = segment_path(directory, header.first_seq)
        remove_segment(path)
        return cls(path, header, create_segment(path, header))

    def write(self, records: Sequence[Record], end: SegmentEnd, *, sync: bool) -> SegmentEnd:
        """Write one micro-batch after `end` in one transaction and return the new end."""
        connection = self._open(end)
        rows = self._rows(records, end)
        self._set_sync(connection, sync)
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(INSERT, rows)
        connection.execute("COMMIT")
        self.record_count += len(rows)
        self.byte_count += sum(len(record.payload) for record in records)
        return SegmentEnd(end.last_seq + len(rows), rows[-1][CHAIN_CHECK])

    def is_syncing(self) -> bool:
        """Whether SQLite itself says that commits are now synced."""
        if self._connection is None:
            return False
        (level,) = self._connection.execute("PRAGMA synchronous").fetchone()
        return bool(level == 2)  # 1 is NORMAL, 2 is FULL

    def finish(self, end: SegmentEnd) -> None:
        """Fold everything in, synced, and close."""
        connection = self._open(end)
        fold_in(connection)
        connection.close()
        self._connection = None

    def let_go(self) -> None:
        """Drop the connection after an error, rolling back; the next write opens it afresh."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _open(self, end: SegmentEnd) -> sqlite3.Connection:
        if self._connection is None:
            connection = connect(self.path)
            try:
                connection.execute("PRAGMA synchronous=FULL")
                # A commit that failed at its sync may yet have reached the file: it was reported
                # as not written, so it goes before the next batch takes its numbers.
                connection.execute("DELETE FROM record WHERE seq > ?", (end.last_seq,))
            except BaseException:
                connection.close()
                raise
            self._syncing = True
            self._connection = connection
        return self._connection

    def _set_sync(self, connection: sqlite3.Connection, sync: bool) -> None:
        if sync != self._syncing:
            connection.execute(f"PRAGMA synchronous={'FULL' if sync else 'NORMAL'}")
            self._syncing = sync

    def _rows(self, records: Sequence[Record], end: SegmentEnd) -> list[Row]:
        is_first = end.last_seq < self._header.first_seq
        check = self._header.chain_start() if is_first else end.check
        batch = end.last_seq + len(records)
        rows: list[Row] = []
        for seq, record in enumerate(records, end.last_seq + 1):
            rows.append(make_row(seq, batch, record, check))
            check = rows[-1][CHAIN_CHECK]
        return rows
