"""Starting again: which snapshot to load, what to replay after it, and what was lost.

The newest snapshot would give the state soonest, but the messages of the feed since an older one
are made again only by replaying, and subscribers that resume ask for just those. So recovery goes
back to the second newest in any case, and as far beyond as a quick replay allows: a quiet broker
remembers a minute, a busy one the few seconds that it can afford.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from broker.journal.errors import Damage, JournalDamaged
from broker.journal.files import DirectoryLock
from broker.journal.header import SegmentHeader
from broker.journal.reading import first_kept_seq, payload_bytes, read_batches
from broker.journal.records import MicroBatch
from broker.journal.repair import inspect
from broker.journal.snapshots import DamagedSnapshot, Snapshot, load_latest, snapshot_seqs

REPLAY_BYTES_MAX: Final = 8_000_000
"""Of log beyond the second newest snapshot: about 60,000 positions, replayed in under a second."""


@dataclass(frozen=True, slots=True)
class RecoveryPlan:
    """What to load and replay, and how the log was left."""

    header: SegmentHeader | None
    """Of the last segment: log id, secret and epochs to carry on. None for a new log."""
    snapshot: Snapshot | None
    """Load this first; None to start from nothing."""
    batches: Iterator[MicroBatch]
    """Then apply these, in order. Reading may raise JournalDamaged: then stop."""
    last_seq: int
    """Where the replay ends; hand it to `Journal.open` as `continue_from`."""
    damage: tuple[Damage, ...]
    passed_over: tuple[DamagedSnapshot, ...]
    boot_changed: bool
    """The machine has started anew since the log was last written."""
    clean_shutdown: bool

    @property
    def needs_new_feed_epoch(self) -> bool:
        """Whether something that subscribers were shown may be missing from the log.

        After a power cut the last unsynced positions may be gone without a trace.
        """
        return bool(self.damage) or (self.boot_changed and not self.clean_shutdown)


def plan(directory: Path, boot_id: str, *, snapshots: Path | None = None) -> RecoveryPlan:
    """Look the log over, repair its tail and say how to recover from it.

    `boot_id` names the machine's present start. Raises JournalInUse, JournalDamaged (in the
    middle, or no snapshot reaches back to where the log now starts) or JournalUnavailable.
    """
    with DirectoryLock(directory):
        found = inspect(directory)
        first_seq = first_kept_seq(directory)
        snapshot, passed_over = _choose(
            snapshots or directory, directory, first_seq, found.end.last_seq
        )
    return RecoveryPlan(
        header=found.header,
        snapshot=snapshot,
        batches=read_batches(directory, snapshot.seq + 1 if snapshot else first_seq),
        last_seq=found.end.last_seq,
        damage=found.damage,
        passed_over=passed_over,
        boot_changed=found.header is not None and found.header.run.boot_id != boot_id,
        clean_shutdown=found.clean,
    )


def _choose(
    directory: Path, log: Path, first_seq: int, last_seq: int
) -> tuple[Snapshot | None, tuple[DamagedSnapshot, ...]]:
    """The oldest usable snapshot that can be afforded and that the log still reaches back to."""
    newest = load_latest(directory, last_seq)
    if newest.snapshot is None:
        if first_seq > 1:
            raise JournalDamaged("snapshots", first_seq - 1, "none covers the start of the log")
        return None, newest.damaged
    not_before = first_seq - 1
    start_at = _affordable(directory, log, newest.snapshot.seq - 1, not_before)
    older = load_latest(directory, start_at).snapshot
    for candidate in (older, newest.snapshot):
        if candidate is not None and candidate.seq >= not_before:
            return candidate, newest.damaged
    raise JournalDamaged("snapshots", not_before, "none reaches the start of the log")


def _affordable(directory: Path, log: Path, not_after: int, not_before: int) -> int:
    """The number of the oldest snapshot up to `not_after` from which a replay is quick."""
    chosen = not_after
    seqs = [seq for seq in snapshot_seqs(directory) if not_before <= seq <= not_after]
    for older in seqs[1:]:
        if payload_bytes(log, older + 1, seqs[0]) > REPLAY_BYTES_MAX:
            break
        chosen = older
    return chosen
