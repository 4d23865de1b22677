"""GDL90 framing: bytes to messages, whole or split anywhere.

Source: GDL 90 Data Interface Specification, 560-1058-00 (public), section 2.2: 0x7E at both ends,
0x7D before a byte that is one of the two (then exclusive-or 0x20), and a 16-bit checksum at the
end, low byte first.
"""

from adapters.model import Refusal

FLAG, ESCAPE, FLIP = 0x7E, 0x7D, 0x20
MAX_MESSAGE_BYTES = 1_024  # the longest, an uplink, is 436
POLYNOMIAL = 0x1021


def _table() -> tuple[int, ...]:
    made = []
    for byte in range(256):
        value = byte << 8
        for _ in range(8):
            value = (value << 1 ^ (POLYNOMIAL if value & 0x8000 else 0)) & 0xFFFF
        made.append(value)
    return tuple(made)


TABLE = _table()


def checksum(message: bytes) -> int:
    """The checksum as section 2.2.3 computes it (not the usual order of CRC-16)."""
    value = 0
    for byte in message:
        value = (TABLE[value >> 8] ^ (value << 8) ^ byte) & 0xFFFF
    return value


class Gdl90Framing:
    """Cuts bytes into messages; keeps at most one unfinished message."""

    def __init__(self) -> None:
        self._rest = b""

    def reset(self) -> None:
        """A new datagram or connection: half a message left over is lost."""
        self._rest = b""

    def feed(self, data: bytes) -> tuple[list[bytes], list[Refusal]]:
        """The messages that end in these bytes, without checksum, and those refused."""
        pieces = (self._rest + data).split(bytes([FLAG]))
        self._rest = pieces.pop()
        refusals: list[Refusal] = []
        if len(self._rest) > MAX_MESSAGE_BYTES:
            refusals.append(Refusal("message", f"over {MAX_MESSAGE_BYTES} bytes"))
            self._rest = b""
        messages: list[bytes] = []
        for piece in filter(None, pieces):
            message = _checked(piece)
            if message is None:
                refusals.append(Refusal("message", "wrong checksum"))
            else:
                messages.append(message)
        return messages, refusals


def _checked(piece: bytes) -> bytes | None:
    made = bytearray()
    flip = 0
    for byte in piece:
        if byte == ESCAPE and not flip:
            flip = FLIP
            continue
        made.append(byte ^ flip)
        flip = 0
    if len(made) < 3 or flip:
        return None
    message, sent = bytes(made[:-2]), made[-2] | made[-1] << 8
    return message if checksum(message) == sent else None
