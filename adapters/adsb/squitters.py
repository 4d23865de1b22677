"""Mode S extended squitters to aircraft: rs1090 decodes, this joins what it found.

Theory of operation. A position squitter carries half a position: an even and an odd one of the same
aircraft, heard within seconds, give the place. rs1090 (MIT) pairs them within one call and holds
each result against the ones before; between calls it keeps nothing. So the last few position
squitters of each aircraft are kept here and go in again before the new ones, with their true times
of receipt: the answer is then the same however the stream was cut into pieces. rs1090 also pairs
halves that are further apart than the standard's ten seconds; such positions are not taken, unless
one of the last minute leads on to them.

Only extended squitters (downlink formats 17 and 18) are used: their checksum stands alone. In the
other replies it is mixed with the address, so that noise looks like an aircraft.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import rs1090

from adapters.adsb.aircraft import NO_ADDRESS, Aircraft, Known
from adapters.adsb.memory import Memory
from adapters.adsb.messages import positioned, remember
from adapters.adsb.quality import ADSB_DEFAULT_M, MLAT_DEFAULT_M, UNSURE_DEFAULT_M
from adapters.clock import MICROSECONDS
from adapters.model import Refusal

LONG_FRAME_BYTES = 14
MAX_FRAMES = 5_000  # in one call
KEPT_POSITIONS = 4  # of one aircraft: two pairs for rs1090 to hold a new position against
KEPT_AGE_US = 60 * MICROSECONDS
PAIR_AGE_US = 10 * MICROSECONDS  # DO-260B A.1.7.4: between the halves of one position
MAX_KEPT_AIRCRAFT = 20_000

EXTENDED_SQUITTER = 17
NON_TRANSPONDER = 18  # a rebroadcast, or ADS-B without a transponder

# DF 18 by its control field: the prefix of the address, how a position is known, and its accuracy
# without a quality code (DO-260B table 2-12). Others carry no position of one aircraft.
CONTROL_FIELDS = {
    0: ("", Known.ADSB, ADSB_DEFAULT_M),
    1: ("~", Known.ADSB, ADSB_DEFAULT_M),
    2: ("", Known.TISB, UNSURE_DEFAULT_M),
    5: ("~", Known.TISB, UNSURE_DEFAULT_M),
    6: ("", Known.ADSB, UNSURE_DEFAULT_M),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """One Mode S frame and when it was received (Unix microseconds UTC).

    `multilaterated`: its position was computed by several receivers and only looks like a squitter.
    """

    data: bytes
    time_us: int
    multilaterated: bool = False


@dataclass(frozen=True, slots=True)
class Squitters:
    """What a piece of the stream held."""

    aircraft: tuple[Aircraft, ...]
    refusals: tuple[Refusal, ...]


class SquitterDecoder:
    """Decodes the squitters of one receiver; `receiver` is its (latitude, longitude) in degrees.

    Without it positions on the ground stay unknown: they repeat every 45 to 90 degrees.
    """

    def __init__(self, receiver: tuple[float, float] | None = None) -> None:
        self._receiver = receiver
        self._memory = Memory()
        self._kept: dict[str, _Halves] = {}  # by address, the aircraft longest silent first

    def decode(self, frames: Sequence[Frame]) -> Squitters:
        """The aircraft whose position these frames complete, in order."""
        squitters = [frame for frame in frames[:MAX_FRAMES] if is_squitter(frame.data)]
        refusals = [Refusal("frame", f"over {MAX_FRAMES} at once")] * len(frames[MAX_FRAMES:])
        aircraft: list[Aircraft] = []
        for frame, message in self._decoded(squitters):
            if message is None:
                refusals.append(Refusal("frame", "wrong checksum or not readable"))
                continue
            made = self._take_in(frame, message)
            if isinstance(made, Aircraft):
                aircraft.append(made)
            elif made is not None:
                refusals.append(made)
        return Squitters(tuple(aircraft), tuple(refusals))

    def _decoded(self, squitters: list[Frame]) -> list[tuple[Frame, dict[str, Any] | None]]:
        """Each new frame with what rs1090 makes of it."""
        if not squitters:
            return []
        before = self._before(squitters)
        everything = before + squitters
        try:
            messages = self._ask(everything)
        except _Panicked:  # one bad frame must not cost the others: each by itself, less its pair
            return [(frame, self._ask_alone(frame)) for frame in squitters]
        answers: list[tuple[Frame, dict[str, Any] | None]] = []
        place = 0
        for number, frame in enumerate(everything):
            # rs1090 leaves out what it cannot read.
            fits = place < len(messages) and messages[place]["frame"] == frame.data.hex()
            if number >= len(before):
                answers.append((frame, messages[place] if fits else None))
            place += fits
        return answers

    def _before(self, squitters: list[Frame]) -> list[Frame]:
        """The kept position squitters of the aircraft in these frames, oldest first."""
        oldest_us = squitters[0].time_us - KEPT_AGE_US
        addresses = dict.fromkeys(_address(frame.data) for frame in squitters)
        halves = (self._kept[address] for address in addresses if address in self._kept)
        kept = (frame for each in halves for frame in each.frames)
        recent = [frame for frame in kept if oldest_us <= frame.time_us <= squitters[0].time_us]
        return sorted(recent, key=lambda frame: frame.time_us)

    def _ask(self, frames: list[Frame]) -> list[dict[str, Any]]:
        hexes = [frame.data.hex() for frame in frames]
        times_s = [frame.time_us / MICROSECONDS for frame in frames]
        try:
            found: Any = rs1090.decode(hexes, times_s, reference=self._receiver)
        except BaseException as error:  # noqa: BLE001 - a panic is no Exception; others go on
            raise _panicked(error) from None
        return [message for message in found if message]

    def _ask_alone(self, frame: Frame) -> dict[str, Any] | None:
        try:
            found: Any = rs1090.decode(frame.data.hex())
        except BaseException as error:  # noqa: BLE001 - as above
            _panicked(error)
            return None
        return found if isinstance(found, dict) else None

    def _take_in(self, frame: Frame, message: dict[str, Any]) -> Aircraft | Refusal | None:
        """Remember what one message says; an aircraft where it says a position."""
        origin = _origin(frame)
        if origin is None:
            return Refusal("control field", "not about one aircraft")
        prefix, known, default_m = origin
        address = prefix + _address(frame.data)
        if address in NO_ADDRESS:
            return Refusal("address", "not an address")
        bds = message.get("bds")
        heard = self._memory.of(address)
        if bds not in {"05", "06"}:
            remember(heard, message, frame.time_us)
            return None
        sure = self._halves(frame).take(frame, message)
        made = positioned(address, heard, message, frame.time_us, (known, default_m))
        return made if sure or not isinstance(made, Aircraft) else None

    def _halves(self, frame: Frame) -> "_Halves":
        address = _address(frame.data)
        halves = self._kept.pop(address, None) or _Halves()
        self._kept[address] = halves
        if len(self._kept) > MAX_KEPT_AIRCRAFT:
            del self._kept[next(iter(self._kept))]
        return halves


@dataclass(slots=True)
class _Halves:
    """One aircraft's last position squitters, and when each half and a whole was last had."""

    frames: deque[Frame] = field(default_factory=lambda: deque(maxlen=KEPT_POSITIONS))
    last_us: dict[str, int] = field(default_factory=dict)

    def take(self, frame: Frame, message: dict[str, Any]) -> bool:
        """Keep one more; whether a position that comes with it can be relied on."""
        parity = str(message.get("parity"))
        other = "odd" if parity == "even" else "even"
        sure = self._within(other, frame, PAIR_AGE_US) or self._within("whole", frame, KEPT_AGE_US)
        self.frames.append(frame)
        self.last_us[parity] = frame.time_us
        if sure and message.get("latitude") is not None:
            self.last_us["whole"] = frame.time_us
        return sure

    def _within(self, what: str, frame: Frame, age_us: int) -> bool:
        last_us = self.last_us.get(what)
        return last_us is not None and abs(frame.time_us - last_us) <= age_us


class _Panicked(Exception):
    """rs1090 gave up on its input."""


def _panicked(error: BaseException) -> _Panicked:
    """rs1090's panic, which is no Exception, as one; anything else is raised on."""
    if type(error).__name__ == "PanicException" or isinstance(error, ValueError | TypeError):
        return _Panicked()
    raise error


def is_squitter(data: bytes) -> bool:
    """Whether a frame is an extended squitter."""
    return len(data) == LONG_FRAME_BYTES and data[0] >> 3 in {EXTENDED_SQUITTER, NON_TRANSPONDER}


def _address(data: bytes) -> str:
    return data[1:4].hex()


def _origin(frame: Frame) -> tuple[str, Known, float] | None:
    if frame.multilaterated:
        return "", Known.MLAT, MLAT_DEFAULT_M
    if frame.data[0] >> 3 == EXTENDED_SQUITTER:
        return "", Known.ADSB, ADSB_DEFAULT_M
    return CONTROL_FIELDS.get(frame.data[0] & 7)
