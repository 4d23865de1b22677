"""Adapters by name: `readsb=http://receiver/data/aircraft.json` becomes a configured adapter."""

from collections.abc import Callable
from pathlib import Path

import httpx

from adapters.clock import Clock, VirtualClock
from adapters.model import Adapter
from adapters.readsb.report import decode
from adapters.readsb.source import RECORDING_SUFFIXES, FileSource, HttpSource, RecordingSource

Build = Callable[[str, Clock], Adapter]


class UnknownAdapter(ValueError):
    """The text does not name an adapter; says what would."""


def _readsb(where: str, clock: Clock) -> Adapter:
    """A URL is polled, a file is watched; a directory or a .jsonl file is played once."""
    if where.startswith(("http://", "https://")):
        try:
            return _live_readsb(HttpSource(where, clock), clock)
        except httpx.InvalidURL as error:
            raise UnknownAdapter(f"the address is not a URL: {error}") from None
    path = Path(where)
    if not path.is_dir() and path.suffix not in RECORDING_SUFFIXES:
        return _live_readsb(FileSource(path, clock), clock)
    if not path.exists():
        raise UnknownAdapter(f"there is no recording {where!r}")
    own_clock = VirtualClock()
    recording = RecordingSource(path, own_clock)
    return Adapter(f"readsb {recording.where}", recording, decode, own_clock, lossless=True)


def _live_readsb(source: HttpSource | FileSource, clock: Clock) -> Adapter:
    return Adapter(f"readsb {source.where}", source, decode, clock)


KINDS: dict[str, Build] = {"readsb": _readsb}


def build(setting: str, clock: Clock) -> Adapter:
    """Build the adapter that `kind=where` asks for; raises UnknownAdapter."""
    kind, separator, where = setting.partition("=")
    if not separator or not where or kind not in KINDS:
        known = ", ".join(f"{name}=ADDRESS" for name in sorted(KINDS))
        raise UnknownAdapter(f"{setting!r} is not an adapter; known: {known}")
    return KINDS[kind](where, clock)
