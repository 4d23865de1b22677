import asyncio

import pytest

from broker.core.errors import BrokenInvariant
from broker.core.sharing.roles import Zone
from broker.service.feed.audience_feed import AudienceFeed
from broker.service.feed.hub import Hub
from broker.service.feed.items import Item, ItemKind
from broker.service.feed.projection import News
from broker.service.feed.subscriber import Filter, Subscriber
from broker.service.mailbox import Mailbox
from tests.core.tracks.batches import NOW_US
from tests.service.feed.pictures import ENCODER, EPOCH, FIRE, POLICE


def notice(feed: AudienceFeed) -> Item:
    return feed.news(ItemKind.NOTICE, ENCODER.notice("policy-loaded", ""), NOW_US)


@pytest.fixture
def police() -> AudienceFeed:
    return AudienceFeed(POLICE, ENCODER, EPOCH)


@pytest.fixture
def fire() -> AudienceFeed:
    return AudienceFeed(FIRE, ENCODER, EPOCH)


@pytest.fixture
async def hub() -> Hub:
    one = Hub()
    one.bind(Mailbox.of_loop(asyncio.get_running_loop()))
    return one


async def test_readers_get_their_own_audiences_news_after_their_opening(
    hub: Hub, police: AudienceFeed, fire: AudienceFeed
) -> None:
    # REQ-PRIV-001
    readers = {who: Subscriber(who, Filter(), ENCODER) for who in (POLICE, FIRE)}
    opening = [notice(police)]
    # As in service: the engine's thread attaches and publishes, the loop delivers.
    await asyncio.to_thread(hub.attach_from_engine, readers[POLICE], opening)
    await asyncio.to_thread(hub.attach_from_engine, readers[FIRE], [])
    news, other = [notice(police), notice(police)], [notice(fire)]
    await asyncio.to_thread(hub.publish, [(POLICE, news), (FIRE, other)])
    await asyncio.sleep(0)
    assert hub.subscriber_count == 2
    assert await readers[POLICE].take() == [item.message for item in opening + news]
    assert await readers[FIRE].take() == [item.message for item in other]


async def test_a_reader_that_left_gets_nothing_more(hub: Hub, police: AudienceFeed) -> None:
    one, two = (Subscriber(POLICE, Filter(), ENCODER) for _ in range(2))
    for reader in (one, two):
        hub.attach_from_engine(reader, [])
    await asyncio.sleep(0)
    hub.detach(one)
    hub.detach(one)
    hub.publish([(POLICE, [notice(police)])])
    await asyncio.sleep(0)
    assert hub.subscriber_count == 1
    assert not one._waiting
    assert len(await two.take()) == 1


async def test_a_reader_that_ended_before_its_opening_is_never_attached(hub: Hub) -> None:
    one = Subscriber(POLICE, Filter(), ENCODER)
    hub.attach_from_engine(one, [])
    one.end(RuntimeError("gone"))
    await asyncio.sleep(0)
    assert hub.subscriber_count == 0


async def test_listeners_hear_all_news_at_once(hub: Hub, police: AudienceFeed) -> None:
    heard: list[News] = []
    hub.listen(heard.append)
    news: News = [(POLICE, [notice(police)])]
    hub.publish(news)
    hub.publish([])
    assert heard == [news]


async def test_shutdown_ends_every_reader(hub: Hub) -> None:
    readers = [Subscriber(who, Filter(), ENCODER) for who in (POLICE, FIRE)]
    for reader in readers:
        hub.attach_from_engine(reader, [])
    await asyncio.sleep(0)
    hub.end_all(RuntimeError("shutdown"))
    for reader in readers:
        with pytest.raises(RuntimeError, match="shutdown"):
            await reader.take()


def test_a_reader_before_the_loop_is_a_broken_invariant() -> None:
    with pytest.raises(BrokenInvariant):
        Hub().attach_from_engine(Subscriber(POLICE, Filter(), ENCODER), [])


def test_news_before_the_loop_reaches_listeners_only(police: AudienceFeed) -> None:
    hub, heard = Hub(), list[News]()
    hub.listen(heard.append)
    hub.publish([(POLICE, [notice(police)])])
    assert len(heard) == 1


async def test_confined_readers_alone_are_reminded_and_known_by_the_box_round_them(
    hub: Hub, police: AudienceFeed
) -> None:
    # REQ-PRIV-003
    south, north = Zone(51.0, -1.0, 51.2, 0.0), Zone(51.8, -0.5, 52.0, 1.0)
    free = Subscriber(POLICE, Filter(south), ENCODER)
    confined = Subscriber(POLICE, Filter(north, confined=True), ENCODER)
    hub.attach_from_engine(free, [])
    assert hub.confined == {}
    hub.attach_from_engine(confined, [])
    hub.attach_from_engine(Subscriber(POLICE, Filter(south, confined=True), ENCODER), [])
    assert hub.confined == {POLICE: Zone(51.0, -1.0, 52.0, 1.0)}
    alert = police.aside(ItemKind.ALERT, b"", NOW_US, key="a", extent=north)
    hub.remind(POLICE, [alert])
    end = notice(police)
    hub.publish([(POLICE, [end])])
    await asyncio.sleep(0)
    assert await free.take() == [end.message]
    assert len(await confined.take()) == 2
