"""`keepclear adapters`: what is known, what a file yields, and playing one to a real broker."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.kinds import KINDS
from broker.cli.main import app
from tests.adapters.sbs.test_decode import line

run = CliRunner().invoke

CONFIG = """
[feeds.roof]
kind = "beast"
address = "tcp://user:secret@receiver:30005"
silent_after_s = 30

[feeds.wrong]
kind = "sbs"
address = "tcp://receiver"
password = "secret"
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "keepclear.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.sbs"
    path.write_bytes(line(lat=51.5, lon=-0.1) + line(4, speed=5, track=9) + line() + b"hello\n")
    return path


def test_every_adapter_is_listed() -> None:
    shown = run(app, ["adapters", "list"]).stdout
    assert all(name in shown for name in KINDS)


def test_feeds_are_listed_with_what_is_wrong_and_without_secrets(config: Path) -> None:
    # REQ-ADAPT-005: no secret of a feed's table is shown or logged.
    result = run(app, ["adapters", "list", "--config", str(config), "--json"])
    feeds = {feed["feed"]: feed for feed in json.loads(result.stdout)["feeds"]}
    assert feeds["roof"]["ready"] == "yes"
    assert feeds["roof"]["silent_after_s"] == 30.0
    assert "password" in feeds["wrong"]["ready"]
    assert "secret" not in result.output


def test_a_file_is_tried_without_a_broker(log: Path) -> None:
    result = run(app, ["adapters", "test", "sbs", str(log), "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == [{
        "file": "log.sbs", "adapter": "sbs", "records": 4, "positions": 1, "tracks": 1,
        "no_position": 1, "refused": {"no position": 1, "not an SBS message": 1}, "unread": {},
    }]  # fmt: skip


def test_a_feed_of_the_configuration_lends_its_settings(config: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    result = run(
        app, ["adapters", "test", "roof", str(tmp_path / "empty"), "--config", str(config)]
    )
    assert result.exit_code == 1  # no track in it
    assert "| empty | roof | 0 | 0 | 0 |" in result.stdout


@pytest.mark.parametrize(
    "arguments", [["test", "radar", "x"], ["test", "sbs", "/none"], ["replay", "/none"]]
)
def test_what_cannot_be_done_is_said(arguments: list[str]) -> None:
    result = run(app, ["adapters", *arguments])
    assert result.exit_code == 1
    assert "Traceback" not in result.output
