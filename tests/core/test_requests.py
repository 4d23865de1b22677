import json
from dataclasses import replace

import pytest

from broker.core import requests as module
from broker.core.commands import AcknowledgeAlert, SetSharing, WithdrawRestriction
from broker.core.errors import Conflict, Denied, NotFound, Refusal, Refused
from broker.core.names import RestrictionName, SystemName
from broker.core.outcomes import Done, NotDone, Outcome
from broker.core.publishing.commands import DiscardDraft, SaveDraft
from broker.core.requests import REMEMBERED_FOR_US, Request, RequestMemory
from broker.core.restrictions.model import (
    AppliesTo,
    Restriction,
    RestrictionDraft,
    RestrictionState,
)
from broker.core.restrictions.periods import (
    Window,
)
from broker.core.restrictions.shapes import (
    Circle,
    JudgedLimits,
    LimitDatum,
    Polygon,
    VerticalLimit,
    Volume,
)
from broker.core.sharing.settings import SharingSubject, SubjectKind
from tests.core.tracks.batches import NOW_US, OTHER, PUBLISHER

FIRST, SECOND = Done(), Done()
NAME = RestrictionName("met", "cordon")


def asked(
    request_id: str = "r-1", sender: SystemName = PUBLISHER, alert_id: str = "alr-1"
) -> AcknowledgeAlert:
    return AcknowledgeAlert(sender, request_id, alert_id, "desk")


def restriction() -> Restriction:
    """One with every kind of part."""
    center = (51.5, -0.1)
    ring = Polygon((center, (51.6, -0.1), (51.6, 0.1)))
    floor = VerticalLimit(0.0, LimitDatum.SURFACE)
    ceiling = VerticalLimit(120.0, LimitDatum.AMSL)
    draft = RestrictionDraft(
        name=NAME,
        title="Cordon",
        reason="incident",
        volumes=(Volume(ring, floor, ceiling), Volume(Circle(*center, 400.0), floor, ceiling)),
        windows=(Window(NOW_US, NOW_US + 1),),
        applies_to=AppliesTo.DRONES,
        exempt_agencies=("lfb",),
        contact="020 7946 0101",
    )
    judged = (JudgedLimits(None, 165.5), JudgedLimits(None, 165.5))
    return Restriction(draft, RestrictionState.ACTIVE, 1, NOW_US, NOW_US, judged, ())


@pytest.fixture
def memory() -> RequestMemory:
    return RequestMemory()


def test_a_repeat_gets_the_first_answer(memory: RequestMemory) -> None:
    memory.remember(asked(), FIRST, NOW_US)
    assert memory.recall(asked(), NOW_US) is FIRST
    assert memory.recall(asked(), NOW_US + REMEMBERED_FOR_US) is FIRST


def test_ids_belong_to_their_system(memory: RequestMemory) -> None:
    memory.remember(asked(), FIRST, NOW_US)
    assert memory.recall(asked(sender=OTHER), NOW_US) is None
    assert memory.recall(asked("r-2"), NOW_US) is None


def test_no_id_means_no_memory(memory: RequestMemory) -> None:
    memory.remember(asked(""), FIRST, NOW_US)
    assert memory.recall(asked(""), NOW_US) is None


def test_a_refusal_may_be_tried_again(memory: RequestMemory) -> None:
    memory.remember(asked(), NotDone((Refusal("name", "taken"),)), NOW_US)
    assert memory.recall(asked(), NOW_US) is None


def test_after_ten_minutes_an_id_is_a_new_request(memory: RequestMemory) -> None:
    # An old answer must never stand for a request that was not carried out.
    memory.remember(asked(), FIRST, NOW_US)
    later_us = NOW_US + REMEMBERED_FOR_US + 1
    assert memory.recall(asked(), later_us) is None
    memory.remember(asked(), SECOND, later_us)
    assert memory.recall(asked(), later_us) is SECOND


