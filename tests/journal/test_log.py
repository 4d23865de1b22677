"""The log keeps order, whole batches and its promises about the disk, over restarts too."""

import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.commands import Command, LoadPolicy, SubmitReports, Tick
from broker.core.errors import BrokenInvariant, Refused
from broker.journal.errors import JournalInUse, JournalMismatch, JournalUnavailable
from broker.journal.files import segment_paths
from broker.journal.header import Space
from broker.journal.log import Journal, SegmentLimits
from broker.journal.mark import read_mark
from broker.journal.reading import connect_to_read
from broker.journal.records import RECORDS_PER_MICRO_BATCH_MAX
from broker.journal.segments import connect, read_header
from tests.journal import samples
from tests.journal.samples import acknowledgement, run_info, same

SMALL = SegmentLimits(bytes_max=20_000, records_max=7)


@given(batches=st.lists(st.lists(samples.commands, min_size=1, max_size=4), max_size=6))
@settings(max_examples=25, deadline=None)
def test_what_is_appended_is_read_in_order(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Command]]
) -> None:
    # REQ-DUR-001
    directory = tmp_path_factory.mktemp("log")
    with Journal.open(directory, run_info(), limits=SMALL) as journal:
        for number, commands in enumerate(batches):
            journal.append(commands, samples.NOW_US + number, number)
        read = list(journal.read(1))
        assert [batch.monotonic_us for batch in read] == list(range(len(batches)))
        for batch, commands in zip(read, batches, strict=True):
            assert batch.now_us == samples.NOW_US + batch.monotonic_us
            pairs = zip(batch.commands, commands, strict=True)
            assert all(same(left, right) for left, right in pairs)


def test_positions_are_numbered_without_gaps(tmp_path: Path) -> None:
    with Journal.open(tmp_path, run_info()) as journal:
        first = journal.append([Tick(audit=False)], 1, 1)
        second = journal.append([acknowledgement(1), Tick(audit=True)], 2, 2)
        assert (first.first_seq, first.last_seq, first.synced) == (1, 1, False)
        assert (second.first_seq, second.last_seq, second.synced) == (2, 3, True)
        assert journal.last_seq == 3


def test_sync_follows_what_the_batch_holds(tmp_path: Path) -> None:
    """SQLite is asked what it will do: FULL syncs each commit, NORMAL leaves it to the kernel."""
    # REQ-DUR-002
    with Journal.open(tmp_path, run_info()) as journal:
        for command in samples.one_of_each():
            journal.append([Tick(audit=False)], 1, 1)
            assert not journal._writer.is_syncing()
            position = journal.append([Tick(audit=False), command], 1, 1)
            waits = type(command).__name__ in {"SubmitReports", "PublisherGone", "Tick"}
            assert journal._writer.is_syncing() is position.synced is not waits
        assert journal.append([Tick(audit=False)], 1, 1, sync=True).synced
        assert journal._writer.is_syncing()


def test_rotation_by_records_and_by_bytes_keeps_one_chain(tmp_path: Path) -> None:
    for name, limits in (
        ("records", SegmentLimits(records_max=5)),
        ("bytes", SegmentLimits(bytes_max=2_000)),
    ):
        directory = tmp_path / name
        samples.write_log(directory, 20, limits=limits)
        assert len(segment_paths(directory)) >= 5
        with Journal.open(directory, run_info()) as journal:
            read = list(journal.read(1))
        assert samples.request_ids(read) == [f"request-{number}" for number in range(20)]
        assert [batch.last_seq for batch in read] == list(range(2, 42, 2))


def test_segment_names_sort_in_log_order_and_headers_say_who_wrote(tmp_path: Path) -> None:
    run = run_info(space=Space.EXERCISE, engine_version="9.9")
    with Journal.open(tmp_path, run, limits=SegmentLimits(records_max=1)) as journal:
        journal.append([Tick(audit=False)], 1, 1)
        journal.append([Tick(audit=False)], 2, 2)
    paths = segment_paths(tmp_path)
    assert [path.name for path in paths] == [f"segment-{seq:020d}.sqlite" for seq in (1, 2)]
    headers = []
    for path in paths:
        connection = connect_to_read(path)
        headers.append(read_header(connection, path.name))
        connection.close()
    assert headers[0].run == run
    assert [header.first_seq for header in headers] == [1, 2]


