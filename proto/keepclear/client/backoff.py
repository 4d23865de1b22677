"""How long to wait before trying again."""

import random


class Backoff:
    """Doubling waits with a spread, so that a recovering broker is not stampeded.

    `first_s` and `cap_s` are seconds; `spread` is a fraction: 0.2 means plus or minus 20 %. The
    cap is short because whoever waits is blind meanwhile; a broker under strain asks for more.
    """

    def __init__(
        self,
        first_s: float = 0.2,
        cap_s: float = 5.0,
        spread: float = 0.2,
        chance: random.Random | None = None,
    ) -> None:
        if not 0.0 < first_s <= cap_s or not 0.0 <= spread < 1.0:
            raise ValueError("want 0 < first_s <= cap_s and 0 <= spread < 1")
        self._first_s = first_s
        self._cap_s = cap_s
        self._spread = spread
        self._chance = chance or random.Random()  # noqa: S311 - a spread, not a secret
        self._next_s = first_s

    def reset(self) -> None:
        """Start again from the shortest wait: the last try worked."""
        self._next_s = self._first_s

    def next_s(self, at_least_s: float | None = None) -> float:
        """Seconds to wait now; each call doubles the next. Never below what the broker asked."""
        wait_s = self._next_s * (1.0 + self._spread * self._chance.uniform(-1.0, 1.0))
        self._next_s = min(self._next_s * 2.0, self._cap_s)
        return max(wait_s, at_least_s or 0.0)
