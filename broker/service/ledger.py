"""The ledger: the journal as the engine uses it, with snapshots, epochs and what a full disk means.

An epoch names a run of numbers that never repeats. It goes on across a restart when the log proves
that nothing was lost (the same boot, or an orderly end). Otherwise the next one begins, so that no
(epoch, audience, number) is ever used twice. The same holds while the broker runs: when the log
cannot be written, positions are still applied and shown, so what is shown no longer follows from
the log. A new epoch begins at once, numbered by the clock: nothing can be written down, and yet it
must never be used again. When the log can be written again, it starts from a snapshot of the state
as it then is; older snapshots, which would replay across the hole, are removed. A snapshot names
its epoch, so that a start which was cut short in the middle of this is seen for what it is.

Snapshots are taken only right after a tick. At any other moment tracks may wait for their frame,
and a replay from there would make another frame under the same number.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog

from broker.core.airspace_memory import airspace_state
from broker.core.commands import Command
from broker.core.errors import BrokenInvariant
from broker.core.plain import Plain
from broker.core.units import HOUR_US, SECOND_US
from broker.journal import snapshots
from broker.journal.errors import JournalUnavailable
from broker.journal.header import RunInfo
from broker.journal.log import Journal
from broker.service.feed.projection import Projection
from broker.service.packing import packed

SNAPSHOT_INTERVAL_US: Final = 6 * SECOND_US
"""A restart replays at least one to two of these (it never starts from the newest snapshot): at
10,000 tracks with a report a second each, about a sixth of that time."""
RETRY_INTERVAL_US: Final = 1 * SECOND_US
"""How soon a log that could not be written is tried again."""
RETRY_INTERVAL_US_MAX: Final = 30 * SECOND_US
"""The same when it is lost again and again: each return and loss costs every reader a snapshot."""
STEADY_AFTER_US: Final = 60 * SECOND_US
"""A log that was written for so long is not about to be lost again."""
RETENTION_US: Final = 24 * HOUR_US
"""ASTM F3411-22a keeps display data for 24 h; segments with nothing newer are deleted."""

log = structlog.get_logger()


class LedgerUnavailable(Exception):
    """The log cannot be written now; it may be tried again."""


class Ledger:
    """Writes micro-batches and snapshots. Used by the engine thread."""

    def __init__(
        self,
        directory: Path,
        journal: Journal,
        run: RunInfo,
        *,
        is_new: bool,
        is_new_epoch: bool,
    ) -> None:
        self.is_new = is_new
        self._directory = directory
        self._journal = journal
        self._run = run
        self._projection: Projection | None = None
        self._helper = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._snapshot: Future[None] | None = None
        self._next_snapshot_us = 0
        self._older_are_void = is_new_epoch
        self._covered: list[int] = []
        self._is_open = True
        self._why_lost = ""
        self._retry_interval_us = RETRY_INTERVAL_US
        self._next_retry_us = 0
        self._restored_us = 0
        self._is_lost = False
        self._news_of_loss = False
        self._news_of_return = False

    @property
    def epoch(self) -> str:
        """The epoch in force."""
        return epoch_name(self._run)

    def bind(self, projection: Projection) -> None:
        """What snapshots are taken of."""
        self._projection = projection

    def append(self, commands: Sequence[Command], now_us: int, monotonic_us: int) -> None:
        """Write one micro-batch. Raises LedgerUnavailable, or Refused for what cannot be stored."""
        if self._is_lost:
            raise LedgerUnavailable(self._why_lost)
        try:
            self._journal.append(commands, now_us, monotonic_us)
        except JournalUnavailable as error:
            self._lost(str(error), now_us)
            raise LedgerUnavailable(str(error)) from error

    def take_lost(self) -> bool:
        """Whether the log was just lost; true once."""
        news, self._news_of_loss = self._news_of_loss, False
        return news

    def take_restored(self) -> bool:
        """Whether the log can just be written again; true once."""
        news, self._news_of_return = self._news_of_return, False
        return news

    def after_tick(self, now_us: int) -> None:
        """When due, take a snapshot; encoding and writing happen in a helper thread.

        A log that was lost is tried again here: no frame is pending now.
        """
        if self._is_lost:
            self._try_again(now_us)
            return
        if now_us < self._next_snapshot_us:
            return
        if self._snapshot is not None and not self._snapshot.done():
            return
        self._next_snapshot_us = now_us + SNAPSHOT_INTERVAL_US
        seq, state = self._journal.last_seq, self._state()
        self._snapshot = self._helper.submit(self._write_snapshot, seq, state, now_us)

    def close(self) -> None:
        """A last snapshot and the mark of an orderly end."""
        self._helper.shutdown(wait=True)
        try:
            if self._is_open and not self._is_lost and self._is_settled():
                seq = self._journal.last_seq
                snapshots.write(self._directory, seq, packed(self._state()))
                if self._older_are_void:
                    self._remove_snapshots(before_seq=seq)
            self._close_journal()
        except JournalUnavailable as error:
            log.warning("log-not-closed", why=str(error))

    def _bound(self) -> Projection:
        if self._projection is None:
            raise BrokenInvariant("the ledger was never bound to a projection")
        return self._projection

    def _is_settled(self) -> bool:
        return not self._bound().has_pending_frames

    def _state(self) -> dict[str, Plain]:
        """Taken in the engine's thread; put into its form by whoever writes it."""
        projection = self._bound()
        return {
            "airspace": airspace_state(projection.airspace),
            "numbers": projection.state(),
            "epoch": self.epoch,
        }

    def _write_snapshot(self, seq: int, state: dict[str, Plain], now_us: int) -> None:
        try:
            snapshots.write(self._directory, seq, packed(state))
            if self._older_are_void:
                self._remove_snapshots(before_seq=seq)
                self._older_are_void = False
            self._covered = [*self._covered, seq][-snapshots.SNAPSHOTS_KEPT :]
            self._journal.checkpoint()
            if len(self._covered) == snapshots.SNAPSHOTS_KEPT:
                self._journal.retire(now_us - RETENTION_US, self._covered[0])
        except JournalUnavailable as error:
            log.warning("snapshot-failed", why=str(error))

    def _lost(self, why: str, now_us: int) -> None:
        self._is_lost = self._news_of_loss = True
        self._why_lost = why
        is_flapping = now_us - self._restored_us < STEADY_AFTER_US
        self._retry_interval_us = (
            min(2 * self._retry_interval_us, RETRY_INTERVAL_US_MAX)
            if is_flapping
            else RETRY_INTERVAL_US
        )
        self._next_retry_us = now_us + self._retry_interval_us
        # From the clock and not one more than the last: this number cannot be written down, and
        # the process may die before it can.
        feed_epoch = max(self._run.feed_epoch + 1, now_us)
        self._run = replace(self._run, feed_epoch=feed_epoch)

    def _try_again(self, now_us: int) -> None:
        if now_us < self._next_retry_us:
            return
        self._next_retry_us = now_us + self._retry_interval_us
        try:
            self._start_again()
            self._restored_us = now_us
        except JournalUnavailable as error:
            self._why_lost = str(error)

    def _start_again(self) -> None:
        """A new segment under the new epoch, beginning with the state as it is now."""
        if self._snapshot is not None:
            self._snapshot.result()
        try:
            self._close_journal()
        except JournalUnavailable:
            log.warning("log-closed-badly")
        self._journal = Journal.open(self._directory, self._run)
        self._is_open = True
        seq = self._journal.last_seq
        self._remove_snapshots(before_seq=seq)
        snapshots.write(self._directory, seq, packed(self._state()))
        self._covered = []
        self._is_lost = False
        self._news_of_return = True

    def _close_journal(self) -> None:
        """Once only: a second time its file numbers may be somebody else's."""
        if self._is_open:
            self._is_open = False
            self._journal.close()

    def _remove_snapshots(self, before_seq: int) -> None:
        for seq in snapshots.snapshot_seqs(self._directory):
            if seq < before_seq:
                snapshots.snapshot_path(self._directory, seq).unlink(missing_ok=True)


def epoch_name(run: RunInfo) -> str:
    """The epoch as the feed names it."""
    return f"{run.log_id}.{run.feed_epoch}"
