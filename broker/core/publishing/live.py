"""Becoming live: whichever way a keep-clear request was made, it gets its edition here."""

from collections.abc import Mapping
from dataclasses import replace

from broker.core.errors import BrokenInvariant, refuse
from broker.core.names import RestrictionName, SystemName
from broker.core.publishing.model import PublishingRules
from broker.core.publishing.receipts import Receipts
from broker.core.restrictions.imports import replaced_by
from broker.core.restrictions.model import (
    Publication,
    PublishingEvent,
    Restriction,
    RestrictionDraft,
)
from broker.core.restrictions.register import RestrictionRegister


class GoingLive:
    """Makes keep-clear requests live, amends and withdraws them, and begins their editions."""

    def __init__(
        self,
        restrictions: RestrictionRegister,
        receipts: Receipts,
        agency_names: Mapping[str, str],
    ) -> None:
        self.rules = PublishingRules()
        self._restrictions = restrictions
        self._receipts = receipts
        self._agency_names = agency_names

    def create(self, draft: RestrictionDraft, sender: SystemName, now_us: int) -> list[Restriction]:
        """Set a new one without a draft; what changed, it first. Raises as the register does."""
        return self.publish(draft, sender, now_us, None, is_new=True)

    def publish(
        self,
        draft: RestrictionDraft,
        author: SystemName,
        now_us: int,
        approved_by: SystemName | None,
        *,
        event: PublishingEvent | None = None,
        emergency: bool = False,
        is_new: bool = False,
    ) -> list[Restriction]:
        """Make a draft live, or the next version of what is live; what changed, it first."""
        old, known = self._restrictions.get(draft.name), set(self._agency_names)
        replaces = draft.replaces
        if replaces is not None and not self._restrictions.is_live(replaces):
            reason = f"there is no planned or active restriction {replaces}"
            raise refuse("restriction.replaces", reason)
        amends = not is_new and self._restrictions.is_live(draft.name)
        if amends:
            made = self._restrictions.amend(draft, now_us, known)
        else:
            made = self._restrictions.create(draft, now_us, known)
        usual = PublishingEvent.AMENDED if amends else PublishingEvent.PUBLISHED
        publication = Publication(
            event=event if amends and event is not None else usual,
            author=author,
            version=made.version,
            replaces_version=old.version if old is not None and amends else 0,
            approved_by=approved_by,
            awaits_approval=emergency,
            emergency=emergency,
        )
        made = self._restrictions.set_publication(made, publication)
        self._receipts.begin(draft.name, made.version, now_us)
        ended = replaced_by(self._restrictions, replaces, now_us)
        return [made, *(self._ended(one, author, now_us) for one in ended)]

    def approve(self, live: Restriction, approver: SystemName, now_us: int) -> Restriction:
        """A second person has looked at a live emergency: the same content, a new version."""
        made = live.publication
        if made is None:
            raise BrokenInvariant(f"{live.draft.name} was set by nobody")
        publication = replace(made, approved_by=approver, awaits_approval=False)
        newer = replace(live, version=live.version + 1, changed_us=now_us)
        return self._restrictions.set_publication(newer, publication)

    def withdraw(
        self, name: RestrictionName, version: int, sender: SystemName, now_us: int
    ) -> Restriction:
        """End one for everybody. Raises as the register does."""
        return self._ended(self._restrictions.withdraw(name, version, now_us), sender, now_us)

    def _ended(self, withdrawn: Restriction, sender: SystemName, now_us: int) -> Restriction:
        if withdrawn.draft.is_mirrored:
            return withdrawn
        publication = Publication(
            event=PublishingEvent.WITHDRAWN,
            author=sender,
            version=withdrawn.version,
            replaces_version=withdrawn.version - 1,
        )
        self._receipts.begin(withdrawn.draft.name, withdrawn.version, now_us)
        return self._restrictions.set_publication(withdrawn, publication)
