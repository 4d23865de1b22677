"""Records per second of each feed decoder, on one core, beside the bare library where there is one.

A record is a message, a frame, a line or an aircraft, whatever the format counts. The input is made
here (`adapter_inputs`), 300 aircraft over London, cut into pieces as a socket would deliver them.
Processor time counts, not the clock on the wall: a decoder runs in one thread. Positions are turned
into reports of the contract as for a broker; "bare" is the parsing library alone on the same bytes.
"""

import json
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any

import rs1090

from adapters.kinds import KINDS
from adapters.model import Document
from adapters.settings import read_table
from broker.bench.adapter_inputs import INPUTS, START_US, Piece

REPEATS, SHORT_REPEATS = 5, 3
Progress = Callable[[str], None]


def run(progress: Progress, short: bool = False) -> dict[str, Any]:
    """Measure every decoder that has an input; `short` for fewer repeats."""
    results = []
    for name in sorted(INPUTS):
        progress(name)
        results.append(_measured(name, INPUTS[name](), SHORT_REPEATS if short else REPEATS))
    return {"bench": "adapters", "results": results}


def _measured(name: str, pieces: Sequence[Piece], repeats: int) -> dict[str, object]:
    runs = [_decode_all(name, pieces) for _ in range(repeats)]
    records, positions = runs[0][1], runs[0][2]
    cpu_s = median(each[0] for each in runs)
    bare = BARE.get(name)
    bare_s = None if bare is None else median(_timed(bare, pieces) for _ in range(repeats))
    return {
        "adapter": name,
        "records": records,
        "positions": positions,
        "records_per_s": round(records / cpu_s),
        "us_per_record": cpu_s / records * 1e6,
        "bare_records_per_s": None if bare_s is None else round(records / bare_s),
        "ratio_to_bare": None if bare_s is None else cpu_s / bare_s,
    }


def _decode_all(name: str, pieces: Sequence[Piece]) -> tuple[float, int, int]:
    """Processor seconds, records and positions of one pass with a fresh decoder."""
    kind = KINDS[name]
    decode = kind.decoder(read_table(kind.settings, name, {"kind": name, "address": "bench"}))
    records = positions = 0
    started_s = time.thread_time()
    for number, piece in enumerate(pieces):
        found = decode(
            Document(piece.data, START_US + piece.time_us, number == 0, topic=piece.topic)
        )
        records += found.records
        positions += len(found.reports)
    return time.thread_time() - started_s, records, positions


def _timed(work: Callable[[Sequence[Piece]], None], pieces: Sequence[Piece]) -> float:
    started_s = time.thread_time()
    work(pieces)
    return time.thread_time() - started_s


def _bare_json(pieces: Sequence[Piece]) -> None:
    for piece in pieces:
        json.loads(piece.data)


def _bare_split(pieces: Sequence[Piece]) -> None:
    for piece in pieces:
        for line in piece.data.splitlines():
            line.split(b",")


def _bare_squitters(pieces: Sequence[Piece]) -> None:
    """rs1090 alone, frame by frame as hexadecimal, without pairing or joining."""
    for piece in pieces:
        rs1090.decode(list(piece.frames))


BARE: dict[str, Callable[[Sequence[Piece]], None]] = {
    "beast": _bare_squitters,
    "dji": _bare_json,
    "frames": _bare_squitters,
    "readsb": _bare_json,
    "sbs": _bare_split,
}
