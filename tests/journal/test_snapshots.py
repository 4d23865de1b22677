"""Snapshots are whole or absent, exact, and never trusted when damaged."""

import hashlib
import json
import os
import random
import stat
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from broker.core.errors import BrokenInvariant
from broker.journal import snapshots
from broker.journal.errors import JournalUnavailable, RecordUnreadable
from broker.journal.snapshots import decode_snapshot, encode_snapshot, load_latest, write

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)
arrays = st.one_of(
    *(
        hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
        for dtype in (np.float64, np.float32, np.int64, np.int8, np.uint32, np.bool_, "U3", "S3")
    )
)


@given(st.dictionaries(st.text(max_size=8), plain | arrays, max_size=5), st.integers(0, 2**62))
def test_any_state_comes_back_exactly(state: dict[str, object], seq: int) -> None:
    # REQ-DUR-008
    data = encode_snapshot(seq, state)
    back = decode_snapshot(data, seq)
    assert back.seq == seq
    assert set(back.state) == set(state)
    for name, value in state.items():
        restored = back.state[name]
        if isinstance(value, np.ndarray):
            assert isinstance(restored, np.ndarray)
            assert (restored.dtype, restored.shape) == (value.dtype, value.shape)
            assert restored.tobytes() == value.tobytes()
            assert restored.flags.writeable
        else:
            assert restored == value
    assert encode_snapshot(seq, back.state) == data


def test_a_header_that_says_more_is_read_for_what_is_known() -> None:
    # REQ-DUR-008: until lately it said by which release it was written.
    data = encode_snapshot(7, {"rows": np.arange(3), "name": "x"})
    length_at = len(snapshots._MAGIC)
    header_at = length_at + snapshots._LENGTH.size
    (header_bytes,) = snapshots._LENGTH.unpack_from(data, length_at)
    header = json.loads(data[header_at : header_at + header_bytes])
    header["versions"] = {"engine": "0.1.0"}
    longer = json.dumps(header).encode()
    arrays = data[header_at + header_bytes : -snapshots._DIGEST_BYTES]
    body = data[:length_at] + snapshots._LENGTH.pack(len(longer)) + longer + arrays
    digest = hashlib.blake2b(body, digest_size=snapshots._DIGEST_BYTES).digest()
    back = decode_snapshot(body + digest, 7)
    assert back.state["name"] == "x"
    assert np.array_equal(back.state["rows"], np.arange(3))  # type: ignore[arg-type]


def test_views_and_foreign_byte_order_are_stored_by_value() -> None:
    grid = np.arange(12, dtype=">i4").reshape(3, 4).T[::2]
    back = decode_snapshot(encode_snapshot(1, {"grid": grid}), 1).state["grid"]
    assert isinstance(back, np.ndarray)
    assert back.dtype.isnative
    assert np.array_equal(back, grid)


@pytest.mark.parametrize(
    "value",
    [
        {1: "number as key"},
        float("nan"),
        [float("inf")],
        {"set": {1}},
        b"bytes",
        np.float64("nan"),
        np.array([object()]),
        np.zeros(2, dtype=[("a", "f8")]),
    ],
)
def test_what_would_come_back_changed_is_refused(value: object) -> None:
    with pytest.raises(BrokenInvariant):
        encode_snapshot(1, {"value": value})


def test_endless_nesting_is_refused() -> None:
    nested: list[object] = []
    nested.append(nested)
    with pytest.raises(BrokenInvariant, match="deeply"):
        encode_snapshot(1, {"nested": nested})


def test_the_last_ones_are_kept_for_the_broker_alone(tmp_path: Path) -> None:
    for seq in range(10, 10 * snapshots.SNAPSHOTS_KEPT + 20, 10):
        path = write(tmp_path, seq, {"seq": seq, "rows": np.arange(seq)})
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert snapshots.snapshot_seqs(tmp_path)[-1] == 20
    assert len(list(tmp_path.iterdir())) == snapshots.SNAPSHOTS_KEPT


def test_the_newest_that_the_log_reaches_is_loaded(tmp_path: Path) -> None:
    for seq in (10, 20):
        write(tmp_path, seq, {"seq": seq})
    for not_after, expected in ((100, 20), (20, 20), (19, 10), (10, 10)):
        loaded = load_latest(tmp_path, not_after)
        assert loaded.snapshot is not None
        assert loaded.snapshot.state == {"seq": expected}
    assert load_latest(tmp_path, 9).snapshot is None
    assert [item.reason for item in load_latest(tmp_path, 9).damaged] == ["the log ends at 9"] * 2
    assert load_latest(tmp_path / "nowhere", 9).snapshot is None


def test_every_damaged_byte_is_noticed() -> None:
    # REQ-DUR-008
    data = encode_snapshot(7, {"rows": np.arange(10), "name": "x"})
    for place in range(len(data)):
        damaged = bytearray(data)
        damaged[place] ^= 1 << random.Random(place).randrange(8)
        with pytest.raises(RecordUnreadable):
            decode_snapshot(bytes(damaged), 7)
        with pytest.raises(RecordUnreadable):
            decode_snapshot(data[:place], 7)


def test_a_damaged_one_is_passed_over_and_reported(tmp_path: Path) -> None:
    for seq in (10, 20):
        write(tmp_path, seq, {"seq": seq})
    newest = snapshots.snapshot_path(tmp_path, 20)
    newest.write_bytes(newest.read_bytes()[:-1])
    loaded = load_latest(tmp_path, 100)
    assert loaded.snapshot is not None
    assert loaded.snapshot.seq == 10
    assert [item.name for item in loaded.damaged] == [newest.name]


def test_a_renamed_snapshot_is_not_believed(tmp_path: Path) -> None:
    write(tmp_path, 10, {}).rename(snapshots.snapshot_path(tmp_path, 11))
    (passed_over,) = load_latest(tmp_path, 100).damaged
    assert "another snapshot's name" in passed_over.reason


def test_a_full_disk_leaves_the_older_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # REQ-DUR-004
    write(tmp_path, 10, {"seq": 10})

    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(JournalUnavailable, match="No space"):
        write(tmp_path, 20, {"seq": 20})
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == [
        snapshots.snapshot_path(tmp_path, 10).name
    ]
