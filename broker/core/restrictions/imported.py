"""What became of an import of a statutory source."""

from dataclasses import dataclass
from enum import StrEnum

from broker.core.errors import Refusal


class ImportOutcome(StrEnum):
    """What became of one item."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ImportedItem:
    """The answer for one restriction of an import."""

    name: str
    outcome: ImportOutcome
    version: int
    """0 where refused."""
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The answer to an import."""

    items: tuple[ImportedItem, ...]
    withdrawn: tuple[str, ...]
    """No longer listed, or replaced."""
