"""Who may acknowledge an alert: whoever is told of it, and nobody else; and who hears of it."""

import pytest

from broker.core.alerts import Alert
from broker.core.commands import AcknowledgeAlert
from broker.core.effects import OwnerReason, OwnerTold
from broker.core.names import Audience, SystemName
from broker.core.outcomes import Done, NotDone
from broker.core.sharing.guard import PROBES_MAX
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.reports import AircraftClass, AircraftDescription
from keepclear.v1 import alerts_pb2
from tests.core.sharing.test_guard import probed
from tests.core.sharing.worlds import (
    LAS,
    LAS_DESK,
    LFB,
    LFB_DESK,
    MET,
    MET_DESK,
    World,
    row,
)

FIRE_DRONE = AircraftDescription(AircraftClass.DRONE, callsign="LFB 2")
HELICOPTER = AircraftDescription(AircraftClass.HELICOPTER, callsign="HEMS 60")


def alerts(world: World, audience: Audience) -> list[alerts_pb2.Alert]:
    return [one.alert for one in world.messages(audience) if one.HasField("alert")]


def acknowledge(world: World, alert: Alert, agency: str, system: str = "desk") -> bool:
    sender = SystemName(agency, system)
    [outcome] = world.do(AcknowledgeAlert(sender, "", alert.alert_id, "duty officer"))
    assert isinstance(outcome.reply, Done | NotDone)
    return isinstance(outcome.reply, Done)


def met_by(
    publisher: SystemName, description: AircraftDescription, level: SharingLevel
) -> tuple[World, Alert]:
    """A drone, and what closes on it from the west: at warning by now."""
    world = World()
    world.share_all(level)
    for second in range(30):
        coming = row("x1", east_m=(second - 40) * 40.0, east_mps=40.0, description=description)
        world.fly(publisher, coming)
        world.fly(MET, row())
        world.wait()
    [alert] = world.airspace.alerting.active()
    return world, alert


@pytest.mark.parametrize("level", list(SharingLevel))
@pytest.mark.parametrize("agency", ["met", "lfb", "las"])
def test_whoever_is_shown_an_alert_may_acknowledge_it_and_nobody_else(
    level: SharingLevel, agency: str
) -> None:
    # REQ-SHARE-020
    world, alert = met_by(LFB, FIRE_DRONE, level)
    desk = {"met": MET_DESK, "lfb": LFB_DESK, "las": LAS_DESK}[agency]
    assert acknowledge(world, alert, agency) == bool(alerts(world, desk))


def test_the_agency_of_probes_that_are_told_nothing_cannot_acknowledge() -> None:
    # REQ-SHARE-020, REQ-SHARE-010
    world = probed(PROBES_MAX + 1)
    told = {one.alert_id for one in alerts(world, LFB_DESK)}
    standing = world.airspace.alerting.active()
    assert len(standing) > len(told)
    assert {one.alert_id for one in standing if acknowledge(world, one, "lfb")} == told


def test_when_a_covert_desk_has_read_of_it_shows_in_nothing_to_the_other_side() -> None:
    # REQ-SHARE-020, REQ-SHARE-002
    world, alert = met_by(LFB, FIRE_DRONE, SharingLevel.COVERT)
    before, listed = len(world.shown[LFB_DESK]), world.joined(LFB_DESK)
    assert acknowledge(world, alert, "met")
    assert len(world.shown[LFB_DESK]) == before
    assert [one.alert for one in world.joined(LFB_DESK)] == [one.alert for one in listed]
    assert [one.system for one in alerts(world, MET_DESK)[-1].acknowledgements] == [
        "agencies/met/systems/desk"
    ]
    assert acknowledge(world, alert, "lfb")
    own = alerts(world, LFB_DESK)[-1]
    assert [one.system for one in own.acknowledgements] == ["agencies/lfb/systems/desk"]
    assert len(alerts(world, MET_DESK)[-1].acknowledgements) == 2


def test_acknowledging_again_and_again_does_not_follow_a_covert_aircraft() -> None:
    # REQ-SHARE-006: every true position is a disclosure, and its owner is told of each.
    world, alert = met_by(LAS, HELICOPTER, SharingLevel.COVERT)
    shown = len(alerts(world, LAS_DESK))
    for place in range(5):
        world.fly(MET, row(north_m=10.0 * place))
        assert acknowledge(world, alert, "las", f"desk-{place}")
    after = alerts(world, LAS_DESK)[shown:]
    assert after
    true = alerts_pb2.ALERT_DETAIL_TRUE_POSITION
    told = [one for one in world.effects if isinstance(one, OwnerTold)]
    disclosed = [one for one in told if one.reason is OwnerReason.POSITION_DISCLOSED]
    assert len(disclosed) == sum(one.detail == true for one in alerts(world, LAS_DESK))
    repeated = [one for one in after if len(one.acknowledgements)]
    assert {one.detail for one in repeated} == {alerts_pb2.ALERT_DETAIL_SECTOR}
