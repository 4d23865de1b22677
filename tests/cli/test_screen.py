"""The screen: what a person reads, and what it says when the link is lost."""

import io

import pytest
from rich.console import Console

from broker.cli.alert_wording import alert_lines
from broker.cli.picture import Picture
from broker.cli.screen import coverage_words, render
from keepclear.v1 import alerts_pb2, common_pb2, feed_pb2, restrictions_pb2

NOW_US = 1_760_000_000_000_000


def shown(picture: Picture, now_s: float, height: int = 60, width: int = 180) -> str:
    console = Console(width=width, height=height, record=True, file=io.StringIO())
    console.print(render(picture, now_s, console.size))
    return console.export_text()


def filled() -> Picture:
    picture = Picture()
    header = feed_pb2.FeedHeader(
        sent_us=NOW_US, space=common_pb2.SPACE_EXERCISE, audience="agencies/met/roles/desk"
    )
    track = feed_pb2.TrackView(
        track_id="t1",
        label="MET-07\x1b[2J",
        agency="met",
        aircraft_class=common_pb2.AIRCRAFT_CLASS_DRONE,
        state=feed_pb2.TRACK_STATE_CURRENT,
        altitude_m=137.25,
        altitude_datum=common_pb2.ALTITUDE_DATUM_HAE,
        altitude_hae_m=137.25,
        height_m=61,
        talkgroup="TG-9",
        time_of_validity_us=NOW_US - 1_000_000,
    )
    alert = alerts_pb2.Alert(
        alert_id="al-1",
        level=common_pb2.ALERT_LEVEL_WARNING,
        headline="HELICOPTER closing on MET-07 from north-east, 420 m, 200 ft above",
        advice="Land or move south-west.",
        relative_height_m=-61,  # the second aircraft is the drone
        relative_height_doubt_m=30,
        raised_us=NOW_US,
        acknowledgements=[alerts_pb2.Acknowledgement(acknowledged_by="Met desk")],
    )
    restriction = restrictions_pb2.Restriction(
        name="agencies/lfb/restrictions/fire",
        title="Fire, [bold]Mill Road",
        state="RESTRICTION_STATE_ACTIVE",
    )
    heartbeat = feed_pb2.Heartbeat(picture_age_s=1, silent_publisher_count=2)
    for kind in (
        {"tracks": feed_pb2.TrackFrame(tracks=[track])},
        {"alert": alert},
        {"restriction": restriction},
        {"notice": feed_pb2.Notice(text="display shed")},
        {"heartbeat": heartbeat},
    ):
        picture.apply(feed_pb2.FeedMessage(header=header, **kind), 100.0)
    return picture


def test_everything_a_desk_needs_is_on_the_screen() -> None:
    text = shown(filled(), 100.0)
    for words in (
        "EXERCISE",
        "picture 1 s old, 2 feeds silent",
        "WARNING",
        "HELICOPTER closing on MET-07",
        "Land or move south-west.",
        "since 08:53:20Z, read by Met desk, al-1",
        "200 ft above",
        "Fire, [bold]Mill Road",
        "200 ft (61 m) above take-off",
        "TG-9",
        "notice: display shed",
    ):
        assert words in text
    assert "below" not in text  # one height, and that in the headline
    assert "137" not in text  # REQ-WORDS: no ellipsoid height
    assert "\x1b[2J" not in text
    assert "LINK LOST" not in text


def test_a_lost_link_cannot_look_live() -> None:
    # REQ-UI: a frozen picture must never look live.
    text = shown(filled(), 112.0)
    assert "LINK LOST 12 s ago" in text
    assert "FROZEN, NOT LIVE" in text
    assert text.count("FROZEN PICTURE") >= 2
    assert "picture 13 s old" in text


def test_no_alert_is_never_shown_as_no_traffic() -> None:
    picture = Picture()
    assert "Waiting for the first picture" in shown(picture, 0)
    picture.apply(feed_pb2.FeedMessage(heartbeat=feed_pb2.Heartbeat()), 0)
    text = shown(picture, 0)
    assert 'No alert. That is not "no traffic"' in text
    assert "no position yet, 0 feeds silent" in text
    assert "No keep-clear request in force or planned." in text
    assert "space not known" in text


def test_coverage_names_the_silent_ones() -> None:
    picture = Picture()
    for name in "dcba":
        coverage = feed_pb2.Coverage(publisher=name, silent=True)
        picture.apply(feed_pb2.FeedMessage(coverage=coverage), 0)
    assert coverage_words(picture, 0) == "no position yet, 4 feeds silent (a, b, c, ...)"
    beat = feed_pb2.Heartbeat(silent_publisher_count=1)
    picture = Picture()
    picture.apply(feed_pb2.FeedMessage(heartbeat=beat), 0)
    assert "1 feed silent" in coverage_words(picture, 0)


