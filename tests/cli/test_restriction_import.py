"""`keepclear restrictions import` and `export`: rows, summaries, and what a dry run does not do."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from adapters.geozones import sources
from adapters.geozones.mirror import mirror
from broker.cli.main import app
from broker.cli.restriction_export import ExportFormat, encode
from tests.adapters.geozones import documents

runner = CliRunner()


def run(*arguments: str) -> Result:
    return runner.invoke(app, ["restrictions", "import", "--dry-run", "--whenever", *arguments])


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    """Two NOTAMs and a coarse one, an ED-269 file, and one that is neither."""
    written = {
        "notams.txt": documents.notam()
        + documents.notam(reference="J0002/26", text="SEE AIP")
        + documents.notam(reference="J0003/26", subject="MXLC"),
        "zones.json": b"\xef\xbb\xbf" + documents.ed269(),
        "letter.txt": b"Dear all",
    }
    for name, data in written.items():
        (tmp_path / name).write_bytes(data)
    return {name: str(tmp_path / name) for name in written}


def test_a_row_for_each_item_and_a_summary_without_any_broker(files: dict[str, str]) -> None:
    result = run(files["notams.txt"], files["zones.json"])
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines if line[:1].strip()][:3] == [
        "accepted",
        "approximated",
        "refused",
    ]
    assert "1 accepted, 1 approximated (1 of them unread), 1 refused" in result.stdout
    assert "coarser: area not read" in result.stdout
    assert "not a restriction of airspace: Q code MXLC" in result.stdout
    assert "the file departs: begins with a byte order mark" in result.stdout


def test_json_for_machines(files: dict[str, str]) -> None:
    result = run("--json", files["notams.txt"])
    first, second, third, summary = map(json.loads, result.stdout.splitlines())
    assert first["restriction"] == "agencies/met/restrictions/notam-j0001-26"
    assert second["unread"]
    assert third["reason"] == "not a restriction of airspace"
    assert (summary["items"], summary["accepted"], summary["refused"]) == (3, 1, 1)


def test_a_file_that_is_of_no_format_is_refused_and_the_others_are_read(
    files: dict[str, str],
) -> None:
    result = run(files["letter.txt"], files["zones.json"])
    assert result.exit_code == 1
    assert "letter.txt: refused: none of the formats" in result.stdout
    assert "1 accepted" in result.stdout


def test_what_is_over_is_refused_unless_asked_otherwise(files: dict[str, str]) -> None:
    result = runner.invoke(app, ["restrictions", "import", "--dry-run", files["notams.txt"]])
    assert result.exit_code == 0
    assert "over before now" in result.stdout


@pytest.mark.parametrize(
    "wrong",
    [["--whenever"], ["--dry-run", "--source", "Not An Id"], ["--dry-run", "--format", "x"]],
)
def test_a_wrong_command_line_is_said(files: dict[str, str], wrong: list[str]) -> None:
    result = runner.invoke(app, ["restrictions", "import", *wrong, files["notams.txt"]])
    assert result.exit_code == 2


@pytest.mark.parametrize("format_name", list(ExportFormat))
def test_every_export_writes_a_document(format_name: ExportFormat) -> None:
    restrictions = mirror(sources.decode(documents.notam()), "caa", "pond").restrictions
    exported = encode(format_name, list(restrictions), "GBR", 0)
    assert b"AREA ACTIVE" in exported.data
