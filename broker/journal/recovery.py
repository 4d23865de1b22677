"""Starting again: which snapshot to load, what to replay after it, and what was lost.

Recovery starts from the older of the two snapshots kept. The newer one would give the same state
sooner, but the messages of the feed between the two are made again only by replaying, and
subscribers that resume ask for just those.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from broker.journal.errors import Damage, JournalDamaged
from broker.journal.files import DirectoryLock
from broker.journal.header import SegmentHeader
from broker.journal.reading import first_kept_seq, read_batches
from broker.journal.records import MicroBatch
from broker.journal.repair import inspect
from broker.journal.snapshots import DamagedSnapshot, Snapshot, load_latest


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
        snapshot, passed_over = _choose(snapshots or directory, first_seq, found.end.last_seq)
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
    directory: Path, first_seq: int, last_seq: int
) -> tuple[Snapshot | None, tuple[DamagedSnapshot, ...]]:
    """The older of the two newest usable snapshots that the log still reaches back to."""
    newest = load_latest(directory, last_seq)
    if newest.snapshot is None:
        if first_seq > 1:
            raise JournalDamaged("snapshots", first_seq - 1, "none covers the start of the log")
        return None, newest.damaged
    older = load_latest(directory, newest.snapshot.seq - 1)
    not_before = first_seq - 1
    for candidate in (older.snapshot, newest.snapshot):
        if candidate is not None and candidate.seq >= not_before:
            return candidate, newest.damaged
    raise JournalDamaged("snapshots", not_before, "none reaches the start of the log")
