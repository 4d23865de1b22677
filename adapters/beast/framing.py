"""Beast framing: bytes to frames, whole or split anywhere.

Source: readsb and dump1090 (net_io), which write it: 0x1A, a type ('1' Mode A/C, '2' Mode S short,
'3' Mode S long, '4' status), a 6-byte 12 MHz counter, one byte of signal, and 2, 7 or 14 bytes of
data; every 0x1A after the first is doubled.
"""

from dataclasses import dataclass

from adapters.model import Refusal

ESCAPE = 0x1A
HEADER_BYTES = 7  # counter and signal
DATA_BYTES = {ord("1"): 2, ord("2"): 7, ord("3"): 14, ord("4"): 14}
STATUS = ord("4")
# What is written for a position that several receivers computed, in place of a counter.
MLAT_COUNTER = 0xFF004D4C4154

NOT_A_FRAME = "not a Beast frame"


@dataclass(frozen=True, slots=True)
class BeastFrame:
    """One frame: its 12 MHz counter and the Mode S or Mode A/C data."""

    counter: int
    data: bytes

    @property
    def multilaterated(self) -> bool:
        """Whether the position in it was computed by several receivers."""
        return self.counter == MLAT_COUNTER


class BeastFraming:
    """Cuts a byte stream into frames; keeps at most one unfinished frame."""

    def __init__(self) -> None:
        self._rest = b""

    def reset(self) -> None:
        """A new connection: half a frame left over is lost."""
        self._rest = b""

    def feed(self, data: bytes) -> tuple[list[BeastFrame], list[Refusal]]:
        """The frames that end in these bytes, and one refusal for each run of other bytes."""
        buffer = self._rest + data
        frames: list[BeastFrame] = []
        refusals: list[Refusal] = []
        place = 0
        while True:
            start = buffer.find(ESCAPE, place)
            if start != place and place < len(buffer):
                refusals.append(Refusal("frame", NOT_A_FRAME))
            if start < 0:
                place = len(buffer)
                break
            if start + 1 >= len(buffer):
                place = start
                break
            kind = buffer[start + 1]
            if kind not in DATA_BYTES:
                refusals.append(Refusal("frame", NOT_A_FRAME))
                # A doubled escape belongs to a frame whose beginning is lost.
                place = _next_start(buffer, start + (2 if kind == ESCAPE else 1))
                continue
            body, end = _unescaped(buffer, start + 2, HEADER_BYTES + DATA_BYTES[kind])
            if body is None:
                place = end if end < len(buffer) else start
                if place == start:
                    break
                refusals.append(Refusal("frame", "cut short"))
                continue
            place = end
            if kind != STATUS:
                frames.append(BeastFrame(int.from_bytes(body[:6], "big"), body[HEADER_BYTES:]))
        self._rest = buffer[place:]
        return frames, refusals


def _next_start(buffer: bytes, place: int) -> int:
    """The next single escape, or the end: one run of foreign bytes is one refusal."""
    while True:
        found = buffer.find(ESCAPE, place)
        if found < 0:
            return len(buffer)
        if found + 1 >= len(buffer) or buffer[found + 1] in DATA_BYTES:
            return found
        place = found + 2


def _unescaped(buffer: bytes, start: int, wanted: int) -> tuple[bytes | None, int]:
    """That many bytes with doubled escapes made single, and where they end.

    None where a new frame begins before (its place), or where the buffer ends (its length).
    """
    plain = buffer[start : start + wanted]
    if len(plain) == wanted and ESCAPE not in plain:
        return plain, start + wanted
    made = bytearray()
    place = start
    while len(made) < wanted:
        if place >= len(buffer):
            return None, len(buffer)
        value = buffer[place]
        if value == ESCAPE:
            if place + 1 >= len(buffer):
                return None, len(buffer)
            if buffer[place + 1] != ESCAPE:
                return None, place
            place += 1
        made.append(value)
        place += 1
    return bytes(made), place
