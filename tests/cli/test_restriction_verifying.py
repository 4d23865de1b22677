"""`keepclear restrictions verify`: offline, and never back to an older version."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from broker.cli.main import app
from broker.cli.proto_json import message_json
from broker.core.restrictions.register import RestrictionRegister
from broker.gateways.wire.signed import SignedRestrictions
from broker.service.signing import load_signer
from tests.core.restrictions.scenes import AGENCIES, NOW_US, draft

runner = CliRunner()


class Edge:
    """A folder with a broker's key and versions of one of its restrictions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.signer = load_signer(folder / "broker", exercise=False)
        self.key = folder / "key.json"
        self.key.write_text(self.signer.jwks)
        register = RestrictionRegister()
        self.first = register.create(draft(), NOW_US, AGENCIES)
        self.second = register.amend(draft(title="Larger"), NOW_US, AGENCIES)

    def file(self, version: int) -> str:
        message = SignedRestrictions(self.signer).message((self.first, self.second)[version - 1])
        path = self.folder / f"v{version}.json"
        path.write_text(json.dumps(message_json(message)))
        return str(path)

    def verify(self, version: int, *more: str) -> Result:
        arguments = ["restrictions", "verify", self.file(version), "--key", str(self.key), *more]
        return runner.invoke(app, arguments)


@pytest.fixture
def edge(tmp_path: Path) -> Edge:
    return Edge(tmp_path)


def test_an_older_version_is_refused_by_the_next_run_too(edge: Edge) -> None:
    # REQ-PUB-011: a validly signed older version does not pass at an edge that saw a newer one.
    assert edge.verify(1).exit_code == 0
    assert edge.verify(2).exit_code == 0
    assert edge.verify(2).exit_code == 0
    older = edge.verify(1)
    assert older.exit_code == 1
    assert "version 1 is older than 2" in " ".join(older.stderr.split())
    assert json.loads((edge.folder / "key.json.seen.json").read_text()) == {
        str(edge.first.draft.name): 2
    }


def test_what_does_not_verify_is_not_remembered(edge: Edge) -> None:
    # REQ-PUB-011
    path = Path(edge.file(2))
    path.write_text(path.read_text().replace("Larger", "Smaller"))
    arguments = ["restrictions", "verify", str(path), "--key", str(edge.key)]
    assert runner.invoke(app, arguments).exit_code == 1
    assert edge.verify(1).exit_code == 0


def test_the_memory_may_lie_elsewhere(edge: Edge) -> None:
    memory = edge.folder / "seen.json"
    assert edge.verify(2, "--seen", str(memory)).exit_code == 0
    assert edge.verify(1, "--seen", str(memory)).exit_code == 1
    assert edge.verify(1).exit_code == 0, "another memory"


@pytest.mark.parametrize("wrong", ["", "[]", '{"a": "2"}', '{"a": true}', "\udcff"])
def test_a_memory_that_cannot_be_read_is_no_empty_one(edge: Edge, wrong: str) -> None:
    # REQ-PUB-011
    (edge.folder / "key.json.seen.json").write_bytes(wrong.encode("utf-8", "surrogateescape"))
    result = edge.verify(2)
    assert result.exit_code == 1
    assert "remembers the newest versions" in " ".join(result.stderr.split())


def test_a_memory_that_cannot_be_written_is_said(edge: Edge) -> None:
    result = edge.verify(2, "--seen", str(edge.folder / "nowhere" / "seen.json"))
    assert result.exit_code == 1
    assert "an older version would pass next time" in " ".join(result.stderr.split())
