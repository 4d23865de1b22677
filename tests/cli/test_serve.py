"""What `keepclear serve` says of settings it cannot serve with; nothing is started."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from typer.testing import CliRunner

from broker.cli.main import app


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """The command sends logs to the runner's own output, which is closed after it."""
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('spcae = "live"\n', "spcae: there is no such setting"),
        ('space = "live\n', "is not TOML: Illegal character"),
        ('space = "moon"\n', "space: "),
        ('host = "0.0.0.0"\n', "refused. host: 0.0.0.0 is not a loopback address"),
        ('mqtt = "mqtt://10.0.0.1"\n', "refused. mqtt: mqtt://10.0.0.1 is another machine"),
    ],
)
def test_a_configuration_with_a_mistake_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "keepclear.toml"
    path.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["serve", "--config", str(path)])
    assert result.exit_code == 1
    assert words in result.stderr
    assert "unexpected error" not in result.stderr


def test_bytes_that_are_no_text_are_no_configuration(tmp_path: Path) -> None:
    path = tmp_path / "keepclear.toml"
    path.write_bytes(b"\xff\xfe")
    result = CliRunner().invoke(app, ["serve", "--config", str(path)])
    assert result.exit_code == 1
    assert "is not TOML" in result.stderr


def test_a_data_folder_that_cannot_be_made_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broker.cli.serving.make_ready", lambda _policy: None)
    file = tmp_path / "file"
    file.touch()
    result = CliRunner().invoke(app, ["serve", "--data-dir", str(file / "log")])
    assert result.exit_code == 1
    assert f"The data folder {file / 'log'} cannot be made: Not a directory" in result.stderr
    assert "another --data-dir" in result.stderr
