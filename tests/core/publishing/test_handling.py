"""From a draft to what is live: who may, what is refused, what everybody is told."""

from dataclasses import replace
from typing import Any

import pytest

from broker.cli.policies import policy_text
from broker.core.airspace import Airspace, Setup
from broker.core.airspace_memory import airspace_state, restored
from broker.core.commands import Command, CreateRestriction, OpenAudience, WithdrawRestriction
from broker.core.effects import DeskNotice, RestrictionChanged
from broker.core.names import Audience, RestrictionName, Role, SystemName
from broker.core.outcomes import Done, NotDone, Outcome
from broker.core.plain import mapping
from broker.core.publishing import receipts
from broker.core.publishing.commands import (
    AcknowledgeRestriction,
    ApproveRestriction,
    DiscardDraft,
    ExtendRestriction,
    LoadPublishingRules,
    NoteDelivery,
    PublishDraft,
    SaveDraft,
)
from broker.core.publishing.model import (
    DRAFT_KEPT_US,
    EDITIONS_PER_RESTRICTION_MAX,
    Delivery,
    DeliveryStage,
    DraftState,
    PublishingRules,
    SavedDraft,
)
from broker.core.restrictions.model import PublishingEvent, Restriction, RestrictionDraft
from broker.core.restrictions.periods import Window
from broker.core.units import MINUTE_US, SECOND_US
from broker.service.packing import packed, unpacked
from tests.core.restrictions.scenes import NOW_US, circle, draft, volume

AUTHOR = SystemName("lfb", "desk")
SECOND = SystemName("lfb", "duty-officer")
PARTNER = SystemName("met", "desk")
FIRE = RestrictionName("lfb", "fire")
STRICT = PublishingRules(approval_agencies=("lfb",), unacknowledged_after_s=60)


class Desk:
    """One airspace with three agencies, and time that only the test moves."""

    def __init__(self, rules: PublishingRules | None = None) -> None:
        self.airspace = Airspace(Setup(False, policy_text("default")))
        self.now_us = NOW_US
        for agency in ("lfb", "met", "las"):
            self.do(OpenAudience(Audience(agency, Role.DESK), agency.upper()))
        if rules is not None:
            self.do(LoadPublishingRules(rules))

    def do(self, command: Command) -> Outcome:
        [outcome] = self.airspace.apply([command], self.now_us)
        return outcome

    def done(self, command: Command) -> object:
        reply = self.do(command).reply
        assert isinstance(reply, Done), reply
        return reply.resource

    def refused(self, command: Command) -> NotDone:
        outcome = self.do(command)
        assert isinstance(outcome.reply, NotDone), outcome
        assert outcome.effects == ()
        return outcome.reply

    def save(self, wanted: RestrictionDraft | None = None, sender: SystemName = AUTHOR) -> int:
        saved = self.done(SaveDraft(sender, "", wanted or draft()))
        assert isinstance(saved, SavedDraft)
        return saved.revision

    def live(self, wanted: RestrictionDraft | None = None) -> Restriction:
        revision = self.save(wanted)
        made = self.done(PublishDraft(AUTHOR, "", (wanted or draft()).name, revision, False))
        assert isinstance(made, Restriction)
        return made

    def delivery(self, name: RestrictionName = FIRE) -> Delivery:
        return self.airspace.controls.publishing.delivery(name)

    def later(self, seconds: float) -> list[DeskNotice]:
        self.now_us += int(seconds * SECOND_US)
        notices = self.airspace.controls.publishing.escalation.advance(self.now_us)
        return list(notices)


def fields(reply: NotDone) -> list[str]:
    return [one.field for one in reply.refusals]


def test_a_draft_asks_nobody_and_becomes_live_when_it_is_published() -> None:
    # REQ-PUB-001
    desk = Desk()
    assert desk.do(SaveDraft(AUTHOR, "", draft())).effects == ()
    assert desk.airspace.restrictions.live() == []
    outcome = desk.do(PublishDraft(AUTHOR, "", FIRE, 1, False))
    [changed] = outcome.effects
    assert isinstance(changed, RestrictionChanged)
    made = changed.restriction.publication
    assert made is not None
    assert (made.event, made.author, made.version) == (PublishingEvent.PUBLISHED, AUTHOR, 1)
    assert (made.approved_by, made.awaits_approval, made.emergency) == (None, False, False)
    assert fields(desk.refused(PublishDraft(AUTHOR, "", FIRE, 1, False))) == ["name"]


