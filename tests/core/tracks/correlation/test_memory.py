"""A correlator restored from its state goes on exactly as the first one would have."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.airspace_memory import airspace_state, restored
from broker.core.errors import BrokenInvariant
from broker.core.plain import mapping, settled
from broker.core.tracks.correlation.memory import correlator_state, restore_correlator
from broker.core.tracks.reports import (
    AircraftClass,
    AircraftDescription,
    HeightBand,
    HeightReference,
    ReportSource,
)
from tests.core.tracks.correlation.scene import DRONES, RECEIVER, SECOND_RECEIVER, Scene, drone

WORDS = {
    DRONES: drone(
        serial_number="SN1",
        callsign="MET-07",
        incident_id="CAD-1",
        allotted_band=HeightBand(25.0, 45.0, HeightReference.TAKEOFF),
    ),
    RECEIVER: AircraftDescription(AircraftClass.UNKNOWN_DRONE, serial_number="sn1"),
    SECOND_RECEIVER: AircraftDescription(AircraftClass.UNKNOWN_DRONE),
}
steps = st.lists(
    st.tuples(
        st.sampled_from([0.3, 1.0, 4.0, 20.0]),  # seconds since the last step
        st.sampled_from([DRONES, RECEIVER, SECOND_RECEIVER]),
        st.sampled_from(["a", "b"]),
        st.sampled_from([0.0, 8.0, 90.0, 600.0, 9_000.0]),  # metres off the common place
    ),
    max_size=25,
)
Step = tuple[float, Any, str, float]


def run(scene: Scene, sequence: list[Step], start_s: float) -> float:
    now_s = start_s
    for seconds, publisher, track, off_m in sequence:
        now_s += seconds
        scene.report(
            publisher,
            track,
            now_s,
            off_m,
            0.0,
            words=WORDS[publisher],
            source=ReportSource.TELEMETRY if publisher is DRONES else ReportSource.REMOTE_ID,
            velocity_east_mps=0.0,
            velocity_north_mps=0.0,
            horizontal_accuracy_m=12.0,
        )
        scene.tick(now_s + 0.1)
    return now_s


@settings(max_examples=40, deadline=None)
@given(steps, steps)
def test_restored_and_original_go_on_alike(before: list[Step], after: list[Step]) -> None:
    # REQ-DET-002: joined, parted, held, banned, marked and looked at in every mixture.
    one, other = Scene(), Scene()
    now_s = run(one, before, 0.0)
    state = copy.deepcopy(settled(airspace_state(one.airspace)))
    other.airspace, other.described = restored(mapping(state)), set(one.described)
    assert correlator_state(other.airspace.correlator) == correlator_state(one.airspace.correlator)
    one.effects.clear()
    run(one, after, now_s)
    run(other, after, now_s)
    assert list(map(repr, other.effects)) == list(map(repr, one.effects))
    assert correlator_state(other.airspace.correlator) == correlator_state(one.airspace.correlator)


def busy() -> Scene:
    """Something of everything that is remembered."""
    scene = Scene()
    run(scene, [(1.0, one, "a", 0.0) for one in WORDS] * 8, 0.0)
    run(scene, [(1.0, RECEIVER, "a", 600.0)] * 8, 30.0)
    run(scene, [(1.0, DRONES, "b", 9_000.0), (1.0, DRONES, "b", 0.0)], 40.0)
    run(scene, [(1.0, SECOND_RECEIVER, "a", 600.0)], 43.0)
    return scene


def test_everything_that_is_remembered_is_in_the_state() -> None:
    state = correlator_state(busy().airspace.correlator)
    assert all(state[part] for part in ("shared", "evidence", "banned", "passing", "doubts"))
    assert mapping(state["possibly_same"])["let_go"]


@pytest.mark.parametrize("part", ["shared", "evidence", "banned", "passing", "possibly_same"])
def test_a_state_of_the_wrong_shape_stops_everything(part: str) -> None:
    scene = busy()
    state = correlator_state(scene.airspace.correlator)
    state[part] = 5
    empty = restored(mapping(settled(airspace_state(scene.airspace))))
    with pytest.raises(BrokenInvariant, match="snapshot"):
        restore_correlator(empty.correlator, state)
