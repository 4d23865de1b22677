"""Frames as captures hold them: what stands before the message is skipped, by its own lengths."""

import pytest

from adapters.model import Refusal
from adapters.remote_id.wireless import Broadcast, read_frame
from sim.radio import remote_id as sent

MESSAGE = sent.pack(sent.basic_id())
HEARD = Broadcast("02:a1:b2:c3:d4:e5", MESSAGE)
PLAIN = sent.radiotap(0)
FRAME = sent.beacon(sent.basic_id())[len(PLAIN) :]
TIME, FLAGS, MORE = 1, 2, 1 << 31


def header(present: list[int], fields: bytes) -> bytes:
    """A radiotap header: words that say what is there, then what is there."""
    words = b"".join(word.to_bytes(4, "little") for word in present)
    return bytes([0, 0]) + (4 + len(words) + len(fields)).to_bytes(2, "little") + words + fields


@pytest.mark.parametrize(
    "before",
    [
        header([0], b""),
        header([FLAGS], b"\0"),
        header([TIME | FLAGS], bytes([0x40] * 8 + [0])),  # a time that looks like bad flags
        header([TIME | FLAGS | MORE, 0], bytes(4) + bytes([0x40] * 8 + [0])),  # padded to 16
        header([FLAGS | MORE, MORE, 0], b"\0"),
        header([1 << 5], b"\x40"),  # something else, and no flags
    ],
)
def test_what_stands_before_a_frame_is_skipped(before: bytes) -> None:
    assert read_frame(before + FRAME) == [HEARD]


@pytest.mark.parametrize(
    "before",
    [
        header([TIME | FLAGS], bytes(8) + b"\x40"),
        header([TIME | FLAGS | MORE, 0], bytes(4) + bytes(8) + b"\x40"),
        header([FLAGS | MORE, MORE, 0], b"\x40"),
    ],
)
def test_a_wrong_checksum_is_seen_wherever_the_flags_stand(before: bytes) -> None:
    assert read_frame(before + FRAME) == [Refusal("frame", "wrong checksum")]


def test_a_checksum_is_no_part_of_the_message() -> None:
    assert read_frame(sent.radiotap(0x10) + FRAME + b"\1\2\3\4") == [HEARD]


@pytest.mark.parametrize("data", [b"", PLAIN[:7], b"\1" + PLAIN[1:] + FRAME])
def test_what_is_no_radiotap_frame(data: bytes) -> None:
    assert read_frame(data) == [Refusal("frame", "not a radiotap frame")]


def test_a_frame_must_hold_its_own_header() -> None:
    for size, reason in ((23, "cut short"), (24, "no Remote ID in it")):
        assert read_frame(PLAIN + FRAME[:size]) == [Refusal("frame", reason)]


def element(kind: int, content: bytes) -> bytes:
    return bytes([kind, len(content)]) + content


def test_other_elements_of_a_beacon_are_passed_over() -> None:
    ours = b"\xfa\x0b\xbc\x0d\x07" + MESSAGE
    head = FRAME[:36]
    others = element(0xDD, b"\x00\x50\xf2\x01") + element(0x30, ours) + element(0, b"")
    assert read_frame(PLAIN + head + others + element(0xDD, ours)) == [HEARD]
    assert read_frame(PLAIN + head + others) == [Refusal("frame", "no Remote ID in it")]
    both = element(0xDD, b"\x26\x37\x12\x58") + element(0xDD, ours)
    refused = Refusal("frame", "DJI's own DroneID, not Remote ID")
    assert read_frame(PLAIN + head + both) == [refused, HEARD]


def test_other_services_and_attributes_of_an_action_frame_are_passed_over() -> None:
    frame = sent.neighbour(sent.basic_id())[len(PLAIN) :]
    head, ours = frame[:30], frame[30:]
    size = len(ours) - 3
    assert ours[:3] == bytes([3]) + size.to_bytes(2, "little")
    other = ours.replace(bytes.fromhex("8869199d9209"), bytes(6))
    not_a_service = b"\x09" + ours[1:]
    long = b"\x01" + (300).to_bytes(2, "little") + bytes(300)
    assert read_frame(PLAIN + head + long + other + not_a_service + ours) == [HEARD]
    nothing = [Refusal("frame", "no Remote ID in it")]
    assert read_frame(PLAIN + head + other + not_a_service) == nothing
    assert read_frame(PLAIN + head[:24] + bytes(6) + ours) == nothing
