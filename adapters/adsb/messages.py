"""What one decoded squitter says of its aircraft, in rs1090's words."""

from dataclasses import replace
from typing import Any

from adapters.adsb.aircraft import (
    ALTITUDE_FT,
    OBSTACLES,
    RATE_FPM,
    SPEED_KT,
    SURFACE_VEHICLES,
    Aircraft,
    Known,
    within,
)
from adapters.adsb.memory import Heard, at_position
from adapters.adsb.quality import ADSB_DEFAULT_M
from adapters.model import Refusal

# rs1090's words for the emitter category (DO-260B 2.2.3.2.5.2).
CATEGORIES = {
    "<7000kg": "A1",
    "34,000kg": "A2",
    "<136,000kg": "A3",
    "High vortex": "A4",
    "Heavy": "A5",
    "High performance": "A6",
    "Rotorcraft": "A7",
    "Glider": "B1",
    "Lighter than air": "B2",
    "Parachutist": "B3",
    "Ultralight": "B4",
    "UAM": "B6",
    "Space": "B7",
    "Surface emergency vehicle": "C1",
    "Surface service vehicle": "C2",
    "Obstruction": "C3",
}


def remember(heard: Heard, message: dict[str, Any], time_us: int) -> None:
    """What a message without a position says."""
    match message.get("bds"):
        case "08":
            heard.hear("category", CATEGORIES.get(message.get("wake_vortex", "")), time_us)
            callsign = str(message.get("callsign", "")).strip()
            if callsign.replace(" ", "").isalnum():  # '#' stands for what is no letter
                heard.hear("callsign", callsign, time_us)
        case "09":
            heard.hear("ground_speed_kt", within(message.get("groundspeed"), SPEED_KT), time_us)
            heard.hear("track_deg", message.get("track"), time_us)
            heard.hear("climb_fpm", within(message.get("vertical_rate"), RATE_FPM), time_us)
            heard.hear("nac_v", message.get("NACv"), time_us)
            heard.hear("geometric_less_pressure_ft", message.get("geo_minus_baro"), time_us)
        case "62":
            heard.hear("nac_p", message.get("NACp"), time_us)
        case "65":
            heard.hear("nac_p", message.get("NACp"), time_us)
            heard.hear("gva", message.get("GVA"), time_us)
        case _:
            pass


def positioned(
    address: str,
    heard: Heard,
    message: dict[str, Any],
    time_us: int,
    known: tuple[Known, float],
) -> Aircraft | Refusal | None:
    """A position squitter's aircraft; None where it completes no position.

    `known` is how the position is known, and its accuracy in metres where no code says.
    """
    on_ground = message["bds"] == "06"
    _hear_beside_position(heard, message, time_us, on_ground=on_ground)
    latitude_deg, longitude_deg = message.get("latitude"), message.get("longitude")
    if latitude_deg is None or longitude_deg is None:
        return None  # half a position
    made = at_position(
        address,
        heard,
        latitude_deg=latitude_deg,
        longitude_deg=longitude_deg,
        time_us=time_us,
        known=known[0],
        on_ground=on_ground,
        default_accuracy_m=known[1],
    )
    if made.category in SURFACE_VEHICLES | OBSTACLES:
        return Refusal("category", "a surface vehicle or an obstacle")
    if latitude_deg == 0.0 and longitude_deg == 0.0:
        return Refusal("latitude", "0,0 is no fix")
    if known[1] > ADSB_DEFAULT_M:  # the aircraft's own code says nothing of a ground station's work
        return replace(made, horizontal_accuracy_m=max(known[1], made.horizontal_accuracy_m))
    return made


def _hear_beside_position(
    heard: Heard, message: dict[str, Any], time_us: int, *, on_ground: bool
) -> None:
    """What else a position squitter says: how good it is, and the motion or the altitude."""
    heard.hear("nuc_p", message.get("NUCp"), time_us)
    if on_ground:
        heard.hear("ground_speed_kt", within(message.get("groundspeed"), SPEED_KT), time_us)
        heard.hear("track_deg", message.get("track"), time_us)
        heard.hear("climb_fpm", None, time_us)
        return
    geometric = message.get("source") != "barometric"
    name = "geometric_altitude_ft" if geometric else "pressure_altitude_ft"
    heard.hear(name, within(message.get("altitude"), ALTITUDE_FT), time_us)
