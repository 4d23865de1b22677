"""`keepclear restrictions ask`: the answer of a real broker, in the words that a person reads."""

import json

import pytest
from typer.testing import CliRunner, Result

from broker.cli.main import app

pytestmark = [pytest.mark.system, pytest.mark.usefixtures("real_broker")]
runner = CliRunner()
FIRE = "51.5,-0.12"
FAR = "51.7,-0.5"
SQUARE = "51.49,-0.13 51.49,-0.11 51.51,-0.11 51.51,-0.13"


def restrictions(*words: str) -> Result:
    return runner.invoke(app, ["restrictions", *words])


@pytest.fixture(autouse=True, scope="module")
def fire(running_broker: str) -> None:
    """The fire brigade asks drones to keep clear, up to 100 m; the police are exempt."""
    done = restrictions(
        "add", "--name", "fire", "--title", "Fire in Mill Road", "--reason", "smoke",
        "--circle", f"{FIRE},500", "--ceiling", "100m-amsl", "--applies-to", "drones",
        "--exempt", "met", "--contact", "TG FIRE-1", "--for", "2h",
        "--system", "agencies/lfb/systems/office", "--target", running_broker,
    )  # fmt: skip
    assert done.exit_code == 0, done.output


def ask(*words: str, agency: str = "las") -> Result:
    return restrictions("ask", *words, "--system", f"agencies/{agency}/systems/desk")


def test_who_objects_is_named_with_the_rule_and_whom_to_ask() -> None:
    # REQ-RES-040
    done = ask("--at", f"{FIRE},50")
    assert done.exit_code == 0, done.output
    first, *rest = done.stdout.splitlines()
    assert "objection" in first.lower()
    assert "Fire in Mill Road (version 1)" in done.stdout
    assert "TG FIRE-1" in done.stdout
    assert len(rest) >= 3
    for word in ("cleared", "permitted", "safe ", "no traffic"):
        assert word not in done.stdout.lower()


@pytest.mark.parametrize(
    "words",
    [
        ("--at", f"{FIRE},50"),
        ("--at", "51.506,-0.12,300"),
        ("--along", "51.48,-0.12 51.52,-0.12"),
        ("--within", SQUARE),
        ("--at", f"{FIRE},50", "--lowest", "90m-amsl", "--highest", "120m-amsl"),
        ("--at", f"{FIRE},50", "--aircraft", "any"),
    ],
)
def test_every_kind_of_place_meets_it(words: tuple[str, ...]) -> None:
    # REQ-RES-041
    assert "Fire in Mill Road" in ask(*words).stdout


@pytest.mark.parametrize(
    "words",
    [
        ("--at", f"{FAR},50"),
        ("--along", "51.7,-0.5 51.7,-0.4"),
        ("--along", "51.508,-0.2 51.508,0.0"),
        ("--at", f"{FIRE},50", "--lowest", "110m-amsl", "--highest", "120m-amsl"),
        ("--at", f"{FIRE},50", "--aircraft", "helicopter"),
        ("--within", SQUARE, "--lowest", "110m-amsl", "--highest", "120m-amsl"),
    ],
)
def test_what_it_does_not_bear_on_is_not_named(words: tuple[str, ...]) -> None:
    # REQ-RES-041
    done = ask(*words)
    assert done.exit_code == 0, done.output
    assert "no known objection" in done.stdout.lower()
    assert "Mill Road" not in done.stdout


def test_the_width_of_a_path_counts() -> None:
    beside = ("--along", "51.508,-0.2 51.508,0.0")
    assert "Mill Road" not in ask(*beside, "--width-m", "100").stdout
    assert "Mill Road" in ask(*beside, "--width-m", "600").stdout


def test_an_exemption_is_the_askers_own() -> None:
    # REQ-RES-042
    done = ask("--at", f"{FIRE},50", agency="met")
    assert "met is exempt" in done.stdout
    assert "no known objection" in done.stdout.lower()


def test_as_json_it_is_the_message() -> None:
    [answer] = json.loads(ask("--at", f"{FIRE},50", "--json").stdout)["answers"]
    [finding] = answer["findings"]
    assert finding["title"] == "Fire in Mill Road"
    assert finding["restriction_version"] == 1


@pytest.mark.parametrize(
    ("words", "word"),
    [
        ((), "one of --at, --along and --within"),
        (("--at", f"{FIRE},50", "--within", SQUARE), "one of --at, --along and --within"),
        (("--at", "0,0"), "--at"),
        (("--at", f"{FIRE},50", "--aircraft", "balloon"), "drone, helicopter, any"),
        (("--at", f"{FIRE},50", "--lowest", "90m"), "--lowest"),
        (("--at", f"{FIRE},50", "--for", "-1m"), "--for"),
    ],
)
def test_what_cannot_be_asked_is_said_by_option(words: tuple[str, ...], word: str) -> None:
    done = ask(*words)
    assert done.exit_code == 2
    assert word in done.output


def test_a_question_that_the_broker_refuses_is_no_answer() -> None:
    # REQ-INPUT-001
    done = ask("--at", f"{FIRE},50", "--for", "1000h", "--from", "2099-01-01T00:00Z")
    assert done.exit_code == 1
    assert "start_us" in done.output
    assert "no known objection" not in done.output.lower()
