"""Make `broker/core/geodesy/geoid_uk.py` from the EGM96 grid of Debian's `proj-data` package.

Usage: python deploy/geoid/make_uk_grid.py [GTX_FILE] > broker/core/geodesy/geoid_uk.py
"""

import struct
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SOURCE = Path("/usr/share/proj/egm96_15.gtx")
# Great Britain, Northern Ireland, their islands and the sea round them, on whole grid nodes.
SOUTH_DEG, NORTH_DEG, WEST_DEG, EAST_DEG = 49.0, 61.0, -9.0, 3.0
VALUES_PER_LINE = 13

HEADER = '''"""EGM96 geoid undulations over the United Kingdom. Made by a script: do not edit.

The undulation is the height of the geoid (roughly mean sea level) above the WGS 84 ellipsoid, so
`altitude_hae_m = altitude_amsl_m + undulation_m`. The numbers are those of NGA's 15-minute EGM96
grid (in the public domain) as packed in Debian's `proj-data`, cut to the United Kingdom and rounded
to centimetres. Rows run from south to north, each from west to east.

To make it again: apt-get install proj-data, then
python deploy/geoid/make_uk_grid.py > broker/core/geodesy/geoid_uk.py
"""

from typing import Final

'''


def read_gtx(path: Path) -> tuple[NDArray[np.float32], float, float, float]:
    """Rows from south to north, then the south-west corner and the spacing in degrees.

    The GTX format: four big-endian doubles (south, west, spacing in latitude and in longitude),
    two 32-bit counts (rows, columns), then 32-bit floats.
    """
    raw = path.read_bytes()
    south, west, step_lat, step_lon, rows, columns = struct.unpack_from(">ddddii", raw)
    if step_lat != step_lon:
        raise SystemExit(f"{path}: the grid is not square")
    grid = np.frombuffer(raw, dtype=">f4", offset=40, count=rows * columns)
    return grid.reshape(rows, columns).astype(np.float32), south, west, step_lat


def cut(path: Path) -> tuple[NDArray[np.int64], float]:
    """The United Kingdom's part in whole centimetres, and the spacing."""
    grid, south, west, step = read_gtx(path)
    row, column = round((SOUTH_DEG - south) / step), round((WEST_DEG - west) / step)
    rows = round((NORTH_DEG - SOUTH_DEG) / step) + 1
    columns = round((EAST_DEG - WEST_DEG) / step) + 1
    part = grid[row : row + rows, column : column + columns].astype(np.float64)
    return np.rint(part * 100.0).astype(np.int64), step


def module_text(centimetres: NDArray[np.int64], step: float) -> str:
    """The generated module."""
    lines = [
        f"SOUTH_DEG: Final = {SOUTH_DEG}",
        f"WEST_DEG: Final = {WEST_DEG}",
        f"STEP_DEG: Final = {step}",
        f"ROWS: Final = {centimetres.shape[0]}",
        f"COLUMNS: Final = {centimetres.shape[1]}",
        'UNDULATION_CM: Final = """',
    ]
    for row in centimetres:
        lines.extend(
            " ".join(str(value) for value in row[first : first + VALUES_PER_LINE])
            for first in range(0, len(row), VALUES_PER_LINE)
        )
    return HEADER + "\n".join([*lines, '"""']) + "\n"


if __name__ == "__main__":
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE
    sys.stdout.write(module_text(*cut(source)))
