"""Who hears a track: joined, parted, banned, and what the row says because of it."""

from broker.core.tracks.correlation.hearers import BANNED_US, Hearers
from broker.core.tracks.reports import AircraftClass, AircraftDescription, ReportSource
from tests.core.tracks.batches import NOW_US
from tests.core.tracks.correlation.scene import (
    DRONES,
    RECEIVER,
    SECOND_RECEIVER,
    Scene,
    drone,
)

UNNAMED = AircraftDescription(AircraftClass.UNKNOWN_DRONE)


def three() -> tuple[Scene, Hearers]:
    """An operator's own telemetry, and two receivers."""
    scene = Scene()
    scene.report(RECEIVER, "r", 0.0, 5.0, 0.0, words=UNNAMED, source=ReportSource.REMOTE_ID)
    scene.report(DRONES, "a", 0.0, 0.0, 0.0, words=drone(callsign="MET-07"))
    scene.report(SECOND_RECEIVER, "s", 0.0, 9.0, 0.0, words=UNNAMED, source=ReportSource.REMOTE_ID)
    return scene, Hearers(scene.airspace.tracks)


def test_the_owner_comes_first_whoever_came_first_and_each_says_why_it_is_there() -> None:
    _, hearers = three()
    assert [one.basis for one in hearers.of(0)] == ["first"]
    hearers.join(0, 1, "motion", 0.9)
    hearers.join(0, 2, "identity", 0.99)
    assert [(one.handle[1], one.basis, one.confidence) for one in hearers.of(0)] == [
        ("a", "motion", 0.9),
        ("r", "first", 1.0),
        ("s", "identity", 0.99),
    ]
    assert hearers.shared[0].lead[1] == "r"  # it moved the row so far


def test_words_trust_and_owner_follow_and_go_with_who_leaves() -> None:
    # REQ-COR-002
    scene, hearers = three()
    register = scene.airspace.tracks
    hearers.join(0, 1, "motion", 0.9)
    hearers.settle(0, NOW_US)
    assert register.descriptions[0].callsign == "MET-07"
    assert register.publisher_name(0) == DRONES
    assert register.columns.trusted[0]
    assert len(register.marks.heard_by[0]) == 2
    own = hearers.of(0)[0]
    hearers.part(0, own, NOW_US)
    assert register.publisher_name(0) == RECEIVER
    assert not register.columns.trusted[0]
    assert not register.columns.shared[0]
    assert 0 not in hearers.shared
    assert 0 not in register.marks.heard_by


def test_who_was_parted_is_banned_for_a_while() -> None:
    # REQ-COR-005
    scene, hearers = three()
    hearers.join(0, 1, "motion", 0.9)
    own = hearers.of(0)[0]
    hearers.part(0, own, NOW_US)
    scene.report(DRONES, "a", 1.0, 500.0, 0.0, words=drone())
    slot = scene.airspace.tracks.slot_of(DRONES, "a")
    assert slot is not None
    assert hearers.is_banned(0, slot, NOW_US + BANNED_US - 1)
    assert not hearers.is_banned(0, slot, NOW_US + BANNED_US)
    assert not hearers.is_banned(2, slot, NOW_US)
    hearers.end_bans(NOW_US + BANNED_US)
    assert hearers.banned == {}


def test_one_publisher_that_hears_both_tells_of_two_aircraft() -> None:
    scene, hearers = three()
    scene.report(RECEIVER, "q", 0.0, 5.0, 0.0, words=UNNAMED, source=ReportSource.REMOTE_ID)
    assert hearers.share_a_publisher(0, 3)
    assert not hearers.share_a_publisher(0, 1)
    hearers.join(1, 0, "motion", 0.9)
    assert hearers.share_a_publisher(1, 3)
