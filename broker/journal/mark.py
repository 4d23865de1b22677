"""The mark: how far the log had got, kept outside the log.

SQLite drops a damaged end of its write-ahead file without a word, and a shortened table looks
whole. So after every micro-batch the last record number is also written here, in place and not
synced: a killed process leaves it exact, and a log that ends before its mark has lost something.
The mark behind the log is harmless. It also says whether the last broker closed the log in order.
"""

import os
import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from broker.journal.files import FILE_MODE

MARK_NAME: Final = "journal.mark"
_MARK: Final = struct.Struct("<8sqqB")
_CHECK: Final = struct.Struct("<I")
_MAGIC: Final = b"KCMARK01"


@dataclass(frozen=True, slots=True)
class Mark:
    """The last record written, the last known to be synced, and whether the log was closed."""

    last_seq: int
    synced_seq: int
    clean: bool


def encode_mark(mark: Mark) -> bytes:
    """The stored form, with its checksum."""
    body = _MARK.pack(_MAGIC, mark.last_seq, mark.synced_seq, mark.clean)
    return body + _CHECK.pack(zlib.crc32(body))


def read_mark(directory: Path) -> Mark | None:
    """The mark, or None when there is none that can be trusted."""
    try:
        stored = (directory / MARK_NAME).read_bytes()
    except FileNotFoundError:
        return None
    if len(stored) != _MARK.size + _CHECK.size:
        return None
    (check,) = _CHECK.unpack_from(stored, _MARK.size)
    if check != zlib.crc32(stored[: _MARK.size]):
        return None
    magic, last_seq, synced_seq, clean = _MARK.unpack_from(stored)
    return Mark(last_seq, synced_seq, bool(clean)) if magic == _MAGIC else None


class MarkFile:
    """The mark of the log that is open for writing."""

    def __init__(self, directory: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        self._descriptor = os.open(directory / MARK_NAME, flags, FILE_MODE)

    def write(self, mark: Mark, *, sync: bool = False) -> None:
        """Overwrite in place: one small write, never torn by the death of the process."""
        os.pwrite(self._descriptor, encode_mark(mark), 0)
        if sync:
            os.fsync(self._descriptor)

    def try_write(self, mark: Mark) -> None:
        """Overwrite, and carry on if that fails: the batch is safe, the old mark only says less."""
        with suppress(OSError):
            self.write(mark)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)
