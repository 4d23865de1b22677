"""What gateways ask before they act: who the caller is to the decision point, and its limits.

Without an identity folder names are claimed, not proven: everybody on this machine may speak as
any configured agency, and the feed says so. A limit per name would then limit nobody.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from broker.core.names import SystemName
from broker.core.sharing.decision import Decision, decide
from broker.core.sharing.roles import CLAIMED_ROLES, Action, Resource, Subject, Terms, Zone
from broker.core.units import SECOND_US

BUCKETS_MAX: Final = 20_000


class TooMuch(Exception):
    """One identity sends more than its limits; the message says which."""


class Identities(Protocol):
    """Whoever knows the systems: the identity folder, or nobody."""

    def subject(self, system: SystemName) -> Subject | None:
        """Who a system is, or None for one that is not enrolled."""
        ...


class ClaimedIdentities:
    """Everybody is who they say they are."""

    def subject(self, system: SystemName) -> Subject | None:
        """A claimed name with every role that needs no proof."""
        return Subject(system, CLAIMED_ROLES)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one identity may send in a second; a burst of two seconds' worth may come at once."""

    reports_per_s: float = 5_000.0
    requests_per_s: float = 50.0
    bytes_per_s: float = 4_000_000.0


@dataclass(slots=True)
class _Bucket:
    """A token bucket: it fills at a rate and holds a burst."""

    tokens: float
    filled_us: int

    def take(self, amount: float, rate: float, burst: float, now_us: int) -> bool:
        gained = max(0, now_us - self.filled_us) / SECOND_US * rate
        self.tokens = min(burst, self.tokens + gained)
        self.filled_us = now_us
        # One that is larger than any burst passes when the bucket is full, and leaves a debt.
        if self.tokens < min(amount, burst):
            return False
        self.tokens -= amount
        return True


class Access:
    """The way from a gateway to the decision point. Any thread may ask."""

    def __init__(
        self,
        terms: Callable[[], Terms],
        identities: Identities | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Without `identities` names are claimed; without `limits` nothing is limited."""
        self._terms = terms
        self._identities = identities or ClaimedIdentities()
        self._limits = limits
        self._buckets: dict[tuple[SystemName, str], _Bucket] = {}
        self.refused_count = 0

    def decide(
        self, system: SystemName, action: Action, *, agency: str = "", area: Zone | None = None
    ) -> Decision:
        """May `system` do this to what is `agency`'s (its own agency's unless named)?"""
        subject = self._identities.subject(system)
        if subject is None:
            return Decision(False, f"{system} is not enrolled here", "not-enrolled")
        resource = Resource(agency or system.agency, area)
        decision = decide(subject, action, resource, self._terms())
        self.refused_count += not decision.allowed
        return decision

    def confined_to(self, system: SystemName, action: Action) -> Zone | None:
        """The zone outside which `system` may not do this; None where it may everywhere."""
        zone = self.zone(system)
        return zone if self.decide(system, action, area=zone).confined else None

    def zone(self, system: SystemName) -> Zone | None:
        """The zone that a system is confined to, if it is."""
        subject = self._identities.subject(system)
        return None if subject is None else subject.zone

    def over_limit(
        self, system: SystemName, now_us: int, *, reports: int = 0, size_bytes: int = 0
    ) -> str:
        """Count one message against its sender's limits; the reason if it is too much, or ""."""
        limits = self._limits
        if limits is None:
            return ""
        wanted = (
            ("reports", float(reports), limits.reports_per_s),
            ("requests", 0.0 if reports else 1.0, limits.requests_per_s),
            ("bytes", float(size_bytes), limits.bytes_per_s),
        )
        for what, amount, rate in wanted:
            if amount and not self._bucket(system, what, rate, now_us).take(
                amount, rate, 2 * rate, now_us
            ):
                return f"{system} sends more than {rate:,.0f} {what} a second"
        return ""

    def _bucket(self, system: SystemName, what: str, rate: float, now_us: int) -> _Bucket:
        found = self._buckets.get((system, what))
        if found is None:
            if len(self._buckets) >= BUCKETS_MAX:
                self._buckets.pop(next(iter(self._buckets)))
            found = self._buckets[system, what] = _Bucket(2 * rate, now_us)
        return found
