"""A volume's place and sizes, and how coarsely its edge is told, against plain geometry."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.sharing.keep_clear import (
    BANDS_M,
    CELL_EAST_DEG,
    CELL_NORTH_DEG,
    HEIGHT_PAD_M,
    HEIGHT_STEP_M,
    PAD_M,
    SECTOR_DEG,
    box_of,
    edge_seen,
)

DEGREE_M = math.radians(1.0) * 6_371_000.0
"""On a sphere: shorter than our own, so that room which is left here is left there."""
BOX = box_of(5150, -8, 0)
rows = st.integers(-7_000, 7_000)
columns = st.integers(-11_000, 11_000)
shares = st.floats(0.0, 1.0)


@given(rows, columns, shares, shares)
def test_from_anywhere_in_its_cell_the_edge_is_a_pad_away(
    row: int, column: int, north: float, east: float
) -> None:
    # REQ-SHARE-003
    box = box_of(row, column, None)
    latitude_deg = (row + north) * CELL_NORTH_DEG
    longitude_deg = (column + east) * CELL_EAST_DEG
    east_m = DEGREE_M * math.cos(math.radians(latitude_deg))
    room_m = (
        DEGREE_M * (box.north_deg - latitude_deg),
        DEGREE_M * (latitude_deg - box.south_deg),
        east_m * (box.east_deg - longitude_deg),
        east_m * (longitude_deg - box.west_deg),
    )
    assert min(room_m) >= PAD_M
    assert (box.lower_amsl_m, box.upper_amsl_m) == (None, None)


@given(rows, st.integers(-4, 60), shares)
def test_every_height_of_its_step_has_a_pad_over_and_under_it(
    row: int, band: int, part: float
) -> None:
    # REQ-SHARE-003
    box = box_of(row, 0, band)
    height_m = (band + part) * HEIGHT_STEP_M
    assert box.lower_amsl_m is not None
    assert box.upper_amsl_m is not None
    assert height_m - box.lower_amsl_m >= HEIGHT_PAD_M
    assert box.upper_amsl_m - height_m >= HEIGHT_PAD_M


def off_by(north_m: float, east_m: float) -> tuple[float, float]:
    """A place this far north and east of the box's north-east corner."""
    latitude_deg = BOX.north_deg + north_m / DEGREE_M
    east_degree_m = DEGREE_M * math.cos(math.radians(latitude_deg))
    return latitude_deg, BOX.east_deg + east_m / east_degree_m


@pytest.mark.parametrize(
    ("north_m", "east_m", "bearing_deg", "from_m"),
    [
        (600.0, -900.0, 180, 500.0),
        (-900.0, 700.0, 270, 500.0),
        (600.0, 900.0, 240, 1_000.0),
        (3_000.0, 300.0, 180, 2_000.0),
        (100.0, -900.0, 180, 0.0),
    ],
)
def test_outside_it_is_told_which_way_and_about_how_far(
    north_m: float, east_m: float, bearing_deg: int, from_m: float
) -> None:
    # REQ-SHARE-005
    seen = edge_seen(BOX, *off_by(north_m, east_m))
    assert (seen.inside, seen.bearing_deg, seen.from_m) == (False, bearing_deg, from_m)


@pytest.mark.parametrize(
    ("north_m", "east_m", "bearing_deg", "from_m"),
    [(-300.0, -900.0, 0, 250.0), (-900.0, -300.0, 90, 250.0), (-50.0, -900.0, 0, 0.0)],
)
def test_inside_it_is_the_nearest_edge(
    north_m: float, east_m: float, bearing_deg: int, from_m: float
) -> None:
    # REQ-SHARE-005
    seen = edge_seen(BOX, *off_by(north_m, east_m))
    assert (seen.inside, seen.bearing_deg, seen.from_m) == (True, bearing_deg, from_m)


@given(st.floats(51.0, 52.0), st.floats(-1.0, 1.0))
def test_what_is_told_is_coarse_and_right(latitude_deg: float, longitude_deg: float) -> None:
    # REQ-SHARE-005: against the nearest of many points of the edge.
    seen = edge_seen(BOX, latitude_deg, longitude_deg)
    east_m = DEGREE_M * math.cos(math.radians(latitude_deg))
    steps = [place / 200 for place in range(201)]
    south, west = BOX.south_deg, BOX.west_deg
    tall, wide = BOX.north_deg - south, BOX.east_deg - west
    edge = [(south + tall * part, west + wide * end) for part in steps for end in (0.0, 1.0)]
    edge += [(south + tall * end, west + wide * part) for part in steps for end in (0.0, 1.0)]
    away_m, north_m, east_off_m = min(
        (math.hypot(north, east), north, east)
        for north, east in (
            (DEGREE_M * (lat - latitude_deg), east_m * (lon - longitude_deg)) for lat, lon in edge
        )
    )
    inside = south <= latitude_deg <= BOX.north_deg and west <= longitude_deg <= BOX.east_deg
    assert seen.inside is inside
    assert seen.bearing_deg in range(0, 360, SECTOR_DEG)
    assert seen.from_m <= away_m * 1.01 + 20.0
    upper_m = next((one for one in BANDS_M if one > seen.from_m), math.inf)
    assert away_m <= upper_m * 1.01 + 20.0
    bearing_deg = math.degrees(math.atan2(east_off_m, north_m))
    if not inside and away_m > 100.0:
        off_deg = abs((seen.bearing_deg - bearing_deg + 180.0) % 360.0 - 180.0)
        assert off_deg <= SECTOR_DEG / 2 + 10.0
