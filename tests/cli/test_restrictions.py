"""`keepclear restrictions`: what is asked for, what is shown, what is refused."""

import json
import time

import pytest
from typer.testing import CliRunner, Result

from broker.cli.main import app
from broker.cli.restrictions import full_name, window
from keepclear.v1 import restrictions_pb2 as pb
from keepclear.v1 import volumes_pb2
from tests.cli.conftest import FakeBroker, StartCommand
from tests.patience import PATIENCE_S

runner = CliRunner()
NAME = "agencies/met/restrictions/fire-road"
BASE = [
    "restrictions",
    "add",
    "--name",
    "fire-road",
    "--title",
    "Fire",
    "--reason",
    "drill",
    "--applies-to",
    "drones",
    "--contact",
    "TG-1",
]
CIRCLE = ["--circle", "51.5,-0.12,500"]
ADD = [*BASE, "--ceiling", "400ft-agl", *CIRCLE, "--for", "30m"]


def add(*more: str) -> Result:
    return runner.invoke(app, [*ADD, *more])


def test_add_sends_what_was_asked_and_prints_the_resource(fake_broker: FakeBroker) -> None:
    before_us = time.time_ns() // 1000
    result = add("--reason", "smoke", "--exempt", "lfb", "--exempt", "las", "--contact", "TG-9")
    assert result.exit_code == 0, result.output
    made = fake_broker.restrictions[NAME]
    volume = made.volumes[0]
    assert volume.circle.radius_m == 500
    assert volume.floor.datum == volumes_pb2.LIMIT_DATUM_SURFACE
    assert volume.ceiling.datum == volumes_pb2.LIMIT_DATUM_AGL
    assert volume.ceiling.value_m == pytest.approx(121.92)
    assert made.applies_to == pb.APPLIES_TO_DRONES
    assert list(made.exempt_agencies) == ["lfb", "las"]
    assert made.windows[0].start_us >= before_us
    assert made.windows[0].end_us - made.windows[0].start_us == 1_800_000_000
    for words in (NAME, "active", "version", "etag-1", "TG-9", "smoke", "lfb, las"):
        assert words in result.stdout
    assert "coarser    ceiling above ground" in result.stdout


@pytest.mark.usefixtures("fake_broker")
def test_add_as_json() -> None:
    values = json.loads(add("--json").stdout)
    assert values["name"] == NAME
    assert isinstance(values["windows"][0]["start_us"], int)
    assert values["approximated"] is True


def test_a_polygon_between_two_times(fake_broker: FakeBroker) -> None:
    polygon = ["--polygon", "51.5,-0.1 51.6,-0.1 51.6,0.0", "--floor", "100m amsl"]
    times = ["--from", "2090-03-01T14:00Z", "--until", "2090-03-01T16:00+00:00"]
    result = runner.invoke(app, [*BASE, "--ceiling", "unlimited", *polygon, *times])
    assert result.exit_code == 0, result.output
    made = fake_broker.restrictions[NAME]
    assert len(made.volumes[0].polygon.vertices) == 3
    assert made.volumes[0].floor.value_m == 100
    assert made.windows[0].end_us - made.windows[0].start_us == 7_200_000_000
    assert "2090-03-01 14:00:00Z to 2090-03-01 16:00:00Z" in result.stdout


@pytest.mark.usefixtures("fake_broker")
def test_a_refusal_names_the_field() -> None:
    result = runner.invoke(app, [*ADD, "--title", "bad"])
    assert result.exit_code == 1
    assert "refused: " in result.stderr
    assert "restriction.title: is not a title" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*BASE, "--ceiling", "400ft", *CIRCLE, "--for", "1h"], "value with unit and datum"),
        ([*BASE, "--ceiling", "unlimited", *CIRCLE], "either --for or --until"),
        ([*ADD, "--until", "2090-01-01T00:00Z"], "either --for or --until"),
        ([*ADD, "--polygon", "1,1 2,2 3,1"], "either --circle or --polygon"),
        ([*BASE, "--ceiling", "unlimited", "--for", "1h"], "either --circle or --polygon"),
        ([*ADD, "--from", "14:00"], "is not a time"),
        ([*ADD, "--from", "2026-06-01T14:00"], "names no time zone"),
        ([*ADD, "--name", "Fire Road"], "a-z, 0-9"),
        ([*ADD, "--name", "met/fire"], "agencies/{agency}/restrictions/{restriction}"),
        ([*ADD, "--applies-to", "birds"], "drones"),
        (
            [*BASE, "--ceiling", "unlimited", *CIRCLE, "--until", "2001-01-01T00:00Z"],
            "must end after it starts",
        ),
    ],
)
def test_wrong_command_lines_are_2(arguments: list[str], words: str) -> None:
    result = runner.invoke(app, arguments)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.split())


@pytest.mark.usefixtures("fake_broker")
def test_list() -> None:
    assert "No restriction" in runner.invoke(app, ["restrictions", "list"]).stdout
    add()
    table = runner.invoke(app, ["restrictions", "list"])
    assert table.exit_code == 0
    for words in ("fire-road", "active", "etag-1", "400 ft above", "coarser"):
        assert words in table.stdout
    line = runner.invoke(app, ["restrictions", "list", "--json"]).stdout
    assert json.loads(line)["version"] == 1


@pytest.mark.parametrize("name", ["fire-road", NAME])
@pytest.mark.usefixtures("fake_broker")
def test_withdraw_by_short_or_full_name(name: str) -> None:
    add()
    result = runner.invoke(app, ["restrictions", "withdraw", name, "--etag", "etag-1"])
    assert result.exit_code == 0
    assert "withdrawn" in result.stdout


@pytest.mark.usefixtures("fake_broker")
def test_withdraw_an_old_version_or_nothing() -> None:
    add()
    result = runner.invoke(app, ["restrictions", "withdraw", "fire-road", "--etag", "old"])
    assert result.exit_code == 1
    assert "list it again for the current etag" in result.stderr
    result = runner.invoke(app, ["restrictions", "withdraw", "nothing"])
    assert result.exit_code == 1
    assert "no restriction agencies/met/restrictions/nothing" in result.stderr


@pytest.mark.usefixtures("fake_broker")
def test_in_a_real_process(start_command: StartCommand) -> None:
    process = start_command(*ADD, "--json")
    output, errors = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, errors) == (0, "")
    assert json.loads(output)["name"] == NAME


def test_names_belong_to_the_callers_agency() -> None:
    assert full_name("a", "agencies/lfb/systems/x") == "agencies/lfb/restrictions/a"
    assert full_name(NAME, "agencies/lfb/systems/x") == NAME


def test_windows_start_now_unless_said() -> None:
    made = window("now", 60, None, 1_000_000)
    assert (made.start_us, made.end_us) == (1_000_000, 61_000_000)