def test_the_oldest_answers_go_first(
    memory: RequestMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REQUESTS_REMEMBERED_MAX", 2)
    for name in ("r-1", "r-2", "r-1", "r-3"):
        memory.remember(asked(name), FIRST, NOW_US)
    known = [memory.recall(asked(name), NOW_US) for name in ("r-1", "r-2", "r-3")]
    assert known == [FIRST, None, FIRST]


def test_expired_answers_take_no_room(memory: RequestMemory) -> None:
    for place in range(100):
        memory.remember(asked(f"r-{place}"), FIRST, NOW_US)
    memory.remember(asked("late"), FIRST, NOW_US + REMEMBERED_FOR_US + 1)
    assert len(memory._answers) == 1


def test_what_is_remembered_survives_a_snapshot() -> None:
    # REQ-DET-003: a replay from a snapshot must answer a repeat as the broker did.
    memory = RequestMemory()
    first, second = Done(restriction()), Done()
    memory.remember(asked(), first, NOW_US)
    memory.remember(asked(sender=OTHER), second, NOW_US + 1)
    again = RequestMemory()
    again.restore(json.loads(json.dumps(memory.state())))
    assert again.recall(asked(), NOW_US + 2) == first
    assert again.recall(asked(sender=OTHER), NOW_US + 2) == second
    assert again.state() == memory.state()


def test_a_request_is_carried_out_once() -> None:
    memory = RequestMemory()
    carried: list[int] = []

    def carry_out() -> Outcome:
        carried.append(len(carried))
        return Outcome((), FIRST)

    command = asked()
    replies = [memory.once(command, NOW_US + step, carry_out).reply for step in range(3)]
    assert replies == [FIRST] * 3
    assert carried == [0]
    unnamed = asked("")
    for _ in range(2):
        memory.once(unnamed, NOW_US, carry_out)
    assert carried == [0, 1, 2]


@pytest.mark.parametrize(
    ("kind", "said"),
    [(Refused, ""), (NotFound, "not_found"), (Conflict, "conflict"), (Denied, "denied")],
)
def test_a_refusal_says_its_kind_and_may_be_tried_again(kind: type[Refused], said: str) -> None:
    memory, command = RequestMemory(), asked()
    refusal = Refusal("alert_id", "no")

    def refused() -> Outcome:
        raise kind(refusal)

    flags = {said: True} if said else {}
    assert memory.once(command, NOW_US, refused) == Outcome((), NotDone((refusal,), **flags))
    assert memory.once(command, NOW_US, lambda: Outcome((), FIRST)).reply == FIRST


OTHERS = [
    asked(alert_id="alr-2"),
    WithdrawRestriction(PUBLISHER, "r-1", NAME, 0),
    SetSharing(PUBLISHER, "r-1", SharingSubject("met", SubjectKind.FLIGHT, "F-7"), None, 0, ""),
    DiscardDraft(PUBLISHER, "r-1", NAME),
]


@pytest.mark.parametrize("other", OTHERS, ids=lambda one: type(one).__name__)
def test_the_id_of_another_request_is_refused_and_not_answered_as_if_it_were_done(
    other: Request,
) -> None:
    # REQ-DUR-010: an acknowledgement is of what was asked. A partner that counts its requests from
    # one after each restart uses ids again.
    memory = RequestMemory()
    memory.once(asked(), NOW_US, lambda: Outcome((), FIRST))
    reply = memory.once(other, NOW_US + 1, lambda: Outcome((), SECOND)).reply
    assert isinstance(reply, NotDone)
    assert [one.field for one in reply.refusals] == ["request_id"]
    assert memory.once(asked(), NOW_US + 2, lambda: Outcome((), SECOND)).reply is FIRST
    later_us = NOW_US + REMEMBERED_FOR_US + 1
    assert memory.once(other, later_us, lambda: Outcome((), SECOND)).reply is SECOND


def test_it_is_refused_after_a_restart_too() -> None:
    memory, again = RequestMemory(), RequestMemory()
    memory.remember(asked(), FIRST, NOW_US)
    again.restore(json.loads(json.dumps(memory.state())))
    with pytest.raises(Refused, match="request_id"):
        again.recall(asked(alert_id="alr-2"), NOW_US)


def test_a_proposal_that_is_sent_again_gets_its_first_draft() -> None:
    # It is made round where the drone is now, which has moved on.
    memory, before = RequestMemory(), restriction().draft
    first = SaveDraft(PUBLISHER, "r-1", before, "1 s old")
    moved = replace(before, windows=(Window(NOW_US + 9, NOW_US + 10),))
    memory.remember(first, FIRST, NOW_US)
    assert memory.recall(replace(first, draft=moved, note="9 s old"), NOW_US) is FIRST
    elsewhere = replace(before, name=RestrictionName("met", "other"))
    with pytest.raises(Refused, match="request_id"):
        memory.recall(replace(first, draft=elsewhere), NOW_US)
