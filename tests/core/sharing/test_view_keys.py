"""One track's view key against those of many rows at once."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.sharing.roles import Terms
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.reports import AircraftClass, AircraftDescription
from tests.core.sharing.worlds import AGENCIES, LFB, LFB_DESK, MET, World, row, tracks_of

FIRE_DRONE = AircraftDescription(AircraftClass.DRONE, callsign="LFB 2")

levels = st.tuples(st.sampled_from(["t7", "t8"]), st.sampled_from(SharingLevel))
agreed = st.frozensets(
    st.sampled_from([(a, b) for a in AGENCIES for b in AGENCIES if a != b]), max_size=4
)
terms = agreed.map(lambda pairs: Terms(frozenset(AGENCIES), agreed=pairs))


@settings(max_examples=20, deadline=None)
@given(st.lists(levels | terms, max_size=6))
def test_one_tracks_key_is_the_one_that_frames_show(
    history: list[tuple[str, SharingLevel] | Terms],
) -> None:
    # REQ-SHARE-007
    world = World()
    sharing, tracks = world.airspace.hidden.sharing, world.airspace.tracks
    world.fly(MET, row("t7"), row("t8", north_m=3_000.0))
    world.fly(LFB, row("x1", north_m=6_000.0))
    for step in [None, *history]:
        if isinstance(step, Terms):
            sharing.set_terms(step)
        elif step is not None:
            world.share(step[1], step[0])
        slots = tracks.live_slots().astype(np.int64)
        numbers = tracks.columns.track_number[slots].tolist()
        for reader in (*AGENCIES, "coast"):
            keys = sharing.keys.of(slots, reader).tolist()
            assert [sharing.keys.of_number(number, reader) for number in numbers] == keys
            if sharing.keys.are_numbers(slots):
                assert keys == numbers


def test_an_answer_that_is_repeated_once_its_track_is_gone_names_no_id_of_before() -> None:
    # REQ-SHARE-007: its episode is forgotten, and the first one's id was shown when it was open.
    world = World()
    for _ in range(5):
        world.fly(LFB, row("x1", east_m=20.0, description=FIRE_DRONE))
        world.fly(MET, row())
        world.wait()
    open_ids = {one.track_id for one in tracks_of(world.messages(LFB_DESK))}
    world.share(SharingLevel.MASKED)
    world.wait()
    [answered] = world.airspace.alerting.active()
    for _ in range(40):
        world.wait(30.0)
    assert answered.track_a not in world.airspace.tracks.slot_of_number
    view = world.projection.views.alert(answered, LFB_DESK)
    assert view is not None
    assert not {one.track_id for one in view.parties} & open_ids
