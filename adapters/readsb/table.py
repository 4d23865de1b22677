"""What a file yields, for people: aircraft in it, tracks made, and why the others were refused."""

from collections import Counter
from dataclasses import dataclass

from adapters.readsb.decode import decode_file, file_time_us
from adapters.readsb.schema import Generation


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file; `in_file` is always `tracks` plus everything in `refused`."""

    name: str
    generation: Generation | None
    in_file: int
    tracks: int
    refused: tuple[tuple[str, int], ...]


def file_row(name: str, data: bytes) -> FileRow:
    """Decode one file as of its own time, and count."""
    held = decode_file(data, file_time_us(data) or 0)
    reasons = Counter(refusal.reason for refusal in held.refusals)
    refused = tuple(sorted(reasons.items(), key=lambda item: (-item[1], item[0])))
    return FileRow(name, held.generation, held.in_file, len(held.aircraft), refused)


def as_markdown(rows: list[FileRow]) -> str:
    """The rows as a Markdown table."""
    lines = ["| file | generation | aircraft | tracks | refused |", "|---|---|---|---|---|"]
    for row in rows:
        refused = ", ".join(f"{reason}: {number}" for reason, number in row.refused) or "none"
        lines.append(
            f"| {row.name} | {row.generation or 'unreadable'} | {row.in_file} | {row.tracks} "
            f"| {refused} |"
        )
    return "\n".join(lines)
