"""What an auditor reads of one aircraft: each change once, with its time."""

from broker.cli.replay_story import Story
from keepclear.v1 import alerts_pb2, common_pb2, feed_pb2

START_US = 1_760_000_000_000_000


def track(second: int, track_id: str = "t1", **fields: object) -> feed_pb2.FeedMessage:
    values: dict[str, object] = {
        "label": "MET-07", "state": feed_pb2.TRACK_STATE_CURRENT, "height_m": 61.0,
        "latitude_deg": 51.5, "longitude_deg": -0.12, "incident_id": "999-12",
        "publisher": "agencies/met/systems/drones",
    }  # fmt: skip
    view = feed_pb2.TrackView(track_id=track_id, **{**values, **fields})  # type: ignore[arg-type]
    header = feed_pb2.FeedHeader(sent_us=START_US + second * 1_000_000)
    return feed_pb2.FeedMessage(header=header, tracks=feed_pb2.TrackFrame(tracks=[view]))


def alert(second: int, level: str, *read_by: str, party: str = "t1") -> feed_pb2.FeedMessage:
    return feed_pb2.FeedMessage(
        header=feed_pb2.FeedHeader(sent_us=START_US + second * 1_000_000),
        alert=alerts_pb2.Alert(
            alert_id="a1", level=f"ALERT_LEVEL_{level}", headline="HELICOPTER near MET-07.",
            advice="Land.", rule="transit", policy_version="default-3",
            parties=[alerts_pb2.AlertParty(track_id=party)],
            acknowledgements=[
                alerts_pb2.Acknowledgement(system="agencies/met/systems/desk", acknowledged_by=one)
                for one in read_by
            ],
        ),
    )  # fmt: skip


def told(story: Story, *messages: feed_pb2.FeedMessage) -> list[str]:
    return [line for message in messages for line in story.lines(message)]


def test_when_where_and_what_for() -> None:
    launching = common_pb2.OPERATIONAL_STATUS_LAUNCHING
    lines = told(
        Story("met-07"),
        track(0, operational_status=launching),
        track(1, operational_status=launching),
        track(2),
        track(30, state=feed_pb2.TRACK_STATE_STALE),
        track(62),
        track(63, state=feed_pb2.TRACK_STATE_LOST),
    )
    assert [line[11:20] for line in lines] == ["08:53:20Z", "08:53:22Z", "08:54:22Z", "08:54:23Z"]
    assert lines[0] == (
        "2025-10-09 08:53:20Z  current, LAUNCHING from its dock, 200 ft (61 m) above take-off, "
        "at 51.50000,-0.12000, incident 999-12, published by agencies/met/systems/drones"
    )
    assert "LOST" in lines[-1]


def test_one_that_is_shown_otherwise_is_nowhere() -> None:
    # REQ-ABS-001
    withheld = feed_pb2.TrackView(track_id="t1", state=feed_pb2.TRACK_STATE_WITHHELD)
    gone = track(5)
    gone.tracks.tracks[0].CopyFrom(withheld)
    shown, ended = told(Story("MET-07"), track(0), gone)
    assert "at 51.50000" in shown
    assert ended == "2025-10-09 08:53:25Z  shown otherwise from now on, as its agency decided"


def test_what_its_desk_was_told_and_who_read_it() -> None:
    lines = told(
        Story("MET-07"),
        track(0),
        alert(1, "CAUTION"),
        alert(2, "CAUTION"),
        alert(3, "WARNING", "desk 1"),
        alert(4, "UNSPECIFIED", "desk 1", "desk 2"),
    )[1:]
    assert [line[22:] for line in lines] == [
        "CAUTION: HELICOPTER near MET-07. Land. (rule transit, policy default-3, a1)",
        "WARNING: HELICOPTER near MET-07. Land. (rule transit, policy default-3, a1)",
        "read by desk 1 (agencies/met/systems/desk, a1)",
        "ended: HELICOPTER near MET-07. Land. (rule transit, policy default-3, a1)",
        "read by desk 2 (agencies/met/systems/desk, a1)",
    ]


def test_other_aircraft_are_left_out() -> None:
    story = Story("MET-07")
    assert told(story, track(0, "t2", label="LFB-1"), alert(1, "WARNING", party="t2")) == []
    assert story.positions == 0


def test_an_aircraft_stays_itself_when_its_label_changes() -> None:
    story = Story("g-abcd")
    told(story, track(0, label="HELI1", registration="G-ABCD"), track(1, label="HELI2"))
    assert story.positions == 2


def test_a_drone_in_its_dock_is_told_once() -> None:
    at_dock = common_pb2.OPERATIONAL_STATUS_AT_DOCK
    frames = [track(second, operational_status=at_dock) for second in range(0, 600, 2)]
    assert len(told(Story("MET-07"), *frames)) == 1
