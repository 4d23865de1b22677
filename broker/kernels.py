"""Where compiled kernels are kept: one folder for each state of the kernels' sources.

Numba's cache notices a change only in the file of the function itself, not in the functions that
were compiled into it. After an update, a caller could go on with the old code of what it calls.
So the folder's name is a digest of all kernel sources: other sources, another folder.
"""

import hashlib
import os
from pathlib import Path
from typing import Final

KERNELS: Final = Path(__file__).parent / "core" / "separation"
DIGEST_CHARACTERS: Final = 16
VARIABLE: Final = "NUMBA_CACHE_DIR"


def sources_digest(folder: Path) -> str:
    """Changes with any byte of any source in `folder`."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:DIGEST_CHARACTERS]


def keep_kernels_apart() -> None:
    """Point Numba at the folder of these sources; a choice already made is left alone."""
    if VARIABLE in os.environ:
        return
    cache = os.environ.get("XDG_CACHE_HOME") or os.environ.get("CACHE_DIRECTORY")
    try:
        base = Path(cache) if cache else Path.home() / ".cache"
        folder = base / "keepclear" / f"kernels-{sources_digest(KERNELS)}"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return  # no home to write to: Numba then chooses a place, or compiles at every start
    os.environ[VARIABLE] = str(folder)
