"""The header of a segment: which log this is and under which versions it was written."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from broker.journal.canonical import Fields, to_bytes
from broker.journal.errors import JournalDamaged, JournalMismatch, RecordUnreadable

FORMAT_VERSION: Final = 1


class Space(StrEnum):
    """Live and exercise traffic never share a log."""

    LIVE = "live"
    EXERCISE = "exercise"


@dataclass(frozen=True, slots=True)
class RunInfo:
    """What the broker that writes says about itself and its log."""

    engine_version: str
    geoid_version: str
    space: Space
    log_id: str
    region_key: str
    node_epoch: int
    feed_epoch: int
    boot_id: str
    """Of the machine's present start; another one means that memory was lost in between."""
    secret: bytes = field(repr=False)
    """Random key of the audience-scoped track ids, so that they survive a restart."""


@dataclass(frozen=True, slots=True)
class SegmentHeader:
    """One segment's header. `previous_check` ties it to the end of the segment before."""

    run: RunInfo
    first_seq: int
    previous_check: int
    unread: tuple[tuple[str, str], ...] = ()
    """What another release wrote besides. The check covers it, so the chain still holds."""

    def chain_start(self) -> int:
        """The check that the first record continues from."""
        return _check(dict(_values(self)))


def _values(header: SegmentHeader) -> list[tuple[str, str]]:
    run = header.run
    return [
        ("boot_id", run.boot_id),
        ("engine_version", run.engine_version),
        ("feed_epoch", str(run.feed_epoch)),
        ("first_seq", str(header.first_seq)),
        ("format_version", str(FORMAT_VERSION)),
        ("geoid_version", run.geoid_version),
        ("log_id", run.log_id),
        ("node_epoch", str(run.node_epoch)),
        ("previous_check", str(header.previous_check)),
        ("region_key", run.region_key),
        ("secret", run.secret.hex()),
        ("space", str(run.space)),
        *header.unread,
    ]


def _check(values: dict[str, str]) -> int:
    return zlib.crc32(to_bytes(values))


def header_rows(header: SegmentHeader) -> list[tuple[str, str]]:
    """The rows of the header table, with their own check last."""
    values = _values(header)
    return [*values, ("check", str(_check(dict(values))))]


def header_from_rows(rows: Iterable[tuple[object, object]], segment: str) -> SegmentHeader:
    """Read the header table. Raises JournalDamaged or, for a newer format, JournalMismatch."""
    values = {str(key): str(value) for key, value in rows}
    stored_check = values.pop("check", "")
    if stored_check != str(_check(values)):
        raise JournalDamaged(segment, 0, "the header is not as it was written")
    if values.get("format_version") != str(FORMAT_VERSION):
        raise JournalMismatch(
            f"{segment} has format {values.get('format_version')}, "
            f"this release reads {FORMAT_VERSION}"
        )
    fields = Fields(values)
    try:
        header = SegmentHeader(
            _run_info(fields), int(fields.text("first_seq")), int(fields.text("previous_check"))
        )
    except (RecordUnreadable, ValueError) as error:
        raise JournalDamaged(segment, 0, f"the header does not make sense: {error}") from error
    known = dict(_values(header))
    return replace(
        header, unread=tuple((key, value) for key, value in values.items() if key not in known)
    )


def _run_info(fields: Fields) -> RunInfo:
    return RunInfo(
        engine_version=fields.text("engine_version"),
        geoid_version=fields.text("geoid_version"),
        space=Space(fields.text("space")),
        log_id=fields.text("log_id"),
        region_key=fields.text("region_key"),
        node_epoch=int(fields.text("node_epoch")),
        feed_epoch=int(fields.text("feed_epoch")),
        boot_id=fields.text("boot_id"),
        secret=bytes.fromhex(fields.text("secret")),
    )
