"""A core that went on from a snapshot is the core that never stopped, whatever is asked of it."""

from collections import Counter

import numpy as np
import pytest

from broker.core.airspace import Airspace, Setup
from broker.core.airspace_memory import airspace_state, restored
from broker.core.alerts import AlertKind
from broker.core.commands import PublisherGone, SubmitReports, Tick
from broker.core.effects import AlertChanged
from broker.core.outcomes import Done, Outcome
from broker.core.plain import mapping
from broker.journal.snapshots import decode_snapshot, encode_snapshot
from broker.service.packing import packed, unpacked
from tests.core.anything import DEFAULT, TERRAIN, Anything, command_types

SECRET = bytes(range(32))
BATCHES = 300
SEEDS = (1, 2, 4)
ALWAYS = {SubmitReports, Tick, PublisherGone}
"""Asked for all the time, and answered otherwise."""
MISSED_MAX = 8
"""Of all that may be done or alerted; a mixture that is refused proves little."""


def snapshot(airspace: Airspace) -> bytes:
    return encode_snapshot(1, packed(airspace_state(airspace)))


def from_snapshot(data: bytes) -> Airspace:
    state = unpacked(decode_snapshot(data, 1).state)
    return restored(mapping(state), secret=SECRET, find_terrain=TERRAIN.__getitem__)


def shown(outcomes: list[Outcome]) -> list[str]:
    """Everything that happened and was answered; a long array whole."""
    with np.printoptions(threshold=100_000):
        return [repr(one) for one in outcomes]


def test_every_command_is_among_them() -> None:
    assert Anything(1).covered == command_types()


@pytest.mark.parametrize(("seed", "set_back"), [*((one, False) for one in SEEDS), (3, True)])
def test_restarts_change_nothing(seed: int, set_back: bool) -> None:
    # REQ-DET-002, REQ-CLOCK-001: nor where the clock is set back.
    print(f"seed {seed}")
    source, done = Anything(seed, set_back=set_back), Counter[str]()
    setup = Setup(False, DEFAULT, secret=SECRET, find_terrain=TERRAIN.__getitem__)
    one, other = Airspace(setup), Airspace(setup)
    for airspace in (one, other):
        airspace.apply(source.opening(), source.now_us)
    for number in range(BATCHES):
        commands = source.batch(one)
        outcomes = one.apply(commands, source.now_us)
        assert shown(other.apply(commands, source.now_us)) == shown(outcomes), number
        for command, outcome in zip(commands, outcomes, strict=True):
            done[type(command).__name__] += isinstance(outcome.reply, Done)
            alerts = [one.alert for one in outcome.effects if isinstance(one, AlertChanged)]
            done.update(alert.kind.name for alert in alerts)
        if source.random.random() < 0.1:
            data = snapshot(other)
            assert snapshot(one) == data, number
            other = from_snapshot(data)
            assert snapshot(other) == data, number
    wanted = {one.__name__ for one in command_types() - ALWAYS} | {one.name for one in AlertKind}
    missed = sorted(one for one in wanted if not done[one])
    assert len(missed) <= MISSED_MAX, missed
