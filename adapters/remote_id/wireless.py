"""802.11 frames to the Remote ID messages in them.

Source: ASTM F3411-22a 5.4.8 (Wi-Fi beacon: vendor element FA-0B-BC, type 0x0D) and 5.4.9 (Wi-Fi
neighbour awareness: service discovery of the service "org.opendroneid.remoteid"); the radiotap
header before each frame, radiotap.org. A frame whose receiver found its checksum wrong is refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.model import Refusal

BAD_CHECKSUM = 0x40  # radiotap flags
CHECKSUM_PRESENT = 0x10
MANAGEMENT_HEADER_BYTES = 24
BEACON_FIXED_BYTES = 12  # time, interval, capabilities
BEACON, ACTION = 0x80, 0xD0  # first byte of the frame
VENDOR_ELEMENT = 0xDD
ASTM_ELEMENT = bytes([0xFA, 0x0B, 0xBC, 0x0D])
DJI_ELEMENT = bytes([0x26, 0x37, 0x12])
PUBLIC_ACTION_VENDOR = bytes([0x04, 0x09])
NAN_ACTION = bytes([0x50, 0x6F, 0x9A, 0x13])
SERVICE_DESCRIPTOR = 3
SERVICE_ID = bytes([0x88, 0x69, 0x19, 0x9D, 0x92, 0x09])


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One transmitter's message or pack."""

    transmitter: str
    data: bytes


def read_frame(data: bytes) -> list[Broadcast | Refusal]:
    """What a captured frame (radiotap header first) says of drones."""
    if len(data) < 8 or data[0] != 0:
        return [Refusal("frame", "not a radiotap frame")]
    header = int.from_bytes(data[2:4], "little")
    flags = _radiotap_flags(data)
    if flags & BAD_CHECKSUM:
        return [Refusal("frame", "wrong checksum")]
    frame = data[header : -4 if flags & CHECKSUM_PRESENT else None]
    if len(frame) < MANAGEMENT_HEADER_BYTES:
        return [Refusal("frame", "cut short")]
    transmitter = frame[10:16].hex(":")
    body = frame[MANAGEMENT_HEADER_BYTES:]
    if frame[0] == BEACON:
        found = [*_beacon(body[BEACON_FIXED_BYTES:])]
    elif frame[0] == ACTION:
        found = [*_action(body)]
    else:
        found = []
    if not found:
        return [Refusal("frame", "no Remote ID in it")]
    return [one if isinstance(one, Refusal) else Broadcast(transmitter, one) for one in found]


def _radiotap_flags(data: bytes) -> int:
    """The flags field, 0 where there is none."""
    present = int.from_bytes(data[4:8], "little")
    place = 8
    word = present
    while word >> 31 and place + 4 <= len(data):  # more words of presence bits
        word = int.from_bytes(data[place : place + 4], "little")
        place += 4
    if not present & 2:
        return 0
    if present & 1:  # a time stands before the flags, at a multiple of eight
        place = (place + 7) // 8 * 8 + 8
    return data[place] if place < len(data) else 0


def _beacon(elements: bytes) -> Iterator[bytes | Refusal]:
    place = 0
    while place + 2 <= len(elements):
        kind, size = elements[place], elements[place + 1]
        content = elements[place + 2 : place + 2 + size]
        place += 2 + size
        if kind != VENDOR_ELEMENT:
            continue
        if content.startswith(ASTM_ELEMENT):
            yield content[len(ASTM_ELEMENT) + 1 :]  # after a counter
        elif content.startswith(DJI_ELEMENT):
            yield Refusal("frame", "DJI's own DroneID, not Remote ID")


def _action(body: bytes) -> Iterator[bytes]:
    if not body.startswith(PUBLIC_ACTION_VENDOR + NAN_ACTION):
        return
    attributes = body[len(PUBLIC_ACTION_VENDOR + NAN_ACTION) :]
    place = 0
    while place + 3 <= len(attributes):
        size = int.from_bytes(attributes[place + 1 : place + 3], "little")
        content = attributes[place + 3 : place + 3 + size]
        # Service, instance, requestor, control, length of the service's own part, counter.
        if attributes[place] == SERVICE_DESCRIPTOR and content.startswith(SERVICE_ID):
            yield content[len(SERVICE_ID) + 5 :]
        place += 3 + size
