"""Capture files in both byte orders and all resolutions; what is broken ends the reading."""

import struct

import pytest

from adapters.remote_id.captures import MAX_PACKET_BYTES, is_capture, packets
from sim.radio import remote_id as sent

FRAMES = [(b"one", 1_700_000_000_000_001), (b"four", 1_700_000_000_999_999)]
ORDERS = ["<", ">"]


def pcap(
    order: str, *, nanoseconds: bool = False, link: int = 127, size: int | None = None
) -> bytes:
    magic = 0xA1B23C4D if nanoseconds else 0xA1B2C3D4
    made = struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 65_536, link)
    for frame, time_us in FRAMES:
        seconds, micros = divmod(time_us, 1_000_000)
        fraction = micros * 1_000 + 999 if nanoseconds else micros
        length = len(frame) if size is None else size
        made += struct.pack(f"{order}IIII", seconds, fraction, length, length) + frame
    return made


def block(order: str, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    size = struct.pack(f"{order}I", len(body) + 12)
    return struct.pack(f"{order}I", kind) + size + body + size


def pcapng(order: str, options: bytes = b"", per_second: int = 1_000_000, link: int = 127) -> bytes:
    made = block(order, 0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1))
    made += block(order, 1, struct.pack(f"{order}HHI", link, 0, 0) + options)
    for frame, time_us in FRAMES:
        ticks = time_us * per_second // 1_000_000
        head = struct.pack(f"{order}IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, len(frame), 0)
        made += block(order, 5, bytes(8)) + block(order, 6, head + frame)
    return made


def option(order: str, code: int, value: bytes) -> bytes:
    return struct.pack(f"{order}HH", code, len(value)) + value + bytes(-len(value) % 4)


@pytest.mark.parametrize("order", ORDERS)
def test_both_byte_orders_and_resolutions_are_read(order: str) -> None:
    assert list(packets(pcap(order))) == FRAMES
    assert list(packets(pcap(order, nanoseconds=True))) == FRAMES
    assert list(packets(pcapng(order))) == FRAMES
    nanoseconds = option(order, 2, b"wlan0") + option(order, 9, b"\x09")
    assert list(packets(pcapng(order, nanoseconds, 1_000_000_000))) == FRAMES
    # A power of two, which nobody uses, and an option that is cut off: the usual microseconds.
    for strange in (option(order, 9, b"\x8a"), option(order, 9, b"\x09\x09"), b"\x09\x00\x01\x00"):
        assert list(packets(pcapng(order, strange))) == FRAMES


@pytest.mark.parametrize("order", ORDERS)
def test_other_kinds_of_link_are_not_read(order: str) -> None:
    assert list(packets(pcap(order, link=1))) == []
    assert list(packets(pcapng(order, link=105))) == []


@pytest.mark.parametrize("whole", [sent.pcap(FRAMES), sent.pcapng(FRAMES), pcap(">"), pcapng(">")])
def test_a_file_that_is_cut_gives_what_is_whole_of_it(whole: bytes) -> None:
    counts = [len(list(packets(whole[:size]))) for size in range(len(whole) + 1)]
    assert counts == sorted(counts)
    assert set(counts) == {0, 1, 2}
    assert counts[-2] == 1
    assert all(list(packets(whole[:size])) == FRAMES[:n] for size, n in enumerate(counts))


def test_a_packet_has_a_limit() -> None:
    (frame, time_us), _ = FRAMES
    long = frame.ljust(MAX_PACKET_BYTES, b"\0")
    for write in (sent.pcap, sent.pcapng):
        assert list(packets(write([(long, time_us)]))) == [(long, time_us)]
        assert list(packets(write([(long + b"\0", time_us)]))) == []
    assert list(packets(pcap("<", size=2**32 - 1))) == []


def test_a_packet_of_an_interface_that_was_not_named_is_passed_over() -> None:
    whole = pcapng("<")
    section, rest = whole[:28], whole[28:]
    assert list(packets(section + rest[20:])) == []
    # A new section forgets the interfaces of the one before.
    assert list(packets(whole + section + rest[20:])) == FRAMES


def test_what_begins_otherwise_is_no_capture() -> None:
    assert not is_capture(b"{}")
    assert list(packets(b"{}" + pcap("<"))) == []