def test_reading_from_any_record_gives_the_batch_that_holds_it(tmp_path: Path) -> None:
    with Journal.open(tmp_path, run_info(), limits=SegmentLimits(records_max=5)) as journal:
        for number in range(10):
            journal.append([Tick(audit=False)] * 3, number, number)
        for seq in range(1, 31):
            read = list(journal.read(seq))
            assert read[0].last_seq == (seq + 2) // 3 * 3
            assert len(read[0].commands) == 3
            assert read[-1].last_seq == 30
        assert list(journal.read(31)) == []


def test_reopening_goes_on_where_the_log_ended(tmp_path: Path) -> None:
    for _ in range(4):
        samples.write_log(tmp_path, 3)
    with Journal.open(tmp_path, run_info(), continue_from=24) as journal:
        assert journal.damage == ()
        assert samples.request_ids(list(journal.read(1))) == [f"request-{n}" for n in range(12)]


def test_starts_without_a_record_leave_one_segment_and_an_unbroken_chain(tmp_path: Path) -> None:
    for _ in range(3):
        Journal.open(tmp_path, run_info()).close()
    samples.write_log(tmp_path, 1)
    for _ in range(3):
        Journal.open(tmp_path, run_info()).close()
    samples.write_log(tmp_path, 1)
    assert len(segment_paths(tmp_path)) == 2
    with Journal.open(tmp_path, run_info()) as journal:
        assert len(list(journal.read(1))) == 2


def test_a_second_broker_is_turned_away(tmp_path: Path) -> None:
    # REQ-DUR-003
    with (
        Journal.open(tmp_path, run_info()) as journal,
        pytest.raises(JournalInUse, match="another broker"),
    ):
        Journal.open(tmp_path, run_info())
    journal = Journal.open(tmp_path, run_info())
    journal.append([Tick(audit=False)], 1, 1)
    journal.close()


@pytest.mark.parametrize("change", [{"space": Space.EXERCISE}, {"log_id": "log-2"}])
def test_another_log_is_never_continued(tmp_path: Path, change: dict[str, object]) -> None:
    # REQ-DUR-007
    samples.write_log(tmp_path, 1)
    with pytest.raises(JournalMismatch, match="the directory holds live log log-1"):
        Journal.open(tmp_path, run_info(**change))
    with pytest.raises(JournalMismatch, match="ends at record 2, not at 7"):
        Journal.open(tmp_path, run_info(), continue_from=7)
    Journal.open(tmp_path, run_info(), continue_from=2).close()


def test_a_command_that_cannot_be_stored_leaves_the_log_as_it_was(tmp_path: Path) -> None:
    with Journal.open(tmp_path, run_info()) as journal:
        with pytest.raises(Refused):
            journal.append([Tick(audit=False), LoadPolicy("\ud800")], 1, 1)
        assert journal.append([Tick(audit=False)], 1, 1).first_seq == 1


@pytest.mark.parametrize("count", [0, RECORDS_PER_MICRO_BATCH_MAX + 1])
def test_batches_have_a_size(tmp_path: Path, count: int) -> None:
    with Journal.open(tmp_path, run_info()) as journal, pytest.raises(BrokenInvariant):
        journal.append([Tick(audit=False)] * count, 1, 1)


def test_a_disk_that_refuses_is_told_apart_and_can_be_tried_again(tmp_path: Path) -> None:
    # REQ-DUR-004
    with Journal.open(tmp_path, run_info()) as journal:
        journal.append([acknowledgement(0)], 1, 1)
        writer_connection = journal._writer._connection
        assert writer_connection is not None
        writer_connection.execute("PRAGMA query_only=ON")
        for _ in range(2):
            with pytest.raises(JournalUnavailable, match="readonly"):
                journal.append([acknowledgement(1)], 2, 2)
            assert journal.last_seq == 1
            connection = journal._writer._open(journal._end)
            connection.execute("PRAGMA query_only=ON")
        journal._writer.let_go()
        journal.append([acknowledgement(1)], 3, 3)
        assert samples.request_ids(list(journal.read(1))) == ["request-0", "request-1"]


