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


@dataclass(slots=True)
class Marks:
    """By slot; a slot that is not named has none."""

    heard_by: dict[int, tuple[HeardBy, ...]] = field(default_factory=dict)
    """Where there are several; the owner first."""
    doubts: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Why the track may not be what it says."""

    def set_doubts(self, slot: int, doubts: tuple[str, ...]) -> None:
        """No doubts take the mark away."""
        self.doubts.pop(slot, None)
        if doubts:
            self.doubts[slot] = doubts

    def forget(self, slot: int) -> None:
        """The track has ended."""
        self.heard_by.pop(slot, None)
        self.doubts.pop(slot, None)
