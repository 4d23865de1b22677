"""`keepclear doctor`: plain findings with a next step, and 1 only for a problem."""

import json
import os
import re
import shutil
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from broker.cli import broker_checks, machine_checks
from broker.cli.checks import Verdict
from broker.cli.discovery import BrokerRecord, write_run_file
from broker.cli.main import app
from broker.gateways.mqtt.server_engines import MqttServerFailed
from keepclear.v1.feed_pb2 import Heartbeat
from tests.cli.conftest import FakeBroker

runner = CliRunner()


def findings(*arguments: str) -> tuple[int, dict[str, dict[str, str]]]:
    result = runner.invoke(app, ["doctor", "--json", *arguments])
    report = json.loads(result.stdout)
    assert report["ok"] == (result.exit_code == 0)
    return result.exit_code, {check["name"]: check for check in report["checks"]}


def test_a_healthy_broker(fake_broker: FakeBroker) -> None:
    fake_broker.silent = 0
    code, found = findings()
    assert code == 0
    assert list(found) == [
        "Python", "Packages", "MQTT server", "Disk",
        "Broker", "Health", "Space", "Picture", "Feeds", "Clock",
    ]  # fmt: skip
    assert found["Broker"]["finding"] == f"answers at {fake_broker.target}"
    assert found["Space"]["finding"] == "live traffic"
    assert found["Picture"]["finding"] == "1 aircraft, newest position 0 s old"
    assert found["Feeds"]["finding"] == "none is silent"
    result = runner.invoke(app, ["doctor"])
    assert result.stdout.endswith("No problem found.\n")


def test_silent_feeds_and_no_position_are_warnings(fake_broker: FakeBroker) -> None:
    fake_broker.picture_age_s = None
    code, found = findings()
    assert code == 0
    assert found["Feeds"]["finding"] == "2 feeds are silent"
    assert found["Picture"]["finding"] == "no position has been received"
    text = runner.invoke(app, ["doctor"]).stdout
    assert "Next: publish positions, for example with `keepclear publish FILE`." in text


def test_no_broker(free_port: int) -> None:
    code, found = findings("--target", f"127.0.0.1:{free_port}")
    assert code == 1
    assert found["Broker"]["verdict"] == "problem"
    result = runner.invoke(app, ["doctor", "--target", f"127.0.0.1:{free_port}"])
    assert "There is a problem: see above." in result.stdout


@pytest.mark.usefixtures("fake_broker")
def test_an_unconfigured_system() -> None:
    code, found = findings("--system", "agencies/nobody/systems/x")
    assert code == 1
    assert "set --system" in found["Feed"]["next_step"]


def test_a_feed_without_heartbeats(
    fake_broker: FakeBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broker_checks, "HEARTBEAT_LIMIT_S", 0.5)
    fake_broker.heartbeats_max = 0
    code, found = findings()
    assert code == 1
    assert found["Feed"]["finding"] == "no heartbeat in 0.5 s"


def test_a_clock_that_is_off(fake_broker: FakeBroker) -> None:
    fake_broker.clock_offset_s = 30
    code, found = findings()
    assert code == 1
    said = re.fullmatch(r"this machine is ([\d.]+) s behind the broker", found["Clock"]["finding"])
    assert said is not None
    # Less by as long as the heartbeat was under way.
    assert broker_checks.CLOCK_PROBLEM_S < float(said[1]) <= 30.0
    assert "NTP" in found["Clock"]["next_step"]


@pytest.mark.parametrize(
    ("offset_s", "verdict"),
    [(0.2, Verdict.OK), (-2, Verdict.WARNING), (2, Verdict.WARNING), (-6, Verdict.PROBLEM)],
)
def test_clock_limits(offset_s: float, verdict: Verdict) -> None:
    assert broker_checks.clock(offset_s).verdict is verdict


def test_an_old_picture_is_a_warning() -> None:
    check = broker_checks.picture(Heartbeat(picture_age_s=30, track_count=4))
    assert check.verdict is Verdict.WARNING
    assert check.finding == "4 aircraft, newest position 30 s old"
    one = broker_checks.silent_feeds(Heartbeat(silent_publisher_count=1))
    assert one.finding == "1 feed is silent"


def test_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert machine_checks.python_version((3, 10)).verdict is Verdict.PROBLEM
    assert machine_checks.python_version().verdict is Verdict.OK

    def no_engine() -> None:
        raise MqttServerFailed("no MQTT server: install Mosquitto 2")

    monkeypatch.setattr(machine_checks, "choose_engine", no_engine)
    check = machine_checks.mqtt_engine()
    assert check.verdict is Verdict.PROBLEM
    assert check.next_step

    for free_bytes, verdict in ((10**10, "ok"), (2 * 10**9, "warning"), (10**8, "problem")):
        usage = SimpleNamespace(free=free_bytes)
        monkeypatch.setattr(shutil, "disk_usage", lambda _, usage=usage: usage)
        assert machine_checks.disk(tmp_path / "not" / "made").verdict == verdict


def test_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        metadata, "requires", lambda _: ["no-such-package>=1", "typer>=0.1", "x; extra == 'dev'"]
    )
    check = machine_checks.packages()
    assert check.finding == "missing: no-such-package"

    def absent(_: str) -> None:
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "requires", absent)
    assert machine_checks.packages().verdict is Verdict.WARNING


def test_the_data_folder_of_a_running_broker(fake_broker: FakeBroker, tmp_path: Path) -> None:
    record = BrokerRecord(fake_broker.target, os.getpid(), "live", data_dir=str(tmp_path / "log"))
    write_run_file(record)
    _, found = findings()
    assert found["Disk"]["finding"].endswith(f"for {tmp_path / 'log'}")
    _, found = findings("--data-dir", str(tmp_path))
    assert found["Disk"]["finding"].endswith(f"for {tmp_path}")