def test_where_the_rules_ask_a_second_system_approves_what_it_has_read() -> None:
    # REQ-PUB-002
    desk = Desk(STRICT)
    assert desk.refused(CreateRestriction(AUTHOR, "", draft())).denied
    desk.save()
    outcome = desk.do(PublishDraft(AUTHOR, "", FIRE, 1, False))
    assert isinstance(outcome.reply, Done)
    assert isinstance(outcome.reply.resource, SavedDraft)
    assert outcome.reply.resource.state is DraftState.AWAITING_APPROVAL
    [told] = outcome.effects
    assert isinstance(told, DeskNotice)
    assert (told.agency, told.code) == ("lfb", "approval-wanted")
    assert desk.airspace.restrictions.live() == []

    by_author = desk.refused(ApproveRestriction(AUTHOR, "", FIRE, 1, 0))
    assert by_author.denied
    assert "another system of lfb" in str(by_author.refusals[0])
    assert desk.refused(ApproveRestriction(PARTNER, "", FIRE, 1, 0)).denied
    assert desk.refused(ApproveRestriction(SECOND, "", FIRE, 2, 0)).conflict

    # Changed after it was handed in: what was read is not what would go live.
    desk.save(replace(draft(), title="Larger fire"))
    assert desk.refused(ApproveRestriction(SECOND, "", FIRE, 1, 0)).conflict
    assert desk.refused(ApproveRestriction(SECOND, "", FIRE, 2, 0)).conflict  # not handed in again
    desk.do(PublishDraft(AUTHOR, "", FIRE, 2, False))
    made = desk.done(ApproveRestriction(SECOND, "", FIRE, 2, 0))
    assert isinstance(made, Restriction)
    assert made.publication is not None
    assert (made.publication.author, made.publication.approved_by) == (AUTHOR, SECOND)
    assert made.draft.title == "Larger fire"


def test_whoever_changes_a_draft_is_its_author_and_cannot_approve_it() -> None:
    # REQ-PUB-002
    desk = Desk(STRICT)
    desk.save()
    desk.save(replace(draft(), title="Changed"), SECOND)
    desk.do(PublishDraft(SECOND, "", FIRE, 2, False))
    assert desk.refused(ApproveRestriction(SECOND, "", FIRE, 2, 0)).denied
    assert isinstance(desk.done(ApproveRestriction(AUTHOR, "", FIRE, 2, 0)), Restriction)


def test_an_emergency_is_live_at_once_marked_until_it_is_approved_and_ends_by_itself() -> None:
    # REQ-PUB-003
    desk = Desk(STRICT)
    desk.save()
    outcome = desk.do(PublishDraft(AUTHOR, "", FIRE, 1, True))
    changed, told = outcome.effects
    assert isinstance(changed, RestrictionChanged)
    assert isinstance(told, DeskNotice)
    made = changed.restriction.publication
    assert made is not None
    assert (made.emergency, made.awaits_approval) == (True, True)
    assert desk.refused(ExtendRestriction(AUTHOR, "", FIRE, 0, NOW_US + 30 * MINUTE_US)).conflict
    assert desk.refused(ApproveRestriction(AUTHOR, "", FIRE, 0, 0)).denied
    desk.now_us += MINUTE_US
    approved = desk.done(ApproveRestriction(SECOND, "", FIRE, 0, 1))
    assert isinstance(approved, Restriction)
    assert approved.changed_us == desk.now_us
    assert approved.publication is not None
    assert approved.publication.approved_by == SECOND
    assert not approved.publication.awaits_approval
    assert approved.version == 2
    assert approved.draft == changed.restriction.draft
    assert len(desk.delivery().editions) == 1  # nothing that a partner must read again
    assert desk.refused(ApproveRestriction(SECOND, "", FIRE, 0, 0)).conflict
    [expired] = desk.airspace.restrictions.advance(NOW_US + 11 * MINUTE_US)
    assert expired.state == "expired"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"volumes": (volume(circle(1_500.0)),)}, "restriction.volumes[0]"),
        ({"volumes": (volume(circle()), volume(circle(400.0)))}, "restriction.volumes"),
        ({"windows": (Window(NOW_US, NOW_US + 61 * MINUTE_US),)}, "restriction.windows[0].end_us"),
        (
            {
                "windows": (
                    Window(NOW_US, NOW_US + MINUTE_US),
                    Window(NOW_US + 2 * MINUTE_US, NOW_US + 3 * MINUTE_US),
                )
            },
            "restriction.windows",
        ),
    ],
)
def test_an_emergency_is_small_and_soon_over(changes: dict[str, Any], field: str) -> None:
    # REQ-PUB-003
    desk = Desk()
    desk.save(replace(draft(), **changes))
    assert fields(desk.refused(PublishDraft(AUTHOR, "", FIRE, 0, True))) == [field]


