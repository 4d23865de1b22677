"""How an audience stands to an alert: all who stand alike read the same, but for their ids.

An alert is worded for its reader. Most readers have no aircraft in it, and what those read follows
from a few facts alone: their role, whose flights they are shown by name, and which desks they have
agreed upon. So an alert is worded once for all who share these facts, and a reader more costs
hardly anything. Whoever is named in it, by an aircraft, by the keep-clear request that it is about,
or as one of the few that are told, reads words of its own.
"""

from typing import Final, NamedTuple

from broker.core.agreements.model import AgreementParty
from broker.core.agreements.register import AgreementRegister
from broker.core.alerts import Alert, AlertKind
from broker.core.names import Audience, Role
from broker.core.restrictions.register import RestrictionRegister
from broker.core.sharing.levels import Sharing

COMPANIES_KEPT_MAX: Final = 500
"""Sets of agencies that met; beyond it all are worked out again."""


class Standing(NamedTuple):
    """All that the view of an onlooker depends on, beside the alert."""

    role: Role
    by_name: tuple[bool, ...]
    """Of each agency in the alert: whether the reader is shown its open flights by name."""
    desks: tuple[AgreementParty | None, ...]
    """Of each: whom the reader has agreed to call."""
    sees_everybody: bool
    """Told apart only where the alert names nobody any more: a cluster that has ended."""


class _About(NamedTuple):
    """What a standing depends on, of an alert."""

    flown: tuple[str, ...]
    """Whose aircraft it is about."""
    asked: tuple[str, ...]
    """Who set the keep-clear requests that it is about, and who alone is told."""
    is_of_nobody: bool


class Onlookers:
    """Tells who stands alike to an alert.

    Most alerts are about agencies that met before: how an audience stands to those is kept for as
    long as the agreements in force are the same.
    """

    def __init__(
        self, sharing: Sharing, agreements: AgreementRegister, restrictions: RestrictionRegister
    ) -> None:
        self._sharing = sharing
        self._agreements = agreements
        self._restrictions = restrictions
        self._known: dict[_About, dict[Audience, Standing | None]] = {}
        self._terms = sharing.pairs.terms
        self._in_force = agreements.in_force()

    def standings(self, alert: Alert) -> "Standings":
        """How audiences stand to one alert, now."""
        terms, in_force = self._sharing.pairs.terms, self._agreements.in_force()
        is_as_before = terms is self._terms and in_force is self._in_force
        if not is_as_before or len(self._known) >= COMPANIES_KEPT_MAX:
            self._known.clear()
            self._terms, self._in_force = terms, in_force
        about = self._about(alert)
        return Standings(about, self._sharing, self._agreements, self._known.setdefault(about, {}))

    def _about(self, alert: Alert) -> _About:
        flown: dict[str, None] = {}
        asked: dict[str, None] = {}
        for one in (alert, *alert.members):
            asked.update(dict.fromkeys(one.told_to))
            for number in (one.track_a, one.track_b):
                if number >= 0:
                    flown[self._sharing.of_number(number)[0]] = None
            if one.restriction_name:
                restriction = self._restrictions.get(one.restriction_name)
                if restriction is not None:
                    asked[restriction.draft.name.agency] = None
        asked.update(dict.fromkeys(one.agency for one in alert.apart))
        is_of_nobody = alert.kind is AlertKind.CLUSTER and not alert.members
        return _About(tuple(flown), tuple(asked), is_of_nobody)


class Standings:
    """How audiences stand to one alert."""

    def __init__(
        self,
        about: _About,
        sharing: Sharing,
        agreements: AgreementRegister,
        known: dict[Audience, Standing | None],
    ) -> None:
        self._about = about
        self._pairs = sharing.pairs
        self._agreements = agreements
        self._known = known

    def of(self, audience: Audience) -> Standing | None:
        """How an audience stands to the alert; None for one that is named in it."""
        if audience not in self._known:
            self._known[audience] = self._worked_out(audience)
        return self._known[audience]

    def _worked_out(self, audience: Audience) -> Standing | None:
        reader, (flown, asked, is_of_nobody) = audience.agency, self._about
        if reader in flown or reader in asked:
            return None
        return Standing(
            audience.role,
            tuple([self._pairs.is_full(owner, reader) for owner in flown]),
            tuple([self._agreements.contact(owner, reader) for owner in flown]),
            not is_of_nobody or self._pairs.sees_everybody(reader),
        )