def crowded() -> Picture:
    picture = Picture()
    views = [feed_pb2.TrackView(track_id=f"t{n}", label=f"L{n}") for n in range(50)]
    picture.apply(feed_pb2.FeedMessage(tracks=feed_pb2.TrackFrame(tracks=views)), 0)
    for n in range(12):
        alert = alerts_pb2.Alert(
            alert_id=f"a{n}",
            level="ALERT_LEVEL_ADVISORY",
            headline=f"Helicopter {n} closing from north-east, 420 m, 200 ft above, 12 s. " * 2,
            raised_us=n,
        )
        picture.apply(feed_pb2.FeedMessage(alert=alert), 0)
        restriction = restrictions_pb2.Restriction(name=f"r{n}", state="RESTRICTION_STATE_ACTIVE")
        picture.apply(feed_pb2.FeedMessage(restriction=restriction), 0)
    return picture


def test_long_lists_say_how_much_is_not_shown() -> None:
    text = shown(crowded(), 0, 24)
    assert "Alerts (12)" in text
    assert "and 8 less urgent" in text
    assert "and 10 more" in text  # of the requests
    assert "Aircraft (50)" in text
    assert "and 44 more" in text


@pytest.mark.parametrize(("height", "width"), [(24, 80), (24, 200), (50, 80), (50, 200)])
def test_a_picture_fits_its_screen(height: int, width: int) -> None:
    # REQ-UI: what a full screen leaves out is counted, never cut off below.
    picture = crowded()
    notice = feed_pb2.Notice(text="systems name themselves and nobody checks it " * 3)
    picture.apply(feed_pb2.FeedMessage(notice=notice), 0)
    lines = shown(picture, 0, height, width).rstrip("\n").splitlines()
    assert height - 1 <= len(lines) <= height
    assert "Helicopter 0" in " ".join(lines)
    assert "nobody checks it" in lines[-1]


def test_who_has_not_read_an_alert_is_said() -> None:
    alert = alerts_pb2.Alert(alert_id="al-1", headline="Traffic", raised_us=NOW_US)
    assert alert_lines(alert) == ["Traffic", "since 08:53:20Z, NOT READ YET, al-1"]


def test_a_cluster_shows_its_members_and_counts_the_rest() -> None:
    members = [
        alerts_pb2.AlertMember(level="ALERT_LEVEL_WARNING", headline=f"Drone {n}", advice="Land.")
        for n in range(20)
    ]
    cluster = alerts_pb2.Alert(
        kind="ALERT_KIND_CLUSTER", headline="Drone 0", members=members, member_count=25
    )
    assert alert_lines(cluster)[:-1] == [
        "Drone 0",
        "- WARNING: Drone 1 Land.",
        "- WARNING: Drone 2 Land.",
        "- WARNING: Drone 3 Land.",
        "- and 21 more at this incident",
    ]


def test_a_launch_and_a_planned_path_are_in_words_and_first() -> None:
    # REQ-DJI-010
    picture = filled()
    launching = feed_pb2.TrackView(
        track_id="t2",
        label="ZULU-9",
        agency="zz",
        state=feed_pb2.TRACK_STATE_CURRENT,
        operational_status=common_pb2.OPERATIONAL_STATUS_LAUNCHING,
        time_of_validity_us=NOW_US,
        planned_path=[common_pb2.PathPoint(latitude_deg=51.51, longitude_deg=-0.125)] * 3,
        planned_path_stated_us=NOW_US - 4_000_000,
    )
    header = picture.header
    frame = feed_pb2.TrackFrame(tracks=[launching])
    picture.apply(feed_pb2.FeedMessage(header=header, tracks=frame), picture.heard_s or 0.0)
    screen = shown(picture, picture.heard_s or 0.0)
    assert "LAUNCHING from its dock" in screen
    assert "intends by 3 points to 51.5100,-0.1250, stated 4 s ago" in screen
    assert screen.index("ZULU-9") < screen.index("MET-07", screen.index("Aircraft ("))


def test_where_to_keep_clear_of_an_aircraft_that_is_not_shown_is_on_the_screen() -> None:
    picture = filled()
    volume = feed_pb2.KeepClearVolume(
        volume_id="0a1b2c", south_deg=51.5, north_deg=51.53, west_deg=-0.12, east_deg=-0.08,
        lower_amsl_m=-150.0, upper_amsl_m=300.0,
    )  # fmt: skip
    picture.apply(feed_pb2.FeedMessage(header=picture.header, volume=volume), 0)
    text = shown(picture, 0)
    assert "aircraft that are not shown (1)" in text
    assert "51.5000 to 51.5300 north, -0.1200 to -0.0800 east" in text
    assert "the surface to 980 ft above sea level" in text
    volume.ended = True
    picture.apply(feed_pb2.FeedMessage(header=picture.header, volume=volume), 0)
    assert "not shown" not in shown(picture, 0)


def test_a_track_that_is_no_longer_shown_leaves_the_screen() -> None:
    picture = filled()
    withheld = feed_pb2.TrackView(track_id="t1", state=feed_pb2.TRACK_STATE_WITHHELD)
    frame = feed_pb2.TrackFrame(tracks=[withheld])
    picture.apply(feed_pb2.FeedMessage(header=picture.header, tracks=frame), 0)
    assert picture.tracks == {}
