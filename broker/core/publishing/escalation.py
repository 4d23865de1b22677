"""Who has not acknowledged in time is told to a named desk, once for each edition.

The notice is numbered like everything that follows from the log, and stands in that desk's
snapshots until the last agency has answered or the restriction has ended.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from broker.core.effects import DeskNotice
from broker.core.names import Audience, Role
from broker.core.publishing.model import Edition, PublishingRules
from broker.core.publishing.receipts import Receipts
from broker.core.restrictions.register import RestrictionRegister

UNACKNOWLEDGED: Final = "restriction-unacknowledged"
ACKNOWLEDGED: Final = "restriction-acknowledged"


class Escalation:
    """Watches the editions of live restrictions."""

    def __init__(
        self,
        restrictions: RestrictionRegister,
        receipts: Receipts,
        audiences: Mapping[Audience, None],
        agency_names: Mapping[str, str],
    ) -> None:
        self.rules = PublishingRules()
        self._restrictions = restrictions
        self._receipts = receipts
        self._audiences = audiences
        self._agency_names = agency_names

    def outstanding(self, edition: Edition) -> tuple[str, ...]:
        """Agencies with a desk, the publisher's aside, of which none has acknowledged."""
        desks = {one.agency for one in self._audiences if one.role is Role.DESK}
        return tuple(sorted(desks - edition.agencies_acknowledged() - {edition.name.agency}))

    def advance(self, now_us: int) -> Iterator[DeskNotice]:
        """Notices about editions whose time is up."""
        after_us = self.rules.unacknowledged_after_us
        if after_us <= 0:
            return
        due = [
            one
            for one in self._receipts.newest()
            if one.escalated_us is None
            and one.published_us + after_us <= now_us
            and self._restrictions.is_live(one.name)
            and self.outstanding(one)
        ]
        for edition in due:
            self._receipts.escalated(edition, now_us)
            yield self._notice(edition)

    def answered(self, edition: Edition) -> Iterator[DeskNotice]:
        """A word to the desk that was told, once nobody is outstanding any more."""
        if edition.escalated_us is not None and not self.outstanding(edition):
            text = f"everybody has acknowledged {edition.name}, version {edition.version}"
            yield DeskNotice(self._desk_for(edition), ACKNOWLEDGED, text)

    def standing(self, audience: Audience) -> list[DeskNotice]:
        """What a desk was told and still holds, by restriction: part of its snapshots."""
        if audience.role is not Role.DESK:
            return []
        open_ = [
            one
            for one in self._receipts.newest()
            if one.escalated_us is not None
            and self._desk_for(one) == audience.agency
            and self._restrictions.is_live(one.name)
            and self.outstanding(one)
        ]
        return [self._notice(one) for one in sorted(open_, key=lambda one: one.name)]

    def _desk_for(self, edition: Edition) -> str:
        named = self.rules.escalation_agency
        return named if Audience(named, Role.DESK) in self._audiences else edition.name.agency

    def _notice(self, edition: Edition) -> DeskNotice:
        who = ", ".join(self._agency_names.get(one, one) for one in self.outstanding(edition))
        found = self._restrictions.get(edition.name)
        title = "" if found is None else f'"{found.draft.title}" '
        text = (
            f"{title}({edition.name}, version {edition.version}) is not acknowledged after "
            f"{self.rules.unacknowledged_after_s} s by: {who}. Call them."
        )
        return DeskNotice(self._desk_for(edition), UNACKNOWLEDGED, text)
