"""The geoid against published anchors, its nodes, and its edges."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.geodesy import geoid_uk
from broker.core.geodesy.geoid import GRID_DOUBT_M, OUTSIDE_DOUBT_M, undulation

NODES_CM = [int(value) for value in geoid_uk.UNDULATION_CM.split()]


def at(latitude_deg: float, longitude_deg: float) -> tuple[float, float]:
    value = undulation(np.array([latitude_deg]), np.array([longitude_deg]))
    return float(value.undulation_m[0]), float(value.doubt_m[0])


@pytest.mark.parametrize(
    ("latitude_deg", "longitude_deg", "expected_m"),
    [
        (51.5, -0.12, 45.95),  # London
        (52.83, 0.51, 45.74),  # Sandringham
        (55.86, -4.25, 54.46),  # Glasgow
        (50.066, -5.714, 53.61),  # Land's End
    ],
)
def test_anchors(latitude_deg: float, longitude_deg: float, expected_m: float) -> None:
    # REQ-GEO-002
    value_m, doubt_m = at(latitude_deg, longitude_deg)
    assert value_m == pytest.approx(expected_m, abs=0.02)
    assert doubt_m == GRID_DOUBT_M


def test_the_grid_is_whole_and_covers_the_united_kingdom() -> None:
    assert len(NODES_CM) == geoid_uk.ROWS * geoid_uk.COLUMNS
    assert geoid_uk.SOUTH_DEG + (geoid_uk.ROWS - 1) * geoid_uk.STEP_DEG >= 61.0
    assert geoid_uk.WEST_DEG + (geoid_uk.COLUMNS - 1) * geoid_uk.STEP_DEG >= 3.0
    assert min(NODES_CM) > 4_000
    assert max(NODES_CM) < 7_000


@given(st.integers(0, geoid_uk.ROWS - 1), st.integers(0, geoid_uk.COLUMNS - 1))
def test_nodes_come_back_exactly(row: int, column: int) -> None:
    latitude_deg = geoid_uk.SOUTH_DEG + row * geoid_uk.STEP_DEG
    longitude_deg = geoid_uk.WEST_DEG + column * geoid_uk.STEP_DEG
    expected_m = NODES_CM[row * geoid_uk.COLUMNS + column] / 100.0
    assert at(latitude_deg, longitude_deg)[0] == pytest.approx(expected_m, abs=1e-9)


@given(st.floats(49.0, 60.9), st.floats(-9.0, 2.9))
def test_it_has_no_steps(latitude_deg: float, longitude_deg: float) -> None:
    here, there = at(latitude_deg, longitude_deg)[0], at(latitude_deg + 1e-4, longitude_deg)[0]
    assert abs(here - there) < 0.01


@pytest.mark.parametrize(
    ("latitude_deg", "longitude_deg"), [(40.0, 0.0), (51.5, 4.0), (48.999, 0.0), (np.nan, 0.0)]
)
def test_outside_is_zero_with_a_bound_never_silently_exact(
    latitude_deg: float, longitude_deg: float
) -> None:
    # REQ-GEO-003
    assert at(latitude_deg, longitude_deg) == (0.0, OUTSIDE_DOUBT_M)


def test_the_module_is_what_its_script_makes() -> None:
    source = Path("/usr/share/proj/egm96_15.gtx")
    if not source.exists():
        pytest.skip("no EGM96 grid here: install proj-data to check the generated module")
    script = Path(__file__).resolve().parents[3] / "deploy" / "geoid" / "make_uk_grid.py"
    made = subprocess.run(
        [sys.executable, str(script), str(source)], capture_output=True, text=True, check=True
    )
    assert made.stdout == Path(geoid_uk.__file__).read_text(encoding="utf-8")
