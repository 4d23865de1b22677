"""The two distributions: the whole project, and the partner's package that stands alone."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.system

REPOSITORY = Path(__file__).resolve().parents[2]
IGNORED = shutil.ignore_patterns(".venv*", ".git", ".*_cache", "__pycache__", "dist")


def build_wheel(project: Path, out: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=project,
        check=True,
        capture_output=True,
    )
    (wheel,) = out.glob("*.whl")
    return wheel


def top_level(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        names = {name.split("/")[0] for name in archive.namelist()}
    return {name for name in names if not name.endswith(".dist-info")}


@pytest.fixture
def partner_wheel(tmp_path: Path) -> Path:
    shutil.copytree(REPOSITORY / "proto", tmp_path / "proto", ignore=IGNORED)
    return build_wheel(tmp_path / "proto", tmp_path / "dist")


def test_the_partners_package_holds_the_contract_and_nothing_else(partner_wheel: Path) -> None:
    assert partner_wheel.name.startswith("keepclear_client-")
    assert top_level(partner_wheel) == {"keepclear"}
    with zipfile.ZipFile(partner_wheel) as archive:
        names = set(archive.namelist())
    assert {"keepclear/v1/tracks.proto", "keepclear/v1/tracks_pb2.py"} <= names


def test_the_partners_package_works_without_the_repository(
    partner_wheel: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(partner_wheel) as archive:
        archive.extractall(tmp_path / "site")
    program = (
        "import keepclear.v1.tracks_pb2 as tracks, sys\n"
        "tracks.PublishTracksRequest().SerializeToString()\n"
        "assert 'broker' not in sys.modules\n"
        "print(tracks.__file__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(str(tmp_path / "site"))


def test_the_projects_wheel_holds_every_package_and_the_command(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY, tmp_path / "project", ignore=IGNORED)
    wheel = build_wheel(tmp_path / "project", tmp_path / "dist")
    assert top_level(wheel) == {"broker", "adapters", "sim", "keepclear"}
    with zipfile.ZipFile(wheel) as archive:
        (entry_points,) = (n for n in archive.namelist() if n.endswith("entry_points.txt"))
        assert b"keepclear = " in archive.read(entry_points)
