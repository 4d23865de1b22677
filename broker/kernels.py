"""Where compiled kernels are kept: one folder for each state of the kernels' sources.

Numba's cache notices a change only in the file of the function itself, not in the functions that
were compiled into it, nor in the constants that it uses. After an update, a caller could go on with
the old code of what it calls. So the folder's name is a digest of all sources of the rooms that
hold kernels or what is compiled into them: other sources, another folder.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).parent
ROOMS: Final = (PACKAGE / "core", PACKAGE / "gateways" / "wire")
DIGEST_CHARACTERS: Final = 16
VARIABLE: Final = "NUMBA_CACHE_DIR"
COMPLETE: Final = "complete"
"""Written when all is compiled: a start that was interrupted leaves some kernels, not all."""


def sources_digest(*folders: Path) -> str:
    """Changes with any byte, and with the place, of any source in or below `folders`."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            place = path.relative_to(folder).as_posix().encode()
            digest.update(place + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:DIGEST_CHARACTERS]


def keep_kernels_apart() -> None:
    """Point Numba at the folder of these sources; a choice already made is left alone."""
    if VARIABLE in os.environ:
        return
    cache = os.environ.get("XDG_CACHE_HOME") or os.environ.get("CACHE_DIRECTORY")
    try:
        base = Path(cache) if cache else Path.home() / ".cache"
        folder = base / "keepclear" / f"kernels-{sources_digest(*ROOMS)}"
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return  # no home to write to: Numba then chooses a place, or compiles at every start
    os.environ[VARIABLE] = str(folder)


def are_kept() -> bool:
    """Whether all kernels of these sources are compiled; where Numba keeps its own, unknown."""
    folder = os.environ.get(VARIABLE)
    return folder is None or Path(folder, COMPLETE).is_file()


def all_compiled() -> None:
    """Leave the mark that `are_kept` looks for; a folder that takes none is asked about again."""
    folder = os.environ.get(VARIABLE)
    if folder is not None:
        with suppress(OSError):
            Path(folder, COMPLETE).touch()
