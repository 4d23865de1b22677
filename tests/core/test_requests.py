import json

import pytest

from broker.core import requests as module
from broker.core.effects import Done, NotDone
from broker.core.errors import Refusal
from broker.core.names import RestrictionName
from broker.core.requests import REMEMBERED_FOR_US, RequestMemory
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
from tests.core.tracks.batches import NOW_US, OTHER, PUBLISHER

FIRST, SECOND = Done(), Done()


def restriction() -> Restriction:
    """One with every kind of part."""
    center = (51.5, -0.1)
    ring = Polygon((center, (51.6, -0.1), (51.6, 0.1)))
    floor = VerticalLimit(0.0, LimitDatum.SURFACE)
    ceiling = VerticalLimit(120.0, LimitDatum.AMSL)
    draft = RestrictionDraft(
        name=RestrictionName("met", "cordon"),
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
    memory.remember(PUBLISHER, "r-1", FIRST, NOW_US)
    assert memory.recall(PUBLISHER, "r-1", NOW_US) is FIRST
    assert memory.recall(PUBLISHER, "r-1", NOW_US + REMEMBERED_FOR_US) is FIRST


def test_ids_belong_to_their_system(memory: RequestMemory) -> None:
    memory.remember(PUBLISHER, "r-1", FIRST, NOW_US)
    assert memory.recall(OTHER, "r-1", NOW_US) is None
    assert memory.recall(PUBLISHER, "r-2", NOW_US) is None


def test_no_id_means_no_memory(memory: RequestMemory) -> None:
    memory.remember(PUBLISHER, "", FIRST, NOW_US)
    assert memory.recall(PUBLISHER, "", NOW_US) is None


def test_a_refusal_may_be_tried_again(memory: RequestMemory) -> None:
    memory.remember(PUBLISHER, "r-1", NotDone((Refusal("name", "taken"),)), NOW_US)
    assert memory.recall(PUBLISHER, "r-1", NOW_US) is None


def test_after_ten_minutes_an_id_is_a_new_request(memory: RequestMemory) -> None:
    # An old answer must never stand for a request that was not carried out.
    memory.remember(PUBLISHER, "r-1", FIRST, NOW_US)
    later_us = NOW_US + REMEMBERED_FOR_US + 1
    assert memory.recall(PUBLISHER, "r-1", later_us) is None
    memory.remember(PUBLISHER, "r-1", SECOND, later_us)
    assert memory.recall(PUBLISHER, "r-1", later_us) is SECOND


def test_the_oldest_answers_go_first(
    memory: RequestMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REQUESTS_REMEMBERED_MAX", 2)
    for name in ("r-1", "r-2", "r-1", "r-3"):
        memory.remember(PUBLISHER, name, FIRST, NOW_US)
    known = [memory.recall(PUBLISHER, name, NOW_US) for name in ("r-1", "r-2", "r-3")]
    assert known == [FIRST, None, FIRST]


def test_expired_answers_take_no_room(memory: RequestMemory) -> None:
    for place in range(100):
        memory.remember(PUBLISHER, f"r-{place}", FIRST, NOW_US)
    memory.remember(PUBLISHER, "late", FIRST, NOW_US + REMEMBERED_FOR_US + 1)
    assert len(memory._answers) == 1


def test_what_is_remembered_survives_a_snapshot() -> None:
    # REQ-DET-003: a replay from a snapshot must answer a repeat as the broker did.
    memory = RequestMemory()
    first, second = Done(restriction()), Done()
    memory.remember(PUBLISHER, "r-1", first, NOW_US)
    memory.remember(OTHER, "r-1", second, NOW_US + 1)
    again = RequestMemory()
    again.restore(json.loads(json.dumps(memory.state())))
    assert again.recall(PUBLISHER, "r-1", NOW_US + 2) == first
    assert again.recall(OTHER, "r-1", NOW_US + 2) == second
    assert again.state() == memory.state()
