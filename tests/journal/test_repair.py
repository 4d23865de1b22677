"""Damage is found and named; only a tail is ever cut, and never in silence."""

import random
import shutil
import sqlite3
from pathlib import Path

import pytest

from broker.journal.errors import JournalDamaged, JournalError, JournalUnavailable
from broker.journal.files import segment_path, segment_paths
from broker.journal.log import Journal, SegmentLimits
from broker.journal.mark import MARK_NAME, Mark, MarkFile, encode_mark, read_mark
from broker.journal.reading import read_batches
from broker.journal.records import MicroBatch
from broker.journal.repair import DAMAGED_SUFFIX, inspect
from tests.journal import samples
from tests.journal.samples import run_info

BIT_FLIPS = 150
CUTS = 60


def alter(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


def leave_open_copy(source: Path, copy: Path, count: int) -> list[MicroBatch]:
    """Copy a log as it lies while its broker runs: what a killed process leaves."""
    with Journal.open(source, run_info()) as journal:
        for number in range(count):
            journal.append([samples.acknowledgement(number)], number, number)
        shutil.copytree(source, copy)
        return list(journal.read(1))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE record SET payload = CAST('{}' AS BLOB) WHERE seq = 5",
        "UPDATE record SET utc_us = utc_us + 1 WHERE seq = 5",
        "UPDATE record SET monotonic_us = 7 WHERE seq = 5",
        "UPDATE record SET kind = 3 WHERE seq = 5",
        "UPDATE record SET version = 2 WHERE seq = 5",
        "UPDATE record SET data_class = 2 WHERE seq = 5",
        "UPDATE record SET key_id = 1 WHERE seq = 5",
        "UPDATE record SET region_key = 'Londom' WHERE seq = 5",
        "UPDATE record SET node_epoch = 2 WHERE seq = 5",
        "UPDATE record SET batch = 8 WHERE seq = 5",
        "UPDATE record SET payload_check = 1 WHERE seq = 5",
        "UPDATE record SET chain_check = 1 WHERE seq = 5",
        "UPDATE record SET utc_us = 'noon' WHERE seq = 5",
        "UPDATE record SET region_key = x'ff' WHERE seq = 5",
        "DELETE FROM record WHERE seq = 5",
        "UPDATE record SET seq = 500 WHERE seq = 5",
    ],
)
def test_any_change_in_the_middle_is_refused_by_name(tmp_path: Path, change: str) -> None:
    # REQ-DUR-005
    samples.write_log(tmp_path, 6)
    alter(segment_path(tmp_path, 1), change)
    for look in (lambda: inspect(tmp_path), lambda: list(read_batches(tmp_path, 1))):
        with pytest.raises(JournalDamaged) as caught:
            look()
        assert caught.value.segment == segment_path(tmp_path, 1).name
        assert caught.value.seq in {5, 6}
    with pytest.raises(JournalDamaged):
        Journal.open(tmp_path, run_info())


def test_damage_in_an_older_segment_is_refused_when_it_is_read(tmp_path: Path) -> None:
    samples.write_log(tmp_path, 9, limits=SegmentLimits(records_max=4))
    alter(segment_paths(tmp_path)[1], "UPDATE record SET utc_us = 0 WHERE seq = 6")
    with pytest.raises(JournalDamaged, match="record 6"):
        list(read_batches(tmp_path, 1))


def test_a_missing_segment_is_refused(tmp_path: Path) -> None:
    samples.write_log(tmp_path, 9, limits=SegmentLimits(records_max=4))
    segment_paths(tmp_path)[2].unlink()
    with pytest.raises(JournalDamaged, match="record 9: records between two segments are gone"):
        list(read_batches(tmp_path, 1))


