"""What the rule numbers in pair memory mean, through changes of policy.

A row keeps the number of the rule that judged it last, and its alert must go on naming that rule
when another policy is in force: old rules that some row still names come first, the policy's own
last.
"""

from collections.abc import Iterable

import numpy as np

from broker.core.separation import pair_memory as of
from broker.core.separation.pair_memory import PairMemory


class RuleNames:
    """Rule ids by number."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.first_own = 0
        """Number of the first of the policy's own."""

    def load(self, memory: PairMemory, own: tuple[str, ...]) -> None:
        """Another policy's rules from now on; the rows are numbered anew."""
        rules = memory.state[:, of.RULE]
        named = np.flatnonzero((rules >= 0) & (memory.state[:, of.TRACK_A] != of.NO_TRACK))
        kept, places = np.unique(rules[named], return_inverse=True)
        rules[named] = places
        self._number([self.names[rule] for rule in kept.tolist()], own)

    def restore(self, used: Iterable[str], own: tuple[str, ...]) -> None:
        """After a restore: those that the rows used, and the policy's own."""
        self._number(sorted({*used} - {"", *own}), own)

    def _number(self, old: list[str], own: tuple[str, ...]) -> None:
        self.names, self.first_own = [*old, *own], len(old)

    def name(self, rule: int) -> str:
        """The id of a rule; empty for none."""
        return "" if rule < 0 else self.names[rule]

    def numbers(self) -> dict[str, int]:
        """By id."""
        return {name: rule for rule, name in enumerate(self.names)}
