"""A reader's outbox: filters, merging, heartbeats, and being too slow."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.names import RestrictionName
from broker.core.sharing.roles import Zone
from broker.service.feed import subscriber as module
from broker.service.feed.audience_feed import AudienceFeed
from broker.service.feed.items import MESSAGE_BYTES_MAX, Item, ItemKind
from broker.service.feed.subscriber import Filter, Subscriber, SubscriberTooSlow
from keepclear.client.feed import Continuity
from keepclear.v1 import feed_pb2
from tests.core.tracks.batches import NOW_US, at
from tests.patience import PATIENCE_S
from tests.service.feed.pictures import ENCODER, EPOCH, POLICE, Picture, fleet, parsed

NORTH = Zone(51.5, -1.0, 52.0, 1.0)


def reader(chosen: Filter | None = None, resumed_from: int | None = None) -> Subscriber:
    one = Subscriber(POLICE, chosen or Filter(), ENCODER)
    one.resume_after(resumed_from)
    return one


async def take(one: Subscriber) -> list[feed_pb2.FeedMessage]:
    return [parsed(message) for message in await asyncio.wait_for(one.take(), PATIENCE_S)]


def feed() -> AudienceFeed:
    return AudienceFeed(POLICE, ENCODER, EPOCH)


def notice(one: AudienceFeed) -> Item:
    return one.news(ItemKind.NOTICE, ENCODER.notice("policy-loaded", ""), NOW_US)


def alert(one: AudienceFeed) -> Item:
    """The subscriber looks at an item's kind alone; the body need not be an alert."""
    return notice(one)._replace(kind=ItemKind.ALERT)


def heartbeat(one: AudienceFeed) -> Item:
    return one.aside(ItemKind.HEARTBEAT, ENCODER.heartbeat(None, 7, 0), NOW_US)


def frames(picture: Picture, seconds: float, *places: float) -> list[Item]:
    """One frame with a track at each latitude."""
    rows = [at(seconds, f"t{n}", latitude_deg=place) for n, place in enumerate(places)]
    picture.move(*rows)
    return picture.cut()[POLICE]


def covered(messages: list[feed_pb2.FeedMessage], last: int) -> int:
    """Check that nothing is missing after `last`; returns the new last number."""
    for message in messages:
        header = message.header
        assert header.covers_from == last + 1
        last = max(last, header.number)
    return last


async def test_everything_comes_in_order_unchanged() -> None:
    source, one = feed(), reader()
    items = [notice(source), alert(source), heartbeat(source), notice(source)]
    one.offer(items)
    assert await one.take() == [item.message for item in items]


async def test_take_waits_until_there_is_something() -> None:
    source, one = feed(), reader()
    waiting = asyncio.ensure_future(take(one))
    await asyncio.sleep(0)
    assert not waiting.done()
    one.offer([notice(source)])
    assert [message.header.number for message in await waiting] == [1]


async def test_kinds_left_out_are_answered_for_by_the_next_message() -> None:
    # REQ-FEED-001: a reader can tell a filter from a gap.
    source = feed()
    one = reader(Filter(kinds=frozenset({ItemKind.ALERT})))
    one.offer([alert(source), notice(source), notice(source), alert(source), notice(source)])
    messages = await take(one)
    assert [(m.header.number, m.header.covers_from) for m in messages] == [(1, 1), (4, 2)]
    # Everything else in the header is as for any other reader.
    assert messages[1].header.epoch == EPOCH
    assert messages[1].header.resume_token
    assert messages[1].notice.code == "policy-loaded"
    one.offer([heartbeat(source)])
    [beat] = await take(one)
    assert (beat.header.number, beat.header.covers_from) == (5, 5)
    assert covered([beat], 4) == 5


async def test_a_heartbeat_answers_for_many_left_out() -> None:
    source = feed()
    one = reader(Filter(kinds=frozenset({ItemKind.ALERT})), resumed_from=0)
    one.offer([notice(source), notice(source), notice(source), heartbeat(source)])
    [beat] = await take(one)
    assert (beat.header.number, beat.header.covers_from) == (3, 1)
    one.offer([heartbeat(source), alert(source)])
    assert covered(await take(one), 3) == 4


