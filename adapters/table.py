"""What a recorded file yields, for people and programs: records, tracks, and what was refused.

Every record is counted once: `records` = `positions` + refused + those that carried no position
(velocity, identity, weather), which are joined to positions or of no use here.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from adapters.airframes import MAX_LIST_BYTES, read_airframes
from adapters.model import Decoder, Document
from adapters.sources.recording import EPOCH_LIMIT_US, ReadRecorded
from adapters.stats import count
from keepclear.v1.tracks_pb2 import TrackReport

# Recordings without dates are read as if they had begun here (2025-01-01): any time would do.
UNDATED_START_US = 1_735_689_600_000_000
AIRFRAMES = "airframes"


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file."""

    file: str
    adapter: str
    records: int
    positions: int
    tracks: int
    refused: dict[str, int]
    unread: dict[str, int]
    """Single fields of used records that were taken as not known."""

    @property
    def no_position(self) -> int:
        """Records that were read but carry no position."""
        return self.records - self.positions - sum(self.refused.values())

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {**asdict(self), "no_position": self.no_position}


@dataclass(frozen=True, slots=True)
class FileRead:
    """A file's row and the reports it gave, in order."""

    row: FileRow
    reports: tuple[TrackReport, ...]


def read_file(adapter: str, path: Path, decode: Decoder, read: ReadRecorded) -> FileRead:
    """Decode one recorded file at its own times. Raises OSError where it cannot be read."""
    refused: Counter[str] = Counter()
    unread: Counter[str] = Counter()
    reports: list[TrackReport] = []
    records = 0
    now_us, opens = UNDATED_START_US, True
    for piece in read(path):
        if piece.time_us is not None:
            dated = piece.time_us >= EPOCH_LIMIT_US
            now_us = piece.time_us + (0 if dated else UNDATED_START_US)
        decoded = decode(Document(piece.data, now_us, opens, topic=piece.topic))
        opens = False
        records += max(decoded.records, len(decoded.refusals))
        for refusal in decoded.refusals:
            count(refused, refusal.reason)
        for one in decoded.unread:
            count(unread, one.reason)
        reports += decoded.reports
    tracks = len({report.source_track_id for report in reports})
    row = FileRow(
        path.name, adapter, records, len(reports), tracks, _sorted(refused), _sorted(unread)
    )
    return FileRead(row, tuple(reports))


def airframes_row(path: Path) -> FileRow:
    """A list of airframes: its lines, and the addresses it holds as tracks. Raises OSError."""
    with path.open("rb") as file:
        found, refusals = read_airframes(file.read(MAX_LIST_BYTES + 1))
    refused = Counter(refusal.reason for refusal in refusals)
    records = len(found) + len(refusals)
    return FileRow(path.name, AIRFRAMES, records, 0, len(found), _sorted(refused), {})


def as_markdown(rows: Sequence[FileRow]) -> str:
    """The rows as a Markdown table."""
    lines = [
        "| file | adapter | records | positions | tracks | carry no position | refused and why |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        refused = ", ".join(f"{reason}: {number}" for reason, number in row.refused.items())
        rest = "–" if row.adapter == AIRFRAMES else row.no_position
        lines.append(
            f"| {row.file} | {row.adapter} | {row.records} | {row.positions} | {row.tracks} "
            f"| {rest} | {refused or 'none'} |"
        )
    return "\n".join(lines)


def _sorted(reasons: Counter[str]) -> dict[str, int]:
    return dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0])))
