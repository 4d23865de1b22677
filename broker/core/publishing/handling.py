"""Publishing: from a draft, over a second look where the rules ask for one, to what is live.

Theory of operation. A draft asks nobody for anything. It becomes live when its author publishes it
or, for agencies that the rules name, when another system of the agency approves the very revision
it has read. An emergency is live at once, small, ends by itself, and stays marked until somebody
else has approved it. Whatever becomes live begins an edition: a version that partners are to take
notice of. Who has not acknowledged it after the time in the rules is told to a named desk, by a
numbered notice. Every step here follows a logged command or a tick.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, assert_never

from broker.core.effects import DeskNotice, RestrictionChanged
from broker.core.errors import BrokenInvariant, Denied, Refusal, Refused, refuse
from broker.core.names import Audience, RestrictionName, SystemName
from broker.core.outcomes import Done, Outcome
from broker.core.plain import Plain, mapping
from broker.core.publishing.commands import (
    AcknowledgeRestriction,
    ApproveRestriction,
    DiscardDraft,
    ExtendRestriction,
    LoadPublishingRules,
    NoteDelivery,
    PublishDraft,
    PublishingCommand,
    PublishingRequest,
    SaveDraft,
)
from broker.core.publishing.drafts import Drafts
from broker.core.publishing.emergency import check_emergency
from broker.core.publishing.escalation import Escalation
from broker.core.publishing.live import GoingLive
from broker.core.publishing.model import NOTE_LENGTH_MAX, Delivery, DraftState, SavedDraft
from broker.core.publishing.receipts import Receipts
from broker.core.publishing.rules import rules_from_plain, rules_to_plain
from broker.core.requests import RequestMemory
from broker.core.restrictions.drafting import check
from broker.core.restrictions.drafting_texts import check_text
from broker.core.restrictions.model import (
    Publication,
    PublishingEvent,
    Restriction,
    RestrictionDraft,
)
from broker.core.restrictions.register import RestrictionRegister
from broker.core.restrictions.versions import RestrictionConflict, RestrictionUnknown
from broker.core.sharing.decision import may_approve, may_change

APPROVAL_WANTED: Final = "approval-wanted"


class Publishing:
    """Carries out what is asked of publishing; each request happens whole or changes nothing."""

    def __init__(
        self,
        restrictions: RestrictionRegister,
        requests: RequestMemory,
        agency_names: Mapping[str, str],
        audiences: Mapping[Audience, None],
    ) -> None:
        self.drafts = Drafts()
        self.receipts = Receipts()
        self.live = GoingLive(restrictions, self.receipts, agency_names)
        self.escalation = Escalation(restrictions, self.receipts, audiences, agency_names)
        self._restrictions = restrictions
        self._requests = requests
        self._agency_names = agency_names

    def apply(self, command: PublishingCommand, now_us: int) -> Outcome:
        """Carry out one command."""
        if isinstance(command, LoadPublishingRules):
            self.live.rules = self.escalation.rules = command.rules
            return Outcome((), Done())
        return self._requests.once(command, now_us, lambda: self._carry_out(command, now_us))

    def _carry_out(self, command: PublishingRequest, now_us: int) -> Outcome:
        match command:
            case SaveDraft():
                return self._save(command, now_us)
            case DiscardDraft():
                return self._discard(command, now_us)
            case PublishDraft():
                return self._publish(command, now_us)
            case ApproveRestriction():
                return self._approve(command, now_us)
            case ExtendRestriction():
                return self._extend(command, now_us)
            case AcknowledgeRestriction():
                return self._acknowledge(command, now_us)
            case NoteDelivery():
                known = [one for one in command.versions if self._is_known(*one)]
                self.receipts.note(command.sender, command.stage, known, now_us)
                return Outcome((), Done())
            case _:
                assert_never(command)

    def _save(self, command: SaveDraft, now_us: int) -> Outcome:
        draft = command.draft
        _check_may_change(command.sender, draft.name, "restriction.name")
        refusals = [
            *self._faults(draft, now_us),
            *check_text("note", command.note, NOTE_LENGTH_MAX, required=False),
        ]
        if refusals:
            raise Refused(*refusals)
        saved = self.drafts.save(draft, command.sender, now_us, command.note)
        return Outcome((), Done(saved))

    def _faults(self, draft: RestrictionDraft, now_us: int) -> tuple[Refusal, ...]:
        if draft.is_mirrored:
            reason = "statutory ones are mirrored from their source, not made"
            return (Refusal("restriction.kind", reason),)
        return check(draft, now_us, set(self._agency_names), self._restrictions.ground)

    def _discard(self, command: DiscardDraft, now_us: int) -> Outcome:
        _check_may_change(command.sender, command.name)
        saved = self.drafts.at(command.name, 0, now_us)
        self.drafts.remove(command.name)
        return Outcome((), Done(saved))

    def _publish(self, command: PublishDraft, now_us: int) -> Outcome:
        _check_may_change(command.sender, command.name)
        saved = self.drafts.at(command.name, command.revision, now_us)
        if command.emergency:
            faults = tuple(check_emergency(saved.draft, self.live.rules, now_us))
            if faults:
                raise Refused(*faults)
        elif self.live.rules.needs_approval(command.name.agency):
            return self._hand_in(saved)
        return self._go_live(saved, now_us, None, emergency=command.emergency)

    def _hand_in(self, saved: SavedDraft) -> Outcome:
        if saved.state is DraftState.AWAITING_APPROVAL:
            return Outcome((), Done(saved))
        waiting = self.drafts.hand_in(saved)
        text = (
            f'"{saved.draft.title}" ({saved.draft.name}, revision {saved.revision}) waits for '
            f"approval by another system than {saved.author}"
        )
        notice = DeskNotice(saved.draft.name.agency, APPROVAL_WANTED, text)
        return Outcome((notice,), Done(waiting))

    def _go_live(
        self, saved: SavedDraft, now_us: int, approved_by: SystemName | None, *, emergency: bool
    ) -> Outcome:
        event = PublishingEvent.EXTENDED if saved.is_extension else None
        changed = self.live.publish(
            saved.draft, saved.author, now_us, approved_by, event=event, emergency=emergency
        )
        self.drafts.remove(saved.draft.name)
        effects = [RestrictionChanged(one) for one in changed]
        if not emergency:
            return Outcome(tuple(effects), Done(changed[0]))
        text = (
            f'"{saved.draft.title}" ({saved.draft.name}) went live as an emergency and waits for '
            f"approval by another system than {saved.author}"
        )
        notice = DeskNotice(saved.draft.name.agency, APPROVAL_WANTED, text)
        return Outcome((*effects, notice), Done(changed[0]))

    def _approve(self, command: ApproveRestriction, now_us: int) -> Outcome:
        if command.revision:
            saved = self.drafts.at(command.name, command.revision, now_us)
            decision = may_approve(command.sender, saved.author, command.name.agency)
            if not decision.allowed:
                raise Denied(decision.as_refusal("name"))
            if saved.state is not DraftState.AWAITING_APPROVAL:
                reason = f"{command.name} was not handed in for approval: its author publishes it"
                raise RestrictionConflict(Refusal("name", reason))
            return self._go_live(saved, now_us, command.sender, emergency=False)
        return self._approve_live(command, now_us)

    def _approve_live(self, command: ApproveRestriction, now_us: int) -> Outcome:
        """A second look at an emergency that is live; no edition, for nothing else changes."""
        live = self._live(command.name, command.version)
        made = _publication(live)
        if not made.awaits_approval:
            raise RestrictionConflict(Refusal("name", f"{command.name} waits for no approval"))
        decision = may_approve(command.sender, made.author, command.name.agency)
        if not decision.allowed:
            raise Denied(decision.as_refusal("name"))
        approved = self.live.approve(live, command.sender, now_us)
        return Outcome((RestrictionChanged(approved),), Done(approved))

    def _extend(self, command: ExtendRestriction, now_us: int) -> Outcome:
        _check_may_change(command.sender, command.name)
        live = self._live(command.name, command.version)
        if _publication(live).awaits_approval:
            reason = "is an emergency that nobody has approved: it is extended after its approval"
            raise RestrictionConflict(Refusal("name", reason))
        self._check_unprepared(command.name, now_us)
        last = max(live.draft.windows, key=lambda one: one.end_us or 0)
        if last.end_us is None or command.end_us <= last.end_us:
            raise refuse("end_us", "must be later than the restriction ends now")
        windows = tuple(
            replace(one, end_us=command.end_us) if one is last else one
            for one in live.draft.windows
            if one is last or (one.end_us or 0) > now_us  # what is over cannot be asked for again
        )
        longer = replace(live.draft, windows=windows, replaces=None)
        refusals = self._faults(longer, now_us)
        if refusals:
            raise Refused(*(Refusal("end_us", one.reason) for one in refusals))
        saved = self.drafts.save(longer, command.sender, now_us, "", is_extension=True)
        if self.live.rules.needs_approval(command.name.agency):
            return self._hand_in(saved)
        return self._go_live(saved, now_us, None, emergency=False)

    def _check_unprepared(self, name: RestrictionName, now_us: int) -> None:
        """An extension takes the place of the draft of its name: nobody's work is lost by it."""
        prepared = self.drafts.of_name(name, now_us)
        if prepared is not None and not prepared.is_extension:
            reason = (
                f"{prepared.author} prepares an amendment of {name} (revision "
                f"{prepared.revision}): set the later end there, or discard it first"
            )
            raise RestrictionConflict(Refusal("name", reason))

    def _acknowledge(self, command: AcknowledgeRestriction, now_us: int) -> Outcome:
        if command.version and not self._is_known(command.name, command.version):
            raise RestrictionUnknown(
                Refusal("version", f"there is no version {command.version} of {command.name}")
            )
        newest = self.receipts.editions(command.name)[:1]
        owed = any(map(self.escalation.outstanding, newest))
        edition = self.receipts.acknowledge(
            command.name, command.version, command.sender, command.acknowledged_by, now_us
        )
        told = self.escalation.answered(edition) if owed else ()
        return Outcome(tuple(told), Done(self.delivery(command.name)))

    def delivery(self, name: RestrictionName) -> Delivery:
        """Who got which edition, and which agencies owe an answer."""
        editions = self.receipts.editions(name)
        owing = self.escalation.outstanding(editions[0]) if editions else ()
        return Delivery(name, tuple(editions), owing)

    def _live(self, name: RestrictionName, version: int) -> Restriction:
        found = self._restrictions.get(name)
        if found is None or not self._restrictions.is_live(name) or found.publication is None:
            reason = f"there is no planned or active keep-clear request {name}"
            raise RestrictionUnknown(Refusal("name", reason))
        if version not in {0, found.version}:
            reason = f"version {version} is not the current one, {found.version}"
            raise RestrictionConflict(Refusal("version", reason))
        return found

    def _is_known(self, name: RestrictionName, version: int) -> bool:
        found = self._restrictions.get(name)
        return found is not None and version <= found.version

    def state(self) -> dict[str, Plain]:
        """For a snapshot."""
        return {
            "rules": rules_to_plain(self.live.rules),
            "drafts": self.drafts.state(),
            "receipts": self.receipts.state(),
        }

    def restore(self, state: Plain) -> None:
        """From a snapshot."""
        kept = mapping(state)
        self.live.rules = self.escalation.rules = rules_from_plain(kept["rules"])
        self.drafts.restore(kept["drafts"])
        self.receipts.restore(kept["receipts"])


def _publication(restriction: Restriction) -> Publication:
    if restriction.publication is None:
        raise BrokenInvariant(f"{restriction.draft.name} was set by nobody")
    return restriction.publication


def _check_may_change(sender: SystemName, name: RestrictionName, field: str = "name") -> None:
    decision = may_change(sender, name.agency)
    if not decision.allowed:
        raise Denied(decision.as_refusal(field))
