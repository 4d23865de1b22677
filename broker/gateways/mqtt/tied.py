"""A command whose process ends with the one that started it.

The mark is set by a small program that then becomes the command. Setting it between fork and exec
would need a real fork, and gRPC halts its threads in the whole process for one.
"""

import os
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1  # <sys/prctl.h>
_BECOME: Final = (
    "import ctypes, os, signal, sys\n"
    f"ctypes.CDLL(None).prctl({_PR_SET_PDEATHSIG}, signal.SIGKILL)\n"
    "if os.getppid() != int(sys.argv[1]): sys.exit(1)  # it died before the mark was set\n"
    "os.execv(sys.argv[2], sys.argv[2:])"
)


def tied(command: list[str]) -> list[str]:
    """The command, tied to this process where the system can (Linux); an absolute path first.

    Raises FileNotFoundError for a program that is not there.
    """
    if not os.access(command[0], os.X_OK):
        raise FileNotFoundError(f"no program at {command[0]}")
    if sys.platform != "linux":
        return command
    return [sys.executable, "-I", "-S", "-c", _BECOME, str(os.getpid()), *command]
