"""Partial messages merged per device: what each property was last, and when that was said.

A dock sends its properties in three disjoint messages, an aircraft leaves out what did not change.
A property that a message does not name keeps its value; one it names without a value is forgotten,
never overwritten with zero. Memory is bounded: the device that was silent longest goes first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from adapters.dji.devices import Kind
from adapters.dji.fields import Kept, Value
from adapters.dji.intent import Intent

MAX_DEVICES: Final = 4_000
MAX_VALUE_AGE_US: Final = 30_000_000
"""Of a property of fixed-rate messages (one in 2 s): older than fifteen of them is not known."""


@dataclass(slots=True)
class Device:
    """One device as its messages add up."""

    serial: str
    kind: Kind = Kind.UNKNOWN
    model_key: str = ""
    gateway: str = ""
    values: dict[str, Value] = field(default_factory=dict)
    said_us: dict[str, int] = field(default_factory=dict)
    """Path -> when that property was said last."""
    last_us: int = 0
    fix: tuple[float, float, int] | None = None
    """The position reported last, and its time."""
    intent: Intent | None = None
    launch_event_us: int | None = None
    """Of a dock: when an event said last that its aircraft is about to leave."""

    def take(self, kept: Kept, at_us: int) -> None:
        """Merge one message; an older one than a property's last never overwrites it."""
        for path, value in kept.values.items():
            if at_us >= self.said_us.get(path, 0):
                self.values[path] = value
                self.said_us[path] = at_us
        for path in kept.unread:
            if at_us >= self.said_us.get(path, 0):
                self.values.pop(path, None)
                self.said_us[path] = at_us
        self.last_us = max(self.last_us, at_us)

    def recent(self, now_us: int, lasting: frozenset[str] = frozenset()) -> Mapping[str, Value]:
        """What is still true at `now_us`; `lasting` properties are sent on change only."""
        return {
            path: value
            for path, value in self.values.items()
            if path in lasting or now_us - self.said_us[path] <= MAX_VALUE_AGE_US
        }


class Devices:
    """All devices of one fleet, the longest silent first."""

    def __init__(self) -> None:
        self._known: dict[str, Device] = {}
        self.forgotten = 0

    def __len__(self) -> int:
        return len(self._known)

    def find(self, serial: str) -> Device | None:
        """A device that has been heard or named."""
        return self._known.get(serial)

    def heard(self, serial: str) -> Device:
        """The device, now the one heard last; made where it is new."""
        device = self._known.pop(serial, None) or Device(serial)
        self._known[serial] = device
        if len(self._known) > MAX_DEVICES:
            del self._known[next(iter(self._known))]
            self.forgotten += 1
        return device
