"""Files of a log directory: their names, the lock, and making a change of the directory stick."""

import fcntl
import os
import re
from pathlib import Path
from typing import Final, Self

from broker.journal.errors import JournalInUse, JournalUnavailable

_SEGMENT_NAME: Final = re.compile(r"segment-(\d{20})\.sqlite")
_LOCK_NAME: Final = "journal.lock"
DIRECTORY_MODE: Final = 0o700
FILE_MODE: Final = 0o600
"""The log holds positions and the key of the audience-scoped ids: the broker's own user only."""


def segment_path(directory: Path, first_seq: int) -> Path:
    """The file of the segment that starts at `first_seq`; names sort in log order."""
    return directory / f"segment-{first_seq:020d}.sqlite"


def first_seq_of(path: Path) -> int:
    """The first record number that a segment's name promises."""
    match = _SEGMENT_NAME.fullmatch(path.name)
    return int(match.group(1)) if match else 0


def segment_paths(directory: Path) -> list[Path]:
    """All segments, oldest first."""
    return sorted(path for path in directory.iterdir() if _SEGMENT_NAME.fullmatch(path.name))


def sync_directory(directory: Path) -> None:
    """Make created, renamed and removed names survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_segment(path: Path) -> None:
    """Delete a segment with its companion files."""
    for suffix in ("-wal", "-shm", ""):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


class DirectoryLock:
    """Held by the one broker that may write here; the kernel drops it when the process dies."""

    def __init__(self, directory: Path) -> None:
        try:
            directory.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
            path = directory / _LOCK_NAME
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
        except OSError as error:
            raise JournalUnavailable(f"cannot lock {directory}: {error}") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._descriptor)
            raise JournalInUse(f"another broker has {directory} open") from error

    def release(self) -> None:
        """Let another broker in."""
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