def test_an_emergency_as_large_as_the_limit_is_one() -> None:
    desk = Desk()
    whole_hour = (Window(NOW_US, NOW_US + 60 * MINUTE_US),)
    desk.save(draft(volumes=(volume(circle(1_000.0)),), windows=whole_hour))
    assert isinstance(desk.done(PublishDraft(AUTHOR, "", FIRE, 0, True)), Restriction)


def test_an_amendment_is_a_new_version_that_says_which_it_replaces() -> None:
    # REQ-PUB-004
    desk = Desk()
    first = desk.live()
    second = desk.live(replace(draft(), title="Larger fire", volumes=(volume(circle(900.0)),)))
    assert (first.version, second.version) == (1, 2)
    assert second.publication is not None
    assert second.publication.event is PublishingEvent.AMENDED
    assert second.publication.replaces_version == 1
    assert second.created_us == first.created_us
    assert [one.version for one in desk.delivery().editions] == [2, 1]
    assert desk.airspace.restrictions.live() == [second]


def test_a_longer_time_is_an_extension_and_needs_the_same_approval() -> None:
    # REQ-PUB-004
    desk, until_us = Desk(), NOW_US + 20 * MINUTE_US
    desk.live()
    assert fields(desk.refused(ExtendRestriction(AUTHOR, "", FIRE, 0, NOW_US))) == ["end_us"]
    far_us = NOW_US + 60 * 86_400 * SECOND_US
    assert fields(desk.refused(ExtendRestriction(AUTHOR, "", FIRE, 0, far_us))) == ["end_us"]
    assert desk.refused(ExtendRestriction(AUTHOR, "", FIRE, 7, until_us)).conflict
    assert desk.refused(ExtendRestriction(PARTNER, "", FIRE, 0, until_us)).denied
    longer = desk.done(ExtendRestriction(AUTHOR, "", FIRE, 1, until_us))
    assert isinstance(longer, Restriction)
    assert longer.draft.windows[-1].end_us == until_us
    assert longer.publication is not None
    assert longer.publication.event is PublishingEvent.EXTENDED
    desk.do(LoadPublishingRules(STRICT))
    waiting = desk.done(ExtendRestriction(AUTHOR, "", FIRE, 0, until_us + MINUTE_US))
    assert isinstance(waiting, SavedDraft)
    assert isinstance(desk.done(ApproveRestriction(SECOND, "", FIRE, 1, 0)), Restriction)


def test_what_is_over_of_it_does_not_keep_it_from_being_extended() -> None:
    # REQ-PUB-004
    windows = tuple(
        Window(NOW_US + start * MINUTE_US, NOW_US + end * MINUTE_US)
        for start, end in ((0, 5), (10, 15), (20, 30))
    )
    until_us = NOW_US + 31 * MINUTE_US
    for minute, left in ((5, 2), (12, 2), (15, 1), (25, 1)):
        desk = Desk()
        desk.live(draft(windows=windows))
        desk.now_us += minute * MINUTE_US
        longer = desk.done(ExtendRestriction(AUTHOR, "", FIRE, 0, until_us))
        assert isinstance(longer, Restriction)
        assert longer.draft.windows == (
            *windows[3 - left : 2],
            Window(windows[2].start_us, until_us),
        )


def test_an_extension_does_not_take_the_place_of_an_amendment_that_is_prepared() -> None:
    # REQ-PUB-013
    desk, until_us = Desk(), NOW_US + 20 * MINUTE_US
    desk.live()
    larger = replace(draft(), title="Larger fire", volumes=(volume(circle(900.0)),))
    for rules in (PublishingRules(), STRICT):
        desk.do(LoadPublishingRules(rules))
        prepared = desk.done(SaveDraft(SECOND, "", larger, "not yet agreed"))
        assert isinstance(prepared, SavedDraft)
        refused = desk.refused(ExtendRestriction(AUTHOR, "", FIRE, 0, until_us))
        assert refused.conflict
        assert fields(refused) == ["name"]
        assert str(SECOND) in refused.refusals[0].reason
        assert desk.airspace.controls.publishing.drafts.at(FIRE, 0, NOW_US) == prepared
        desk.done(DiscardDraft(AUTHOR, "", FIRE))
        desk.done(ExtendRestriction(AUTHOR, "", FIRE, 0, until_us))
        until_us += MINUTE_US
    again = desk.done(ExtendRestriction(AUTHOR, "", FIRE, 0, until_us))
    assert isinstance(again, SavedDraft), "an extension that waits may be made longer"
    assert again.draft.windows[-1].end_us == until_us


