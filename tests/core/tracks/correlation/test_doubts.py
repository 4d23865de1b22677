"""Marks for people: put on once, taken off once, and told each time."""

from broker.core.effects import Effect, TracksUpdated
from broker.core.tracks.correlation.doubts import Doubts
from broker.core.tracks.correlation.jumps import JUMP, MARKED_US
from tests.core.tracks.correlation.scene import DRONES, Scene, drone


def flying(count: int) -> tuple[Doubts, dict[int, tuple[str, ...]]]:
    scene = Scene()
    for number in range(count):
        scene.report(DRONES, f"t{number}", 0.0, 1_000.0 * number, 0.0, words=drone())
    return Doubts(scene.airspace.tracks), scene.airspace.tracks.marks.doubts


def told(effects: list[Effect]) -> list[int]:
    updates = [effect for effect in effects if isinstance(effect, TracksUpdated)]
    return [slot for update in updates for slot in update.slots.tolist()]


def test_a_mark_is_told_when_it_comes_and_when_it_goes() -> None:
    doubts, known = flying(3)
    assert told(doubts.mark([0, 2], "odd")) == [0, 2]
    assert told(doubts.mark([0, 1], "odd")) == [1]
    assert known == {0: ("odd",), 1: ("odd",), 2: ("odd",)}
    assert told(doubts.unmark(1, "odd")) == [1]
    assert doubts.unmark(1, "odd") == []
    assert doubts.marked("odd") == [0, 2]


def test_marks_of_other_causes_stay() -> None:
    doubts, known = flying(2)
    doubts.mark([0], "odd")
    doubts.mark([0], "other")
    assert told(doubts.show_only({1}, "odd")) == [1, 0]
    assert known == {0: ("other",), 1: ("odd",)}
    assert doubts.show_only({1}, "odd") == []


def test_a_jump_is_forgotten_in_time_and_with_its_track() -> None:
    doubts, known = flying(2)
    doubts.mark_for_a_while([0, 1], JUMP, 5)
    assert doubts.calmed(5 + MARKED_US) == []
    doubts.mark_for_a_while([1], JUMP, 10)
    assert told(doubts.calmed(6 + MARKED_US)) == [0]
    assert known == {1: (JUMP,)}
    doubts.forget(1)
    assert doubts.passing_us == {}


def test_who_is_joined_to_another_hands_its_marks_on_and_they_end_in_time() -> None:
    doubts, known = flying(2)
    doubts.mark_for_a_while([1], JUMP, 5)
    doubts.mark([0], "odd")
    doubts.hand_over(1, 0)
    doubts.forget(1)
    assert list(known[0]) == ["odd", JUMP]
    assert told(doubts.calmed(6 + MARKED_US)) == [0]
    assert list(known[0]) == ["odd"]
