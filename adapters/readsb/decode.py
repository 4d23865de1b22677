"""aircraft.json to aircraft: pure, and never raises whatever the bytes are.

One bad aircraft is refused by itself; one bad field of a good aircraft is taken as not known. A
file that cannot be read at all is one refusal. Sources: as in `schema` and `quality`.
"""

import json
import re
from dataclasses import dataclass

from adapters.adsb.aircraft import (
    ALTITUDE_FT,
    NO_ADDRESS,
    OBSTACLES,
    RATE_FPM,
    SPEED_KT,
    SURFACE_VEHICLES,
    Aircraft,
    Known,
)
from adapters.adsb.quality import (
    ADSB_DEFAULT_M,
    GVA_M,
    MLAT_DEFAULT_M,
    NAC_V_MPS,
    UNSURE_DEFAULT_M,
    horizontal_accuracy_m,
)
from adapters.json_numbers import finite
from adapters.model import Refusal
from adapters.readsb.fields import FieldReader
from adapters.readsb.schema import FIELD_NAMES, FieldNames, Generation, generation_of

MICROSECONDS = 1_000_000
MAX_DOCUMENT_BYTES = 8_000_000
MAX_AIRCRAFT = 5_000
MAX_POSITION_AGE_US = 60 * MICROSECONDS
MAX_CLOCK_AHEAD_US = 5 * MICROSECONDS  # the contract's limit for a time of validity
MAX_TIME_S = 4_102_444_800.0  # the year 2100: later is a broken clock

_HEX = re.compile(r"~?[0-9a-f]{6}")
_TEST_FLAGS = ("sim", "simulated", "test")


@dataclass(frozen=True, slots=True)
class AircraftFile:
    """What one file held; `in_file` counts its entries, used or not."""

    generation: Generation | None
    in_file: int
    aircraft: tuple[Aircraft, ...]
    refusals: tuple[Refusal, ...]
    unread: tuple[Refusal, ...] = ()


class _Unusable(Exception):
    """An entry or file that is not used; the arguments are the field and the reason."""


def decode_file(data: bytes, received_us: int) -> AircraftFile:
    """Decode one aircraft.json received at `received_us` (Unix microseconds UTC)."""
    try:
        now_us, entries = _open(data, received_us)
    except _Unusable as unusable:
        field, reason = unusable.args
        return AircraftFile(None, 0, (), (Refusal(field, reason),))
    generation = generation_of(entries)
    names = FIELD_NAMES[generation]
    found: dict[str, Aircraft] = {}
    refusals: list[Refusal] = []
    unread: list[Refusal] = []
    for index, entry in enumerate(entries[:MAX_AIRCRAFT]):
        reader = FieldReader(f"aircraft[{index}]", entry if isinstance(entry, dict) else {})
        try:
            _refuse_what_is_no_aircraft(reader, entry, found)
            made = _aircraft(reader, names, now_us, received_us)
        except _Unusable as unusable:
            field, reason = unusable.args
            refusals.append(Refusal(f"{reader.place}.{field}".rstrip("."), reason))
        else:
            found[made.address] = made
            unread += reader.unread
    refusals += [
        Refusal(f"aircraft[{index}]", f"over {MAX_AIRCRAFT} aircraft in one file")
        for index in range(MAX_AIRCRAFT, len(entries))
    ]
    return AircraftFile(
        generation, len(entries), tuple(found.values()), tuple(refusals), tuple(unread)
    )


def file_time_us(data: bytes) -> int | None:
    """The file's own `now`, Unix microseconds UTC; None where it has none to be read."""
    try:
        return _open(data, None)[0]
    except _Unusable:
        return None


def _open(data: bytes, received_us: int | None) -> tuple[int, list[object]]:
    """The file's time and its entries."""
    if len(data) > MAX_DOCUMENT_BYTES:
        raise _Unusable("", f"over {MAX_DOCUMENT_BYTES} bytes")
    try:
        document = json.loads(data)
    except RecursionError:
        raise _Unusable("", "nested too deeply") from None
    except ValueError:  # not JSON, not UTF-8, or a number with thousands of digits
        raise _Unusable("", "not JSON") from None
    if not isinstance(document, dict):
        raise _Unusable("", "not an object")
    now_s = finite(document.get("now"))
    if now_s is None or not 0.0 < now_s < MAX_TIME_S:
        raise _Unusable("now", "no usable time")
    now_us = round(now_s * MICROSECONDS)
    if received_us is not None and now_us > received_us + MAX_CLOCK_AHEAD_US:
        raise _Unusable("now", "the receiver's clock is ahead")
    entries = document.get("aircraft")
    if not isinstance(entries, list):
        raise _Unusable("aircraft", "not a list")
    return now_us, entries


