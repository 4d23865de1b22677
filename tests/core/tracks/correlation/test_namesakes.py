"""The list of identities, against asking everybody."""

from hypothesis import given
from hypothesis import strategies as st

from broker.core.tracks.correlation.identity import keys_of
from broker.core.tracks.correlation.namesakes import Namesakes
from broker.core.tracks.reports import AircraftClass, AircraftDescription

words = st.builds(
    AircraftDescription,
    st.just(AircraftClass.DRONE),
    icao_address=st.sampled_from(["", "43abcd", "43ABCD", "400000"]),
    registration=st.sampled_from(["", "G-DRON", "gdron", "G-OTHR"]),
    serial_number=st.sampled_from(["", "SN1", " sn1 ", "SN2"]),
)
changes = st.lists(st.tuples(st.integers(0, 5), st.lists(words, max_size=3)), max_size=20)


@given(changes)
def test_namesakes_are_those_that_share_a_key(
    steps: list[tuple[int, list[AircraftDescription]]],
) -> None:
    namesakes = Namesakes()
    stated: dict[int, set[tuple[str, str]]] = {}
    for slot, descriptions in steps:
        if descriptions:
            namesakes.enlist(slot, descriptions)
        else:
            namesakes.strike(slot)
        stated[slot] = {key for one in descriptions for key in keys_of(one)}
        for one in range(6):
            mine = stated.get(one, set())
            expected = [
                other for other in range(6) if other != one and mine & stated.get(other, set())
            ]
            assert namesakes.of(one) == expected
