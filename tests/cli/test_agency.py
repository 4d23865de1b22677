"""`keepclear agency` from enrolment to revocation, as an operator and a partner type it."""

import json
from pathlib import Path

import pytest
from cryptography import x509
from typer.testing import CliRunner

from broker.cli.main import app

runner = CliRunner()


@pytest.fixture
def identities(tmp_path: Path) -> Path:
    folder = tmp_path / "identities"
    done = run("init", "--host", "127.0.0.1", "--identities", str(folder))
    assert done[0] == 0
    return folder


def run(*arguments: str) -> tuple[int, str]:
    done = runner.invoke(app, ["agency", *arguments])
    return done.exit_code, done.output


def test_the_whole_way(identities: Path, tmp_path: Path) -> None:
    at = ("--identities", str(identities))
    mine = tmp_path / "mine"
    assert run("request", "met/dispatch", "--out", str(mine))[0] == 0
    certificate = mine / "certificate.pem"
    options = ("--request", str(mine / "request.pem"), "--out", str(certificate))
    code, text = run("add", "met/dispatch", "--role", "publisher", "--role", "desk", *options, *at)
    assert (code, "desk, publisher" in text) == (0, True)
    first = x509.load_pem_x509_certificate(certificate.read_bytes()).serial_number
    assert run("rotate", "agencies/met/systems/dispatch", *options, "--days", "1", *at)[0] == 0
    second = x509.load_pem_x509_certificate(certificate.read_bytes()).serial_number
    code, text = run("list", "--json", *at)
    (shown,) = (json.loads(line) for line in text.splitlines())
    assert shown["system"] == "agencies/met/systems/dispatch"
    assert [one["serial"] for one in shown["certificates"]] == [f"{first:x}", f"{second:x}"]
    assert run("revoke", "--serial", f"{first:x}", *at)[0] == 0
    listed = run("list", *at)[1]
    assert f"certificate {first:x}  REVOKED\n" in listed
    assert f"certificate {second:x}  until 2" in listed
    assert run("revoke", "met", *at) == (0, "agencies/met/systems/dispatch is revoked.\n")
    assert json.loads(run("list", "--json", *at)[1])["revoked"]


def test_without_out_the_certificate_is_printed(identities: Path, tmp_path: Path) -> None:
    run("request", "met/dispatch", "--out", str(tmp_path / "mine"))
    request = str(tmp_path / "mine" / "request.pem")
    at = ("--identities", str(identities))
    code, text = run("add", "met/dispatch", "--role", "desk", "--request", request, *at)
    assert code == 0
    assert "-----BEGIN CERTIFICATE-----" in text


def test_the_servers_own_certificate_is_rotated(identities: Path) -> None:
    before = (identities / "server.pem").read_bytes()
    assert run("rotate", "server", "--identities", str(identities))[0] == 0
    assert (identities / "server.pem").read_bytes() != before


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    for words in (("list",), ("revoke", "met/x"), ("rotate", "server")):
        code, text = run(*words, "--identities", str(tmp_path / "nowhere"))
        assert code == 2
        assert "does not exist" in " ".join(text.split())


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (("add", "met", "--role", "desk"), 2, "AGENCY/SYSTEM"),
        (("add", "met/x", "--role", "chief"), 2, "chief"),
        (("add", "met/x", "--role", "air-traffic-control"), 1, "zone"),
        (("add", "keepclear/broker", "--role", "desk"), 1, "own name"),
        (("add", "met/x", "--role", "desk", "--request", "/nowhere"), 1, "cannot be read"),
        (("rotate", "met/x"), 1, "--request"),
        (("revoke",), 1, "AGENCY/SYSTEM"),
        (("revoke", "met/x"), 1, "not enrolled"),
        (("revoke", "met"), 1, "no system"),
        (("revoke", "--serial", "xyz"), 1, "serial"),
        (("revoke", "--serial", "ff"), 1, "not given out here"),
        (("init", "--host", "127.0.0.1"), 1, "already"),
    ],
)
def test_mistakes_are_told(
    identities: Path, arguments: tuple[str, ...], code: int, word: str
) -> None:
    found, text = run(*arguments, "--identities", str(identities))
    assert (found, word in text) == (code, True), text
