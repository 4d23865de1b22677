"""Logs written by each earlier release are still read, record for record."""

import json
import shutil
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("release", RELEASES)
def test_fixtures_stay_small(release: str) -> None:
    assert sum(p.stat().st_size for p in (FIXTURES / release).iterdir()) < FIXTURE_BYTES_MAX
