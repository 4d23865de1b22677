"""`keepclear watch`: lines for programs, a picture for people, and an end by itself."""

import json
import time
from typing import IO

import pytest
from typer.testing import CliRunner

from broker.cli import picture
from broker.cli.main import app
from broker.cli.watch import parse_kinds
from keepclear.v1 import alerts_pb2, feed_pb2
from tests.cli.conftest import FakeBroker, StartCommand

runner = CliRunner()


def read_line(stream: IO[str] | None) -> str:
    return stream.readline() if stream is not None else ""


@pytest.fixture
def long_enough(fake_broker: FakeBroker) -> str:
    """Seconds in which the feed of the fake comes, on a machine as slow as this one is now."""
    began_s = time.monotonic()
    assert runner.invoke(app, ["alerts", "list"]).exit_code == 0
    fake_broker.systems.clear()
    return f"{0.5 + 20.0 * (time.monotonic() - began_s):.1f}"


def with_news(broker: FakeBroker) -> None:
    track = feed_pb2.TrackView(track_id="t", label="MET-07", time_of_validity_us=5)
    alert = alerts_pb2.Alert(
        alert_id="a", level="ALERT_LEVEL_WARNING", headline="HELICOPTER closing"
    )
    broker.news = [
        feed_pb2.FeedMessage(tracks=feed_pb2.TrackFrame(tracks=[track])),
        feed_pb2.FeedMessage(alert=alert),
    ]


def test_json_lines_have_one_key_each_and_end_by_themselves(
    fake_broker: FakeBroker, long_enough: str
) -> None:
    with_news(fake_broker)
    result = runner.invoke(app, ["watch", "--json", "--for", long_enough])
    assert result.exit_code == 0
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    kinds = [next(iter(line)) for line in lines]
    assert all(len(line) == 1 for line in lines)
    assert kinds[:5] == ["snapshot_begin", "snapshot_end", "tracks", "alert", "heartbeat"]
    assert lines[2]["tracks"]["tracks"][0]["time_of_validity_us"] == 5
    assert isinstance(lines[2]["tracks"]["header"]["sent_us"], int)
    assert lines[3]["alert"]["header"]["number"] == 2
    assert lines[4]["heartbeat"]["silent_publisher_count"] == 2


def test_lines_leave_at_once(fake_broker: FakeBroker, start_command: StartCommand) -> None:
    fake_broker.heartbeats_max = 0
    process = start_command("watch", "--json")
    assert "snapshot_begin" in read_line(process.stdout)
    assert "snapshot_end" in read_line(process.stdout)
    assert process.poll() is None


def test_what_is_wanted_reaches_the_broker(fake_broker: FakeBroker, long_enough: str) -> None:
    arguments = ["--role", "observer", "--area", "51.2,-0.6,51.8,0.4", "--kinds", "alert,notice"]
    command = ["watch", "--json", "--for", long_enough, "--agency", "lfb"]
    result = runner.invoke(app, [*command, *arguments])
    assert result.exit_code == 0
    request = fake_broker.subscriptions[0]
    assert request.role == feed_pb2.ROLE_OBSERVER
    assert request.area.north_deg == 51.8
    assert list(request.kinds) == [feed_pb2.FEED_KIND_ALERT, feed_pb2.FEED_KIND_NOTICE]
    assert fake_broker.systems == ["agencies/lfb/systems/cli"]


def test_without_a_terminal_the_last_picture_is_printed(
    fake_broker: FakeBroker, long_enough: str
) -> None:
    with_news(fake_broker)
    result = runner.invoke(app, ["watch", "--for", long_enough])
    assert result.exit_code == 0
    for words in ("LIVE", "MET-07", "HELICOPTER closing", "2 feeds silent"):
        assert words in result.stdout


def test_a_silent_link_is_announced(fake_broker: FakeBroker, start_command: StartCommand) -> None:
    # REQ-UI: a frozen picture must never look live.
    fake_broker.heartbeats_max = 1
    process = start_command("watch", "--json")
    assert "LINK LOST" in read_line(process.stderr)


def test_a_frozen_picture_says_so(
    fake_broker: FakeBroker, long_enough: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture, "LINK_LOST_S", 0.2)
    fake_broker.heartbeats_max = 1
    result = runner.invoke(app, ["watch", "--for", long_enough])
    assert result.exit_code == 0
    assert "LINK LOST" in result.stdout
    assert "FROZEN PICTURE" in result.stdout


@pytest.mark.parametrize("arguments", [[], ["--json"]])
@pytest.mark.usefixtures("fake_broker")
def test_an_agency_that_is_not_configured_is_refused(arguments: list[str]) -> None:
    result = runner.invoke(app, ["watch", "--agency", "nobody", *arguments])
    assert result.exit_code == 1
    assert "agency is not configured" in result.stderr
    assert "unexpected" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--area", "1,2,3"], "must read SOUTH,WEST,NORTH,EAST"),
        (["--kinds", "planes"], "choose from tracks, alert, restriction, coverage, notice"),
        (["--agency", "Met!"], "a-z, 0-9"),
        (["--role", "pilot"], "desk"),
        (["--for", "0"], "0.1"),
    ],
)
def test_wrong_options(arguments: list[str], words: str) -> None:
    result = runner.invoke(app, ["watch", *arguments])
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())


def test_kinds() -> None:
    assert parse_kinds("Alert, tracks") == (feed_pb2.FEED_KIND_ALERT, feed_pb2.FEED_KIND_TRACKS)
    with pytest.raises(ValueError, match="choose from"):
        parse_kinds(",")