async def test_an_area_cuts_tracks_and_nothing_else() -> None:
    # REQ-FEED-004: alerts and restrictions are never cut by area.
    picture = Picture()
    one = reader(Filter(area=NORTH))
    [mixed] = frames(picture, 0, 51.6, 51.4)
    source = picture.feeds[POLICE]
    one.offer([mixed, alert(source)])
    frame, safety = await take(one)
    assert [view.latitude_deg for view in frame.tracks.tracks] == [51.6]
    assert (frame.header.number, safety.header.number) == (1, 2)
    [outside] = frames(picture, 1, 51.3, 51.4)
    [inside] = frames(picture, 2, 51.7, 51.8)
    one.offer([outside, inside])
    [frame] = await take(one)
    assert (frame.header.number, frame.header.covers_from) == (4, 3)
    assert len(frame.tracks.tracks) == 2


async def test_only_the_newest_heartbeat_waits() -> None:
    source, one = feed(), reader()
    for _ in range(100):
        one.offer([heartbeat(source)])
    one.offer([notice(source), heartbeat(source)])
    messages = await take(one)
    assert [message.WhichOneof("kind") for message in messages] == ["notice", "heartbeat"]
    one.offer([heartbeat(source)])
    assert len(await take(one)) == 1


async def test_a_slow_reader_gets_the_newest_position_of_each_track_and_every_alert(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # REQ-OVL-001: overload sheds display detail first, safety messages never.
    monkeypatch.setattr(module, "FRAME_BYTES_MAX", 1_000)
    picture, one = Picture(), reader(resumed_from=0)
    source = picture.feeds[POLICE]
    alerts = []
    for second in range(40):
        one.offer(frames(picture, second - 50, 51.0 + second / 100, 51.1))
        if second % 7 == 0:
            alerts.append(alert(source))
            one.offer(alerts[-1:])
    one.offer(frames(picture, 0, 51.9))
    messages = await take(one)
    views = [view for message in messages for view in message.tracks.tracks]
    newest = {view.track_id: view.latitude_deg for view in views}
    assert sorted(newest.values()) == [51.1, 51.9]
    assert len(views) < 30
    numbers = [message.header.number for message in messages]
    assert numbers == sorted(numbers)
    assert {item.number for item in alerts} <= set(numbers)
    assert covered(messages, 0) == source.last_number
    assert one.shed_frame_count > 0


@pytest.mark.parametrize("count", range(module.FRAMES_BEFORE_MERGING - 1, 25))
async def test_what_a_merge_keeps_is_the_newest(
    monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    # REQ-OVL-001, REQ-SLOW-003: also of the tracks that the newest frame does not show.
    monkeypatch.setattr(module, "FRAME_BYTES_MAX", 500)
    picture, one = Picture(), reader(resumed_from=0)
    wanted = {}
    for second in range(count):
        name = f"t{second % 3}"
        picture.move(at(second - 50, name, latitude_deg=51.0 + second / 100))
        wanted[name] = 51.0 + second / 100
        one.offer(picture.cut()[POLICE])
    views = [view for message in await take(one) for view in message.tracks.tracks]
    newest = {view.track_id: view.latitude_deg for view in views}
    assert sorted(newest.values()) == pytest.approx(sorted(wanted.values()))


async def test_frames_that_follow_a_snapshot_are_merged_without_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # REQ-FEED-013: a snapshot counts only when it is complete.
    monkeypatch.setattr(module, "FRAME_BYTES_MAX", 500)
    picture, one = Picture(), reader()
    picture.move(*fleet(5, -60))
    picture.cut()
    opening = snapshot(picture)
    one.open_with(opening)
    for second in range(2 * module.FRAMES_BEFORE_MERGING):
        picture.move(*fleet(5, second - 50))
        one.offer(picture.cut()[POLICE])
    messages = await take(one)
    assert one.shed_frame_count > 0
    assert [m.header.snapshot for m in messages[: len(opening)]] == [True] * len(opening)
    assert len(messages[1].tracks.tracks) == 5


async def test_a_reader_is_told_how_many_positions_it_was_not_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # REQ-SLOW-005
    monkeypatch.setattr(module, "FRAME_BYTES_MAX", 1_000)
    picture, slow, quick = Picture(), reader(resumed_from=0), reader(resumed_from=0)
    source = picture.feeds[POLICE]
    told: dict[Subscriber, list[feed_pb2.FeedMessage]] = {slow: [], quick: []}
    for second in range(40):
        items = [*frames(picture, second - 50, 51.0 + second / 100, 51.1), heartbeat(source)]
        slow.offer(items)
        quick.offer(items)
        told[quick] += await take(quick)
    told[slow] += await take(slow)
    sent = {one: sum(len(each.tracks.tracks) for each in told[one]) for one in told}
    said = {one: told[one][-1].heartbeat for one in told}
    assert sent[quick] == 80
    assert said[quick].superseded_position_count == 0
    assert said[slow].superseded_position_count == 80 - sent[slow] > 0
    assert said[slow].track_count == said[quick].track_count


async def test_a_small_backlog_is_not_merged() -> None:
    picture, one = Picture(), reader()
    for second in range(20):
        one.offer(frames(picture, second - 50, 51.1))
    assert len(await take(one)) == 20
    assert one.shed_frame_count == 0


async def test_a_merged_backlog_is_bounded_by_the_picture() -> None:
    # REQ-LIM-004
    picture, one = Picture(), reader()
    for second in range(60):
        picture.move(*fleet(400, second - 60))
        one.offer(picture.cut()[POLICE])
    messages = await one.take()
    assert sum(map(len, messages)) < 10 * MESSAGE_BYTES_MAX
    assert all(len(message) <= MESSAGE_BYTES_MAX for message in messages)
    last = {view.track_id for m in map(parsed, messages) for view in m.tracks.tracks}
    assert len(last) == 400


async def test_too_many_safety_messages_end_the_reader() -> None:
    # REQ-OVL-002: cut off with the reason, never silently short of an alert.
    source, one = feed(), reader()
    one.offer([alert(source) for _ in range(module.SAFETY_ITEMS_MAX)])
    one.offer([alert(source)])
    with pytest.raises(SubscriberTooSlow, match="2000"):
        await one.take()
    one.offer([alert(source)])
    with pytest.raises(SubscriberTooSlow):
        await one.take()


async def test_what_a_reader_missed_does_not_count_as_being_slow() -> None:
    # REQ-SLOW-002: else it would be cut off for it again each time it comes back.
    source, one = feed(), reader(resumed_from=0)
    missed = [alert(source) for _ in range(module.SAFETY_ITEMS_MAX + 1)]
    one.open_with(missed)
    one.offer([alert(source)])
    assert not one.is_ended
    assert covered(await take(one), 0) == len(missed) + 1


async def test_what_has_been_taken_no_longer_counts() -> None:
    source, one = feed(), reader()
    for _ in range(3):
        one.offer([alert(source) for _ in range(module.SAFETY_ITEMS_MAX)])
        assert len(await one.take()) == module.SAFETY_ITEMS_MAX


async def test_versions_of_keep_clear_requests_are_noted_as_they_are_taken() -> None:
    # REQ-PUB-005: what a filter left out was not sent.
    source, edition = feed(), (RestrictionName("lfb", "fire"), 3)
    told = source.news(ItemKind.RESTRICTION, ENCODER.notice("x", ""), NOW_US, edition=edition)
    mirrored = source.news(ItemKind.RESTRICTION, ENCODER.notice("x", ""), NOW_US)
    for kinds, noted in (({ItemKind.RESTRICTION}, [edition]), ({ItemKind.ALERT}, [])):
        one = reader(Filter(kinds=frozenset(kinds)))
        one.offer([told, mirrored, alert(source)])
        assert one.handed_over == []
        await take(one)
        assert one.handed_over == noted


async def test_a_second_snapshot_is_counted_and_numbered_afresh() -> None:
    # A new epoch begins with one, also for readers that are connected.
    alerts_only = Filter(kinds=frozenset({ItemKind.ALERT}))
    one, before, after = reader(alerts_only), feed(), AudienceFeed(POLICE, ENCODER, "log.2")

    def opened(source: AudienceFeed, alerts: int) -> list[Item]:
        begin = source.part(ItemKind.SNAPSHOT_BEGIN, ENCODER.snapshot_begin("new epoch"), NOW_US)
        body = ENCODER.notice("", "")
        parts = [source.part(ItemKind.ALERT, body, NOW_US) for _ in range(alerts)]
        end = source.part(ItemKind.SNAPSHOT_END, ENCODER.snapshot_end(alerts), NOW_US)
        return [begin, *parts, end]

    one.open_with(opened(before, 3))
    one.offer([alert(before) for _ in range(5)])
    one.offer(opened(after, 2))
    one.offer([notice(after), alert(after)])
    messages = await take(one)
    seen = Continuity()
    assert [gap for message in messages if (gap := seen.check(message)) is not None] == []
    assert (seen.epoch, seen.number) == ("log.2", 2)


async def test_an_ended_reader_wakes_with_the_first_reason() -> None:
    one = reader()
    waiting = asyncio.ensure_future(one.take())
    await asyncio.sleep(0)
    one.end(RuntimeError("shutdown"))
    one.end(ValueError("later"))
    with pytest.raises(RuntimeError, match="shutdown"):
        await waiting


async def test_whoever_serves_a_reader_is_told_once_that_it_was_cut_off() -> None:
    one, reasons = reader(), list[Exception]()
    one.on_end = reasons.append
    assert not one.is_ended
    first = RuntimeError("shutdown")
    one.end(first)
    one.end(RuntimeError("again"))
    assert one.is_ended
    assert reasons == [first]


def snapshot(picture: Picture) -> list[Item]:
    source = picture.feeds[POLICE]
    inside = picture.cutter.whole_picture(source, NOW_US)
    inside.append(source.part(ItemKind.NOTICE, ENCODER.notice("a", ""), NOW_US))
    begin = source.part(ItemKind.SNAPSHOT_BEGIN, ENCODER.snapshot_begin("first"), NOW_US)
    end = source.part(ItemKind.SNAPSHOT_END, ENCODER.snapshot_end(len(inside)), NOW_US)
    return [begin, *inside, end]


@pytest.mark.parametrize(
    ("chosen", "count"),
    [
        (Filter(), 2),
        (Filter(area=NORTH), 1),
        (Filter(kinds=frozenset({ItemKind.TRACKS})), 1),
        (Filter(kinds=frozenset({ItemKind.RESTRICTION})), 0),
    ],
)
async def test_the_end_of_a_snapshot_counts_what_this_reader_got(
    chosen: Filter, count: int
) -> None:
    # REQ-FEED-005
    picture, one = Picture(), reader(chosen)
    frames(picture, 0, 51.1)
    one.offer(snapshot(picture))
    begin, *inside, end = await take(one)
    assert begin.snapshot_begin.reason == "first"
    assert len(inside) == end.snapshot_end.message_count == count
    # What follows goes on from the snapshot's number.
    one.offer([heartbeat(picture.feeds[POLICE])])
    [beat] = await take(one)
    assert (beat.header.number, beat.header.covers_from) == (1, 2)


async def test_a_long_snapshot_is_neither_merged_nor_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SAFETY_ITEMS_MAX", 5)
    monkeypatch.setattr(module, "FRAMES_BEFORE_MERGING", 0)
    picture, one = Picture(), reader()
    frames(picture, 0, 51.1)
    source = picture.feeds[POLICE]
    inside = [source.part(ItemKind.RESTRICTION, b"", NOW_US) for _ in range(50)]
    one.offer([*inside, *picture.cutter.whole_picture(source, NOW_US)])
    one.offer(frames(picture, 1, 51.2))
    assert len(await one.take()) == 52


kinds = st.sampled_from(["frame", "alert", "notice", "heartbeat", "take"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(kinds, max_size=60),
    st.sampled_from([Filter(), Filter(area=NORTH), Filter(kinds=frozenset({ItemKind.ALERT}))]),
)
def test_no_alert_is_lost_and_no_gap_is_shown_whatever_happens(
    steps: list[str], chosen: Filter
) -> None:
    # REQ-OVL-001, REQ-FEED-001
    async def run() -> None:
        picture, one = Picture(), reader(chosen, resumed_from=0)
        source, sent, last = picture.feeds[POLICE], list[int](), 0
        got: list[feed_pb2.FeedMessage] = []
        for place, step in enumerate(steps):
            if step == "frame":
                one.offer(frames(picture, place - 60, 51.0 + place / 60, 51.1))
            elif step == "alert":
                one.offer([alert(source)])
                sent.append(source.last_number)
            elif step == "notice":
                one.offer([notice(source)])
            else:
                one.offer([heartbeat(source)])
            if step == "take":
                got += await take(one)
        one.offer([heartbeat(source)])
        got += await take(one)
        last = covered(got, last)
        assert last == source.last_number
        assert set(sent) <= {message.header.number for message in got}

    asyncio.run(run())


def confined() -> Subscriber:
    """A reader that may see NORTH only."""
    return reader(Filter(NORTH, confined=True), resumed_from=0)


def placed(one: AudienceFeed, key: str, extent: Zone | None, *, ended: bool = False) -> Item:
    body = ENCODER.notice("stands-for-an-alert", key)
    return one.news(ItemKind.ALERT, body, NOW_US, key=key, extent=extent, ended=ended)


async def keys_taken(one: Subscriber, *items: Item) -> list[str]:
    """The keys of those of the items that the reader is given, and a mark at the end."""
    mark = feed()
    one.offer([*items, notice(mark)])
    return [message.notice.text for message in await take(one)][:-1]


BESIDE = Zone(51.9, 0.5, 52.5, 2.0)
SOUTH = Zone(50.0, -1.0, 51.0, 1.0)


async def test_a_confined_reader_is_told_what_touches_its_area_to_the_end() -> None:
    # REQ-PRIV-003: also when it leaves the area, or nobody knows any more where it was.
    one, told = confined(), feed()
    items = [
        placed(told, "in", BESIDE),
        placed(told, "out", SOUTH),
        placed(told, "unknown", None),
        placed(told, "in", SOUTH),
        placed(told, "out", SOUTH, ended=True),
        placed(told, "in", None, ended=True),
        placed(told, "in", SOUTH),
    ]
    assert await keys_taken(one, *items) == ["in", "in", "in"]


async def test_a_confined_readers_numbers_show_no_gap() -> None:
    # REQ-PRIV-003, REQ-FEED-013: what was withheld is answered for by the next message.
    one, told = confined(), feed()
    one.offer([placed(told, "out", SOUTH), placed(told, "in", BESIDE)])
    [message] = await take(one)
    assert (message.header.number, message.header.covers_from) == (2, 1)


async def test_what_left_the_area_before_a_snapshot_is_not_told_after_it() -> None:
    # REQ-PRIV-003: the snapshot is the whole picture; what it leaves out the reader has not got.
    one, told = confined(), feed()
    one.open_with([placed(told, "in", BESIDE)])
    one.open_with([told.part(ItemKind.SNAPSHOT_BEGIN, ENCODER.snapshot_begin("again"), NOW_US)])
    one.offer([placed(told, "in", SOUTH), placed(told, "in", SOUTH, ended=True), notice(told)])
    texts = [message.notice.text for message in await take(one) if message.HasField("notice")]
    assert texts == ["in", ""]


async def test_a_track_of_which_no_place_is_known_is_in_every_area() -> None:
    [frame] = frames(Picture(), 0.0, 50.0, 50.1)
    nowhere = replace(frame.shown, latitude_deg=np.array([np.nan, 50.1]))
    one = reader(Filter(area=NORTH))
    one.offer([frame._replace(shown=nowhere)])
    [message] = await take(one)
    assert len(message.tracks.tracks) == 1


async def test_a_reader_that_merely_asks_for_an_area_is_told_every_alert() -> None:
    one, told = reader(Filter(NORTH), resumed_from=0), feed()
    assert await keys_taken(one, placed(told, "out", SOUTH)) == ["out"]


def reminder(one: AudienceFeed, key: str, extent: Zone | None) -> Item:
    body = ENCODER.notice("stands-for-an-alert", key)
    return one.aside(ItemKind.ALERT, body, NOW_US, key=key, extent=extent)


async def test_a_confined_reader_is_told_of_what_comes_into_its_area_and_of_its_end() -> None:
    # REQ-PRIV-003: once, whether it was withheld before or never said at all.
    one, told = confined(), feed()
    assert await keys_taken(one, placed(told, "in", BESIDE), placed(told, "comes", SOUTH)) == ["in"]
    in_progress = ("in", BESIDE), ("comes", BESIDE), ("stays out", SOUTH), ("gone", None)
    for _ in range(2):
        one.remind([reminder(told, key, extent) for key, extent in in_progress])
    rest = placed(told, "comes", SOUTH), placed(told, "comes", None, ended=True)
    assert await keys_taken(one, *rest) == ["comes"] * 3


async def test_what_is_told_late_is_no_repeat_and_leaves_no_gap() -> None:
    # REQ-PRIV-003, REQ-FEED-013: as the partner's client sees it.
    one, told, seen = confined(), feed(), Continuity(b"token")
    one.offer([placed(told, "in", BESIDE), placed(told, "comes", SOUTH)])
    one.remind([reminder(told, "comes", BESIDE)])
    one.offer([placed(told, "comes", BESIDE)])
    messages = await take(one)
    one.remind([reminder(told, "comes", BESIDE), reminder(told, "later", BESIDE)])
    messages += await take(one)
    one.offer([placed(told, "withheld", SOUTH)])
    one.remind([reminder(told, "last", BESIDE)])
    messages += await take(one)
    assert [message.notice.text for message in messages] == ["in", "comes", "later", "last"]
    for message in messages:
        assert not seen.is_repeat(message)
        assert seen.check(message) is None


async def test_only_confined_readers_are_reminded() -> None:
    one, told = reader(Filter(NORTH), resumed_from=0), feed()
    one.remind([reminder(told, "in", BESIDE)])
    assert await keys_taken(one) == []
