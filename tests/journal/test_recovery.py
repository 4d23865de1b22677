"""A restart loads the older snapshot, replays what follows and knows what it cannot know."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from broker.journal import recovery, snapshots
from broker.journal.errors import JournalDamaged, JournalInUse, JournalMismatch
from broker.journal.files import segment_path
from broker.journal.log import Journal, SegmentLimits
from broker.journal.reading import payload_bytes
from broker.journal.recovery import plan
from tests.journal import samples
from tests.journal.samples import run_info


def log_with_snapshots(directory: Path, *seqs: int) -> None:
    samples.write_log(directory, 10, limits=SegmentLimits(records_max=4))
    for seq in seqs:
        snapshots.write(directory, seq, {"seq": seq})


def test_a_new_directory_has_nothing_to_recover(tmp_path: Path) -> None:
    found = plan(tmp_path / "new", "boot-1")
    assert found.header is None
    assert found.snapshot is None
    assert list(found.batches) == []
    assert (found.last_seq, found.damage, found.boot_changed) == (0, (), False)
    assert not found.needs_new_feed_epoch
    with Journal.open(tmp_path / "new", run_info(), continue_from=found.last_seq):
        pass


def test_without_snapshots_everything_is_replayed(tmp_path: Path) -> None:
    # REQ-DUR-009
    log_with_snapshots(tmp_path)
    found = plan(tmp_path, "boot-1")
    assert found.clean_shutdown
    assert not found.needs_new_feed_epoch
    assert [batch.last_seq for batch in found.batches] == list(range(2, 22, 2))
    assert found.header is not None
    assert found.header.run == run_info()


def test_the_older_snapshot_is_the_start(tmp_path: Path) -> None:
    # REQ-DUR-009
    log_with_snapshots(tmp_path, 6, 16)
    found = plan(tmp_path, "boot-1")
    assert found.snapshot is not None
    assert found.snapshot.state == {"seq": 6}
    assert [batch.last_seq for batch in found.batches] == list(range(8, 22, 2))


def test_recovery_goes_back_as_far_as_a_quick_replay_allows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-DUR-009: what resuming readers ask for is made again.
    log_with_snapshots(tmp_path, 4, 8, 12, 16)
    assert starts_at(tmp_path) == 4
    for afforded, start in ((0, 12), (payload_bytes(tmp_path, 9, 12), 8)):
        monkeypatch.setattr(recovery, "REPLAY_BYTES_MAX", afforded)
        assert starts_at(tmp_path) == start


def starts_at(directory: Path) -> int:
    found = plan(directory, "boot-1")
    assert found.snapshot is not None
    assert [batch.last_seq for batch in found.batches][-1] == 20
    return found.snapshot.seq


def test_what_a_replay_reads_is_counted_over_segments(tmp_path: Path) -> None:
    log_with_snapshots(tmp_path)
    whole = payload_bytes(tmp_path, 1, 20)
    assert whole > 0
    assert payload_bytes(tmp_path, 1, 7) + payload_bytes(tmp_path, 8, 20) == whole
    assert payload_bytes(tmp_path, 21, 20) == 0


def test_one_usable_snapshot_has_to_do(tmp_path: Path) -> None:
    log_with_snapshots(tmp_path, 6, 16)
    damaged = snapshots.snapshot_path(tmp_path, 6)
    damaged.write_bytes(damaged.read_bytes()[:-3])
    found = plan(tmp_path, "boot-1")
    assert found.snapshot is not None
    assert found.snapshot.seq == 16
    assert [batch.last_seq for batch in found.batches] == [18, 20]


def test_a_snapshot_the_log_no_longer_reaches_back_to_is_no_start(tmp_path: Path) -> None:
    log_with_snapshots(tmp_path, 2, 16)
    with Journal.open(tmp_path, run_info()) as journal:
        assert len(journal.retire(older_than_us=2**62, covered_seq=8)) == 2
    found = plan(tmp_path, "boot-1")
    assert found.snapshot is not None
    assert found.snapshot.seq == 16
    for path in tmp_path.glob("snapshot-*"):
        path.unlink()
    with pytest.raises(JournalDamaged, match="none covers the start"):
        plan(tmp_path, "boot-1")
    snapshots.write(tmp_path, 4, {})
    with pytest.raises(JournalDamaged, match="none reaches the start"):
        plan(tmp_path, "boot-1")


def test_a_snapshot_of_the_last_record_that_was_retired_is_a_start(tmp_path: Path) -> None:
    # REQ-DUR-009
    log_with_snapshots(tmp_path, 8, 16)
    with Journal.open(tmp_path, run_info()) as journal:
        journal.retire(older_than_us=2**62, covered_seq=8)
        assert next(journal.read(9)).last_seq == 10
    found = plan(tmp_path, "boot-1")
    assert found.snapshot is not None
    assert found.snapshot.seq == 8
    assert [batch.last_seq for batch in found.batches] == list(range(10, 22, 2))


def test_the_replay_begins_with_the_very_next_record(tmp_path: Path) -> None:
    # REQ-DUR-009
    with Journal.open(tmp_path, run_info()) as journal:
        for number in range(5):
            journal.append([samples.acknowledgement(number)], number, number)
    snapshots.write(tmp_path, 2, {})
    snapshots.write(tmp_path, 5, {})
    found = plan(tmp_path, "boot-1")
    assert samples.request_ids(list(found.batches)) == ["request-2", "request-3", "request-4"]


def test_a_snapshot_of_lost_records_is_passed_over(tmp_path: Path) -> None:
    """The log lost its end in a power cut; the snapshot, synced, knows of what never was."""
    samples.write_log(tmp_path, 10)
    for seq in (6, 20):
        snapshots.write(tmp_path, seq, {"seq": seq})
    connection = sqlite3.connect(segment_path(tmp_path, 1))
    connection.execute("DELETE FROM record WHERE seq > 18")
    connection.commit()
    connection.close()
    found = plan(tmp_path, "boot-1")
    assert found.snapshot is not None
    assert found.snapshot.seq == 6
    assert [item.reason for item in found.passed_over] == ["the log ends at 18"]
    assert found.needs_new_feed_epoch
    assert plan(tmp_path, "boot-1").damage == found.damage


@pytest.mark.parametrize(
    ("closed", "boot_id", "new_epoch"),
    [
        (True, "boot-1", False),
        (True, "boot-2", False),
        (False, "boot-1", False),
        (False, "boot-2", True),
    ],
)
def test_power_lost_without_an_orderly_end_needs_a_new_feed_epoch(
    tmp_path: Path, closed: bool, boot_id: str, new_epoch: bool
) -> None:
    # REQ-DUR-010
    log, copy = tmp_path / "log", tmp_path / "copy"
    with Journal.open(log, run_info()) as journal:
        journal.append([samples.acknowledgement(1)], 1, 1)
        shutil.copytree(log, copy)
    found = plan(log if closed else copy, boot_id)
    assert found.damage == ()
    assert found.clean_shutdown is closed
    assert found.boot_changed is (boot_id != "boot-1")
    assert found.needs_new_feed_epoch is new_epoch
    assert samples.request_ids(list(found.batches)) == ["request-1"]


def test_a_running_broker_cannot_be_recovered_from(tmp_path: Path) -> None:
    # REQ-DUR-003
    with Journal.open(tmp_path, run_info()), pytest.raises(JournalInUse):
        plan(tmp_path, "boot-1")


def test_a_log_that_moved_since_the_plan_is_not_continued(tmp_path: Path) -> None:
    samples.write_log(tmp_path, 1)
    found = plan(tmp_path, "boot-1")
    samples.write_log(tmp_path, 1)
    with pytest.raises(JournalMismatch):
        Journal.open(tmp_path, run_info(), continue_from=found.last_seq)
