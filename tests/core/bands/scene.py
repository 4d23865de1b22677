"""Two agencies' drones at one incident, driven along the live path."""

from typing import Any, Final

from broker.core.alerts import Alert, AlertKind
from broker.core.effects import AlertChanged
from broker.core.names import Audience
from broker.core.tracks.reports import (
    AircraftClass,
    AircraftDescription,
    AltitudeDatum,
    HeightBand,
    HeightReference,
)
from keepclear.v1 import alerts_pb2
from tests.core.sharing.worlds import LFB, MET, World, row

LOWEST: Final = HeightBand(25.0, 45.0, HeightReference.TAKEOFF)
MIDDLE: Final = HeightBand(60.0, 80.0, HeightReference.TAKEOFF)
GROUND_HAE_M: Final = 60.0
"""Of the place that both took off from."""
POLICE: Final = AircraftDescription(
    AircraftClass.DRONE, callsign="MET 7", incident_id="CAD-77", duty_contact="020 7000 0000",
    talkgroup="OPS-9", allotted_band=LOWEST,
)  # fmt: skip
FIRE: Final = AircraftDescription(
    AircraftClass.DRONE, callsign="LFB 2", incident_id="CAD-77", allotted_band=MIDDLE
)
APART_M: Final = 150.0


def drone(height_m: float, climb_mps: float = 0.0) -> dict[str, Any]:
    """Fields of a drone at this height above take-off."""
    return {
        "altitude_hae_m": GROUND_HAE_M + height_m,
        "vertical_doubt_m": 4.0,
        "vertical_accuracy_m": 4.0,
        "published_altitude_m": GROUND_HAE_M + height_m,
        "altitude_datum": AltitudeDatum.HAE,
        "height_m": height_m,
        "height_reference": HeightReference.TAKEOFF,
        "vertical_speed_mps": climb_mps,
        "vertical_speed_accuracy_mps": 0.2,
        "horizontal_accuracy_m": 3.0,
        "velocity_accuracy_mps": 0.3,
    }


def fly(
    world: World,
    heights_m: list[float],
    *,
    police: AircraftDescription = POLICE,
    fire: AircraftDescription | None = FIRE,
    fire_height_m: float = 70.0,
    apart_m: float = APART_M,
    climb_mps: float = 0.0,
    **fields: Any,
) -> None:
    """A second for each of the police drone's heights, with the fire brigade's beside it."""
    for height_m in heights_m:
        if fire is not None:
            beside = drone(fire_height_m)
            world.fly(LFB, row("x2", east_m=apart_m, description=fire, **beside))
        own = {**drone(height_m, climb_mps), **fields}
        world.fly(MET, row("t7", description=police, **own))
        world.wait()


def revisions(world: World) -> list[Alert]:
    """Every revision of alerts of bands that was told."""
    changed = [one.alert for one in world.effects if isinstance(one, AlertChanged)]
    return [one for one in changed if one.kind is AlertKind.LEAVING_BAND]


def told(world: World, audience: Audience) -> list[alerts_pb2.Alert]:
    """What an audience read of bands."""
    messages = world.messages(audience)
    alerts = [one.alert for one in messages if one.WhichOneof("kind") == "alert"]
    return [one for one in alerts if one.kind == alerts_pb2.ALERT_KIND_LEAVING_BAND]
