"""`keepclear alerts`: most urgent first as the broker says, and one desk's acknowledgement."""

import json

import pytest
from typer.testing import CliRunner

from broker.cli.main import app
from keepclear.v1 import alerts_pb2
from tests.cli.conftest import FakeBroker

runner = CliRunner()


@pytest.fixture
def alerted(fake_broker: FakeBroker) -> FakeBroker:
    fake_broker.alerts["al-1"] = alerts_pb2.Alert(
        alert_id="al-1",
        level="ALERT_LEVEL_WARNING",
        headline="HELICOPTER closing on MET-07, 200 ft above\x1b[31m",
        advice="Land or move south-west.",
        relative_height_m=-61,
        relative_height_doubt_m=30,
        raised_us=5,
    )
    return fake_broker


@pytest.mark.usefixtures("fake_broker")
def test_no_alert_is_not_no_traffic() -> None:
    result = runner.invoke(app, ["alerts", "list"])
    assert result.exit_code == 0
    assert 'No active alert. That is not "no traffic"' in result.stdout


@pytest.mark.usefixtures("alerted")
def test_list() -> None:
    result = runner.invoke(app, ["alerts", "list"])
    assert result.exit_code == 0
    for words in ("WARNING", "HELICOPTER closing", "Land or move", "200 ft above", "al-1"):
        assert words in result.stdout
    assert "below" not in result.stdout
    assert "\x1b[31m" not in result.stdout
    line = json.loads(runner.invoke(app, ["alerts", "list", "--json"]).stdout)
    assert line["raised_us"] == 5
    assert line["level"] == "ALERT_LEVEL_WARNING"


def test_acknowledge(alerted: FakeBroker) -> None:
    result = runner.invoke(app, ["alerts", "ack", "al-1", "--by", "HEMS desk"])
    assert result.exit_code == 0
    assert result.stdout == "al-1 (WARNING) is marked as read by HEMS desk.\n"
    assert alerted.alerts["al-1"].acknowledgements[0].acknowledged_by == "HEMS desk"
    result = runner.invoke(app, ["alerts", "ack", "al-1", "--by", "Met desk", "--json"])
    assert len(json.loads(result.stdout)["acknowledgements"]) == 2


@pytest.mark.usefixtures("fake_broker")
def test_an_alert_that_is_not_there() -> None:
    result = runner.invoke(app, ["alerts", "ack", "al-9", "--by", "HEMS desk"])
    assert result.exit_code == 1
    assert "no alert al-9" in result.stderr


def test_who_read_it_must_be_said() -> None:
    result = runner.invoke(app, ["alerts", "ack", "al-1"])
    assert result.exit_code == 2
    assert "--by" in result.stderr
