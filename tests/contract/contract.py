"""The contract as protoc sees it: compiled anew from the .proto files, not from generated code."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    EnumValueDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
    ServiceDescriptorProto,
)

REPOSITORY = Path(__file__).resolve().parents[2]
PROTO = REPOSITORY / "proto"
RELEASED = Path(__file__).parent / "released"

Element = (
    DescriptorProto
    | FieldDescriptorProto
    | EnumDescriptorProto
    | EnumValueDescriptorProto
    | ServiceDescriptorProto
    | MethodDescriptorProto
)


@dataclass(frozen=True, slots=True)
class Declared:
    """One thing that the contract declares, and what is written beside it."""

    name: str
    """Full name without the package: `TrackReport.latitude_deg`."""
    element: Element
    comment: str


def proto_files() -> list[str]:
    """The contract's files as protoc names them."""
    return sorted(str(path.relative_to(PROTO)) for path in (PROTO / "keepclear/v1").glob("*.proto"))


def protoc(*arguments: str) -> str:
    """Run the compiler on the contract; returns its warnings."""
    done = subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", *arguments, *proto_files()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


@cache
def current() -> FileDescriptorSet:
    """The contract of the work tree, with its comments."""
    with TemporaryDirectory() as folder:
        out = Path(folder) / "contract.binpb"
        protoc(f"--descriptor_set_out={out}", "--include_source_info")
        return FileDescriptorSet.FromString(out.read_bytes())


def declared(contract: FileDescriptorSet) -> Iterator[Declared]:
    """Every message, field, enum, value, service and method, in the order of the files."""
    for file in contract.file:
        comments = {
            tuple(place.path): (place.leading_comments + place.trailing_comments).strip()
            for place in file.source_code_info.location
        }
        yield from _of_file(file, comments)


def _of_file(file: FileDescriptorProto, comments: dict[tuple[int, ...], str]) -> Iterator[Declared]:
    # The first number of a path is a field of FileDescriptorProto, the next a place in it.
    for at, message in enumerate(file.message_type):
        yield from _of_message(message, (4, at), "", comments)
    for at, enum in enumerate(file.enum_type):
        yield from _of_enum(enum, (5, at), "", comments)
    for at, service in enumerate(file.service):
        yield Declared(service.name, service, comments.get((6, at), ""))
        for place, method in enumerate(service.method):
            comment = comments.get((6, at, 2, place), "")
            yield Declared(f"{service.name}.{method.name}", method, comment)


def _of_message(
    message: DescriptorProto,
    path: tuple[int, ...],
    prefix: str,
    comments: dict[tuple[int, ...], str],
) -> Iterator[Declared]:
    name = f"{prefix}{message.name}"
    yield Declared(name, message, comments.get(path, ""))
    for at, field in enumerate(message.field):
        yield Declared(f"{name}.{field.name}", field, comments.get((*path, 2, at), ""))
    for at, nested in enumerate(message.nested_type):
        yield from _of_message(nested, (*path, 3, at), f"{name}.", comments)
    for at, enum in enumerate(message.enum_type):
        yield from _of_enum(enum, (*path, 4, at), f"{name}.", comments)


def _of_enum(
    enum: EnumDescriptorProto,
    path: tuple[int, ...],
    prefix: str,
    comments: dict[tuple[int, ...], str],
) -> Iterator[Declared]:
    yield Declared(f"{prefix}{enum.name}", enum, comments.get(path, ""))
    for at, value in enumerate(enum.value):
        comment = comments.get((*path, 2, at), "")
        yield Declared(f"{prefix}{enum.name}.{value.name}", value, comment)
