"""Capture files (pcap and pcapng) to their packets and times.

Source: IETF draft-ietf-opsawg-pcap and -pcapng. Both byte orders are read; of pcapng the enhanced
packet blocks, with the usual microseconds or the resolution that the interface states.
"""

from collections.abc import Iterator

RADIOTAP = 127  # link type: 802.11 frames with a radiotap header
MAX_PACKET_BYTES = 65_536
PCAP = {
    b"\xd4\xc3\xb2\xa1": ("little", 1),
    b"\xa1\xb2\xc3\xd4": ("big", 1),
    b"\x4d\x3c\xb2\xa1": ("little", 1_000),
    b"\xa1\xb2\x3c\x4d": ("big", 1_000),
}
PCAPNG = b"\x0a\x0d\x0d\x0a"
SECTION, INTERFACE, ENHANCED_PACKET = 0x0A0D0D0A, 1, 6
TIME_RESOLUTION_OPTION = 9
MICROSECOND_DIGITS = 6


def is_capture(data: bytes) -> bool:
    """Whether a file begins like a capture."""
    return data[:4] in PCAP or data[:4] == PCAPNG


def packets(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Every radiotap packet and its time (Unix microseconds); stops where the file is broken."""
    if data[:4] == PCAPNG:
        yield from _pcapng(data)
    elif data[:4] in PCAP and len(data) >= 24:
        yield from _pcap(data, *PCAP[data[:4]])


def _pcap(data: bytes, order: str, per_us: int) -> Iterator[tuple[bytes, int]]:
    if _number(data[20:24], order) & 0xFFFF != RADIOTAP:
        return
    place = 24
    while place + 16 <= len(data):
        seconds, fraction, size = (
            _number(data[place + at : place + at + 4], order) for at in (0, 4, 8)
        )
        packet = data[place + 16 : place + 16 + size]
        if size > MAX_PACKET_BYTES or len(packet) < size:
            return
        yield packet, seconds * 1_000_000 + fraction // per_us
        place += 16 + size


def _pcapng(data: bytes) -> Iterator[tuple[bytes, int]]:
    place, order = 0, "little"
    interfaces: list[tuple[int, int]] = []  # link type, digits of a second
    while place + 12 <= len(data):
        if data[place : place + 4] == PCAPNG:
            order = "little" if data[place + 8 : place + 12] == b"\x4d\x3c\x2b\x1a" else "big"
            interfaces = []
        kind, size = (_number(data[place + at : place + at + 4], order) for at in (0, 4))
        body = data[place + 8 : place + size - 4]
        if size < 12 or size % 4 or place + size > len(data):
            return
        if kind == INTERFACE and len(body) >= 8:
            interfaces.append((_number(body[:2], order), _time_digits(body[8:], order)))
        elif kind == ENHANCED_PACKET and len(body) >= 20:
            number, high, low, captured = (
                _number(body[at : at + 4], order) for at in (0, 4, 8, 12)
            )
            packet = body[20 : 20 + captured]
            if number < len(interfaces) and captured <= min(len(body) - 20, MAX_PACKET_BYTES):
                link, digits = interfaces[number]
                if link == RADIOTAP:
                    yield packet, (high << 32 | low) * 1_000_000 // 10**digits
        place += size


def _time_digits(options: bytes, order: str) -> int:
    """Decimal digits of a second in the interface's times; powers of two are not in use."""
    place = 0
    while place + 4 <= len(options):
        code, size = (_number(options[place + at : place + at + 2], order) for at in (0, 2))
        if code == TIME_RESOLUTION_OPTION and size == 1 and place + 4 < len(options):
            digits = options[place + 4]
            return digits if digits <= 12 else MICROSECOND_DIGITS
        place += 4 + (size + 3) // 4 * 4
    return MICROSECOND_DIGITS


def _number(data: bytes, order: str) -> int:
    return int.from_bytes(data, "little" if order == "little" else "big")
