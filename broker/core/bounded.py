"""What is remembered has a limit, and the oldest goes first."""

from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


def forget_oldest(known: dict[Key, Value], at_most: int) -> None:
    """Keep so many, those that were put in last."""
    while len(known) > at_most:
        del known[next(iter(known))]
