"""Undulation of the EGM96 geoid: bilinear inside the United Kingdom's grid, a bound outside it."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from broker.core.geodesy import geoid_uk

Floats = NDArray[np.float64]

GEOID_VERSION: Final = "egm96-uk-15min"
"""Written in the header of every log: other undulations would give other altitudes."""
GRID_DOUBT_M: Final = 2.0
"""95 %. EGM96 is good to 0.5 to 1 m (1 sigma, NASA/TP-1998-206861); a bilinear 15-minute grid adds
a few centimetres over the British Isles, and mean sea level at Newlyn lies up to a metre off."""
OUTSIDE_DOUBT_M: Final = 110.0
"""EGM96 undulations run from -107 m (south of India) to +86 m (New Guinea) over the whole world."""

_GRID_M: Final = (
    np.array(geoid_uk.UNDULATION_CM.split(), dtype=np.float64).reshape(
        geoid_uk.ROWS, geoid_uk.COLUMNS
    )
    * 0.01
)


class Undulation(NamedTuple):
    """Height of the geoid above the ellipsoid, with its doubt (95 %)."""

    undulation_m: Floats
    doubt_m: Floats


def undulation(latitude_deg: Floats, longitude_deg: Floats) -> Undulation:
    """Undulation at points (n,): `altitude_hae_m = altitude_amsl_m + undulation_m`.

    Outside the grid the undulation is 0 and the doubt is the world-wide bound, never silently
    exact. NaN positions count as outside.
    """
    row = (np.asarray(latitude_deg, dtype=np.float64) - geoid_uk.SOUTH_DEG) / geoid_uk.STEP_DEG
    column = (np.asarray(longitude_deg, dtype=np.float64) - geoid_uk.WEST_DEG) / geoid_uk.STEP_DEG
    # Comparisons with NaN are false, so a missing position falls outside by itself.
    inside = (row >= 0) & (row <= geoid_uk.ROWS - 1)
    inside &= (column >= 0) & (column <= geoid_uk.COLUMNS - 1)
    row, column = np.where(inside, row, 0.0), np.where(inside, column, 0.0)
    # The last row and column belong to the cell before them.
    south = np.minimum(row.astype(np.intp), geoid_uk.ROWS - 2)
    west = np.minimum(column.astype(np.intp), geoid_uk.COLUMNS - 2)
    up, right = row - south, column - west
    value = (1 - up) * ((1 - right) * _GRID_M[south, west] + right * _GRID_M[south, west + 1])
    value += up * ((1 - right) * _GRID_M[south + 1, west] + right * _GRID_M[south + 1, west + 1])
    return Undulation(
        undulation_m=np.where(inside, value, 0.0),
        doubt_m=np.where(inside, GRID_DOUBT_M, OUTSIDE_DOUBT_M),
    )
