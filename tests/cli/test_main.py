"""How commands end: exit codes, words instead of tracebacks, and a quiet Ctrl-C."""

import signal
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from broker.cli import main
from broker.cli.groups import SENTENCE_CHARACTERS_MAX
from broker.cli.main import app
from broker.cli.problems import ExitCode, Problem
from tests.cli.conftest import StartCommand
from tests.patience import PATIENCE_S

runner = CliRunner()


def failing_app(error: BaseException) -> typer.Typer:
    failing = typer.Typer(cls=main.Commands, pretty_exceptions_enable=False)
    failing.callback()(main.options)

    @failing.command()
    def fail() -> None:
        raise error

    return failing


def test_help_names_every_command_and_exit_code() -> None:
    text = runner.invoke(app, ["--help"]).output
    commands = ("serve", "demo", "watch", "publish", "replay", "doctor", "restrictions", "alerts")
    for name in commands:
        assert name in text
        assert runner.invoke(app, [name, "--help"]).exit_code == 0
    for words in ("0 done", "1 refused", "2 wrong", "3 no", "130 interrupted"):
        assert words in " ".join(text.split())


GROUPS = (
    "restrictions", "alerts", "aircraft", "sharing", "agreement", "adapters", "agency", "bench",
    "separation",
)  # fmt: skip


@pytest.mark.parametrize("command", [[], *([group] for group in GROUPS)], ids=str)
def test_no_sentence_of_a_list_is_cut_off(command: list[str]) -> None:
    text = runner.invoke(app, [*command, "--help"], terminal_width=80).output
    _, _, listed = text.partition("Commands:")
    assert listed
    assert "..." not in listed
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("name", main.PARTS)
def test_each_part_is_listed_by_its_own_first_sentence(name: str) -> None:
    part = main.PARTS[name]
    assert part.loaded(name).get_short_help_str(SENTENCE_CHARACTERS_MAX) == part.sentence


LIGHT = (["--help"], ["--version"], *([name, "--help"] for name in ("serve", "demo", "bench")))


@pytest.mark.parametrize("words", LIGHT, ids=" ".join)
def test_nothing_heavy_is_loaded_before_a_command_is_called(words: list[str]) -> None:
    program = (
        "import sys\n"
        "from typer.testing import CliRunner\n"
        "from broker.cli.main import app\n"
        f"assert CliRunner().invoke(app, {words!r}).exit_code == 0\n"
        "print(*sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    heavy = {"numpy", "numba", "grpc", "shapely", "httpx", "cryptography"}
    assert heavy.isdisjoint(said.stdout.decode().split())


def test_a_mistyped_command_is_told_of_those_that_are_like_it() -> None:
    said = runner.invoke(app, ["serv"])
    assert said.exit_code == ExitCode.USAGE
    assert "serve" in said.output


def test_the_version_is_said() -> None:
    result = runner.invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.stdout.startswith("keepclear 0.")


@pytest.mark.parametrize("command", [["watch"], ["restrictions", "add"], ["alerts", "ack"]])
def test_commands_document_their_exit_codes(command: list[str]) -> None:
    assert "Exit codes: 0 done" in runner.invoke(app, [*command, "--help"]).output


def test_a_problem_is_words_and_its_code() -> None:
    error = Problem("it is broken", "mend it", ExitCode.UNREACHABLE)
    result = runner.invoke(failing_app(error), ["fail"])
    assert result.exit_code == 3
    assert result.stderr == "keepclear: it is broken\nNext: mend it.\n"


def test_a_next_step_ends_with_one_full_stop() -> None:
    result = runner.invoke(failing_app(Problem("It is broken.", "Mend it.")), ["fail"])
    assert result.exit_code == 1
    assert result.stderr == "keepclear: It is broken.\nNext: Mend it.\n"


def test_an_unknown_error_says_how_to_report_it() -> None:
    result = runner.invoke(failing_app(RuntimeError("boom")), ["fail"])
    assert result.exit_code == 1
    assert "unexpected error: RuntimeError: boom" in result.stderr
    assert "keepclear --debug" in result.stderr
    assert "Traceback" not in result.output


def test_debug_lets_the_error_through() -> None:
    result = runner.invoke(failing_app(RuntimeError("boom")), ["--debug", "fail"])
    assert isinstance(result.exception, RuntimeError)


def test_interruption_is_quiet() -> None:
    result = runner.invoke(failing_app(KeyboardInterrupt()), ["fail"])
    assert result.exit_code == 130
    assert result.output == ""


def test_a_wrong_command_line_is_2() -> None:
    for arguments in (["nothing"], ["watch", "--nothing"], ["alerts", "ack"]):
        assert runner.invoke(app, arguments).exit_code == 2


@pytest.mark.usefixtures("fake_broker")
def test_ctrl_c_on_a_live_command_is_quiet(start_command: StartCommand) -> None:
    process = start_command("watch", "--json")
    assert process.stdout is not None
    assert process.stdout.readline().startswith('{"snapshot_begin"')
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert errors == ""


@pytest.mark.usefixtures("fake_broker")
def test_a_reader_that_goes_away_is_no_error(start_command: StartCommand) -> None:
    process = start_command("watch", "--json")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    process.stdout = None
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert errors == ""
