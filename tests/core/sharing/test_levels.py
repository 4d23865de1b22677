"""One track's view key against those of many rows at once."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.sharing.roles import Terms
from broker.core.sharing.settings import SharingLevel
from tests.core.sharing.worlds import AGENCIES, LFB, MET, World, row

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
            keys = sharing.view_keys(slots, reader).tolist()
            assert [sharing.view_key(number, reader) for number in numbers] == keys
            if sharing.are_keyed_by_number(slots):
                assert keys == numbers
