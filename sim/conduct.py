"""How people keep to what was agreed, as shares; a share of none leaves everything as planned."""

from dataclasses import dataclass
from random import Random
from typing import Final

from sim.measures import MINUTE_US, SECOND_US

READ_AFTER_US: Final = 20 * SECOND_US
"""From a keep-clear request on a desk's screen to its aircraft's new routes."""
ACT_AFTER_US: Final = 10 * SECOND_US
"""From an alert on a desk's screen to the aircraft's move: 8 s of a person and 2 s of links."""
LOOK_EVERY_US: Final = 20 * SECOND_US
"""How often a crew under way looks at the picture for what lies ahead."""
WAIT_EVERY_US: Final = 10 * SECOND_US
WAIT_US_MAX: Final = 3 * MINUTE_US
"""How long a launch waits before it goes all the same: somebody has called for it."""


@dataclass(frozen=True, slots=True)
class Conduct:
    """Shares from 0 to 1."""

    requests: float = 0.0
    """Of drone flights: routes go round the keep-clear requests of others."""
    warnings: float = 0.0
    """Of warnings, and of what else asks a drone's desk to act at once: it does."""
    cautions: float = 0.0
    """Of cautions of other aircraft: the desk acts on them already."""
    picture: float = 0.0
    """Of drone flights: their crews read the shared picture, before launch and under way."""
    holds: float = 0.0
    """Of launches from docks under a launch hold: they wait for its end."""
    clearings: float = 0.0
    """Of drones that a helicopter's desk asks to come down before it lands or lifts: they do."""
    agreement: float = 0.0
    """Of drones that crews launch at an incident: they stay in their own band and sector."""

    def keeps(self, share: float, seed: int, *what: str) -> bool:
        """One decision, the same however often and in whatever order it is asked for."""
        return share > 0.0 and Random("/".join((str(seed), "conduct", *what))).random() < share


UNMOVED: Final = Conduct()
# Basis: judgement. Requests are on the planning screen; a warning finds one desk in ten busy;
# bands and sectors are briefed, and one crew in ten has no room or no time to keep to them.
# What a desk reads in time it acts on as often: cautions, the picture, holds, and calls by voice.
AS_AGREED: Final = Conduct(
    requests=0.95,
    warnings=0.9,
    cautions=0.9,
    picture=0.9,
    holds=0.9,
    clearings=0.9,
    agreement=0.9,
)