def test_withdrawing_begins_an_edition_too_and_the_end_of_its_hours_does_not() -> None:
    desk = Desk()
    desk.live()
    desk.live(draft("other"))
    withdrawn = desk.done(WithdrawRestriction(AUTHOR, "", FIRE, 0))
    assert isinstance(withdrawn, Restriction)
    assert withdrawn.publication is not None
    assert withdrawn.publication.event is PublishingEvent.WITHDRAWN
    assert withdrawn.publication.replaces_version == 1
    assert [one.version for one in desk.delivery().editions] == [2, 1]
    desk.airspace.restrictions.advance(NOW_US + 11 * MINUTE_US)
    assert len(desk.delivery(RestrictionName("lfb", "other")).editions) == 1


def test_three_moments_are_kept_of_each_system_and_the_first_time_counts() -> None:
    # REQ-PUB-005
    desk = Desk()
    desk.live()
    pilot = SystemName("met", "pilot")
    stages = (DeliveryStage.SENT, DeliveryStage.RECEIVED)
    for stage in (*stages, *stages):
        desk.now_us += SECOND_US
        desk.done(NoteDelivery(pilot, "", stage, ((FIRE, 1),)))
    desk.now_us += SECOND_US
    desk.done(AcknowledgeRestriction(PARTNER, "", FIRE, 1, "desk 1"))
    edition = desk.delivery().editions[0]
    first = edition.receipt_of(pilot)
    assert first is not None
    assert (first.sent_us, first.received_us) == (NOW_US + SECOND_US, NOW_US + 2 * SECOND_US)
    assert first.acknowledged_us is None  # arrived is not read
    read = edition.receipt_of(PARTNER)
    assert read is not None
    assert (read.acknowledged_us, read.acknowledged_by) == (NOW_US + 5 * SECOND_US, "desk 1")
    assert desk.delivery().outstanding == ("las",)


def test_a_version_that_hours_made_belongs_to_its_edition_and_one_to_come_to_none() -> None:
    desk = Desk()
    planned = (Window(NOW_US + MINUTE_US, NOW_US + 5 * MINUTE_US),)
    desk.live(draft(windows=planned))
    desk.now_us += 2 * MINUTE_US
    [active] = desk.airspace.restrictions.advance(desk.now_us)
    assert active.version == 2
    versions = ((FIRE, 2), (FIRE, 9), (RestrictionName("lfb", "none"), 1))
    desk.done(NoteDelivery(PARTNER, "", DeliveryStage.RECEIVED, versions))
    [edition] = desk.delivery().editions
    assert (edition.version, len(edition.receipts)) == (1, 1)
    assert desk.refused(AcknowledgeRestriction(PARTNER, "", FIRE, 9, "desk")).not_found
    desk.done(AcknowledgeRestriction(PARTNER, "", FIRE, 2, "desk"))


def test_what_is_kept_of_editions_and_receipts_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk()
    for number in range(EDITIONS_PER_RESTRICTION_MAX + 2):
        desk.live(replace(draft(), title=f"Fire {number}"))
    versions = [one.version for one in desk.delivery().editions]
    assert versions == list(range(EDITIONS_PER_RESTRICTION_MAX + 2, 2, -1))
    monkeypatch.setattr(receipts, "RECEIPTS_PER_EDITION_MAX", 3)
    for number in (1, 2, 3, 4, 2):
        system = SystemName("met", f"desk-{number}")
        desk.done(NoteDelivery(system, "", DeliveryStage.SENT, ((FIRE, versions[0]),)))
    known = [one.system.system for one in desk.delivery().editions[0].receipts]
    assert known == ["desk-1", "desk-2", "desk-3"]


def test_an_older_edition_cannot_be_acknowledged_for_the_newer() -> None:
    # REQ-PUB-005
    desk = Desk()
    desk.live()
    desk.live(replace(draft(), title="Larger fire"))
    late = desk.refused(AcknowledgeRestriction(PARTNER, "", FIRE, 1, "desk"))
    assert late.conflict
    assert "replaced by 2" in str(late.refusals[0])
    desk.done(AcknowledgeRestriction(PARTNER, "", FIRE, 0, "desk"))
    nothing = RestrictionName("lfb", "none")
    assert desk.refused(AcknowledgeRestriction(PARTNER, "", nothing, 0, "desk")).not_found


