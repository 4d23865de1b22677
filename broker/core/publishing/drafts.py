"""The drafts: what is being prepared, by whom, and what waits for a second person."""

from dataclasses import replace
from typing import Final, cast

from pydantic import TypeAdapter

from broker.core.errors import BrokenInvariant, Refusal
from broker.core.names import RestrictionName, SystemName
from broker.core.plain import Plain, items, mapping
from broker.core.publishing.model import DRAFT_KEPT_US, DRAFTS_MAX, DraftState, SavedDraft
from broker.core.restrictions.model import RestrictionDraft
from broker.core.restrictions.versions import RestrictionConflict, RestrictionUnknown

_RECORD: Final = TypeAdapter(SavedDraft)


class Drafts:
    """Every draft of one space, by the name of its restriction."""

    def __init__(self) -> None:
        self._all: dict[str, SavedDraft] = {}

    def save(
        self,
        draft: RestrictionDraft,
        author: SystemName,
        now_us: int,
        note: str,
        *,
        is_extension: bool = False,
    ) -> SavedDraft:
        """Keep a draft; changing one takes back that it was handed in for approval."""
        self._forget_old(now_us)
        name = str(draft.name)
        old = self._all.pop(name, None)
        if old is None and len(self._all) >= DRAFTS_MAX:
            reason = f"{DRAFTS_MAX} drafts are kept already: none can be added"
            raise RestrictionConflict(Refusal("restriction", reason))
        saved = SavedDraft(
            draft=draft,
            author=author,
            revision=1 if old is None else old.revision + 1,
            state=DraftState.EDITING,
            changed_us=now_us,
            note=note or ("" if old is None else old.note),
            is_extension=is_extension,
        )
        self._all[name] = saved
        return saved

    def at(self, name: RestrictionName, revision: int, now_us: int) -> SavedDraft:
        """One at the revision that the caller has read; 0: whatever it is now."""
        found = self.of_name(name, now_us)
        if found is None:
            raise RestrictionUnknown(Refusal("name", f"there is no draft of {name}"))
        if revision not in {0, found.revision}:
            reason = f"{revision} is not the current one, {found.revision}: read the draft again"
            raise RestrictionConflict(Refusal("revision", reason))
        return found

    def of_name(self, name: RestrictionName, now_us: int) -> SavedDraft | None:
        """One restriction's draft, if there is one."""
        self._forget_old(now_us)
        return self._all.get(str(name))

    def hand_in(self, saved: SavedDraft) -> SavedDraft:
        """It now waits for its approval."""
        waiting = replace(saved, state=DraftState.AWAITING_APPROVAL)
        self._all[str(saved.draft.name)] = waiting
        return waiting

    def remove(self, name: RestrictionName) -> None:
        """It became live, or was discarded."""
        self._all.pop(str(name), None)

    def of_agency(self, agency: str, now_us: int) -> list[SavedDraft]:
        """One agency's drafts, by name."""
        kept = (one for one in self._all.values() if now_us - one.changed_us <= DRAFT_KEPT_US)
        own = [one for one in kept if one.draft.name.agency == agency]
        return sorted(own, key=lambda one: one.draft.name)

    def _forget_old(self, now_us: int) -> None:
        old = [name for name, one in self._all.items() if now_us - one.changed_us > DRAFT_KEPT_US]
        for name in old:
            del self._all[name]

    def state(self) -> list[Plain]:
        """For a snapshot."""
        return [cast("Plain", _RECORD.dump_python(one, mode="json")) for one in self._all.values()]

    def restore(self, state: Plain) -> None:
        """From a snapshot."""
        self._all = {}
        for record in items(state):
            try:
                saved = _RECORD.validate_python(mapping(record))
            except ValueError as error:
                raise BrokenInvariant(f"snapshot: not a draft: {error}") from error
            self._all[str(saved.draft.name)] = saved
