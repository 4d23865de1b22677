"""The evidence of each pair that is looked at, from its first look until it is proof or too old."""

from typing import Final

from broker.core.tracks.correlation.evidence import Evidence, refutes
from broker.core.tracks.correlation.looking import look_at
from broker.core.tracks.register import TrackRegister
from broker.core.units import SECOND_US

LOOK_AGAIN_US: Final = 4 * SECOND_US
"""Two radio tracks have both their turn: the second look so soon shows nothing new."""
EVIDENCE_KEPT_US: Final = 120 * SECOND_US
"""Without another look: where many are heard by radio, pairs are looked at in turns."""
PAIRS_UNDER_LOOK_MAX: Final = 5_000

Pair = tuple[int, int]
"""Track numbers, the lower first."""


class Looks:
    """What was seen so far of the pairs of one register."""

    def __init__(self, register: TrackRegister) -> None:
        self._register = register
        self.evidence: dict[Pair, Evidence] = {}

    def add(self, slot_a: int, slot_b: int) -> Evidence | None:
        """Look at both once more; the evidence with it, None where it shows nothing new."""
        pair, look = self._pair(slot_a, slot_b), look_at(self._register, slot_a, slot_b)
        evidence = self.evidence.get(pair)
        if evidence is not None and look.at_us < evidence.last_us + LOOK_AGAIN_US:
            return None
        if evidence is None and len(self.evidence) >= PAIRS_UNDER_LOOK_MAX:
            return None
        if evidence is None or refutes(look):
            evidence = self.evidence[pair] = Evidence(first_us=look.at_us, last_us=look.at_us)
        if refutes(look):
            return None
        evidence.add(look)
        return evidence

    def forget(self, slot_a: int, slot_b: int) -> None:
        """They are one now."""
        del self.evidence[self._pair(slot_a, slot_b)]

    def forget_old(self, now_us: int) -> None:
        """Drop the evidence of pairs that were not looked at for long."""
        self.evidence = {
            pair: one
            for pair, one in self.evidence.items()
            if now_us - one.last_us < EVIDENCE_KEPT_US
        }

    def _pair(self, slot_a: int, slot_b: int) -> Pair:
        number = self._register.columns.track_number
        low, high = sorted((int(number[slot_a]), int(number[slot_b])))
        return low, high