def test_a_segment_of_another_log_is_refused(tmp_path: Path) -> None:
    for name in ("ours", "theirs"):
        rows = 2 if name == "ours" else 3
        samples.write_log(tmp_path / name, 9, limits=SegmentLimits(records_max=4), rows=rows)
    shutil.copy(segment_path(tmp_path / "theirs", 9), segment_path(tmp_path / "ours", 9))
    with pytest.raises(JournalDamaged, match="does not continue"):
        list(read_batches(tmp_path / "ours", 1))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE record SET utc_us = 0 WHERE seq = 12",
        "UPDATE record SET payload = x'00' WHERE seq = 11",
        "DELETE FROM record WHERE seq = 12",
        "DELETE FROM record WHERE seq = 11",
    ],
)
def test_a_bad_last_batch_is_cut_off_reported_and_kept_aside(tmp_path: Path, change: str) -> None:
    # REQ-DUR-005
    samples.write_log(tmp_path, 6)
    alter(segment_path(tmp_path, 1), change)
    with Journal.open(tmp_path, run_info()) as journal:
        (damage,) = journal.damage
        assert (damage.first_lost_seq, damage.last_lost_seq) == (11, 12)
        assert damage.control_lost
        assert damage.segment == segment_path(tmp_path, 1).name
        assert journal.last_seq == 10
        journal.append([samples.acknowledgement(99)], 1, 1)
        read = list(journal.read(1))
    assert samples.request_ids(read) == [f"request-{n}" for n in (0, 1, 2, 3, 4, 99)]
    assert list(tmp_path.glob(f"*{DAMAGED_SUFFIX}"))
    with Journal.open(tmp_path, run_info()) as journal:
        assert journal.damage == ()


def test_losing_whole_batches_from_the_end_is_noticed(tmp_path: Path) -> None:
    """A shortened table looks whole in itself: the mark outside it tells."""
    samples.write_log(tmp_path, 6)
    alter(segment_path(tmp_path, 1), "DELETE FROM record WHERE seq > 8")
    found = inspect(tmp_path)
    assert [(loss.first_lost_seq, loss.last_lost_seq) for loss in found.damage] == [(9, 12)]
    assert found.damage[0].reason == "the log ends before its mark"
    assert not found.clean


def test_only_unsynced_positions_lost_says_so(tmp_path: Path) -> None:
    samples.write_log(tmp_path, 6)
    alter(segment_path(tmp_path, 1), "DELETE FROM record WHERE seq > 10")
    mark = MarkFile(tmp_path)
    mark.write(Mark(last_seq=12, synced_seq=10, clean=False))
    mark.close()
    assert [loss.control_lost for loss in inspect(tmp_path).damage] == [False]


def test_a_single_synced_record_lost_says_that_control_was_lost(tmp_path: Path) -> None:
    # REQ-DUR-005
    samples.write_log(tmp_path, 6)
    alter(segment_path(tmp_path, 1), "DELETE FROM record WHERE seq > 10")
    mark = MarkFile(tmp_path)
    mark.write(Mark(last_seq=12, synced_seq=11, clean=False))
    mark.close()
    assert [loss.control_lost for loss in inspect(tmp_path).damage] == [True]


@pytest.mark.parametrize("ruin", ["missing", "short", "flipped", "foreign"])
def test_without_its_mark_a_log_is_not_vouched_for(tmp_path: Path, ruin: str) -> None:
    samples.write_log(tmp_path, 2)
    path = tmp_path / MARK_NAME
    stored = path.read_bytes()
    if ruin == "missing":
        path.unlink()
    else:
        changed = {
            "short": stored[:-1],
            "flipped": bytes([stored[0]]) + bytes([stored[1] ^ 1]) + stored[2:],
            "foreign": b"x" * len(stored),
        }
        path.write_bytes(changed[ruin])
    assert read_mark(tmp_path) is None
    (damage,) = inspect(tmp_path).damage
    assert "mark" in damage.reason
    assert damage.control_lost


@pytest.mark.parametrize("mark", [Mark(0, 0, clean=True), Mark(2**62, 2**61, clean=False)])
def test_marks_come_back_and_fit_one_disk_sector(tmp_path: Path, mark: Mark) -> None:
    file = MarkFile(tmp_path)
    file.write(mark, sync=True)
    file.close()
    assert read_mark(tmp_path) == mark
    assert len(encode_mark(mark)) <= 512


def test_a_log_without_any_of_its_segments_is_refused(tmp_path: Path) -> None:
    samples.write_log(tmp_path, 2)
    segment_paths(tmp_path)[0].unlink()
    with pytest.raises(JournalDamaged, match="every segment"):
        Journal.open(tmp_path, run_info())


