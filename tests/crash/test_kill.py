"""`kill -9` at random moments, again and again on the same log: nothing acknowledged is lost."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from broker.core.commands import AcknowledgeAlert, Tick
from broker.journal.log import Journal
from broker.journal.records import MicroBatch
from broker.journal.recovery import plan
from tests.journal.samples import run_info
from tests.patience import PATIENCE_S

REPOSITORY = Path(__file__).resolve().parents[2]
KILLS = 12
LIFE_S_MAX = 0.4


def start(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.crash.writer_process", *arguments],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )


def run_and_kill(directory: Path, first_number: int, life_s: float) -> list[int]:
    """Let a writer run for a while after its first acknowledgement; return all it gave."""
    process = start("killed", str(directory), str(first_number))
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(life_s)
    process.kill()
    rest = process.stdout.read()
    process.wait()
    process.stdout.close()
    # A last line without its end was cut by the kill, not acknowledged.
    return [int(line) for line in (first + rest).split("\n")[:-1]]


def numbers(batches: list[MicroBatch]) -> list[int]:
    return [
        int(command.request_id.removeprefix("request-"))
        for batch in batches
        for command in batch.commands
        if isinstance(command, AcknowledgeAlert)
    ]


@pytest.mark.system
def test_no_acknowledged_command_is_lost_and_no_batch_torn(tmp_path: Path) -> None:
    # REQ-DUR-002
    chance = random.Random(3)
    next_number, acknowledged = 0, list[int]()
    for _ in range(KILLS):
        acknowledged += run_and_kill(tmp_path, next_number, chance.uniform(0, LIFE_S_MAX))
        found = plan(tmp_path, "boot-1")
        batches = list(found.batches)
        assert found.damage == ()
        assert not found.clean_shutdown
        written = numbers(batches)
        assert written == sorted(set(written)), "order kept, nothing twice"
        assert set(acknowledged) <= set(written)
        # At most the one command of each killed writer that was written but not yet answered.
        assert len(written) - len(acknowledged) <= KILLS
        assert found.last_seq == sum(len(batch.commands) for batch in batches), "no gaps"
        for batch in batches:
            if isinstance(batch.commands[0], AcknowledgeAlert):
                assert isinstance(batch.commands[1], Tick)
        next_number = written[-1] + 1
    with Journal.open(tmp_path, run_info()) as journal:
        assert journal.damage == ()


@pytest.mark.system
@pytest.mark.parametrize("end", ["--close", "--die"])
def test_a_full_disk_refuses_whole_batches_and_recovers(tmp_path: Path, end: str) -> None:
    """The kernel's own limit on file size stands in for the full disk."""
    # REQ-DUR-004
    process = start("full", str(tmp_path), "600000", end)
    output, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    (full, full_seq), (final, final_seq) = (
        tuple(int(word) for word in line.split()) for line in output.splitlines()
    )
    assert full > 10
    assert full_seq == 2 * full
    assert final_seq == 2 * final
    found = plan(tmp_path, "boot-1")
    batches = list(found.batches)
    assert found.damage == ()
    assert numbers(batches) == list(range(final))
    assert [batch.last_seq for batch in batches] == list(range(2, final_seq + 2, 2))
    assert found.clean_shutdown is (end == "--close")
