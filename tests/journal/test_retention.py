"""Old data goes on time, and nothing that a recovery needs goes with it."""

from pathlib import Path

import pytest

from broker.core.commands import SubmitReports
from broker.journal.errors import JournalMismatch
from broker.journal.files import segment_paths
from broker.journal.log import Journal, SegmentLimits
from broker.journal.reading import first_kept_seq, read_batches
from broker.journal.records import DataClass
from broker.journal.retention import newest_us
from tests.journal import samples
from tests.journal.samples import NOW_US, run_info

FOUR = SegmentLimits(records_max=4)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Ten batches of two records, one microsecond apart, in five segments."""
    samples.write_log(tmp_path, 10, limits=FOUR)
    assert len(segment_paths(tmp_path)) == 5
    return tmp_path


@pytest.mark.parametrize(
    ("older_than_us", "covered_seq", "kept_from"),
    [
        (2**62, 2**62, 17),
        (2**62, 0, 1),
        (2**62, 7, 5),
        (2**62, 8, 9),
        (NOW_US, 2**62, 1),
        (NOW_US + 1, 2**62, 1),
        (NOW_US + 2, 2**62, 5),
    ],
)
def test_only_old_and_covered_segments_go(
    log: Path, older_than_us: int, covered_seq: int, kept_from: int
) -> None:
    # REQ-RET-001
    with Journal.open(log, run_info()) as journal:
        journal.append([samples.acknowledgement(10)], NOW_US + 10, 10)
        if covered_seq == 2**62 and older_than_us == 2**62:
            kept_from = 21
        removed = journal.retire(older_than_us, covered_seq)
        assert first_kept_seq(log) == kept_from
        assert len(removed) == (kept_from - 1) // 4
        read = list(journal.read(kept_from))
        assert read[0].last_seq in {kept_from, kept_from + 1}
        assert read[-1].last_seq == 21
        if kept_from > 1:
            with pytest.raises(JournalMismatch, match="retired"):
                list(journal.read(1))


def test_a_clock_set_back_does_not_age_a_segment(log: Path) -> None:
    with Journal.open(log, run_info(), limits=FOUR) as journal:
        for now_us in (NOW_US + 500, NOW_US):
            journal.append([samples.acknowledgement(0)] * 2, now_us, 1)
    assert newest_us(segment_paths(log)[-1]) == NOW_US + 500


def test_positions_are_erased_and_the_rest_still_verifies(log: Path) -> None:
    # REQ-RET-002
    marker = b"drone-1"
    assert all(marker in path.read_bytes() for path in segment_paths(log))
    with Journal.open(log, run_info()) as journal:
        assert journal.erase(DataClass.POSITION, older_than_us=NOW_US + 5, covered_seq=14) == 5
        assert journal.erase(DataClass.POSITION, older_than_us=NOW_US + 5, covered_seq=14) == 0
    holding = [marker in path.read_bytes() for path in segment_paths(log)[:5]]
    assert holding == [False, False, True, True, True]
    read = list(read_batches(log, 1))
    assert samples.request_ids(read) == [f"request-{number}" for number in range(10)]
    positions = [
        batch.last_seq
        for batch in read
        if any(isinstance(command, SubmitReports) for command in batch.commands)
    ]
    assert positions == [12, 14, 16, 18, 20]
