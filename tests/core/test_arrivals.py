"""A run of reports is taken together: one outcome each, and what happened stands with the last."""

from broker.core.commands import SubmitReports, Tick
from broker.core.effects import TracksUpdated
from broker.core.outcomes import Outcome
from tests.core.sharing.worlds import LFB, MET, World, row
from tests.core.tracks.batches import batch


def told(world: World, *rows: str) -> SubmitReports:
    """One batch of the police's drones, all over the same place."""
    one = batch(*(row(track, east_m=500.0 * int(track[1:])) for track in rows), publisher=MET)
    one.time_of_validity_us[:] = world.now_us
    return SubmitReports(one, world.now_us)


def updated(outcome: Outcome) -> list[list[int]]:
    return [one.slots.tolist() for one in outcome.effects if isinstance(one, TracksUpdated)]


def test_effects_of_reports_that_stand_together_stand_with_the_last_of_them() -> None:
    # REQ-DET-001
    world = World()
    outcomes = world.do(told(world, "t1"), told(world, "t2"), told(world, "t3"))
    assert [len(one.effects) for one in outcomes[:-1]] == [0, 0]
    assert updated(outcomes[-1])[0] == [0, 1, 2]
    assert all(one.reply is not None for one in outcomes)


def test_what_stands_between_reports_parts_them() -> None:
    world = World()
    first, tick, second = world.do(told(world, "t1"), Tick(audit=False), told(world, "t2"))
    assert (updated(first)[0], updated(second)[0]) == ([0], [1])
    assert tick.reply is None


def test_a_run_of_nothing_does_nothing() -> None:
    world = World()
    assert world.do() == []
    world.fly(LFB)
    assert world.airspace.tracks.live_count == 0
