"""What each feed would send of 300 aircraft over London: input for the bench and seeds for fuzzing.

One entry in INPUTS for each adapter; a new adapter adds its own.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from adapters.gdl90.framing import checksum
from broker.core.units import FOOT_M
from sim.radio import remote_id, squitters, uat

AIRCRAFT = 300
SECONDS = 10
START_US = 1_735_689_600_000_000
PIECE_BYTES = 4_096


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that arrive together, so long after the start; `frames` are the Mode S frames in it."""

    data: bytes
    time_us: int
    frames: tuple[str, ...] = ()
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """One aircraft at one time."""

    address: str
    time_us: int
    latitude_deg: float
    longitude_deg: float
    altitude_ft: int


def moments(aircraft: int = AIRCRAFT, seconds: int = SECONDS) -> Iterator[Moment]:
    """Everybody's place twice a second, in order of time, flying east at 100 knots."""
    for step in range(seconds * 2):
        for number in range(aircraft):
            time_us = step * 500_000 + number * 500_000 // aircraft
            yield Moment(
                address=f"{0x400000 + number:06x}",
                time_us=time_us,
                latitude_deg=51.2 + number % 20 * 0.03,
                longitude_deg=-0.6 + number // 20 * 0.06 + time_us * 7.4e-10,
                altitude_ft=500 + number % 40 * 100,
            )


def _frames() -> Iterator[tuple[Moment, bytes]]:
    """Position, velocity and identity squitters as a transponder alternates them."""
    for number, at in enumerate(moments()):
        step = number // AIRCRAFT
        yield (
            at,
            squitters.position(
                at.address,
                at.latitude_deg,
                at.longitude_deg,
                odd=bool(step % 2),
                altitude_ft=at.altitude_ft,
            ),
        )
        yield at, squitters.velocity(at.address, 100, 0, 0, above_ft=300)
        if step % 10 == 0:
            yield at, squitters.identity(at.address, f"TEST{number % AIRCRAFT}")


def _squitter_pieces(write: Callable[[Moment, bytes], bytes]) -> list[Piece]:
    made: list[Piece] = []
    data, frames = b"", list[str]()
    for at, frame in _frames():
        data += write(at, frame)
        frames.append(frame.hex())
        if len(data) >= PIECE_BYTES:
            made.append(Piece(data, at.time_us, tuple(frames)))
            data, frames = b"", []
    return made


def beast_input() -> list[Piece]:
    """Beast binary."""
    return _squitter_pieces(lambda at, frame: squitters.beast(frame, at.time_us * 12))


def frames_input() -> list[Piece]:
    """AVR lines."""
    return _squitter_pieces(lambda _, frame: b"*" + frame.hex().encode() + b";\n")


def _line_pieces(write: Callable[[Moment], bytes]) -> list[Piece]:
    made: list[Piece] = []
    data = b""
    for at in moments():
        data += write(at)
        if len(data) >= PIECE_BYTES:
            made.append(Piece(data, at.time_us))
            data = b""
    return made


def sbs_input() -> list[Piece]:
    """SBS lines: velocity and position by turns."""

    def write(at: Moment) -> bytes:
        place = f"{at.latitude_deg:.5f},{at.longitude_deg:.5f}"
        return (
            f"MSG,4,1,1,{at.address},1,,,,,,,100,90,,,0,,0,0,0,0\r\n"
            f"MSG,3,1,1,{at.address},1,,,,,,{at.altitude_ft},,,{place},,,0,0,0,0\r\n"
        ).encode()

    return _line_pieces(write)


def uat_input() -> list[Piece]:
    """UAT lines."""
    return _line_pieces(lambda at: b"-" + _uat(at).hex().encode() + b";rs=0;\n")


def gdl90_input() -> list[Piece]:
    """Pass-through UAT messages in GDL90 frames."""

    def write(at: Moment) -> bytes:
        message = bytes([31, 0, 0, 0]) + _uat(at)
        body = message + checksum(message).to_bytes(2, "little")
        for byte in (0x7D, 0x7E):
            body = body.replace(bytes([byte]), bytes([0x7D, byte ^ 0x20]))
        return b"\x7e" + body + b"\x7e"

    return _line_pieces(write)


def readsb_input() -> list[Piece]:
    """One aircraft.json a second."""
    made = []
    now_s = START_US // 1_000_000
    for second in range(SECONDS):
        places = [at for at in moments() if at.time_us // 1_000_000 == second][:AIRCRAFT]
        aircraft = [
            {
                "hex": at.address, "type": "adsb_icao", "flight": "TEST    ", "alt_baro": 1_000,
                "alt_geom": 1_300, "gs": 100.0, "track": 90.0, "baro_rate": 0, "category": "A7",
                "lat": at.latitude_deg, "lon": at.longitude_deg, "nic": 8, "rc": 186,
                "seen_pos": 0.2, "nac_p": 9, "nac_v": 2, "gva": 2, "seen": 0.1, "rssi": -20.1,
            }
            for at in places
        ]  # fmt: skip
        data = json.dumps({"now": now_s + second, "aircraft": aircraft}).encode()
        made.append(Piece(data, second * 1_000_000))
    return made


def remote_id_input() -> list[Piece]:
    """One captured Wi-Fi beacon a position."""
    return [
        Piece(
            remote_id.beacon(
                remote_id.basic_id(f"TEST{at.address}"),
                remote_id.location(
                    latitude_deg=at.latitude_deg,
                    longitude_deg=at.longitude_deg,
                    second_s=at.time_us // 100_000 / 10,
                ),
                mac=bytes.fromhex(f"020000{at.address}"),
            ),
            at.time_us,
        )
        for at in moments()
    ]


def dji_input() -> list[Piece]:
    """One drone's properties an MQTT message, every two seconds each, as the maker's docks send."""
    return [
        Piece(_osd(at), at.time_us, topic=f"thing/product/1581F{at.address}/osd")
        for number, at in enumerate(moments())
        if number // AIRCRAFT % 4 == 0
    ]


def _osd(at: Moment) -> bytes:
    data = {
        "latitude": at.latitude_deg, "longitude": at.longitude_deg,
        "height": at.altitude_ft * FOOT_M, "elevation": 60.0, "horizontal_speed": 12.0,
        "vertical_speed": -0.5, "attitude_head": 138.4, "attitude_pitch": 0.1,
        "attitude_roll": -0.2, "mode_code": 5, "home_distance": 240.5, "wind_speed": 54,
        "position_state": {"is_fixed": 2, "quality": 5, "gps_number": 18, "rtk_number": 30},
        "battery": {"capacity_percent": 71, "remain_flight_time": 1_480},
    }  # fmt: skip
    message = {
        "tid": "t", "bid": "b", "gateway": f"7CTD{at.address}",
        "timestamp": (START_US + at.time_us) // 1_000, "data": data,
    }  # fmt: skip
    return json.dumps(message).encode()


def _uat(at: Moment) -> bytes:
    return uat.message(
        at.address,
        latitude_deg=at.latitude_deg,
        longitude_deg=at.longitude_deg,
        altitude_ft=at.altitude_ft,
        callsign="TEST",
    )


INPUTS: dict[str, Callable[[], list[Piece]]] = {
    "beast": beast_input,
    "dji": dji_input,
    "frames": frames_input,
    "gdl90": gdl90_input,
    "readsb": readsb_input,
    "remote_id": remote_id_input,
    "sbs": sbs_input,
    "uat": uat_input,
}
