"""Numbers without gaps, and the window within which a reader may resume."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.service.feed import audience_feed as module
from broker.service.feed.audience_feed import KEPT_FOR_US, AudienceFeed
from broker.service.feed.items import HEADER_BYTES_MAX, ItemKind
from broker.service.feed.tokens import ResumePoint, decode_token
from keepclear.v1 import common_pb2
from tests.core.tracks.batches import NOW_US
from tests.service.feed.pictures import ENCODER, EPOCH, FIRE, POLICE, parsed

NOTICE = ENCODER.notice("policy-loaded", "text")


def feed(last_number: int = 0) -> AudienceFeed:
    return AudienceFeed(POLICE, ENCODER, EPOCH, last_number)


def news(one: AudienceFeed, now_us: int = NOW_US, **options: Any) -> int:
    return one.news(ItemKind.NOTICE, NOTICE, now_us, **options).number


def numbers_since(one: AudienceFeed, number: int) -> list[int] | None:
    items = one.since(number)
    return None if items is None else [item.number for item in items]


def test_numbers_grow_by_one_and_asides_repeat_the_last() -> None:
    # REQ-FEED-001
    one = feed()
    assert [news(one), news(one)] == [1, 2]
    assert one.aside(ItemKind.HEARTBEAT, b"", NOW_US).number == 2
    part = one.part(ItemKind.NOTICE, NOTICE, NOW_US)
    assert (part.number, part.snapshot) == (2, True)
    assert news(one) == 3
    assert numbers_since(one, 0) == [1, 2, 3]


def test_every_message_says_where_it_stands() -> None:
    one = feed(last_number=41)
    item = one.news(ItemKind.NOTICE, NOTICE, NOW_US, key="k", ended=True)
    message = parsed(item.message)
    header = message.header
    assert (header.epoch, header.number, header.covers_from) == (EPOCH, 42, 42)
    assert (header.sent_us, header.space) == (NOW_US, common_pb2.SPACE_LIVE)
    assert (header.audience, header.snapshot) == ("agencies/met-police/roles/desk", False)
    assert decode_token(header.resume_token) == ResumePoint(EPOCH, POLICE, 42)
    assert message.notice.code == "policy-loaded"
    assert item.message[item.header_length :] == NOTICE
    assert (item.key, item.ended) == ("k", True)
    assert item.header_length <= HEADER_BYTES_MAX
    assert parsed(one.part(ItemKind.NOTICE, NOTICE, NOW_US).message).header.snapshot


def test_audiences_number_apart() -> None:
    police, fire = feed(), AudienceFeed(FIRE, ENCODER, EPOCH)
    news(police)
    news(police)
    assert news(fire) == 1


def test_the_longest_header_fits_its_allowance() -> None:
    long = type(POLICE)("a" * 40, POLICE.role)
    one = AudienceFeed(long, ENCODER, "f" * 12 + ".4294967295", 2**62)
    item = one.news(ItemKind.NOTICE, NOTICE, NOW_US)
    assert item.header_length <= HEADER_BYTES_MAX


def test_resuming_only_within_what_is_kept() -> None:
    # REQ-FEED-002
    one = feed(last_number=10)
    assert numbers_since(one, 10) == []
    assert numbers_since(one, 9) is None
    assert numbers_since(one, 11) is None
    for number in range(11, 15):
        assert news(one, NOW_US + number) == number
    assert numbers_since(one, 10) == [11, 12, 13, 14]
    assert numbers_since(one, 13) == [14]
    assert numbers_since(one, 14) == []
    assert numbers_since(one, 15) is None


def test_old_messages_are_let_go() -> None:
    # REQ-FEED-002
    one = feed()
    news(one, NOW_US)
    news(one, NOW_US + 1)
    news(one, NOW_US + KEPT_FOR_US + 1)
    assert numbers_since(one, 0) is None
    assert numbers_since(one, 1) == [2, 3]


def test_what_is_kept_is_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    # REQ-LIM-002
    size = len(feed().news(ItemKind.NOTICE, NOTICE, NOW_US).message)
    monkeypatch.setattr(module, "KEPT_BYTES_MAX", 3 * size + 10)
    one = feed()
    for _ in range(5):
        news(one)
    assert numbers_since(one, 1) is None
    assert numbers_since(one, 2) == [3, 4, 5]


@given(st.lists(st.integers(0, 90_000_000), min_size=1, max_size=12), st.integers(-1, 13))
def test_since_is_all_or_nothing(pauses_us: list[int], number: int) -> None:
    # REQ-FEED-001, REQ-FEED-002
    one, now_us = feed(), NOW_US
    for pause_us in pauses_us:
        now_us += pause_us
        news(one, now_us)
    numbers = numbers_since(one, number)
    if numbers is not None:
        assert numbers == list(range(number + 1, len(pauses_us) + 1))


def test_an_aside_answers_for_no_number() -> None:
    one = feed(last_number=7)
    item = one.aside(ItemKind.NOTICE, NOTICE, NOW_US)
    header = parsed(item.message).header
    assert (header.number, header.covers_from, item.numbered) == (7, 8, False)
    assert item.message[item.header_length :] == NOTICE
    assert numbers_since(one, 7) == []
