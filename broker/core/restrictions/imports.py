"""Mirroring a statutory source: item by item, then withdrawing what it no longer lists.

An import is one command, so that a log shows what a source said at one time. Each item is judged
alone: one that is refused holds up no other, and a live one that the source got wrong this time
stays as it was. Only a caller that knows the whole list may have the rest withdrawn.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from broker.core.errors import Refusal, Refused
from broker.core.names import RestrictionName
from broker.core.restrictions.drafting import ROOT
from broker.core.restrictions.imported import ImportedItem, ImportOutcome, ImportReport
from broker.core.restrictions.model import Restriction, RestrictionDraft
from broker.core.restrictions.register import RestrictionRegister

ITEMS_PER_IMPORT_MAX: Final = 200
LISTED_ITEMS_MAX: Final = 5_000


@dataclass(frozen=True, slots=True)
class SourceItems:
    """What is imported: checked restrictions' drafts and, if known, everything that is listed."""

    agency: str
    source_id: str
    drafts: tuple[RestrictionDraft, ...]
    withdraw_unlisted: bool
    listed_item_ids: tuple[str, ...]


def import_items(
    register: RestrictionRegister,
    given: SourceItems,
    now_us: int,
    known_agencies: Collection[str] | None,
) -> tuple[ImportReport, list[Restriction]]:
    """Take the items in; the report, and every restriction that changed, in order."""
    items: list[ImportedItem] = []
    changed: list[Restriction] = []
    withdrawn: list[Restriction] = []
    for place, draft in enumerate(given.drafts):
        was_live = register.is_live(draft.name)
        try:
            _check_belongs(draft, given)
            made, is_new = register.mirror(draft, now_us, known_agencies)
        except Refused as refused:
            refusals = tuple(at_place(one, place) for one in refused.refusals)
            items.append(ImportedItem(str(draft.name), ImportOutcome.REFUSED, 0, refusals))
            continue
        outcome = ImportOutcome.UNCHANGED
        if is_new:
            outcome = ImportOutcome.CHANGED if was_live else ImportOutcome.CREATED
            changed.append(made)
            withdrawn += replaced_by(register, draft.replaces, now_us)
        items.append(ImportedItem(str(draft.name), outcome, made.version))
    if given.withdraw_unlisted:
        withdrawn += _unlisted(register, given, now_us)
    if not all(item.outcome is ImportOutcome.REFUSED for item in items) or not items:
        register.note_refreshed(given.source_id, now_us)
    names = tuple(str(one.draft.name) for one in withdrawn)
    return ImportReport(tuple(items), names), [*changed, *withdrawn]


def replaced_by(
    register: RestrictionRegister, name: RestrictionName | None, now_us: int
) -> list[Restriction]:
    """End the one that a new restriction replaces, if it is live."""
    if name is None or not register.is_live(name):
        return []
    return [register.withdraw(name, 0, now_us)]


def at_place(refusal: Refusal, place: int) -> Refusal:
    """The refusal of one draft as that of an item of an import."""
    return replace(refusal, field=f"restrictions[{place}]{refusal.field.removeprefix(ROOT)}")


def _check_belongs(draft: RestrictionDraft, given: SourceItems) -> None:
    if not draft.is_mirrored:
        raise Refused(Refusal(f"{ROOT}.kind", "must be statutory: nothing else is imported"))
    if draft.source is not None and draft.source.source_id != given.source_id:
        reason = f"must be {given.source_id}, the source of this import"
        raise Refused(Refusal(f"{ROOT}.source.source_id", reason))
    if draft.name.agency != given.agency:
        reason = f"must be of {given.agency}, the agency that imports it"
        raise Refused(Refusal(f"{ROOT}.name", reason))


def _unlisted(register: RestrictionRegister, given: SourceItems, now_us: int) -> list[Restriction]:
    listed = frozenset(given.listed_item_ids)
    return [
        register.withdraw(one.draft.name, 0, now_us)
        for one in register.mirrored_from(given.source_id)
        if one.draft.source is not None
        and one.draft.source.item_id not in listed
        and one.draft.name.agency == given.agency
    ]
