"""The page on identities: its commands run as they stand, against a broker that checks them."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.docs.demonstration import wait_until_serving
from tests.docs.walkthrough import blocks_of, environment_of, run_blocks, shell_of
from tests.patience import PATIENCE_S
from tests.ports import unused_port

pytestmark = pytest.mark.system


@contextmanager
def serving(block: str, folder: Path) -> Iterator[str]:
    """The block's broker, on ports of its own; it ends with the `with`."""
    environment = environment_of(
        XDG_RUNTIME_DIR=str(folder),
        KEEPCLEAR_GRPC_PORT="0",
        KEEPCLEAR_METRICS_PORT="0",
        KEEPCLEAR_MQTT_PORT=str(unused_port()),
    )
    log = folder / "serve.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            shell_of(block),
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield wait_until_serving(process, folder / "keepclear" / "broker.json", log).grpc_target
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(PATIENCE_S)


async def test_the_commands_run_as_they_stand(tmp_path: Path) -> None:
    # REQ-SEC-001, REQ-SEC-011
    enrolled, served, *used = blocks_of("identity.md")
    assert len(used) == 2
    [listed] = await run_blocks([enrolled], tmp_path, "")
    assert "\nmet/desk  enrolled  desk, publisher\n  certificate " in listed
    with serving(served, tmp_path) as address:
        agreed, denied = await run_blocks(used, tmp_path, address)
    assert agreed.count("agencies/lfb/restrictions/road") == 2
    assert "Fire, Mill Road" in agreed.partition("agencies/met/roles/desk")[2]
    assert "a desk may not" in denied
    assert "agencies/lfb/systems/manager is revoked" in denied
