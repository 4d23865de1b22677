"""Adapters by name: a feed's TOML table, or `kind=address`, becomes a configured adapter."""

from pathlib import Path
from typing import Any

from adapters.clock import Clock, VirtualClock
from adapters.kinds import KINDS, Kind
from adapters.model import Adapter, Decoder
from adapters.settings import FeedSettings, UnknownAdapter, read_table
from adapters.sources.recording import RecordingSource, first_time_us

__all__ = ["KINDS", "UnknownAdapter", "build", "build_feed", "kind_of", "recording_start_us"]


def build(setting: str, clock: Clock, recording_clock: VirtualClock | None = None) -> Adapter:
    """Build the adapter that `kind=address` asks for; raises UnknownAdapter."""
    kind, address = split(setting)
    return build_feed(kind, {"kind": kind, "address": address}, clock, recording_clock)


def build_feed(
    name: str, table: dict[str, Any], clock: Clock, recording_clock: VirtualClock | None = None
) -> Adapter:
    """Build one feed from its table; raises UnknownAdapter.

    With a `recording_clock` every file is a recording, and that clock paces it.
    """
    kind, settings = _read(name, table)
    decoder: Decoder = kind.decoder(settings)
    source = kind.live(settings, clock)
    is_path = "://" not in settings.address
    if source is not None and not (is_path and recording_clock is not None):
        return Adapter(
            f"{name} {source.where}",
            source,
            decoder,
            clock,
            silent_after_s=settings.silent_after_s,
            book=settings.book,
            upkeep=settings.upkeep(clock),
        )
    path = Path(settings.address)
    if not is_path or not path.exists():
        # A URL may hold a password, so it is not repeated.
        what = f"there is no recording {settings.address!r}" if is_path else "not for this adapter"
        raise UnknownAdapter(f"{name}.address: {what}; {settings.kind} takes {kind.address}")
    own_clock = recording_clock or VirtualClock()
    recording = RecordingSource(path, own_clock, kind.recorded)
    return Adapter(
        f"{name} {recording.where}", recording, decoder, own_clock, True, book=settings.book
    )


def kind_of(name: str) -> Kind:
    """A format by its name; raises UnknownAdapter, which says what is known."""
    if name not in KINDS:
        raise UnknownAdapter(f"{name!r} is not an adapter; known: {', '.join(sorted(KINDS))}")
    return KINDS[name]


def _read(name: str, table: dict[str, Any]) -> tuple[Kind, FeedSettings]:
    kind = kind_of(str(table.get("kind", "")))
    return kind, read_table(kind.settings, name, table)


def split(setting: str) -> tuple[str, str]:
    """`kind=address` as its two parts; raises UnknownAdapter."""
    kind, separator, address = setting.partition("=")
    if not separator or not address or kind not in KINDS:
        known = ", ".join(f"{name}=ADDRESS" for name in sorted(KINDS))
        raise UnknownAdapter(f"{setting!r} is not an adapter; known: {known}")
    return kind, address


def recording_start_us(setting: str) -> int | None:
    """Time of the first document of a recorded file, or None for a URL and a file without times."""
    kind, address = split(setting)
    if "://" in address:
        return None
    if not Path(address).exists():
        raise UnknownAdapter(f"there is no recording {address!r}")
    return first_time_us(Path(address), KINDS[kind].recorded)
