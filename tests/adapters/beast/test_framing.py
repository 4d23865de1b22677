from hypothesis import given
from hypothesis import strategies as st

from adapters.beast.framing import (
    HEADER_BYTES,
    MLAT_COUNTER,
    NOT_A_FRAME,
    BeastFrame,
    BeastFraming,
)
from sim.radio.squitters import beast

short_frames = st.binary(min_size=7, max_size=7)
long_frames = st.binary(min_size=14, max_size=14)
counters = st.integers(0, 2**48 - 1)
frames = st.lists(st.tuples(counters, st.one_of(short_frames, long_frames)), max_size=20)
LONGEST_FRAME_BYTES = 2 + 2 * (HEADER_BYTES + 14)


def stream(sent: list[tuple[int, bytes]]) -> bytes:
    return b"".join(beast(data, counter) for counter, data in sent)


@given(frames, st.lists(st.integers(1, 40), min_size=1, max_size=30))
def test_every_frame_comes_out_however_the_stream_is_cut(
    sent: list[tuple[int, bytes]], cuts: list[int]
) -> None:
    framing, data, found = BeastFraming(), stream(sent), []
    while data:
        size = cuts[0]
        cuts = cuts[1:] + cuts[:1]
        came, refusals = framing.feed(data[:size])
        assert refusals == []
        found += came
        data = data[size:]
    assert found == [BeastFrame(counter, frame) for counter, frame in sent]


@given(st.lists(st.binary(max_size=80), max_size=30))
def test_any_bytes_give_frames_or_refusals_and_keep_no_more_than_a_frame(
    pieces: list[bytes],
) -> None:
    framing = BeastFraming()
    for piece in pieces:
        framing.feed(piece)
        assert len(framing._rest) <= LONGEST_FRAME_BYTES


@given(st.binary(min_size=1, max_size=60).filter(lambda data: b"\x1a" not in data), long_frames)
def test_noise_before_a_frame_is_one_refusal_and_costs_no_frame(noise: bytes, frame: bytes) -> None:
    found, refusals = BeastFraming().feed(noise + beast(frame, 5))
    assert [each.data for each in found] == [frame]
    assert [each.reason for each in refusals] == [NOT_A_FRAME]


def test_a_frame_cut_short_by_the_next_is_refused_alone() -> None:
    good = beast(bytes(range(14)), 7)
    found, refusals = BeastFraming().feed(good[:9] + good)
    assert [each.counter for each in found] == [7]
    assert [each.reason for each in refusals] == ["cut short"]


def test_status_frames_are_left_out_and_the_rest_of_an_old_connection_is_forgotten() -> None:
    framing = BeastFraming()
    assert framing.feed(b"\x1a4" + bytes(21)) == ([], [])
    framing.feed(beast(bytes(14), 1)[:10])
    framing.reset()
    found, refusals = framing.feed(beast(bytes(7), 2))
    assert ([each.counter for each in found], refusals) == ([2], [])


def test_a_position_computed_by_several_receivers_is_known_by_its_counter() -> None:
    (frame,), _ = BeastFraming().feed(beast(bytes(14), MLAT_COUNTER))
    assert frame.multilaterated
