"""The journal: one ordered log of everything the core consumed, written before effects leave.

One micro-batch is one transaction, so a torn one never exists. A batch with a control command is
on the disk when `append` returns; one with only positions and ticks is in the kernel's hands: it
survives the death of the process, and a power cut may take the last of it. Every start begins a
new segment, because its header says under which versions and which boot it was written.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from broker.core.commands import Command
from broker.core.errors import BrokenInvariant
from broker.journal import retention
from broker.journal.codec import encode, is_control
from broker.journal.errors import Damage, JournalMismatch, JournalUnavailable
from broker.journal.files import DirectoryLock
from broker.journal.header import RunInfo, SegmentHeader
from broker.journal.mark import Mark, MarkFile
from broker.journal.reading import read_batches
from broker.journal.records import (
    KEY_ID_NONE,
    PAYLOAD_BYTES_MAX,
    RECORDS_PER_MICRO_BATCH_MAX,
    BatchPosition,
    DataClass,
    MicroBatch,
    Record,
)
from broker.journal.repair import Inspection, inspect
from broker.journal.segments import connect
from broker.journal.upcasters import CURRENT_VERSION
from broker.journal.writer import SegmentWriter


@dataclass(frozen=True, slots=True)
class SegmentLimits:
    """When a segment is full; a batch is never split over two."""

    bytes_max: int = 64_000_000
    """Payload bytes: some 90 s of 5,000 positions a second, read back in under a second."""
    records_max: int = 200_000


class Journal:
    """The log, open for writing by one broker. `append` belongs to one thread."""

    def __init__(
        self,
        directory: Path,
        run: RunInfo,
        inspection: Inspection,
        lock: DirectoryLock,
        limits: SegmentLimits,
    ) -> None:
        self._directory = directory
        self._run = run
        self._limits = limits
        self._lock = lock
        self._end = inspection.end
        self._synced_seq = inspection.end.last_seq
        self.damage: tuple[Damage, ...] = inspection.damage
        self._writer = SegmentWriter.begin(directory, self._next_header())
        self._mark = MarkFile(directory)
        self._mark.write(self._mark_now(clean=False))

    @classmethod
    def open(
        cls,
        directory: Path,
        run: RunInfo,
        *,
        continue_from: int | None = None,
        limits: SegmentLimits | None = None,
    ) -> Self:
        """Lock the directory, repair the tail and begin a new segment.

        `continue_from` is the last record the caller has recovered: another end is refused.
        Raises JournalInUse, JournalMismatch, JournalDamaged or JournalUnavailable.
        """
        lock = DirectoryLock(directory)
        try:
            inspection = inspect(directory)
            _check_same_log(run, inspection, continue_from)
            return cls(directory, run, inspection, lock, limits or SegmentLimits())
        except (sqlite3.Error, OSError) as error:
            lock.release()
            raise JournalUnavailable(f"cannot open the log: {error}") from error
        except BaseException:
            lock.release()
            raise

    @property
    def last_seq(self) -> int:
        """The number of the last record; 0 in an empty log."""
        return self._end.last_seq

    def append(
        self, commands: Sequence[Command], now_us: int, monotonic_us: int, *, sync: bool = False
    ) -> BatchPosition:
        """Write one micro-batch; synced if it holds a control command or `sync` asks for it.

        Raises Refused for a command that cannot be stored and JournalUnavailable if the disk
        will not have it: the same batch may then be tried again. Only if the process dies before
        that may a batch that was never acknowledged still be found in the log, whole.
        """
        if not 0 < len(commands) <= RECORDS_PER_MICRO_BATCH_MAX:
            raise BrokenInvariant(f"a micro-batch of {len(commands)} commands")
        sync = sync or any(is_control(command) for command in commands)
        records = [self._record(command, now_us, monotonic_us) for command in commands]
        try:
            self._rotate_if_full()
            end = self._writer.write(records, self._end, sync=sync)
        except (sqlite3.Error, OSError) as error:
            self._writer.let_go()
            raise JournalUnavailable(f"the log cannot be written: {error}") from error
        position = BatchPosition(self._end.last_seq + 1, end.last_seq, sync)
        self._end = end
        if sync:
            self._synced_seq = end.last_seq
        self._mark.try_write(self._mark_now(clean=False))
        return position

    def read(self, from_seq: int) -> Iterator[MicroBatch]:
        """Every whole micro-batch from the one that holds `from_seq`; see `read_batches`."""
        return read_batches(self._directory, from_seq)

    def checkpoint(self) -> None:
        """Fold the write-ahead file in, from any thread, while `append` goes on.

        Called every few seconds it keeps the disk's slow work off the engine's path, and bounds
        what a power cut can take.
        """
        try:
            helper = connect(self._writer.path)
            try:
                helper.execute("PRAGMA wal_checkpoint(PASSIVE)")
            finally:
                helper.close()
        except sqlite3.Error as error:
            raise JournalUnavailable(f"the log cannot be folded in: {error}") from error

    def retire(self, older_than_us: int, covered_seq: int) -> tuple[str, ...]:
        """Delete old segments; see `retention.retire_segments`. Returns their names."""
        return retention.retire_segments(self._directory, older_than_us, covered_seq)

    def erase(self, data_class: DataClass, older_than_us: int, covered_seq: int) -> int:
        """Erase old payloads of one class; see `retention.erase_payloads`. Returns how many."""
        return retention.erase_payloads(self._directory, data_class, older_than_us, covered_seq)

    def close(self) -> None:
        """Fold everything in, leave the mark of an orderly end and let the directory go."""
        try:
            self._writer.finish(self._end)
            self._synced_seq = self._end.last_seq
            self._mark.write(self._mark_now(clean=True), sync=True)
        except (sqlite3.Error, OSError) as error:
            raise JournalUnavailable(f"the log was not closed in order: {error}") from error
        finally:
            self._writer.let_go()
            self._mark.close()
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _rotate_if_full(self) -> None:
        full = (
            self._writer.byte_count >= self._limits.bytes_max
            or self._writer.record_count >= self._limits.records_max
        )
        if full:
            self._writer.finish(self._end)
            self._writer = SegmentWriter.begin(self._directory, self._next_header())
            self._synced_seq = self._end.last_seq

    def _next_header(self) -> SegmentHeader:
        return SegmentHeader(self._run, self._end.last_seq + 1, self._end.check)

    def _mark_now(self, *, clean: bool) -> Mark:
        return Mark(self._end.last_seq, self._synced_seq, clean)

    def _record(self, command: Command, now_us: int, monotonic_us: int) -> Record:
        kind, data_class, payload = encode(command)
        if len(payload) > PAYLOAD_BYTES_MAX:
            raise BrokenInvariant(f"{kind.name} of {len(payload)} bytes")
        return Record(
            kind=kind,
            version=CURRENT_VERSION[kind],
            utc_us=now_us,
            monotonic_us=monotonic_us,
            data_class=data_class,
            key_id=KEY_ID_NONE,
            region_key=self._run.region_key,
            node_epoch=self._run.node_epoch,
            payload=payload,
        )


def _check_same_log(run: RunInfo, inspection: Inspection, continue_from: int | None) -> None:
    """Never append live traffic to an exercise, nor to a log that moved since it was recovered."""
    if inspection.header is not None:
        found = inspection.header.run
        if (found.space, found.log_id) != (run.space, run.log_id):
            raise JournalMismatch(
                f"the directory holds {found.space} log {found.log_id}, "
                f"not {run.space} log {run.log_id}"
            )
    if continue_from is not None and continue_from != inspection.end.last_seq:
        raise JournalMismatch(
            f"the log ends at record {inspection.end.last_seq}, not at {continue_from}"
        )