def _aircraft(reader: FieldReader, names: FieldNames, now_us: int, received_us: int) -> Aircraft:
    address = _address(reader)
    latitude_deg, longitude_deg = _position(reader)
    time_us = _position_time_us(reader, now_us, received_us)
    known, default_m = _how_known(reader)
    on_ground = reader.entry.get(names.pressure_altitude_ft) == "ground"
    pressure_ft = None if on_ground else reader.number(names.pressure_altitude_ft, *ALTITUDE_FT)
    geometric_ft = reader.number("alt_geom", *ALTITUDE_FT)
    climb_fpm = reader.number("geom_rate", *RATE_FPM)
    if climb_fpm is None:
        climb_fpm = reader.number(names.pressure_rate_fpm, *RATE_FPM)
    return Aircraft(
        address=address,
        time_of_validity_us=time_us,
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        known=known,
        horizontal_accuracy_m=horizontal_accuracy_m(
            reader.code("nac_p"),
            reader.code("nucp"),
            reader.number("rc", 0.0, 100_000.0),
            reader.code("nic"),
            default_m,
        ),
        on_ground=on_ground,
        geometric_altitude_ft=geometric_ft,
        pressure_altitude_ft=pressure_ft,
        ground_speed_kt=reader.number(names.ground_speed_kt, *SPEED_KT),
        track_deg=reader.number("track", 0.0, 360.0),
        climb_fpm=climb_fpm,
        vertical_accuracy_m=GVA_M.get(reader.code("gva") or 0),
        velocity_accuracy_mps=NAC_V_MPS.get(reader.code("nac_v") or 0),
        category=reader.text("category"),
        callsign=reader.text("flight"),
        registration=reader.text("r"),
    )


def _address(reader: FieldReader) -> str:
    """The ICAO address, or with a leading ~ one that is not."""
    value = reader.entry.get("hex")
    address = value.strip().lower() if isinstance(value, str) else ""
    if _HEX.fullmatch(address) is None or address in NO_ADDRESS:
        raise _Unusable("hex", "not an address")
    return address


def _refuse_what_is_no_aircraft(
    reader: FieldReader, entry: object, found: dict[str, Aircraft]
) -> None:
    if not isinstance(entry, dict):
        raise _Unusable("", "not an object")
    if _address(reader) in found:
        raise _Unusable("hex", "twice in one file")
    for flag in _TEST_FLAGS:
        if entry.get(flag):
            raise _Unusable(flag, "simulated or test")
    category = entry.get("category")
    if isinstance(category, str) and category in SURFACE_VEHICLES:
        raise _Unusable("category", "a surface vehicle")
    if isinstance(category, str) and category in OBSTACLES:
        raise _Unusable("category", "an obstacle")


def _position(reader: FieldReader) -> tuple[float, float]:
    if "lat" not in reader.entry and "lon" not in reader.entry:
        old = isinstance(reader.entry.get("lastPosition"), dict)
        raise _Unusable("lat", "position too old" if old else "no position")
    latitude_deg = finite(reader.entry.get("lat"))
    longitude_deg = finite(reader.entry.get("lon"))
    if latitude_deg is None or longitude_deg is None:
        raise _Unusable("lat", "not a position")
    if not (-90.0 <= latitude_deg <= 90.0 and -180.0 <= longitude_deg <= 180.0):
        raise _Unusable("lat", "not a position")
    if latitude_deg == 0.0 and longitude_deg == 0.0:
        raise _Unusable("lat", "0,0 is no fix")
    return latitude_deg, longitude_deg


def _position_time_us(reader: FieldReader, now_us: int, received_us: int) -> int:
    """When the position was received: the file's time less `seen_pos`."""
    age_s = finite(reader.entry.get("seen_pos"))
    if age_s is None or age_s < 0.0:
        raise _Unusable("seen_pos", "age of the position not known")
    if age_s * MICROSECONDS > MAX_POSITION_AGE_US:
        raise _Unusable("seen_pos", "position too old")
    time_us = now_us - round(age_s * MICROSECONDS)
    # A receiver that has died leaves its last file behind, so the file's age counts as well.
    if received_us - time_us > MAX_POSITION_AGE_US or time_us <= 0:
        raise _Unusable("seen_pos", "position too old")
    return time_us


def _how_known(reader: FieldReader) -> tuple[Known, float]:
    """How the position is known, and its accuracy when no code says."""
    kind = reader.text("type")
    if kind == "mlat" or (not kind and reader.lists("mlat", "lat")):
        return Known.MLAT, MLAT_DEFAULT_M
    if kind.startswith("tisb") or (not kind and reader.lists("tisb", "lat")):
        return Known.TISB, UNSURE_DEFAULT_M
    if not kind or kind.startswith("adsb_"):
        return Known.ADSB, ADSB_DEFAULT_M
    return Known.ADSB, UNSURE_DEFAULT_M  # rebroadcast (adsr_), by satellite (adsc), other
