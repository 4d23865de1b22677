"""A core that went on from a snapshot is the core that never stopped, whatever is asked of it."""

from collections import Counter

import numpy as np
import pytest

from broker.core.airspace import Airspace, Setup
from broker.core.airspace_memory import airspace_state, restored
from broker.core.effects import AlertChanged
from broker.core.outcomes import Done, Outcome
from broker.core.plain import mapping
from broker.journal.snapshots import decode_snapshot, encode_snapshot
from broker.service.packing import packed, unpacked
from tests.core.anything import DEFAULT, TERRAIN, Anything, command_types

SECRET = bytes(range(32))
BATCHES = 300
SEEDS = (2, 4, 6, 8, 18)
"""Of those that were tried, the ones that found something once."""


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
            done["alerts"] += sum(isinstance(effect, AlertChanged) for effect in outcome.effects)
        if source.random.random() < 0.1:
            data = snapshot(other)
            assert snapshot(one) == data, number
            other = from_snapshot(data)
            assert snapshot(other) == data, number
    print(dict(done))
