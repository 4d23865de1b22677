"""A drone's broadcasts, written from ASTM F3411-22a; shares nothing with what decodes them."""

import struct
from typing import Any

MAC = bytes.fromhex("02a1b2c3d4e5")
UAS_ID = "TEST1A0123456789"


def basic_id(uas_id: str = UAS_ID, version: int = 2, id_type: int = 1) -> bytes:
    """Whose broadcast it is; of type 1 the id is a serial number."""
    return bytes([version, id_type << 4 | 2]) + uas_id.encode().ljust(20, b"\0") + bytes(3)


def location(**changes: Any) -> bytes:
    """Place and motion; every field may be changed."""
    fields: dict[str, Any] = {
        "latitude_deg": 51.5, "longitude_deg": -0.1, "status": 2, "direction_deg": 270.0,
        "speed_mps": 10.0, "climb_mps": -1.5, "pressure_m": 80.0, "geodetic_m": 120.0,
        "height_m": 60.0, "over_ground": False, "horizontal": 10, "vertical": 4, "speed": 3,
        "second_s": 600.0, **changes,
    }  # fmt: skip
    west = fields["direction_deg"] >= 180
    quick = fields["speed_mps"] > 63.75
    speed = (fields["speed_mps"] - 63.75) / 0.75 if quick else fields["speed_mps"] / 0.25
    flags = fields["status"] << 4 | fields["over_ground"] << 2 | west << 1 | quick
    return b"\x12" + struct.pack(
        "<BBBbiiHHHBBHBB",
        flags,
        round(fields["direction_deg"] - 180 * west),
        round(speed),
        round(fields["climb_mps"] * 2),
        round(fields["latitude_deg"] * 1e7),
        round(fields["longitude_deg"] * 1e7),
        *(round(fields[name] * 2 + 2_000) for name in ("pressure_m", "geodetic_m", "height_m")),
        fields["vertical"] << 4 | fields["horizontal"],
        fields["speed"],
        round(fields["second_s"] * 10),
        1,
        0,
    )


def operator(latitude_deg: float = 51.501, longitude_deg: float = -0.101) -> bytes:
    """A System message with the operator's place, and the operator's number."""
    place = struct.pack("<ii", round(latitude_deg * 1e7), round(longitude_deg * 1e7))
    return b"\x42\x00" + place + bytes(15)


def operator_id(number: str = "GBR-OP-SECRET1") -> bytes:
    """The operator's number."""
    return b"\x52\x00" + number.encode().ljust(20, b"\0") + bytes(3)


def pack(*messages: bytes) -> bytes:
    """Several messages as one."""
    return bytes([0xF2, 25, len(messages)]) + b"".join(messages)


def beacon(*messages: bytes, mac: bytes = MAC, flags: int = 0) -> bytes:
    """A Wi-Fi beacon with its radiotap header."""
    element = b"\xfa\x0b\xbc\x0d\x07" + pack(*messages)
    head = b"\x80\0\0\0" + b"\xff" * 6 + mac + mac + bytes(2)
    body = bytes(12) + b"\x00\x04test" + bytes([0xDD, len(element)]) + element
    return radiotap(flags) + head + body


def neighbour(*messages: bytes, mac: bytes = MAC) -> bytes:
    """A Wi-Fi neighbour-awareness action frame."""
    info = b"\x09" + pack(*messages)
    service = bytes.fromhex("8869199d9209") + bytes([1, 0, 0x10, len(info)]) + info
    attribute = b"\x03" + len(service).to_bytes(2, "little") + service
    head = b"\xd0\0\0\0" + bytes(6) + mac + bytes(6) + bytes(2)
    return radiotap(0) + head + bytes.fromhex("0409506f9a13") + attribute


def radiotap(flags: int) -> bytes:
    """The header a capture puts before a frame."""
    return bytes([0, 0, 9, 0]) + (2).to_bytes(4, "little") + bytes([flags])


def pcap(frames: list[tuple[bytes, int]]) -> bytes:
    """A capture file of frames and their times (Unix microseconds)."""
    made = bytes.fromhex("d4c3b2a1") + struct.pack("<HHiIII", 2, 4, 0, 0, 65_536, 127)
    for frame, time_us in frames:
        made += struct.pack("<IIII", *divmod(time_us, 1_000_000), len(frame), len(frame)) + frame
    return made


def pcapng(frames: list[tuple[bytes, int]]) -> bytes:
    """The same in the newer format."""
    made = _block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    made += _block(1, struct.pack("<HHI", 127, 0, 0))
    for frame, time_us in frames:
        head = struct.pack("<IIIII", 0, time_us >> 32, time_us & 0xFFFFFFFF, len(frame), len(frame))
        made += _block(6, head + frame + bytes(-len(frame) % 4))
    return made


def _block(kind: int, body: bytes) -> bytes:
    size = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + size + body + size


def structure(**changes: Any) -> bytes:
    """ODID_UAS_Data with one basic id and a location."""
    fields: dict[str, Any] = {
        "latitude_deg": 51.5,
        "longitude_deg": -0.1,
        "geodetic_m": 120.0,
        **changes,
    }
    made = struct.pack("<ii21s3x", 2, 1, UAS_ID.encode()) + bytes(32)
    made += struct.pack(
        "<ifffddffifiiiiif", 2, 90.0, 5.0, 0.5, fields["latitude_deg"], fields["longitude_deg"],
        -1_000.0, fields["geodetic_m"], 0, 40.0, 10, 4, 0, 3, 1, 600.0,
    )  # fmt: skip
    return made.ljust(892, b"\0") + b"\1\0\1" + bytes(26)
