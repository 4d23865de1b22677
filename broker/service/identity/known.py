"""Everybody the broker knows: enrolled systems, and people who are signed in."""

from broker.core.names import SystemName
from broker.core.sharing.roles import Subject
from broker.service.clock import Clock
from broker.service.identity.names import PERSON_PREFIX
from broker.service.identity.tokens import People
from broker.service.identity.trust import Trust


class Known:
    """Systems from the register; people by their tokens, where signing in is set up."""

    def __init__(self, trust: Trust, people: People | None, clock: Clock) -> None:
        self.trust = trust
        self.people = people
        self._clock = clock

    def subject(self, system: SystemName) -> Subject | None:
        """Who a name is to the decision point, or None for one that is nobody."""
        if not system.system.startswith(PERSON_PREFIX):
            return self.trust.subject(system)
        if self.people is None:
            return None
        return self.people.subject(system, self._clock.now_us())
