"""Running a page's commands as they stand."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.patience import PATIENCE_S

COMMAND = f'keepclear() {{ "{sys.executable}" -c "from broker.cli.main import run; run()" "$@"; }}'


def blocks_of(page: str) -> list[str]:
    """The page's blocks of commands."""
    text = (REPOSITORY / "docs" / page).read_text(encoding="utf-8")
    return re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def environment_of(**given: str) -> dict[str, str]:
    """What a block's commands find."""
    return {**os.environ, "PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'proto'}", **given}


def shell_of(block: str) -> list[str]:
    """What runs a block as it stands, up to the first command that fails."""
    return ["sh", "-eu", "-c", f"{COMMAND}\n{block}"]


async def run_blocks(blocks: list[str], folder: Path, address: str, **given: str) -> list[str]:
    """What each block printed, one after the other in one folder."""
    environment = environment_of(KEEPCLEAR_TARGET=address, **given)
    printed = []
    for block in blocks:
        done = await asyncio.to_thread(
            subprocess.run,
            shell_of(block),
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        printed.append(done.stdout)
    return printed
