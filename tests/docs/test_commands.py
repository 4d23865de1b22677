"""Every command that a page names exists, and so does every option it is given there."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from broker.cli.main import PARTS, app
from tests.conftest import REPOSITORY
from tests.docs.test_pages import PAGES

BLOCK = re.compile(r"^```\w*\n(.*?)^```$|^((?:    .*\n)+)", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`(keepclear [^`]+)`")
ENDS = ("|", "#", ">", "<", "&", "&&", ";", ")")
"""Where the words of a command end on its line."""


def commands_of(text: str) -> Iterator[list[str]]:
    """The words after `keepclear`, of every command in a block or in a line of text."""
    for fenced, indented in BLOCK.findall(text):
        lines = re.sub(r"\\\n\s*", "", fenced or indented).splitlines()
        for line in lines:
            found = re.match(r"\s*(?:\w+=\S* )*(?:\S*/)?keepclear (.*)", line)
            if found:
                yield words_of(found[1])
    for span in SPAN.findall(text):
        yield words_of(span.removeprefix("keepclear "))


def words_of(line: str) -> list[str]:
    """What a shell would give the command."""
    words = shlex.split(line, comments=True)
    end = next((place for place, word in enumerate(words) if word in ENDS), len(words))
    return words[:end]


def faults(words: list[str]) -> Iterator[str]:
    """What of a command's words `keepclear` does not know."""
    command: Any = get_command(app)
    options = [word.partition("=")[0] for word in words if word.startswith("--")]
    names = [word for word in words if not word.startswith("-")]
    while hasattr(command, "commands") and names:
        alternatives = names.pop(0).split("|")
        if not re.fullmatch(r"[a-z-]+", alternatives[0]):
            return  # a placeholder: `keepclear COMMAND`
        found = [command.get_command(None, name) for name in alternatives]
        if None in found:
            yield f"no command {'|'.join(alternatives)}"
            return
        command = found[0]
    known = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    yield from (one for one in options if one not in {*known, "--help"})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_and_their_options_exist(page: Path) -> None:
    found = {
        " ".join(words): unknown
        for words in commands_of(page.read_text("utf-8"))
        if (unknown := list(faults(words)))
    }
    assert found == {}


PAGE = """
```sh
A=1 .venv/bin/keepclear watch \\
    --json | head
```

    keepclear alerts list  # what stands

See `keepclear sharing set MET-07`.
"""


def test_every_part_is_on_the_page_of_commands() -> None:
    page = (REPOSITORY / "docs" / "cli.md").read_text("utf-8")
    named = {words[0] for words in commands_of(page)}
    assert set(PARTS) - named == set()


def test_commands_are_found_in_blocks_and_in_text() -> None:
    found = [" ".join(words) for words in commands_of(PAGE)]
    assert found == ["watch --json", "alerts list", "sharing set MET-07"]


def test_an_unknown_command_or_option_is_a_fault() -> None:
    assert list(faults(["watch", "--jason"])) == ["--jason"]
    assert list(faults(["alerts", "show"])) == ["no command show"]
    assert list(faults(["agency", "init|forget"])) == ["no command init|forget"]
    assert list(faults(["restrictions", "add", "--name=x"])) == []