def test_a_commit_that_was_reported_as_failed_does_not_come_back(tmp_path: Path) -> None:
    """A sync may fail after the bytes got through; the retry must not find its numbers taken."""
    with Journal.open(tmp_path, run_info()) as journal:
        journal.append([acknowledgement(0)], 1, 1)
        end = journal._end
        journal._writer.write([journal._record(acknowledgement(9), 2, 2)], end, sync=True)
        journal._writer.let_go()
        journal.append([acknowledgement(1)], 3, 3)
        assert samples.request_ids(list(journal.read(1))) == ["request-0", "request-1"]


def test_a_batch_that_is_refused_halfway_leaves_nothing_of_it_and_nothing_open(
    tmp_path: Path,
) -> None:
    # REQ-DUR-004
    with Journal.open(tmp_path, run_info()) as journal:
        journal.append([acknowledgement(0)], 1, 1)
        connection = journal._writer._connection
        assert connection is not None
        connection.execute(
            "CREATE TEMP TRIGGER full BEFORE INSERT ON record WHEN NEW.seq = 3"
            " BEGIN SELECT RAISE(ABORT, 'no room for it'); END"
        )
        both = [acknowledgement(1), acknowledgement(2)]
        with pytest.raises(JournalUnavailable, match="no room for it"):
            journal.append(both, 2, 2)
        assert samples.request_ids(list(journal.read(1))) == ["request-0"]
        assert journal.append(both, 3, 3).first_seq == 2
        assert [len(batch.commands) for batch in journal.read(1)] == [1, 2]


def test_folding_in_from_another_thread_while_writing(tmp_path: Path) -> None:
    positions = SubmitReports(samples.report_batch(20), 1)
    with Journal.open(tmp_path, run_info(), limits=SegmentLimits(records_max=100)) as journal:
        done = threading.Event()

        def fold() -> None:
            while not done.is_set():
                journal.checkpoint()

        thread = threading.Thread(target=fold)
        thread.start()
        try:
            for number in range(500):
                journal.append([positions], number, number)
        finally:
            done.set()
            thread.join()
        assert [batch.monotonic_us for batch in journal.read(1)] == list(range(500))


def test_files_are_for_the_broker_alone(tmp_path: Path) -> None:
    # REQ-PRIV-010
    directory = tmp_path / "new" / "log"
    with Journal.open(directory, run_info()) as journal:
        journal.append([Tick(audit=False)], 1, 1)
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        for path in directory.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_an_orderly_end_is_marked_and_leaves_plain_files(tmp_path: Path) -> None:
    with Journal.open(tmp_path, run_info()) as journal:
        journal.append([acknowledgement(1)], 1, 1)
        journal.append([Tick(audit=False)], 1, 1)
        mark = read_mark(tmp_path)
        assert mark is not None
        assert (mark.last_seq, mark.synced_seq, mark.clean) == (2, 1, False)
    mark = read_mark(tmp_path)
    assert mark is not None
    assert (mark.last_seq, mark.synced_seq, mark.clean) == (2, 2, True)
    assert not list(tmp_path.glob("*-wal"))


def test_reading_leaves_no_companion_files_behind(tmp_path: Path) -> None:
    samples.write_log(tmp_path, 10, limits=SegmentLimits(records_max=4))
    before = sorted(tmp_path.iterdir())
    with Journal.open(tmp_path, run_info()) as journal:
        assert len(list(journal.read(1))) == 10
    assert sorted(set(tmp_path.iterdir()) - set(before)) == segment_paths(tmp_path)[-1:]


def test_the_secret_is_kept_out_of_messages() -> None:
    assert "secret" not in repr(run_info())


def test_stored_columns_serve_retention_and_regions(tmp_path: Path) -> None:
    samples.write_log(tmp_path, 1)
    connection = connect(segment_paths(tmp_path)[0])
    rows = connection.execute(
        "SELECT data_class, key_id, region_key, node_epoch, utc_us, batch FROM record ORDER BY seq"
    ).fetchall()
    connection.close()
    assert rows == [(1, 0, "london", 1, samples.NOW_US, 2), (2, 0, "london", 1, samples.NOW_US, 2)]
