"""A disk that forgets whatever was not synced when the power goes.

It watches the commits of the log's own SQLite connections. What SQLite was told to sync (it is
asked for its own setting, not the code that set it) is durable: the files are copied as they then
are. At the power cut only those copies are left, and of each file that only grew since, a random
part of the rest, the last byte of which may be wrong. A broker that acknowledges what it did not
sync is caught.
"""

import random
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

SYNCED_LEVEL = 2  # PRAGMA synchronous: 1 NORMAL, 2 FULL
FORGOTTEN = ("-shm", ".unfinished")
"""SQLite makes its index of the write-ahead file again; a snapshot counts once it has its name."""


class DroppingStore:
    """Keeps the durable copies of one log's folder."""

    def __init__(self, directory: Path, durable: Path) -> None:
        self._directory = directory
        self._durable = durable
        self.sync_count = 0
        self._copying = threading.Lock()

    def connect(self, original: Callable[[Path], sqlite3.Connection]) -> Any:
        """In place of `broker.journal.segments.connect`."""
        store = self

        class Watched:
            """A connection whose commits are seen."""

            def __init__(self, path: Path) -> None:
                self._real = original(path)

            def execute(self, statement: str, *arguments: Any) -> Any:
                result = self._real.execute(statement, *arguments)
                if statement == "COMMIT" or "wal_checkpoint" in statement:
                    (level,) = self._real.execute("PRAGMA synchronous").fetchone()
                    if level >= SYNCED_LEVEL:
                        store.synced()
                return result

            def __getattr__(self, name: str) -> Any:
                return getattr(self._real, name)

        return Watched

    def synced(self) -> None:
        """Everything written so far is on the disk."""
        with self._copying:
            self.sync_count += 1
            self._durable.mkdir(exist_ok=True)
            there = {
                path.name
                for path in self._directory.iterdir()
                if not path.name.endswith(FORGOTTEN) and self._copied(path)
            }
            for path in self._durable.iterdir():
                if path.name not in there:
                    path.unlink()

    def _copied(self, path: Path) -> bool:
        """A file may be renamed or removed by a helper thread at this very moment."""
        try:
            shutil.copyfile(path, self._durable / path.name)
        except FileNotFoundError:
            return False
        return True

    def power_cut(self, into: Path, chance: random.Random) -> None:
        """What the disk holds when the power comes back."""
        with self._copying:
            shutil.copytree(self._durable, into)
        for survivor in into.iterdir():
            now = self._directory / survivor.name
            kept = survivor.read_bytes()
            written = now.read_bytes() if now.exists() else b""
            if len(written) > len(kept) and written.startswith(kept):
                end = chance.randint(len(kept), len(written))
                tail = bytearray(written[len(kept) : end])
                if tail and chance.random() < 0.5:
                    tail[-1] ^= 0xFF
                survivor.write_bytes(kept + tail)
