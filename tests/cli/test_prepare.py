"""A first start compiles: it says so, and Ctrl-C ends it there as anywhere."""

import signal
from pathlib import Path

import pytest

from broker.kernels import VARIABLE
from tests.cli.conftest import StartCommand
from tests.patience import PATIENCE_S


def test_a_first_start_says_that_it_compiles_and_ends_with_ctrl_c(
    start_command: StartCommand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    process = start_command("demo", "--grpc-port", "0")
    assert process.stderr is not None
    assert process.stderr.readline().startswith("Compiling the separation kernels")
    process.send_signal(signal.SIGINT)
    assert process.wait(PATIENCE_S) == 130
    assert process.stderr.read() == ""
