"""Limits on size, so that no module becomes the one where everything is."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
SOURCES = ("broker", "adapters", "sim", "proto/keepclear")
MODULE_LIMIT_LINES = 400
FUNCTION_LIMIT_LINES = 60


def modules() -> Iterator[Path]:
    for source in SOURCES:
        for path in sorted((REPOSITORY / source).rglob("*.py")):
            if not path.stem.endswith(("_pb2", "_pb2_grpc")):
                yield path


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def lines(node: ast.AST) -> int:
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_there_are_modules_to_look_at() -> None:
    assert REPOSITORY / "broker" / "core" / "errors.py" in list(modules())


def test_no_module_is_longer_than_the_limit() -> None:
    long = {
        str(path.relative_to(REPOSITORY)): count
        for path in modules()
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > MODULE_LIMIT_LINES
    }
    assert long == {}


def test_no_function_is_longer_than_the_limit() -> None:
    long = {
        f"{path.relative_to(REPOSITORY)}:{node.name}": lines(node)
        for path in modules()
        for node in functions(path)
        if lines(node) > FUNCTION_LIMIT_LINES
    }
    assert long == {}


@pytest.mark.parametrize("name", ["utils", "util", "helpers", "misc", "common"])
def test_no_module_is_named_after_nothing(name: str) -> None:
    assert [path for path in modules() if path.stem == name] == []
