"""The two error families: refused input goes back to its sender; a broken invariant stops us."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one input was refused: the field as the contract names it, and a plain reason."""

    field: str
    reason: str
    rule: str = ""
    """Of a denial: the rule that decided, by the name that it has in the decision table."""

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}" if self.field else self.reason


class Refused(Exception):
    """Input that is refused: it changed nothing, and every refusal goes back to the sender."""

    def __init__(self, *refusals: Refusal) -> None:
        super().__init__("; ".join(str(refusal) for refusal in refusals))
        self.refusals = refusals


class NotFound(Refused):
    """What is named is not there, or not for the asker to know of."""


class Conflict(Refused):
    """It does not fit what the resource is now: a used name, another version, ended."""


class Denied(Refused):
    """Not the asker's to do."""


class BrokenInvariant(Exception):
    """Something that cannot happen did. The engine stops, loudly, rather than guess."""


def refuse(field: str, reason: str) -> Refused:
    """One refusal as an exception, ready to raise."""
    return Refused(Refusal(field, reason))
