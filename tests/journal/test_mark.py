"""The mark is believed only as it was written."""

from pathlib import Path

import pytest

from broker.journal.mark import MARK_NAME, Mark, MarkFile, encode_mark, read_mark

WRITTEN = Mark(last_seq=2**40 + 7, synced_seq=2**40 + 3, clean=False)


@pytest.mark.parametrize("mark", [Mark(0, 0, True), WRITTEN, Mark(2**63 - 1, 2**63 - 1, True)])
def test_the_last_one_written_is_read(tmp_path: Path, mark: Mark) -> None:
    file = MarkFile(tmp_path)
    file.write(Mark(5, 4, False))
    file.write(mark, sync=True)
    file.close()
    assert read_mark(tmp_path) == mark


def test_any_flipped_bit_makes_it_no_mark(tmp_path: Path) -> None:
    # REQ-DUR-005: a wrong number would hide a loss, or make one up.
    stored = encode_mark(WRITTEN)
    for bit in range(8 * len(stored)):
        flipped = bytearray(stored)
        flipped[bit // 8] ^= 1 << bit % 8
        (tmp_path / MARK_NAME).write_bytes(flipped)
        assert read_mark(tmp_path) is None, bit


def test_a_short_a_long_and_a_missing_one_are_no_mark(tmp_path: Path) -> None:
    assert read_mark(tmp_path) is None
    stored = encode_mark(WRITTEN)
    for text in (b"", stored[:-1], stored + b"\0"):
        (tmp_path / MARK_NAME).write_bytes(text)
        assert read_mark(tmp_path) is None
