"""The GDL90 adapter's decoder: datagrams to position reports; free of I/O.

Source: GDL 90 Data Interface Specification, 560-1058-00, section 3. Traffic (20) and ownship (10)
reports carry pressure altitude. The ownship's satellite altitude (11) is height above ellipsoid by
the specification, but some boxes send mean sea level, 46 m off in London: it is used only where the
feed's table says that the box is known to follow the specification. The pass-through messages (30,
31) hold UAT messages whole.
"""

from collections.abc import Iterator
from pathlib import Path

from adapters.adsb.aircraft import ALTITUDE_FT, NO_ADDRESS, Aircraft, Known, within
from adapters.adsb.memory import Heard, Memory, at_position
from adapters.adsb.quality import ADSB_DEFAULT_M, UNSURE_DEFAULT_M
from adapters.adsb.report import Reporter
from adapters.gdl90.framing import Gdl90Framing
from adapters.model import Decoded, Document, Recorded, Refusal
from adapters.uat.message import CATEGORIES, LONG_BYTES, NOT_AIRCRAFT, SHORT_BYTES, read_message

OWNSHIP, OWNSHIP_ALTITUDE, TRAFFIC = 10, 11, 20
UAT_BYTES = {30: SHORT_BYTES, 31: LONG_BYTES}
REPORT_BYTES = 28
TIME_BYTES = 3  # before a UAT message
PIECE_BYTES = 4_096  # of a recording

# Address type: prefix of the address, how known, accuracy without a code (section 3.5.1.2).
ADDRESS_TYPES = {
    0: ("", Known.ADSB, ADSB_DEFAULT_M),
    1: ("~", Known.ADSB, ADSB_DEFAULT_M),
    2: ("", Known.TISB, UNSURE_DEFAULT_M),
    3: ("~", Known.TISB, UNSURE_DEFAULT_M),
}


class Gdl90Decoder:
    """Decodes what one box sends; `own_altitude_is_hae` trusts its own satellite altitude."""

    def __init__(self, reporter: Reporter, own_altitude_is_hae: bool = False) -> None:
        self._reporter = reporter
        self._own_altitude_is_hae = own_altitude_is_hae
        self._framing = Gdl90Framing()
        self._memory = Memory()
        self._own_altitude_ft: tuple[int, float] | None = None

    def __call__(self, document: Document) -> Decoded:
        """The positions in these bytes."""
        if document.opens:
            self._framing.reset()
        messages, unreadable = self._framing.feed(document.data)
        made = (self._message(message, document.received_us) for message in messages)
        return self._reporter.decoded(made, unreadable, len(messages) + len(unreadable))

    def _message(self, message: bytes, time_us: int) -> Aircraft | Refusal | None:
        kind = message[0]
        if kind in {OWNSHIP, TRAFFIC}:
            if len(message) != REPORT_BYTES:
                return Refusal("message", "wrong length")
            return self._target(message, time_us, own=kind == OWNSHIP)
        if kind == OWNSHIP_ALTITUDE:
            if len(message) != 5:
                return Refusal("message", "wrong length")
            raw = int.from_bytes(message[1:3], "big", signed=True)
            self._own_altitude_ft = (time_us, raw * 5.0)
            return None
        if kind in UAT_BYTES:
            if len(message) != 1 + TIME_BYTES + UAT_BYTES[kind]:
                return Refusal("message", "wrong length")
            return read_message(message[1 + TIME_BYTES :], time_us, self._memory)
        return None  # heartbeat, initialisation, uplink, and what makers add

    def _target(self, message: bytes, time_us: int, *, own: bool) -> Aircraft | Refusal | None:
        kind = message[1] & 15
        if kind not in ADDRESS_TYPES:
            return Refusal("address", NOT_AIRCRAFT.get(kind, "an address of unknown kind"))
        prefix, known, default_m = ADDRESS_TYPES[kind]
        address = prefix + message[2:5].hex()
        if address.lstrip("~") in NO_ADDRESS:
            return Refusal("address", "not an address")
        category = CATEGORIES.get(message[18], "")
        if category.startswith("C"):
            return Refusal("category", "a surface vehicle or an obstacle")
        heard = self._memory.of(address)
        airborne = _remember(heard, message, category, time_us)
        if own and self._own_altitude_is_hae and self._own_altitude_ft is not None:
            since_us, altitude_ft = self._own_altitude_ft
            heard.hear("geometric_altitude_ft", within(altitude_ft, ALTITUDE_FT), since_us)
        latitude_deg = int.from_bytes(message[5:8], "big", signed=True) * 180.0 / 2**23
        longitude_deg = int.from_bytes(message[8:11], "big", signed=True) * 180.0 / 2**23
        if latitude_deg == 0.0 and longitude_deg == 0.0:
            return Refusal("latitude", "0,0 is no fix")
        if not -90.0 <= latitude_deg <= 90.0:
            return Refusal("latitude", "not a position")
        return at_position(
            address,
            heard,
            latitude_deg=latitude_deg,
            longitude_deg=longitude_deg,
            time_us=time_us,
            known=known,
            on_ground=not airborne,
            default_accuracy_m=default_m,
        )


def _remember(heard: Heard, message: bytes, category: str, time_us: int) -> bool:
    """Everything but the place; whether the target is airborne."""
    raw_altitude, misc = message[11] << 4 | message[12] >> 4, message[12] & 15
    altitude_ft = None if raw_altitude == 0xFFF else raw_altitude * 25.0 - 1_000.0
    heard.hear("pressure_altitude_ft", within(altitude_ft, ALTITUDE_FT), time_us)
    heard.hear("nic", message[13] >> 4 or None, time_us)
    heard.hear("nac_p", message[13] & 15 or None, time_us)
    raw_speed = message[14] << 4 | message[15] >> 4
    heard.hear("ground_speed_kt", None if raw_speed == 0xFFF else raw_speed, time_us)
    raw_climb = (message[15] & 15) << 8 | message[16]
    climb_fpm = (raw_climb - (0x1000 if raw_climb & 0x800 else 0)) * 64
    heard.hear("climb_fpm", None if raw_climb == 0x800 else climb_fpm, time_us)
    true_track = misc & 3 == 1  # a heading is where the nose points
    heard.hear("track_deg", message[17] * 360.0 / 256.0 if true_track else None, time_us)
    heard.hear("category", category or None, time_us)
    callsign = message[19:27].decode("ascii", errors="replace").strip()
    if callsign.replace(" ", "").isalnum() and callsign.isascii():
        heard.hear("callsign", callsign, time_us)
    return bool(misc & 8)


def recorded(path: Path) -> Iterator[Recorded]:
    """A recorded stream in pieces; it has no dates, so every piece comes at the same time."""
    with path.open("rb") as file:
        while data := file.read(PIECE_BYTES):
            yield Recorded(data, None)
