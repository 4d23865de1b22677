"""Aircraft that a drone heard by its own ADS-B receiver, out of `airsense_warning` events.

A drone low between buildings hears a helicopter that no receiver on a roof does. Each entry becomes
a position like any other unsigned one: it may raise caution, and says nothing of who it is. The
maker's warning level is left alone, since separation is judged here and for every aircraft.

Two things are not said: when a position was true, and what speed was flown (`heading` alone gives
no velocity). So its accuracy covers what an aircraft flies in a few seconds. `altitude_type` 1 is
documented as sea level, but ADS-B carries pressure altitude and nothing says that it was corrected:
it goes on as pressure altitude, with all the doubt that has.

Source: DJI Cloud API, "airsense" (dock and dock 2).
"""

import re
from typing import Final

from adapters.adsb.aircraft import ALTITUDE_FT, NO_ADDRESS, Aircraft, Known, within
from adapters.adsb.quality import ADSB_DEFAULT_M
from adapters.dji.fields import position
from adapters.json_numbers import finite
from adapters.model import Refusal
from keepclear.client.build import FOOT_M

METHOD: Final = "airsense_warning"
MAX_HEARD: Final = 50  # in one event
AGE_S: Final = 3.0
"""How old a position may be when the event is sent [J]."""
SPEED_MPS: Final = 100.0
"""Of what flies low enough to matter to a drone [J]."""
ACCURACY_M: Final = ADSB_DEFAULT_M + AGE_S * SPEED_MPS
ELLIPSOID: Final = 0
SEA_LEVEL: Final = 1
_ADDRESS: Final = re.compile(r"[0-9a-f]{6}")


def heard_aircraft(data: object, sent_us: int) -> tuple[list[Aircraft], list[Refusal]]:
    """Each aircraft of one event, or why it is not used."""
    entries = data if isinstance(data, list) else []
    aircraft: list[Aircraft] = []
    refusals: list[Refusal] = []
    for place, entry in enumerate(entries[:MAX_HEARD]):
        made = _aircraft(entry, sent_us)
        if isinstance(made, Aircraft):
            aircraft.append(made)
        else:
            refusals.append(Refusal(f"data[{place}]", f"airsense: {made}"))
    if len(entries) > MAX_HEARD:
        refusals.append(Refusal("data", f"airsense: over {MAX_HEARD} at once"))
    return aircraft, refusals


def _aircraft(entry: object, sent_us: int) -> Aircraft | str:
    if not isinstance(entry, dict):
        return "not an object"
    icao = entry.get("icao")
    address = icao.strip().lower() if isinstance(icao, str) else ""
    if _ADDRESS.fullmatch(address) is None or address in NO_ADDRESS:
        return "no ICAO address"
    place = position(entry)
    if place is None:
        return "no position"
    metres, kind = finite(entry.get("altitude")), entry.get("altitude_type")
    altitude_ft = None if metres is None else within(metres / FOOT_M, ALTITUDE_FT)
    return Aircraft(
        address=address,
        time_of_validity_us=sent_us,
        latitude_deg=place[0],
        longitude_deg=place[1],
        known=Known.ADSB,
        horizontal_accuracy_m=ACCURACY_M,
        geometric_altitude_ft=altitude_ft if kind == ELLIPSOID else None,
        pressure_altitude_ft=altitude_ft if kind == SEA_LEVEL else None,
    )
