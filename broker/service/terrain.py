"""Terrain grids: read from the file that an operator dropped in, kept under their own digest.

The log names a grid by the digest of its content only, so what it names is copied to the data
folder: a restart and a replay find it there, whatever became of the file it was read from.

The file is an ESRI ASCII grid in degrees of WGS 84 with altitudes in metres above sea level, which
every geographic tool writes (`gdalwarp -t_srs EPSG:4326 -of AAIGrid`).
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Final

import numpy as np

from broker.core.errors import refuse
from broker.core.geodesy.ground import CELLS_MAX, TerrainGrid
from broker.journal.errors import JournalMismatch

TERRAIN_FOLDER: Final = "terrain"
TERRAIN_FILE_BYTES_MAX: Final = 400_000_000
"""The largest grid, at twenty characters a cell."""
HEADER_LINES_MAX: Final = 7
_FIELD: Final = "ground.terrain"
_ALTITUDES: Final = np.dtype("<f4")


class TerrainFiles:
    """The grids of one data folder, by the digest of their content."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / TERRAIN_FOLDER

    def take_in(self, path: Path) -> str:
        """Keep the grid of a file; its digest. Raises Refused for what is no sound grid."""
        try:
            if path.stat().st_size > TERRAIN_FILE_BYTES_MAX:
                raise refuse(_FIELD, f"{path} is larger than {TERRAIN_FILE_BYTES_MAX} bytes")
            content = _content(read_grid(path.read_bytes()))
        except OSError as error:
            raise refuse(_FIELD, f"{path} cannot be read: {error}") from error
        digest = hashlib.sha256(content).hexdigest()
        kept = self._folder / digest
        if not kept.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            half = kept.with_suffix(".part")
            with half.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            half.replace(kept)
        return digest

    def find(self, digest: str) -> TerrainGrid:
        """The grid of a digest. Raises JournalMismatch where its content is not here."""
        kept = self._folder / digest
        try:
            content = kept.read_bytes()
        except OSError as error:
            raise JournalMismatch(f"the log judges by terrain that is not in {kept}") from error
        if hashlib.sha256(content).hexdigest() != digest:
            raise JournalMismatch(f"{kept} is not the terrain that the log judges by")
        head, _, altitudes = content.partition(b"\n")
        south_deg, west_deg, step_deg, rows, columns = json.loads(head)
        grid = np.frombuffer(altitudes, dtype=_ALTITUDES).reshape(rows, columns)
        return TerrainGrid.of(south_deg, west_deg, step_deg, grid)


def _content(grid: TerrainGrid) -> bytes:
    """One spelling of a grid, so that the same ground has the same digest."""
    head = [grid.south_deg, grid.west_deg, grid.step_deg, *grid.altitude_amsl_m.shape]
    return json.dumps(head).encode() + b"\n" + grid.altitude_amsl_m.astype(_ALTITUDES).tobytes()


def read_grid(data: bytes) -> TerrainGrid:
    """An ESRI ASCII grid; raises Refused. Cells without data become unknown ground."""
    head, body = _header(data)
    try:
        rows, columns = int(head["nrows"]), int(head["ncols"])
        step_deg = float(head["cellsize"])
        # A corner is that of the first cell; its point lies half a step further in.
        inset_deg = 0.0 if "xllcenter" in head else step_deg / 2.0
        west_deg = float(head.get("xllcenter", head.get("xllcorner", "nan"))) + inset_deg
        south_deg = float(head.get("yllcenter", head.get("yllcorner", "nan"))) + inset_deg
        no_data = float(head.get("nodata_value", "-9999"))
        if rows < 2 or columns < 2 or rows * columns > CELLS_MAX:
            raise refuse(_FIELD, f"must have 2 rows and columns, and at most {CELLS_MAX} cells")
        found = np.fromstring(body, dtype=np.float32, sep=" ")
    except (KeyError, ValueError) as error:
        raise refuse(_FIELD, f"is no ESRI ASCII grid: {error}") from error
    if found.size != rows * columns:
        raise refuse(_FIELD, f"has {found.size} cells, not {rows} rows of {columns}")
    found[found == np.float32(no_data)] = np.nan
    # The file begins in the north, a grid in the south.
    return TerrainGrid.of(south_deg, west_deg, step_deg, found.reshape(rows, columns)[::-1])


def _header(data: bytes) -> tuple[dict[str, str], bytes]:
    """The named values before the altitudes, by their names in small letters."""
    head: dict[str, str] = {}
    for _ in range(HEADER_LINES_MAX):
        line, _, rest = data.partition(b"\n")
        words = line.decode("ascii", "replace").split()
        if len(words) != 2 or not words[0][0].isalpha():
            break
        head[words[0].lower()] = words[1]
        data = rest
    return head, data
