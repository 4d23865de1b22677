"""The picture: what the feed adds up to, and how old it says it is."""

from typing import Any

import pytest

from broker.cli import picture as module
from broker.cli.picture import Picture
from keepclear.v1 import alerts_pb2, common_pb2, feed_pb2, restrictions_pb2

NOW_US = 1_760_000_000_000_000


def message(**kind: Any) -> feed_pb2.FeedMessage:
    return feed_pb2.FeedMessage(header=feed_pb2.FeedHeader(sent_us=NOW_US), **kind)


def tracks(*views: feed_pb2.TrackView) -> feed_pb2.FeedMessage:
    return message(tracks=feed_pb2.TrackFrame(tracks=views))


def test_tracks_are_replaced_and_ordered_with_alerted_ones_first() -> None:
    picture = Picture()
    picture.apply(tracks(feed_pb2.TrackView(track_id="a", agency="lfb", label="A")), 0)
    picture.apply(tracks(feed_pb2.TrackView(track_id="b", agency="met", label="B")), 0)
    picture.apply(tracks(feed_pb2.TrackView(track_id="a", agency="lfb", label="A2")), 0)
    assert [track.label for track in picture.tracks_by_interest()] == ["A2", "B"]
    alert = alerts_pb2.Alert(
        alert_id="x", level="ALERT_LEVEL_CAUTION", parties=[alerts_pb2.AlertParty(track_id="b")]
    )
    picture.apply(message(alert=alert), 0)
    assert [track.label for track in picture.tracks_by_interest()] == ["B", "A2"]


def test_what_flies_comes_before_what_stands() -> None:
    picture = Picture()
    views = [
        feed_pb2.TrackView(
            track_id="d", agency="las", operational_status=common_pb2.OPERATIONAL_STATUS_AT_DOCK
        ),
        feed_pb2.TrackView(track_id="s", agency="las", state=feed_pb2.TRACK_STATE_DOCKED),
        feed_pb2.TrackView(track_id="f", agency="met", state=feed_pb2.TRACK_STATE_LOST),
    ]
    picture.apply(tracks(*views), 0)
    assert [track.track_id for track in picture.tracks_by_interest()] == ["f", "d", "s"]


def test_alerts_most_urgent_first_and_cleared_ones_go() -> None:
    picture = Picture()
    for alert_id, level, loss_s in (("c", 2, 5), ("d", 2, 3), ("w", 3, 30), ("n", 2, None)):
        alert = alerts_pb2.Alert(
            alert_id=alert_id, level=common_pb2.AlertLevel.Name(level), time_to_loss_s=loss_s
        )
        picture.apply(message(alert=alert), 0)
    assert [alert.alert_id for alert in picture.alerts_by_urgency()] == ["w", "d", "c", "n"]
    picture.apply(message(alert=alerts_pb2.Alert(alert_id="w")), 0)
    assert "w" not in picture.alerts


def test_restrictions_that_are_over_go() -> None:
    picture = Picture()
    name = "agencies/met/restrictions/r"
    picture.apply(
        message(
            restriction=restrictions_pb2.Restriction(name=name, state="RESTRICTION_STATE_ACTIVE")
        ),
        0,
    )
    assert name in picture.restrictions
    picture.apply(
        message(
            restriction=restrictions_pb2.Restriction(name=name, state="RESTRICTION_STATE_WITHDRAWN")
        ),
        0,
    )
    assert not picture.restrictions


def test_a_snapshot_starts_over() -> None:
    picture = Picture()
    picture.apply(tracks(feed_pb2.TrackView(track_id="a")), 0)
    picture.apply(message(coverage=feed_pb2.Coverage(publisher="p", silent=True)), 0)
    picture.apply(message(snapshot_begin=feed_pb2.SnapshotBegin()), 1)
    assert not picture.tracks
    assert not picture.silent


def test_coverage_comes_and_goes() -> None:
    picture = Picture()
    picture.apply(message(coverage=feed_pb2.Coverage(publisher="p", silent=True)), 0)
    assert list(picture.silent) == ["p"]
    picture.apply(message(coverage=feed_pb2.Coverage(publisher="p")), 0)
    assert not picture.silent


def test_ages_grow_while_nothing_comes() -> None:
    # REQ-UI: a frozen picture must never look live.
    picture = Picture()
    assert not picture.link_lost(100)
    assert picture.silence_s(100) is None
    picture.apply(message(heartbeat=feed_pb2.Heartbeat(picture_age_s=0.5)), 10)
    assert picture.picture_age_s(10) == 0.5
    assert picture.picture_age_s(14) == 4.5
    assert not picture.link_lost(10 + module.LINK_LOST_S)
    assert picture.link_lost(10.1 + module.LINK_LOST_S)
    track = feed_pb2.TrackView(time_of_validity_us=NOW_US - 2_000_000)
    assert picture.track_age_s(track, 10) == 2.0
    assert picture.track_age_s(track, 13) == 5.0


def test_a_position_newer_than_the_heartbeat_counts() -> None:
    picture = Picture()
    picture.apply(message(heartbeat=feed_pb2.Heartbeat(picture_age_s=5)), 0)
    picture.apply(tracks(feed_pb2.TrackView(time_of_validity_us=NOW_US - 1_000_000)), 8)
    assert picture.picture_age_s(9) == 2.0
    picture.apply(message(snapshot_begin=feed_pb2.SnapshotBegin()), 9)
    assert picture.picture_age_s(9) == 14.0


def test_no_position_yet_has_no_age() -> None:
    picture = Picture()
    picture.apply(message(heartbeat=feed_pb2.Heartbeat()), 0)
    assert picture.picture_age_s(5) is None


def test_lost_tracks_stay_for_a_minute() -> None:
    picture = Picture()
    lost = feed_pb2.TrackView(
        track_id="a", state=feed_pb2.TRACK_STATE_LOST, time_of_validity_us=NOW_US - 50_000_000
    )
    picture.apply(tracks(lost), 0)
    picture.apply(message(heartbeat=feed_pb2.Heartbeat()), 1)
    assert "a" in picture.tracks
    lost.time_of_validity_us -= 20_000_000
    picture.apply(tracks(lost), 2)
    picture.apply(message(heartbeat=feed_pb2.Heartbeat()), 3)
    assert "a" not in picture.tracks


def test_lists_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TRACKS_KEPT_MAX", 2)
    picture = Picture()
    for track_id in ("a", "b", "a", "c"):
        picture.apply(tracks(feed_pb2.TrackView(track_id=track_id)), 0)
    assert sorted(picture.tracks) == ["a", "c"]
    for number in range(9):
        picture.apply(message(notice=feed_pb2.Notice(text=str(number))), 0)
    assert [notice.text for notice in picture.notices] == ["6", "7", "8"]


def test_a_kind_that_is_not_known_still_shows_that_the_link_lives() -> None:
    picture = Picture()
    picture.apply(feed_pb2.FeedMessage(), 5)
    assert picture.silence_s(6) == 1
