"""A log that another release wrote is gone on with, under numbers of its own, and not silently."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from broker.cli.replay import replay_log
from broker.service import made_by, startup
from broker.service.startup import LOG_FOLDER
from tests.system.harness import rig

START_US = 1_795_200_000_000_000
SECOND_US = 1_000_000


class Nobody:
    """Reads nothing of a replay."""

    def take(self, *_: object) -> None:
        """One message."""


async def epoch_of_a_life(data_dir: Path, start_us: int) -> str:
    """Started, at work for two seconds, and ended in order."""
    async with rig(data_dir, start_us) as one:
        await one.run_to(start_us + 2 * SECOND_US)
        return one.broker.projection.epoch


def other_release(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """From here on the broker is one of other sources, or of another geoid."""
    if what == "engine":
        for module in (made_by, startup):
            monkeypatch.setattr(module, "engine_version", lambda: "9.9+0")
    else:
        for module in (made_by, startup):
            monkeypatch.setattr(module, "GEOID_VERSION", "another")


@pytest.mark.parametrize("what", ["engine", "geoid"])
async def test_numbers_of_other_rules_are_not_gone_on_with(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-FEED-017
    first = await epoch_of_a_life(tmp_path, START_US)
    assert await epoch_of_a_life(tmp_path, START_US + 5 * SECOND_US) == first
    other_release(monkeypatch, what)
    with capture_logs() as events:
        second = await epoch_of_a_life(tmp_path, START_US + 10 * SECOND_US)
    assert second != first
    [said] = [one for one in events if one["event"] == "log-made-by-other-rules"]
    assert said["was"].startswith(what)
    with capture_logs() as events:
        assert await epoch_of_a_life(tmp_path, START_US + 15 * SECOND_US) == second
    assert not [one for one in events if one["event"] == "log-made-by-other-rules"]


@pytest.mark.parametrize("what", ["engine", "geoid"])
async def test_a_replay_by_other_rules_says_so(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-FEED-017
    await epoch_of_a_life(tmp_path, START_US)
    assert replay_log(tmp_path / LOG_FOLDER, Nobody()).other_rules == ""
    other_release(monkeypatch, what)
    assert replay_log(tmp_path / LOG_FOLDER, Nobody()).other_rules.startswith(what)
    await epoch_of_a_life(tmp_path, START_US + 5 * SECOND_US)
    of_the_first = replay_log(tmp_path / LOG_FOLDER, Nobody()).other_rules
    assert of_the_first.startswith(what), "though the last part is by these rules"


def test_any_source_that_makes_messages_counts() -> None:
    assert made_by.engine_version().startswith("0.")
    assert all(room.is_dir() and list(room.glob("*.py")) for room in made_by.ROOMS)
