"""What is refused about a text."""

from collections.abc import Iterator

from broker.core.errors import Refusal


def check_text(field: str, value: str, length_max: int, *, required: bool) -> Iterator[Refusal]:
    """Everything wrong with a text that people will read; lines are allowed."""
    if required and not value.strip():
        yield Refusal(field, "is required")
    elif len(value) > length_max:
        yield Refusal(field, f"must be at most {length_max} characters")
    elif not is_readable(value):
        yield Refusal(field, "must not hold control characters")


def is_readable(value: str) -> bool:
    """Whether it holds nothing but letters, signs, spaces and ends of lines."""
    plain = value.replace("\r", "").replace("\n", "").replace("\t", "").replace("\u00a0", " ")
    return not plain or plain.isprintable()
