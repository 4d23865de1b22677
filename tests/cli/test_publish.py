"""`keepclear publish`: what arrives, what is said about it, and how it ends."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from broker.cli.discovery import BrokerRecord, write_run_file
from broker.cli.main import app
from keepclear.v1.common_pb2 import REPORT_SOURCE_SIMULATED, SPACE_EXERCISE
from tests.cli.conftest import FakeBroker, StartCommand
from tests.patience import PATIENCE_S

runner = CliRunner()


def report(track: str, time_us: int = 0, **fields: Any) -> dict[str, object]:
    time_us = time_us or time.time_ns() // 1000
    position = {"latitude_deg": 51.5, "longitude_deg": -0.1}
    return {"source_track_id": track, "time_of_validity_us": time_us, **position, **fields}


def write(path: Path, *reports: object) -> str:
    path.write_text("\n".join(json.dumps(one) for one in reports))
    return str(path)


def test_accepted_reports_exit_0(fake_broker: FakeBroker, tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", report("a"), report("b"))
    result = runner.invoke(app, ["publish", file])
    assert result.exit_code == 0, result.output
    assert result.stdout == "2 accepted, 0 refused\n"
    assert [one.source_track_id for one in fake_broker.published] == ["a", "b"]
    assert set(fake_broker.systems) == {"agencies/met/systems/cli"}


@pytest.mark.usefixtures("fake_broker")
def test_refusals_name_their_place_and_field(tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", report("a"), report("b", latitude_deg=0), {"x": 1})
    result = runner.invoke(app, ["publish", file])
    assert result.exit_code == 1
    assert "line 2: latitude_deg: 0,0 is not a fix" in result.stdout
    assert "line 3: " in result.stdout
    assert '"x"' in result.stdout
    assert result.stdout.endswith("1 accepted, 2 refused\n")


def test_a_file_with_only_bad_records_needs_no_broker(tmp_path: Path) -> None:
    result = runner.invoke(app, ["publish", write(tmp_path / "a.json", {"x": 1})])
    assert result.exit_code == 1
    assert "0 accepted, 1 refused" in result.stdout


def test_old_times_are_moved_to_now(fake_broker: FakeBroker, tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", report("a", 5_000_000), report("a", 5_300_000))
    before_us = time.time_ns() // 1000
    result = runner.invoke(app, ["publish", file])
    assert "moved to now, spacing kept" in result.stderr
    first, second = (one.time_of_validity_us for one in fake_broker.published)
    assert first >= before_us
    assert second - first == 300_000
    assert fake_broker.batch_sizes == [1, 1]


def test_old_times_can_be_kept(fake_broker: FakeBroker, tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", report("a", 5_000_000))
    result = runner.invoke(app, ["publish", file, "--keep-times"])
    assert result.exit_code == 0
    assert fake_broker.published[0].time_of_validity_us == 5_000_000
    assert "moved" not in result.stderr


def test_faster_than_recorded(fake_broker: FakeBroker, tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", report("a", 5_000_000), report("a", 105_000_000))
    assert runner.invoke(app, ["publish", file, "--speed", "1000"]).exit_code == 0
    first, second = (one.time_of_validity_us for one in fake_broker.published)
    assert second - first == 100_000


def test_an_exercise_broker_gets_marked_reports(fake_broker: FakeBroker, tmp_path: Path) -> None:
    fake_broker.space = SPACE_EXERCISE
    file = write(tmp_path / "a.jsonl", report("a"))
    result = runner.invoke(app, ["publish", file])
    assert "marked simulated" in result.stderr
    assert fake_broker.published[0].source == REPORT_SOURCE_SIMULATED
    runner.invoke(app, ["publish", file, "--not-simulated"])
    assert fake_broker.published[1].source == 0


def test_live_reports_are_marked_only_when_asked(fake_broker: FakeBroker, tmp_path: Path) -> None:
    file = write(tmp_path / "a.jsonl", report("a"))
    runner.invoke(app, ["publish", file])
    runner.invoke(app, ["publish", file, "--simulated"])
    assert [one.source for one in fake_broker.published] == [0, REPORT_SOURCE_SIMULATED]


@pytest.mark.usefixtures("fake_broker")
def test_standard_input_in_a_real_process(start_command: StartCommand) -> None:
    process = start_command("publish", "-")
    output, errors = process.communicate(json.dumps([report("a")]), timeout=PATIENCE_S)
    assert (process.returncode, output, errors) == (0, "1 accepted, 0 refused\n", "")


def test_csv_from_a_file(fake_broker: FakeBroker, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "source_track_id,time_of_validity_us,latitude_deg,longitude_deg,aircraft_class\n"
        f"d1,{time.time_ns() // 1000},51.5,-0.1,drone\n"
    )
    assert runner.invoke(app, ["publish", str(path)]).exit_code == 0
    assert fake_broker.published[0].description.aircraft_class == 1


def test_a_file_that_is_not_there() -> None:
    result = runner.invoke(app, ["publish", "/nonexistent/file.json"])
    assert result.exit_code == 1
    assert "cannot read /nonexistent/file.json: No such file" in result.stderr


def test_no_broker_is_3(tmp_path: Path, free_port: int) -> None:
    file = write(tmp_path / "a.jsonl", report("a"))
    result = runner.invoke(app, ["publish", file, "--target", f"127.0.0.1:{free_port}"])
    assert result.exit_code == 3


def test_an_unconfigured_publisher_is_refused(fake_broker: FakeBroker, tmp_path: Path) -> None:
    write_run_file(BrokerRecord(fake_broker.target, os.getpid(), "exercise"))
    file = write(tmp_path / "a.jsonl", report("a"))
    system = ["--system", "agencies/nobody/systems/x"]
    result = runner.invoke(app, ["publish", file, *system])
    assert result.exit_code == 1
    assert "agency is not configured" in result.stderr
