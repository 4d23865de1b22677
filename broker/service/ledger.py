"""The ledger: the journal as the engine uses it, with snapshots, epochs and what a full disk means.

An epoch names a run of numbers that never repeats. It goes on across a restart when the log proves
that nothing was lost (the same boot, or an orderly end). Otherwise the next one begins, so that no
(epoch, audience, number) is ever used twice. The same holds while the broker runs: when the log
cannot be written, positions are still applied and shown, so what is shown no longer follows from
the log. A new epoch begins at once. When the log can be written again, it starts from a snapshot of
the state as it then is; older snapshots, which would replay across the hole, are removed.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog

from broker.core.commands import Command
from broker.core.errors import BrokenInvariant
from broker.core.units import HOUR_US, SECOND_US
from broker.journal import snapshots
from broker.journal.errors import JournalUnavailable
from broker.journal.header import RunInfo
from broker.journal.log import Journal
from broker.service.feed.projection import Projection
from broker.service.packing import packed

SNAPSHOT_INTERVAL_US: Final = 10 * SECOND_US
"""A restart replays at most twice this much (it starts from the older of two snapshots)."""
RETENTION_US: Final = 24 * HOUR_US
"""ASTM F3411-22a keeps display data for 24 h; segments with nothing newer are deleted."""

log = structlog.get_logger()


class LedgerUnavailable(Exception):
    """The log cannot be written now; it may be tried again."""


class Ledger:
    """Writes micro-batches and snapshots. Used by the engine thread."""

    def __init__(self, directory: Path, journal: Journal, run: RunInfo, *, is_new: bool) -> None:
        self.is_new = is_new
        self._directory = directory
        self._journal = journal
        self._run = run
        self._projection: Projection | None = None
        self._helper = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger")
        self._snapshot: Future[None] | None = None
        self._next_snapshot_us = 0
        self._covered: list[int] = []
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
        try:
            if self._is_lost:
                self._start_again()
            self._journal.append(commands, now_us, monotonic_us)
        except JournalUnavailable as error:
            self._lost()
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
        """When due, take a snapshot; encoding and writing happen in a helper thread."""
        if now_us < self._next_snapshot_us or self._is_lost:
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
            if not self._is_lost:
                snapshots.write(self._directory, self._journal.last_seq, self._state(), {})
            self._journal.close()
        except JournalUnavailable as error:
            log.warning("log-not-closed", why=str(error))

    def _state(self) -> dict[str, object]:
        if self._projection is None:
            raise BrokenInvariant("the ledger was never bound to a projection")
        state = {
            "airspace": self._projection.airspace.state(),
            "numbers": self._projection.state(),
        }
        return packed(state)

    def _write_snapshot(self, seq: int, state: dict[str, object], now_us: int) -> None:
        try:
            snapshots.write(self._directory, seq, state, {"engine": self._run.engine_version})
            self._covered = [*self._covered, seq][-snapshots.SNAPSHOTS_KEPT :]
            self._journal.checkpoint()
            if len(self._covered) == snapshots.SNAPSHOTS_KEPT:
                self._journal.retire(now_us - RETENTION_US, self._covered[0])
        except JournalUnavailable as error:
            log.warning("snapshot-failed", why=str(error))

    def _lost(self) -> None:
        if self._is_lost:
            return
        self._is_lost = self._news_of_loss = True
        self._run = replace(self._run, feed_epoch=self._run.feed_epoch + 1)

    def _start_again(self) -> None:
        """A new segment under the new epoch, beginning with the state as it is now."""
        if self._snapshot is not None:
            self._snapshot.result()
        try:
            self._journal.close()
        except JournalUnavailable:
            log.warning("log-closed-badly")
        self._journal = Journal.open(self._directory, self._run)
        for seq in snapshots.snapshot_seqs(self._directory):
            snapshots.snapshot_path(self._directory, seq).unlink(missing_ok=True)
        snapshots.write(self._directory, self._journal.last_seq, self._state(), {})
        self._covered = []
        self._is_lost = False
        self._news_of_return = True


def epoch_name(run: RunInfo) -> str:
    """The epoch as the feed names it."""
    return f"{run.log_id}.{run.feed_epoch}"
