"""Adapters by name: `readsb=http://receiver/data/aircraft.json` becomes a configured adapter."""

from collections.abc import Callable
from pathlib import Path

import httpx

from adapters.clock import Clock, VirtualClock
from adapters.model import Adapter
from adapters.readsb.report import decode
from adapters.readsb.source import (
    RECORDING_SUFFIXES,
    FileSource,
    HttpSource,
    RecordingSource,
    first_time_us,
)

Build = Callable[[str, Clock, VirtualClock | None], Adapter]


class UnknownAdapter(ValueError):
    """The text does not name an adapter; says what would."""


def _readsb(where: str, clock: Clock, recording_clock: VirtualClock | None) -> Adapter:
    """A URL is polled, a file is watched; a directory or a .jsonl file is played once.

    With a `recording_clock` every file is a recording, and that clock paces it.
    """
    if where.startswith(("http://", "https://")):
        try:
            return _live_readsb(HttpSource(where, clock), clock)
        except httpx.InvalidURL as error:
            raise UnknownAdapter(f"the address is not a URL: {error}") from None
    path = Path(where)
    if recording_clock is None and not path.is_dir() and path.suffix not in RECORDING_SUFFIXES:
        return _live_readsb(FileSource(path, clock), clock)
    if not path.exists():
        raise UnknownAdapter(f"there is no recording {where!r}")
    own_clock = recording_clock or VirtualClock()
    recording = RecordingSource(path, own_clock)
    return Adapter(f"readsb {recording.where}", recording, decode, own_clock, lossless=True)


def _live_readsb(source: HttpSource | FileSource, clock: Clock) -> Adapter:
    return Adapter(f"readsb {source.where}", source, decode, clock)


KINDS: dict[str, Build] = {"readsb": _readsb}


def build(setting: str, clock: Clock, recording_clock: VirtualClock | None = None) -> Adapter:
    """Build the adapter that `kind=where` asks for; raises UnknownAdapter."""
    kind, where = split(setting)
    return KINDS[kind](where, clock, recording_clock)


def split(setting: str) -> tuple[str, str]:
    """`kind=where` as its two parts; raises UnknownAdapter."""
    kind, separator, where = setting.partition("=")
    if not separator or not where or kind not in KINDS:
        known = ", ".join(f"{name}=ADDRESS" for name in sorted(KINDS))
        raise UnknownAdapter(f"{setting!r} is not an adapter; known: {known}")
    return kind, where


def recording_start_us(setting: str) -> int | None:
    """Time of the first document of a recorded file, or None for a URL and a file without times."""
    _, where = split(setting)
    if where.startswith(("http://", "https://")):
        return None
    if not Path(where).exists():
        raise UnknownAdapter(f"there is no recording {where!r}")
    return first_time_us(Path(where))
