"""Working out where a covert flight is from an hour of alerts: no better than what is declared.

Declared is what is told about the asker's own aircraft: that there is an alert, its level, its
times, and where the volume is. If two places of the covert aircraft lead to the same declared
history, nothing that the asker was shown may tell them apart: then no method of reconstruction,
however clever, gets below that. The attempt here is the strongest there is: the asker knows the
broker's code, flies every candidate place through it, and keeps those that give its own bytes.

The asker's drone flies up and down one line, so places that mirror each other in it, or in height,
are equally far from it at every moment: what is declared is the same of them, 80 m apart or not.
"""

from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from broker.core.alerts import Alert
from broker.core.names import Audience, Role
from broker.core.sharing.settings import SharingLevel
from broker.core.sharing.views import AlertView, Views
from broker.core.tracks.reports import AircraftClass, AircraftDescription
from broker.core.units import HOUR_US, MINUTE_US, SECOND_US
from tests.core.sharing.worlds import LFB, LFB_DESK, MET, World, row

PROBE = AircraftDescription(AircraftClass.DRONE, callsign="LFB 2", duty_contact="020 1")
READERS = [Audience("lfb", role) for role in Role]
STEP_S = 4
PASS_S = 120


class Place(NamedTuple):
    """Where a covert drone hovers, from the middle of its cell."""

    north_m: float
    east_m: float
    up_m: float


NEAR = frozenset(Place(north_m, 0.0, up_m) for north_m in (25.0, -25.0) for up_m in (3.0, -3.0))
ASIDE = frozenset(Place(north_m, 60.0, 0.0) for north_m in (40.0, -40.0))
Shown = tuple[bytes, ...]


def searched(place: Place, seconds: int) -> World:
    """A fire drone flies up and down its line by a covert drone that stays where it is."""
    world = World()
    world.share_all(SharingLevel.COVERT)
    for second in range(0, seconds, STEP_S):
        way = second % (2 * PASS_S)
        east_mps = 10.0 if way < PASS_S else -10.0
        east_m = 10.0 * (min(way, 2 * PASS_S - way) - PASS_S / 2)
        world.fly(LFB, row("x1", east_m=east_m, east_mps=east_mps, description=PROBE))
        hidden = row(north_m=place.north_m, east_m=place.east_m)
        world.fly(MET, {**hidden, "altitude_hae_m": hidden["altitude_hae_m"] + place.up_m})
        world.wait(STEP_S)
    return world


def declared(world: World) -> tuple[object, ...]:
    """Levels and times of the alerts about the asker's own aircraft, and the volumes."""
    said: list[object] = []
    for message in world.messages(LFB_DESK):
        if message.HasField("alert"):
            alert = message.alert
            said.append((alert.alert_id, alert.revision, alert.level, alert.changed_us))
        elif message.HasField("volume"):
            said.append(message.volume.SerializeToString())
    return tuple(said)


def everything(world: World) -> Shown:
    return tuple(one for reader in READERS for one in world.bytes_of(reader))


def told_apart(seconds: int) -> tuple[int, set[frozenset[Place]], set[frozenset[Place]]]:
    """Alerts told, and the candidates that stay possible: by what is declared, and by all bytes."""
    by_declared: dict[object, set[Place]] = {}
    by_bytes: dict[object, set[Place]] = {}
    alerts = 0
    for place in sorted(NEAR | ASIDE):
        world = searched(place, seconds)
        alerts = max(alerts, sum(one.HasField("alert") for one in world.messages(LFB_DESK)))
        by_declared.setdefault(declared(world), set()).add(place)
        by_bytes.setdefault(everything(world), set()).add(place)
    return (
        alerts,
        {frozenset(one) for one in by_declared.values()},
        {frozenset(one) for one in by_bytes.values()},
    )


def test_an_hour_of_alerts_tells_no_two_places_apart_that_the_declared_does_not() -> None:
    # REQ-SHARE-012
    alerts, by_declared, by_bytes = told_apart(HOUR_US // SECOND_US)
    assert alerts > 30
    assert by_declared == {NEAR, ASIDE}, "levels and times do tell these two apart"
    assert by_bytes == by_declared


def test_the_attempt_finds_a_leak_that_is_put_there(monkeypatch: pytest.MonkeyPatch) -> None:
    # REQ-SHARE-012: range and bearing to the aircraft itself, not to its volume's edge.
    worded = Views._covert

    def leaking(self: Views, alert: Alert, *rest: Any, **more: Any) -> AlertView:
        view = worded(self, alert, *rest, **more)
        return replace(view, alert=replace(view.alert, geometry=alert.geometry))

    monkeypatch.setattr(Views, "_covert", leaking)
    _, by_declared, by_bytes = told_apart(10 * MINUTE_US // SECOND_US)
    assert by_declared == {NEAR, ASIDE}
    assert all(len({place.north_m for place in one}) == 1 for one in by_bytes), "left from right"


def flanked(east_m: float) -> World:
    """Two fire drones hover to the west and the east of a covert one, which is nearer to one."""
    world = World()
    world.share_all(SharingLevel.COVERT)
    other = replace(PROBE, callsign="LFB 3")
    for _ in range(6):
        world.fly(
            LFB,
            row("x1", east_m=-40.0, description=PROBE),
            row("x2", east_m=40.0, description=other),
        )
        world.fly(MET, row(east_m=east_m))
        world.wait()
    return world


def test_the_order_of_alerts_does_not_tell_which_drone_it_is_nearer_to() -> None:
    # REQ-SHARE-012: of what is raised at once, and of what a late joiner is shown.
    west, east = flanked(-5.0), flanked(5.0)
    assert len({one.alert_id for one in west.airspace.alerting.active()}) > 1
    assert declared(west) == declared(east)
    assert everything(west) == everything(east)
