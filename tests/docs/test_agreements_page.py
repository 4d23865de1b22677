"""The walk-through's commands run as they stand, in order."""

from pathlib import Path

import pytest

from tests.docs.walkthrough import blocks_of, run_blocks
from tests.system.live import live

pytestmark = pytest.mark.system


async def test_the_walk_through_runs_as_it_stands(tmp_path: Path) -> None:
    # REQ-AGR-011
    blocks = blocks_of("agreements.md")
    assert len(blocks) == 4
    async with live(tmp_path / "data") as one:
        proposed, signed, amended, ended = await run_blocks(blocks, tmp_path, one.address)
    assert "not signed yet by lfb" in proposed
    assert "Nobody launches before" in signed
    assert signed.rstrip().endswith("version 1: IN FORCE")
    assert "version 2: proposed" in amended
    assert "IN FORCE" in amended
    assert "Ended by met (Inspector, duty)" in ended
    assert "no staff at the desk tonight" in ended
