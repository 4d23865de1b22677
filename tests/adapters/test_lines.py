from hypothesis import given
from hypothesis import strategies as st

from adapters.lines import LineFraming


def fed(*pieces: bytes, most: int = 10) -> tuple[list[bytes], int, LineFraming]:
    framing, lines, refused = LineFraming(most), list[bytes](), 0
    for piece in pieces:
        found, refusals = framing.feed(piece)
        lines += found
        refused += len(refusals)
        assert len(framing._rest) <= most
    return lines, refused, framing


def test_lines_end_with_any_line_end_and_empty_ones_are_left_out() -> None:
    assert fed(b"a\r\nb\n\n  \nc\rd")[:2] == ([b"a", b"b", b"c"], 0)


def test_a_line_that_is_too_long_is_one_refusal_and_the_next_is_read() -> None:
    assert fed(b"x" * 11 + b"\nnext\n")[:2] == ([b"next"], 1)
    assert fed(b"x" * 8, b"x" * 8, b"x" * 800, b"x\nnext\n")[:2] == ([b"next"], 1)


def test_a_new_connection_starts_a_new_line() -> None:
    _, _, framing = fed(b"half")
    framing.reset()
    assert framing.feed(b"line\n") == ([b"line"], [])
    framing.feed(b"x" * 50)
    framing.reset()
    assert framing.feed(b"line\n") == ([b"line"], [])


@given(st.lists(st.sampled_from([b"a", b"bcd", b"efghij"])), st.integers(1, 9))
def test_cuts_change_nothing(words: list[bytes], size: int) -> None:
    data = b"".join(word + b"\n" for word in words)
    pieces = [data[place : place + size] for place in range(0, len(data), size)]
    assert fed(*pieces)[:2] == (words, 0)


@given(st.lists(st.binary(max_size=40)))
def test_any_bytes_are_bounded(pieces: list[bytes]) -> None:
    lines, _, _ = fed(*pieces)
    assert all(len(line) <= 10 for line in lines)
