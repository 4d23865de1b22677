"""Reading CSV by column names, with refusals that name line and column; writing numbers."""

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal

from broker.cli.problems import Problem

ROWS_MAX: Final = 5_000_000
NUMBER_MAX: Final = 1e12
"""Squares and products of such numbers are still exact enough to compare."""

Row = dict[str, str]


def read_rows(path: Path, required: Sequence[str]) -> tuple[list[str], list[Row]]:
    """The header and every row; Problem where the file or a column is missing."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return _rows(path, csv.reader(lines), required)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Problem(f"{path} cannot be read: {_why(error)}") from None


def _rows(
    path: Path, lines: Iterator[list[str]], required: Sequence[str]
) -> tuple[list[str], list[Row]]:
    header = [name.strip() for name in next(lines, [])]
    missing = [name for name in required if name not in header]
    if missing:
        raise Problem(f"{path} has no column {', '.join(missing)}", "see docs/cli.md for them all")
    if len(set(header)) != len(header):
        raise Problem(f"{path} names a column twice")
    rows: list[Row] = []
    for number, cells in enumerate(lines, 2):
        if not cells:
            continue
        if len(cells) != len(header):
            raise Problem(f"{path} line {number}: {len(cells)} cells under {len(header)} columns")
        if len(rows) >= ROWS_MAX:
            raise Problem(f"{path} holds over {ROWS_MAX:,} rows", "judge it in parts")
        rows.append(dict(zip(header, cells, strict=True)))
    return header, rows


def numbers(
    rows: Sequence[Row], name: str, limit: Literal["any", "not negative", "positive"] = "any"
) -> list[float]:
    """A column of finite numbers."""
    return [_number(place, name, row[name], limit) for place, row in enumerate(rows)]


def optional_numbers(rows: Sequence[Row], name: str) -> list[float]:
    """A column in which a blank, or a column that is not there, is NaN: not given."""
    return [
        _number(place, name, row[name], "any") if row.get(name, "").strip() else math.nan
        for place, row in enumerate(rows)
    ]


def _number(place: int, name: str, text: str, limit: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Problem(f"row {place + 1}, {name}: {text!r} is not a number")
    if abs(value) > NUMBER_MAX:
        raise Problem(f"row {place + 1}, {name}: {text} must be within ±{NUMBER_MAX:g}")
    if (limit == "positive" and value <= 0.0) or (limit == "not negative" and value < 0.0):
        raise Problem(f"row {place + 1}, {name}: {text} must be {limit}")
    return value


def shown(value: float | None) -> str:
    """A number with micro precision and no padding; blank for none."""
    if value is None or math.isnan(value):
        return ""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """The whole file; Problem where it cannot be written."""
    try:
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)
    except OSError as error:
        raise Problem(f"{path} cannot be written: {_why(error)}") from None


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
