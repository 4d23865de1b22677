"""Bench results as tables that people read."""

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Right-aligned columns under their heads."""
    cells = [list(heads), *([_text(value) for value in row] for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(heads))]
    return "\n".join(
        "  ".join(value.rjust(width) for value, width in zip(row, widths, strict=True))
        for row in cells
    )


def ratio_text(value: object) -> str:
    """1/900 reads better than 0.0011."""
    if not isinstance(value, float) or value <= 0.0:
        return "-"
    return f"1/{1.0 / value:,.0f}" if value < 0.5 else f"{value:.2f}"


def _text(value: object) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "NO"
        case float():
            return f"{value:,.3f}" if abs(value) < 100 else f"{value:,.0f}"
        case int():
            return f"{value:,}"
        case _:
            return str(value)
