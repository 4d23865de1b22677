"""What people are told about a track beside what its reports say: who hears it, and what is odd."""

from dataclasses import dataclass, field

from broker.core.names import SystemName


@dataclass(frozen=True, slots=True)
class HeardBy:
    """One publisher that hears the aircraft."""

    publisher: SystemName
    source: int
    basis: str
    """Why its reports count as this aircraft's: `first`, `identity` or `motion`."""
    confidence: float


@dataclass(frozen=True, slots=True)
class Flag:
    """A rule of the supply-chain policy that the aircraft comes under where it is."""

    rule_id: str
    text: str
    shown_to_all: bool
    """Not only to its own agency."""


@dataclass(slots=True)
class Marks:
    """By slot; a slot that is not named has none."""

    heard_by: dict[int, tuple[HeardBy, ...]] = field(default_factory=dict)
    """Where there are several; the owner first."""
    doubts: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Why the track may not be what it says."""
    flags: dict[int, tuple[Flag, ...]] = field(default_factory=dict)
    """Supply-chain rules, see `core.supply_chain`."""

    def set_doubts(self, slot: int, doubts: tuple[str, ...]) -> None:
        """No doubts take the mark away."""
        self.doubts.pop(slot, None)
        if doubts:
            self.doubts[slot] = doubts

    def private_flags(self, slot: int) -> tuple[Flag, ...]:
        """Those that only the track's own agency is shown."""
        return tuple(flag for flag in self.flags.get(slot, ()) if not flag.shown_to_all)

    def set_flags(self, slot: int, flags: tuple[Flag, ...]) -> None:
        """No flags take the mark away."""
        self.flags.pop(slot, None)
        if flags:
            self.flags[slot] = flags

    def forget(self, slot: int) -> None:
        """The track has ended."""
        self.heard_by.pop(slot, None)
        self.doubts.pop(slot, None)
        self.flags.pop(slot, None)