def test_who_has_not_acknowledged_is_told_to_the_desk_once_and_stands_until_answered() -> None:
    # REQ-PUB-006
    desk = Desk(replace(STRICT, approval_agencies=(), escalation_agency="las"))
    desk.live()
    desk.done(AcknowledgeRestriction(SystemName("las", "desk"), "", FIRE, 0, "desk"))
    assert desk.later(59) == []
    [told] = desk.later(1)
    assert (told.agency, told.code) == ("las", "restriction-unacknowledged")
    assert "MET" in told.text
    assert "60 s" in told.text
    assert desk.later(100) == []
    escalation = desk.airspace.controls.publishing.escalation
    assert escalation.standing(Audience("las", Role.DESK)) == [told]
    assert escalation.standing(Audience("lfb", Role.DESK)) == []
    outcome = desk.do(AcknowledgeRestriction(PARTNER, "", FIRE, 0, "desk"))
    [over] = outcome.effects
    assert isinstance(over, DeskNotice)
    assert (over.agency, over.code) == ("las", "restriction-acknowledged")
    for system in (PARTNER, SystemName("met", "second-desk")):  # nothing more to say
        assert desk.do(AcknowledgeRestriction(system, "", FIRE, 0, "desk")).effects == ()
    assert escalation.standing(Audience("las", Role.DESK)) == []


def test_without_a_named_desk_the_publishers_own_is_told_and_an_ended_one_is_not() -> None:
    # REQ-PUB-006
    desk = Desk(replace(STRICT, approval_agencies=(), escalation_agency="nobody"))
    desk.live()
    desk.live(draft("other"))
    desk.do(WithdrawRestriction(AUTHOR, "", RestrictionName("lfb", "other"), 0))
    [told] = desk.later(61)
    assert told.agency == "lfb"
    assert "restrictions/fire" in told.text
    escalation = desk.airspace.controls.publishing.escalation
    assert escalation.standing(Audience("lfb", Role.DESK)) == [told]
    desk.airspace.restrictions.advance(NOW_US + 11 * MINUTE_US)
    assert escalation.standing(Audience("lfb", Role.DESK)) == []


def test_an_agency_without_a_desk_owes_no_answer() -> None:
    # REQ-PUB-006
    desk = Desk()
    for role in Role:
        if role is not Role.DESK:
            desk.do(OpenAudience(Audience("nhs", role), "NHS"))
    desk.live()
    assert desk.delivery().outstanding == ("las", "met")


def test_drafts_are_an_agencys_own_and_are_forgotten_after_a_week() -> None:
    desk = Desk()
    assert desk.refused(SaveDraft(PARTNER, "", draft())).denied
    desk.save()
    assert desk.refused(DiscardDraft(PARTNER, "", FIRE)).denied
    assert desk.refused(PublishDraft(PARTNER, "", FIRE, 0, False)).denied
    drafts = desk.airspace.controls.publishing.drafts
    assert drafts.of_agency("met", NOW_US) == []
    assert len(drafts.of_agency("lfb", NOW_US + DRAFT_KEPT_US)) == 1
    desk.now_us += DRAFT_KEPT_US
    assert drafts.at(FIRE, 0, desk.now_us).draft.name == FIRE
    desk.now_us += 1
    assert drafts.of_agency("lfb", desk.now_us) == []
    assert desk.refused(DiscardDraft(AUTHOR, "", FIRE)).not_found
    bad = replace(draft(), title="", contact="")
    assert fields(desk.refused(SaveDraft(AUTHOR, "", bad, "x" * 401))) != []


def test_the_same_request_again_answers_the_first_result() -> None:
    desk = Desk()
    first = desk.done(SaveDraft(AUTHOR, "r-1", draft()))
    assert desk.done(SaveDraft(AUTHOR, "r-1", draft())) == first
    assert desk.save() == 2


def test_a_snapshot_keeps_drafts_rules_and_receipts() -> None:
    # REQ-DUR-001
    desk = Desk(STRICT)
    desk.save(draft("waiting"))
    desk.save()
    desk.do(PublishDraft(AUTHOR, "", FIRE, 0, False))
    desk.do(ApproveRestriction(SECOND, "r-9", FIRE, 1, 0))
    desk.done(AcknowledgeRestriction(PARTNER, "r-10", FIRE, 0, "desk 1"))
    state = airspace_state(desk.airspace)
    again = restored(mapping(unpacked(packed(state))))
    assert again.controls.publishing.state() == desk.airspace.controls.publishing.state()
    assert again.controls.publishing.escalation.rules == STRICT
    assert again.restrictions.get(FIRE) == desk.airspace.restrictions.get(FIRE)
    [repeat] = again.apply(
        [AcknowledgeRestriction(PARTNER, "r-10", FIRE, 0, "desk 1")], desk.now_us
    )
    assert isinstance(repeat.reply, Done)
    assert isinstance(repeat.reply.resource, Delivery)
