"""The code beside the contract is what the compiler makes of it, and asks for what is declared."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.contract.contract import PROTO, REPOSITORY, current, protoc

SUFFIXES = ("_pb2.py", "_pb2.pyi", "_pb2_grpc.py")


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("generated")
    protoc(f"--python_out={folder}", f"--pyi_out={folder}", f"--grpc_python_out={folder}")
    return folder


def expected_files() -> list[str]:
    """A file without a service needs no gRPC code."""
    return sorted(
        file.name.removesuffix(".proto") + suffix
        for file in current().file
        for suffix in SUFFIXES
        if file.service or suffix != "_pb2_grpc.py"
    )


@pytest.mark.parametrize("name", expected_files())
def test_generated_code_is_up_to_date(regenerated: Path, name: str) -> None:
    same = (PROTO / name).read_bytes() == (regenerated / name).read_bytes()
    assert same, f"{name} is not what the contract says: run `make proto`"


def test_no_generated_code_is_left_over() -> None:
    found = sorted(
        str(path.relative_to(PROTO)) for suffix in SUFFIXES for path in PROTO.rglob(f"*{suffix}")
    )
    assert found == expected_files()


def test_the_compiler_has_nothing_to_warn_of(tmp_path: Path) -> None:
    assert protoc(f"--descriptor_set_out={tmp_path / 'contract.binpb'}") == ""


@pytest.mark.parametrize("project", ["pyproject.toml", "proto/pyproject.toml"])
def test_the_declared_floors_are_those_of_the_generated_code(project: str) -> None:
    # Generated code refuses to be imported beside an older protobuf or grpcio.
    declared = tomllib.loads((REPOSITORY / project).read_text(encoding="utf-8"))
    floors = dict(one.split(">=") for one in declared["project"]["dependencies"] if ">=" in one)
    messages = (PROTO / "keepclear/v1/tracks_pb2.py").read_text(encoding="utf-8")
    calls = (PROTO / "keepclear/v1/tracks_pb2_grpc.py").read_text(encoding="utf-8")
    protobuf = re.search(r"^# Protobuf Python Version: (\S+)$", messages, re.MULTILINE)
    grpcio = re.search(r"^GRPC_GENERATED_VERSION = '(\S+)'$", calls, re.MULTILINE)
    assert protobuf
    assert grpcio
    assert (floors["protobuf"], floors["grpcio"]) == (protobuf[1], grpcio[1])
