"""A log written by an earlier release still leads to the same alerts."""

import json
import shutil
from pathlib import Path

import pytest

from broker.cli.replay import replay_log
from broker.core.names import Audience
from tests.system.make_old_log import FIXTURES, summary

RELEASES = sorted(path.name for path in FIXTURES.iterdir() if path.is_dir())


class PoliceAlerts:
    """Keeps the police desk's alert messages of a replay."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []

    def take(self, audience: Audience, message: bytes) -> None:
        """One message of one audience."""
        if audience.agency == "met":
            self.messages.append(message)


def test_there_is_a_log_of_a_release() -> None:
    assert RELEASES


@pytest.mark.parametrize("release", RELEASES)
def test_an_old_log_leads_to_the_same_alerts(release: str, tmp_path: Path) -> None:
    # REQ-DUR-010: what was logged stays readable, and means what it meant.
    log = tmp_path / "log"
    shutil.copytree(FIXTURES / release, log)
    expected = json.loads((log / "alerts.json").read_text(encoding="utf-8"))
    (log / "alerts.json").unlink()
    alerts = PoliceAlerts()
    replay_log(log, alerts)
    found = [row for row in summary(alerts.messages) if row[0]]
    assert len(expected) > 5
    assert found == expected
