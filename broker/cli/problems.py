"""How a command ends: the exit codes, and the one error that a person is meant to read."""

from enum import IntEnum
from typing import Final


class ExitCode(IntEnum):
    """What the shell is told."""

    OK = 0
    PROBLEM = 1
    """The broker refused something, or a check found a problem."""
    USAGE = 2
    """The command line itself is wrong."""
    UNREACHABLE = 3
    """No broker answers."""
    INTERRUPTED = 130
    """Ctrl-C, as shells count it: 128 + SIGINT."""


EXIT_CODES_HELP: Final = (
    "Exit codes: 0 done, 1 refused or a problem found, 2 wrong command line, "
    "3 no broker answers, 130 interrupted."
)


class Problem(Exception):
    """Something a person can act on: what is wrong, what to do next, and the exit code."""

    def __init__(
        self, message: str, next_step: str = "", exit_code: ExitCode = ExitCode.PROBLEM
    ) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        self.exit_code = exit_code
