"""How an audience stands to an alert: all who stand alike read the same, but for their ids.

An alert is worded for its reader. Most readers have no aircraft in it, and what those read follows
from a few facts alone: their role, whose flights they are shown by name, and which desks they have
agreed upon. So an alert is worded once for all who share these facts, and a reader more costs
hardly anything. Whoever is named in it, by an aircraft, by the keep-clear request that it is about,
or as one of the few that are told, reads words of its own.
"""

from typing import NamedTuple

from broker.core.agreements.model import AgreementParty
from broker.core.agreements.register import AgreementRegister
from broker.core.effects import Alert, AlertKind
from broker.core.names import Audience, Role
from broker.core.restrictions.register import RestrictionRegister
from broker.core.sharing.levels import Sharing


class Standing(NamedTuple):
    """All that the view of an onlooker depends on, beside the alert."""

    role: Role
    by_name: tuple[bool, ...]
    """Of each agency in the alert: whether the reader is shown its open flights by name."""
    desks: tuple[AgreementParty | None, ...]
    """Of each: whom the reader has agreed to call."""
    sees_everybody: bool
    """Told apart only where the alert names nobody any more: a cluster that has ended."""


class Onlookers:
    """Tells who stands alike to one alert. For one moment only: agreements change."""

    def __init__(
        self,
        alert: Alert,
        sharing: Sharing,
        agreements: AgreementRegister,
        restrictions: RestrictionRegister,
    ) -> None:
        self._pairs = sharing.pairs
        self._agreements = agreements
        flown: dict[str, None] = {}
        asked: set[str] = set()
        for one in (alert, *alert.members):
            asked.update(one.told_to)
            for number in (one.track_a, one.track_b):
                if number >= 0:
                    flown[sharing.of_number(number)[0]] = None
            restriction = restrictions.get(one.restriction_name) if one.restriction_name else None
            if restriction is not None:
                asked.add(restriction.draft.name.agency)
        self._flown = tuple(flown)
        self._is_of_nobody = alert.kind is AlertKind.CLUSTER and not alert.members
        self._named = asked.union(flown)

    def standing(self, audience: Audience) -> Standing | None:
        """How an audience stands to the alert; None for one that is named in it."""
        reader = audience.agency
        if reader in self._named:
            return None
        return Standing(
            audience.role,
            tuple([self._pairs.is_full(owner, reader) for owner in self._flown]),
            tuple([self._agreements.contact(owner, reader) for owner in self._flown]),
            not self._is_of_nobody or self._pairs.sees_everybody(reader),
        )
