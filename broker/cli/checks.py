"""One finding of `keepclear doctor`."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What a check came to. Only a problem makes the exit code 1."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, what was found, and what to do about it."""

    name: str
    verdict: Verdict
    finding: str
    next_step: str = ""


def ok(name: str, finding: str) -> Check:
    """A finding that needs nothing done."""
    return Check(name, Verdict.OK, finding)


def warning(name: str, finding: str, next_step: str) -> Check:
    """Something to know that does not keep the broker from working."""
    return Check(name, Verdict.WARNING, finding, next_step)


def problem(name: str, finding: str, next_step: str) -> Check:
    """Something that has to be put right."""
    return Check(name, Verdict.PROBLEM, finding, next_step)
