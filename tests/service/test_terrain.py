"""Terrain grids: from a file that was dropped in to the grid that a digest names."""

from pathlib import Path

import numpy as np
import pytest

from broker.core.errors import Refused
from broker.core.geodesy.ground import DegreeBox, GroundUnder
from broker.journal.errors import JournalMismatch
from broker.service.terrain import TERRAIN_FOLDER, TerrainFiles, read_grid

CORNER = """ncols 3
nrows 2
xllcorner -0.2
yllcorner 51.4
cellsize 0.1
NODATA_value -9999
30 40.5 -9999
10 20 25
"""
CENTRE = CORNER.replace("xllcorner -0.2", "xllcenter -0.15").replace(
    "yllcorner 51.4", "yllcenter 51.45"
)


@pytest.mark.parametrize("said", [CORNER, CENTRE, CORNER.replace("\n", "\r\n"), CORNER.upper()])
def test_a_grid_is_read_with_its_north_first_and_its_holes(said: str) -> None:
    grid = read_grid(said.encode())
    assert (grid.south_deg, grid.west_deg, grid.step_deg) == pytest.approx((51.45, -0.15, 0.1))
    assert grid.altitude_amsl_m[0].tolist() == [10.0, 20.0, 25.0]
    assert grid.altitude_amsl_m[1, :2].tolist() == [30.0, 40.5]
    assert np.isnan(grid.altitude_amsl_m[1, 2])


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"\x00\xff\n1 2 3",
        CORNER.replace("ncols 3", "").encode(),
        CORNER.replace("cellsize 0.1", "cellsize nan").encode(),
        CORNER.replace("xllcorner -0.2", "").encode(),
        CORNER.replace("nrows 2", "nrows 9").encode(),
        CORNER.replace("nrows 2", "nrows 9999999999").encode(),
        CORNER.replace("nrows 2", "nrows -2").encode(),
        CORNER.replace("nrows 2", "nrows 1").encode(),
        CORNER.replace("40.5", "hill").encode(),
        CORNER.replace("40.5", "inf").encode(),
        CORNER.replace("40.5", "40500").encode(),
        CORNER.replace("yllcorner 51.4", "yllcorner 5710000").encode(),
    ],
)
def test_what_is_no_grid_in_degrees_is_refused(wrong: bytes) -> None:
    with pytest.raises(Refused, match="terrain"):
        read_grid(wrong)


def test_a_grid_is_found_by_its_digest_when_its_file_has_gone(tmp_path: Path) -> None:
    # REQ-RES-018: a restart and a replay do not need the file that was dropped in.
    dropped = tmp_path / "london.asc"
    dropped.write_text(CORNER)
    files = TerrainFiles(tmp_path / "data")
    digest = files.take_in(dropped)
    dropped.write_text(CORNER.replace("\n", "\r\n"))
    assert files.take_in(dropped) == digest, "the same grid has the same name"
    dropped.unlink()
    again = TerrainFiles(tmp_path / "data").find(digest)
    inner = DegreeBox(51.46, -0.14, 51.47, -0.13)
    assert again.under(inner) == GroundUnder(None, None), "too near the edge"
    assert again.altitude_amsl_m.tobytes() == read_grid(CORNER.encode()).altitude_amsl_m.tobytes()


def test_terrain_that_is_missing_or_changed_is_said(tmp_path: Path) -> None:
    # REQ-RES-018
    dropped = tmp_path / "london.asc"
    dropped.write_text(CORNER)
    files = TerrainFiles(tmp_path)
    digest = files.take_in(dropped)
    kept = tmp_path / TERRAIN_FOLDER / digest
    kept.write_bytes(kept.read_bytes()[:-4] + bytes(4))
    with pytest.raises(JournalMismatch, match="not the terrain"):
        files.find(digest)
    kept.unlink()
    with pytest.raises(JournalMismatch, match="is not in"):
        files.find(digest)
    with pytest.raises(Refused, match=r"ground\.terrain: .* cannot be read"):
        files.take_in(tmp_path / "nowhere.asc")
