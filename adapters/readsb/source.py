"""Where aircraft.json comes from: how it is polled, and how a recording of it is read."""

import re
from collections.abc import Iterator
from pathlib import Path

from adapters.model import Recorded
from adapters.readsb.decode import MAX_DOCUMENT_BYTES, file_time_us
from adapters.sources.polled import Polling, read_up_to

MAX_RECORDED_DOCUMENTS = 1_000_000
RECORDING_SUFFIXES = frozenset({".jsonl", ".ndjson"})

_NOW = re.compile(rb'"now"\s*:\s*([0-9.eE+]{1,32})')
NOW_WITHIN_BYTES = 200  # `now` is the first field


def written_at(data: bytes) -> bytes:
    """When a document says it was written, which tells it from the last one; else all of it."""
    found = _NOW.search(data[:NOW_WITHIN_BYTES])
    return found.group(1) if found else data


# Receivers write once a second; a file costs nothing to look at.
HTTP_POLLING = Polling(1.0, MAX_DOCUMENT_BYTES, written_at)
FILE_POLLING = Polling(0.25, MAX_DOCUMENT_BYTES, written_at)


def recorded(path: Path) -> Iterator[Recorded]:
    """The documents of a recording, each at its own time.

    A file with one document, a `.jsonl` or `.ndjson` file with one document a line, or a directory
    of `.json` files in the order of their names.
    """
    for data in _recorded(path):
        yield Recorded(data, file_time_us(data))


def _recorded(path: Path) -> Iterator[bytes]:
    if path.is_dir():
        for document in sorted(path.glob("*.json"))[:MAX_RECORDED_DOCUMENTS]:
            yield read_up_to(document, MAX_DOCUMENT_BYTES)
    elif path.suffix in RECORDING_SUFFIXES:
        with path.open("rb") as lines:
            while line := lines.readline(MAX_DOCUMENT_BYTES + 1):
                if line.strip():
                    yield line
    else:
        yield read_up_to(path, MAX_DOCUMENT_BYTES)
