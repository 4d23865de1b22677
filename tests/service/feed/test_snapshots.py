"""Snapshots: what stands, at one number, for each audience as it is shown it."""

from functools import cache

from broker.core.commands import CreateRestriction
from broker.core.names import Audience, Role, SystemName
from broker.core.restrictions.periods import Window
from broker.core.restrictions.shapes import Circle
from broker.core.sharing.roles import Zone
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.reports import AircraftClass, AircraftDescription
from broker.core.units import HOUR_US
from broker.service.feed.items import Item, ItemKind
from keepclear.v1 import feed_pb2
from tests.core.restrictions.scenes import draft, volume
from tests.core.sharing.worlds import (
    LAS,
    LATITUDE_DEG,
    LFB,
    LFB_DESK,
    LONGITUDE_DEG,
    MET,
    MET_DESK,
    World,
    row,
)

OTHER = AircraftDescription(AircraftClass.DRONE, callsign="LFB 2")
HERE = Zone(LATITUDE_DEG, LONGITUDE_DEG, LATITUDE_DEG, LONGITUDE_DEG)
ELSEWHERE = Zone(52.5, 0.5, 52.6, 0.6)
RETAINED = {ItemKind.RESTRICTION, ItemKind.ALERT, ItemKind.VOLUME}


@cache
def world() -> World:
    """A covert drone and an open one too near each other, a keep-clear request, a silent feed."""
    made = World()
    made.share_all(SharingLevel.COVERT)
    ring = volume(Circle(LATITUDE_DEG, LONGITUDE_DEG + 0.1, 150.0))
    window = Window(made.now_us, made.now_us + HOUR_US)
    asked = draft("fire", volumes=(ring,), windows=(window,))
    made.do(CreateRestriction(SystemName("lfb", "control"), "", asked))
    made.fly(LAS, row("h1", north_m=9_000.0, description=OTHER))
    for _ in range(15):
        made.fly(LFB, row("x1", north_m=4.0, description=OTHER))
        made.fly(MET, row())
        made.wait()
    return made


def whole(audience: Audience) -> list[Item]:
    one = world()
    return one.projection.snapshots.whole(audience, "a test", one.now_us)


def parsed(items: list[Item]) -> list[feed_pb2.FeedMessage]:
    return [feed_pb2.FeedMessage.FromString(item.message) for item in items]


def test_all_its_parts_stand_at_the_last_number_between_a_beginning_and_an_end() -> None:
    # REQ-FEED-013
    for audience, feed in world().projection.feeds.items():
        before = feed.last_number
        items = whole(audience)
        assert {(item.number, item.snapshot) for item in items} == {(before, True)}
        assert feed.last_number == before
        first, *inside, last = parsed(items)
        assert first.snapshot_begin.reason == "a test"
        assert last.snapshot_end.message_count == len(inside)
        assert all(message.header.snapshot for message in inside)


def test_it_holds_what_stands_and_of_each_only_what_the_audience_is_shown() -> None:
    ours, theirs = ([item.kind for item in whole(one)] for one in (MET_DESK, LFB_DESK))
    for kinds in (ours, theirs):
        assert kinds.count(ItemKind.RESTRICTION) == kinds.count(ItemKind.ALERT) == 1
        assert kinds.count(ItemKind.COVERAGE) >= 1
    assert theirs.count(ItemKind.VOLUME) == 1
    assert ItemKind.VOLUME not in ours  # it is shown the aircraft itself
    onlooker = [item.kind for item in whole(Audience("las", Role.OBSERVER))]
    assert ItemKind.VOLUME in onlooker


def test_what_topics_retain_is_part_of_it_in_the_same_order() -> None:
    one = world()
    for audience in one.projection.feeds:
        retained = one.projection.snapshots.retained(audience, one.now_us)
        assert retained == [item for item in whole(audience) if item.kind in RETAINED]
        assert all(item.key and item.extent is not None for item in retained)
        assert not any(item.ended for item in retained)


def test_only_what_an_agency_set_has_an_edition_to_be_proven() -> None:
    [edition] = [item.edition for item in whole(LFB_DESK) if item.edition is not None]
    [set_by_lfb] = world().airspace.restrictions.live()
    assert edition == (set_by_lfb.draft.name, set_by_lfb.version)


def test_a_standing_notice_is_told_to_whoever_joins_until_it_is_taken_back() -> None:
    notices = world().projection.snapshots.standing_notices
    notices["display-shed"] = "frames come once a second"
    try:
        told = [one.notice.code for one in parsed(whole(LFB_DESK)) if one.HasField("notice")]
    finally:
        del notices["display-shed"]
    assert told[-1] == "display-shed"
    after = [one.notice.code for one in parsed(whole(LFB_DESK)) if one.HasField("notice")]
    assert after == told[:-1]


def test_an_alert_is_told_late_to_who_looks_after_where_it_has_come_to() -> None:
    # REQ-PRIV-003
    one = world()
    before = one.projection.feeds[LFB_DESK].last_number
    [alert] = one.projection.snapshots.alerts_touching(HERE, LFB_DESK, one.now_us)
    assert (alert.kind, alert.numbered, alert.number) == (ItemKind.ALERT, False, before)
    assert alert.key == one.airspace.alerting.active()[0].alert_id
    assert one.projection.snapshots.alerts_touching(ELSEWHERE, LFB_DESK, one.now_us) == []
    onlooker = Audience("las", Role.OBSERVER)
    assert one.projection.snapshots.alerts_touching(HERE, onlooker, one.now_us) == []
