"""Logs written by each earlier release are still read, record for record."""

import json
import shutil
import zlib
from pathlib import Path

import pytest

from broker.journal.canonical import to_bytes
from broker.journal.header import SegmentHeader, header_from_rows, header_rows
from broker.journal.log import Journal
from broker.journal.recovery import plan
from tests.journal.fixtures.make_fixture import digest
from tests.journal.samples import acknowledgement, one_of_each, run_info, same

FIXTURES = Path(__file__).parent / "fixtures"
RELEASES = sorted(path.name for path in FIXTURES.iterdir() if path.name.startswith("v"))
FIXTURE_BYTES_MAX = 100_000


@pytest.fixture(params=RELEASES)
def release_log(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of one release's log: opening it may change its files."""
    return Path(shutil.copytree(FIXTURES / request.param, tmp_path / request.param))


def test_the_log_of_a_release_reads_as_it_was_written(release_log: Path) -> None:
    # REQ-DUR-006
    expected = json.loads((release_log / "expected.json").read_text())
    found = plan(release_log, "boot-2")
    batches = list(found.batches)
    assert found.damage == ()
    assert found.clean_shutdown
    assert len(batches) == expected["batches"]
    assert digest(batches) == expected["digest"]


def test_the_first_release_held_one_of_each_command(tmp_path: Path) -> None:
    log = Path(shutil.copytree(FIXTURES / "v0_1", tmp_path / "v0_1"))
    for batch in plan(log, "boot-2").batches:
        pairs = zip(batch.commands, one_of_each(), strict=True)
        assert all(same(left, right) for left, right in pairs)


def test_the_log_of_a_release_can_be_continued(release_log: Path) -> None:
    found = plan(release_log, "boot-2")
    assert found.header is not None
    with Journal.open(release_log, run_info(), continue_from=found.last_seq) as journal:
        journal.append([acknowledgement(1)], 1, 1)
        assert len(list(journal.read(1))) == 7


def test_what_this_release_no_longer_writes_into_a_header_still_counts_for_its_check() -> None:
    rows = dict(header_rows(SegmentHeader(run_info(), 7, 99)))
    del rows["check"]
    check = zlib.crc32(to_bytes(older := rows | {"policy_version": "pairs-1"}))
    header = header_from_rows([*older.items(), ("check", str(check))], "segment-7")
    assert header.unread == (("policy_version", "pairs-1"),)
    assert header.run == run_info()
    assert header.chain_start() == check


@pytest.mark.parametrize("release", RELEASES)
def test_fixtures_stay_small(release: str) -> None:
    assert sum(p.stat().st_size for p in (FIXTURES / release).iterdir()) < FIXTURE_BYTES_MAX