def test_a_segment_that_was_being_made_when_power_failed_is_made_again(tmp_path: Path) -> None:
    samples.write_log(tmp_path, 2)
    segment_path(tmp_path, 5).touch()
    with Journal.open(tmp_path, run_info()) as journal:
        assert journal.damage == ()
        assert journal.last_seq == 4
    connection = sqlite3.connect(segment_path(tmp_path, 5))
    connection.execute("DROP TABLE record")
    connection.execute("DROP TABLE header")
    connection.close()
    with Journal.open(tmp_path, run_info()) as journal:
        assert journal.last_seq == 4


def test_an_emptied_segment_that_had_records_is_refused(tmp_path: Path) -> None:
    samples.write_log(tmp_path, 2)
    segment_paths(tmp_path)[0].write_bytes(b"")
    with pytest.raises(JournalDamaged, match="the segment is empty"):
        inspect(tmp_path)


def test_a_segment_that_cannot_be_made_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("broker.journal.segments.sync_directory", no_space)
    with pytest.raises(JournalUnavailable, match="No space"):
        Journal.open(tmp_path, run_info())
    assert segment_paths(tmp_path) == []
    monkeypatch.undo()
    Journal.open(tmp_path, run_info()).close()


def test_a_schema_that_is_not_text_is_damage(tmp_path: Path) -> None:
    """Found by a bit flip: SQLite's own message then quotes bytes that are not UTF-8."""
    samples.write_log(tmp_path, 2)
    path = segment_path(tmp_path, 1)
    stored = path.read_bytes()
    place = stored.index(b"TABLE record (seq") + len(b"TABLE record")
    path.write_bytes(stored[:place] + b"\xe5" + stored[place + 1 :])
    with pytest.raises(JournalDamaged):
        Journal.open(tmp_path, run_info())
    with pytest.raises(JournalDamaged):
        list(read_batches(tmp_path, 1))


def recovered(directory: Path) -> tuple[list[MicroBatch], bool]:
    """What a restart reads, and whether it reports damage; JournalError if it refuses."""
    with Journal.open(directory, run_info()) as journal:
        return list(journal.read(1)), bool(journal.damage)


@pytest.mark.parametrize("state", ["closed", "killed"])
def test_bit_flips_are_found_or_harmless(tmp_path: Path, state: str) -> None:
    """Never silently wrong: a flip is refused, reported, or changes nothing that is read."""
    # REQ-DUR-005
    whole = leave_open_copy(tmp_path / "log", tmp_path / "killed", 40)
    source = tmp_path / ("log" if state == "closed" else "killed")
    chance = random.Random(1)
    files = sorted(p.name for p in source.iterdir() if p.stat().st_size and "-shm" not in p.name)
    found = 0
    for number in range(BIT_FLIPS):
        copy = tmp_path / f"copy-{number}"
        shutil.copytree(source, copy)
        path = copy / files[number % len(files)]
        stored = bytearray(path.read_bytes())
        stored[chance.randrange(len(stored))] ^= 1 << chance.randrange(8)
        path.write_bytes(stored)
        try:
            read, reported = recovered(copy)
        except JournalError:
            found += 1
        else:
            assert read == whole[: len(read)]
            assert reported or read == whole, f"silent loss by a flip in {path.name}"
            found += reported
        shutil.rmtree(copy)
    assert found > 0


@pytest.mark.parametrize("suffix", ["", "-wal"])
def test_cut_files_are_found(tmp_path: Path, suffix: str) -> None:
    """A torn tail: the file ends anywhere."""
    # REQ-DUR-005
    whole = leave_open_copy(tmp_path / "log", tmp_path / "killed", 40)
    source = tmp_path / ("killed" if suffix else "log")
    name = segment_paths(source)[0].name + suffix
    size = (source / name).stat().st_size
    chance = random.Random(2)
    kept_some = 0
    for number in range(CUTS):
        copy = tmp_path / f"copy-{number}"
        shutil.copytree(source, copy)
        with (copy / name).open("r+b") as file:
            file.truncate(chance.randrange(size))
        try:
            read, reported = recovered(copy)
        except JournalError:
            pass
        else:
            assert read == whole[: len(read)]
            assert reported
            kept_some += bool(read)
        shutil.rmtree(copy)
    assert kept_some > 0 or not suffix
