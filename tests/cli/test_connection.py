"""Finding a broker: without options, and in words when there is none."""

import os
import socket

import grpc
import pytest
from typer.testing import CliRunner

from broker.cli import connection
from broker.cli.connection import refused
from broker.cli.discovery import BrokerRecord, write_run_file
from broker.cli.main import app
from keepclear.client import RefusedError
from tests.cli.conftest import FakeBroker

runner = CliRunner()

COMMANDS = [
    ["watch", "--for", "1"],
    ["alerts", "list"],
    ["alerts", "ack", "x", "--by", "Desk"],
    ["restrictions", "list"],
    ["restrictions", "withdraw", "x"],
]


@pytest.mark.parametrize("command", COMMANDS)
def test_no_broker_is_3_with_the_next_step(
    command: list[str], free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "DEFAULT_TARGET", f"127.0.0.1:{free_port}")
    result = runner.invoke(app, command)
    assert result.exit_code == 3
    assert f"no broker answers at 127.0.0.1:{free_port}" in result.stderr
    assert "start one with `keepclear demo`" in result.stderr


def test_a_wrong_target_is_named(free_port: int) -> None:
    result = runner.invoke(app, ["alerts", "list", "--target", f"127.0.0.1:{free_port}"])
    assert result.exit_code == 3
    assert "check --target" in result.stderr


def test_something_that_does_not_speak_grpc_is_no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "PROBE_LIMIT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        target = f"127.0.0.1:{server.getsockname()[1]}"
        result = runner.invoke(app, ["alerts", "list", "--target", target])
    assert result.exit_code == 3


def test_a_target_that_is_no_address_is_a_usage_error() -> None:
    result = runner.invoke(app, ["alerts", "list", "--target", "here"])
    assert result.exit_code == 2
    assert "is not an address: write host:port" in " ".join(result.stderr.split())


def test_the_run_file_leads_to_a_broker(
    fake_broker: FakeBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KEEPCLEAR_TARGET")
    write_run_file(BrokerRecord(fake_broker.target, os.getpid(), "live"))
    assert runner.invoke(app, ["alerts", "list"]).exit_code == 0


@pytest.mark.usefixtures("fake_broker")
def test_an_agency_that_is_not_configured_is_told_who_it_spoke_as() -> None:
    system = "agencies/nobody/systems/cli"
    result = runner.invoke(app, ["alerts", "list", "--system", system])
    assert result.exit_code == 1
    assert "agency is not configured" in result.stderr
    assert f"you speak as {system}" in result.stderr


def test_a_denial_names_its_rule_and_does_not_blame_the_option_of_who_has_a_certificate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # REQ-SEC-011
    denial = RefusedError(grpc.StatusCode.PERMISSION_DENIED, "may not", rule="manager-sets-own")
    assert "by the rule manager-sets-own" in str(refused(denial, "agencies/met/systems/cli"))
    monkeypatch.setattr("broker.cli.connection.credentials", object)
    assert "agencies/met/systems/cli" not in refused(denial, "agencies/met/systems/cli").next_step


def test_a_system_that_is_no_name_is_a_usage_error() -> None:
    result = runner.invoke(app, ["alerts", "list", "--system", "met"])
    assert result.exit_code == 2
    assert "must read" in result.stderr


def test_identity_comes_from_the_environment(
    fake_broker: FakeBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEEPCLEAR_SYSTEM", "agencies/lfb/systems/desk")
    assert runner.invoke(app, ["alerts", "list"]).exit_code == 0
    assert fake_broker.systems == ["agencies/lfb/systems/desk"]
