"""The opening: three encounters in the first minute and a half, the same in every run.

Round one incident in Islington, metres from it (x east, y north), seconds from the start:
- MET-07 hovers at (0, 0), 80 m above ground. POLICE90 comes from the north at 60 m/s, 140 m to the
  side and 200 ft above it, and is nearest after 46 s. The 2,000 ft cylinder is entered after about
  36 s, so a 45 s caution is due at once and a 25 s warning after about 11 s. The 500 x 100 ft
  floor is not entered.
- LFB-03 flies west along y = 150 at 18 m/s, LAS-02 crosses its path northwards at 17 m/s: about
  37 m apart and 8 m in height after 24 s, inside 75 x 25 m, outside 15 x 5 m.
- `met` asks for a 400 m circle round the incident; LFB-03 enters it after about 74 s.
"""

from dataclasses import replace
from typing import Final

from sim.fleet import DOCK_TELEMETRY, HELICOPTER_TRACKER, AircraftKind, Airframe, Flight
from sim.geography import BOROUGHS
from sim.incidents import KeepClear
from sim.measures import FOOT_M, MINUTE_US, SECOND_US
from sim.motion import Leg, Path, Point, Status, hover, straight
from sim.routes import DRONE_DESCENT_MPS, ground_point

INCIDENT: Final = "INC-OPENING"
KEEP_CLEAR_AT_US: Final = 3 * SECOND_US
KEEP_CLEAR_FOR_US: Final = 10 * MINUTE_US
KEEP_CLEAR_RADIUS_M: Final = 400.0
# As published for the drone area there: surface to 500 ft above mean sea level.
KEEP_CLEAR_CEILING_M: Final = 500 * FOOT_M
DRONE_HEIGHT_M: Final = 80.0
HELICOPTER_ABOVE_M: Final = 200 * FOOT_M
# With the height, clear of the 500 x 100 ft floor grown by the accuracies of both reports.
HELICOPTER_BESIDE_M: Final = 140.0
HELICOPTER_MPS: Final = 60.0
HELICOPTER_NEAREST_S: Final = 46.0
_BEFORE_S: Final = 60.0

# Nothing of the opening is left to the chance of a lost report.
_DRONE_FEED: Final = replace(DOCK_TELEMETRY, loss=0.0, gaps_per_s=0.0)
_HELICOPTER_FEED: Final = replace(HELICOPTER_TRACKER, loss=0.0)


def center() -> Point:
    """Where the opening happens, on the ground."""
    return ground_point(BOROUGHS[0].east_m + 350.0, BOROUGHS[0].north_m - 300.0)


def opening_flights(start_us: int) -> list[Flight]:
    """The four aircraft of the opening."""
    return [_working_drone(start_us), _helicopter(start_us), *_crossing_drones(start_us)]


def opening_request(start_us: int, seed: int) -> KeepClear:
    """The keep-clear request of the opening."""
    return KeepClear(
        request_id=f"sim-{seed}-opening",
        agency="met",
        at_us=start_us + KEEP_CLEAR_AT_US,
        duration_us=KEEP_CLEAR_FOR_US,
        center=center(),
        radius_m=KEEP_CLEAR_RADIUS_M,
        ceiling_amsl_m=KEEP_CLEAR_CEILING_M,
        title="Police incident, Islington",
        reason="drone working over a 999 incident",
        exempt_agencies=("met",),
    )


def _point(x_m: float, y_m: float, height_m: float) -> Point:
    middle = center()
    return Point(middle.east_m + x_m, middle.north_m + y_m, middle.amsl_m + height_m)


def _landed(legs: list[Leg]) -> list[Leg]:
    above = legs[-1].end
    ground = ground_point(above.east_m, above.north_m)
    down = straight(above, ground, DRONE_DESCENT_MPS, ramp_in_s=1.0, ramp_out_s=3.0)
    return [*legs, down, hover(ground, 10.0, Status.ON_GROUND)]


def _flight(start_us: int, airframe: Airframe, legs: list[Leg], incident_id: str = "") -> Flight:
    began_us = start_us - round(_BEFORE_S * SECOND_US)
    return Flight(f"{airframe.callsign}-open", airframe, Path.of(began_us, legs), incident_id)


def _drone(agency: str, callsign: str) -> Airframe:
    return Airframe(
        callsign.lower(), agency, "drones", AircraftKind.DRONE, callsign, "", "", _DRONE_FEED
    )


def _working_drone(start_us: int) -> Flight:
    legs = _landed([hover(_point(0.0, 0.0, DRONE_HEIGHT_M), 12 * 60.0 + _BEFORE_S)])
    return _flight(start_us, _drone("met", "MET-07"), legs, INCIDENT)


def _helicopter(start_us: int) -> Flight:
    height_m = DRONE_HEIGHT_M + HELICOPTER_ABOVE_M
    before_m = HELICOPTER_MPS * (HELICOPTER_NEAREST_S + _BEFORE_S)
    legs: list[Leg] = [
        straight(
            _point(HELICOPTER_BESIDE_M, before_m, height_m),
            _point(HELICOPTER_BESIDE_M, -2_000.0, height_m),
            60.0,
        ),
        straight(
            _point(HELICOPTER_BESIDE_M, -2_000.0, height_m),
            _point(HELICOPTER_BESIDE_M, -18_000.0, 300.0),
            60.0,
        ),
    ]
    site = ground_point(legs[-1].end.east_m, legs[-1].end.north_m - 1_400.0)
    legs += [
        straight(legs[-1].end, site, 30.0, ramp_out_s=20.0, status=Status.LANDING_OR_LIFTING),
        hover(site, 90.0, Status.ROTORS_TURNING),
        hover(site, 60 * 60.0, Status.ON_GROUND),
    ]
    airframe = Airframe(
        track_id="npas-h90",
        agency="npas",
        system="helicopters",
        kind=AircraftKind.HELICOPTER,
        callsign="POLICE90",
        registration="G-SIMZ",
        icao_address="F0FFFF",
        feed=_HELICOPTER_FEED,
    )
    return _flight(start_us, airframe, legs)


def _crossing_drones(start_us: int) -> list[Flight]:
    fire_mps, ambulance_mps, crossing_s = 18.0, 17.0, 22.0
    crossing_x_m = 1_700.0 - fire_mps * crossing_s
    late_s = 3.0
    fire = _landed(
        [
            straight(
                _point(1_700.0 + fire_mps * _BEFORE_S, 150.0, 70.0),
                _point(-1_600.0, 150.0, 70.0),
                fire_mps,
                ramp_out_s=7.0,
            ),
            hover(_point(-1_600.0, 150.0, 70.0), 600.0),
        ]
    )
    before_m = ambulance_mps * (crossing_s + late_s + _BEFORE_S)
    ambulance = _landed(
        [
            straight(
                _point(crossing_x_m, 150.0 - before_m, 78.0),
                _point(crossing_x_m, 1_500.0, 78.0),
                ambulance_mps,
                ramp_out_s=7.0,
            ),
            hover(_point(crossing_x_m, 1_500.0, 78.0), 600.0),
        ]
    )
    return [
        _flight(start_us, _drone("lfb", "LFB-03"), fire, "INC-OPENING-FIRE"),
        _flight(start_us, _drone("las", "LAS-02"), ambulance, "INC-OPENING-MEDICAL"),
    ]
