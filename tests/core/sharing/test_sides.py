"""Who the aircraft of an alert are to a reader."""

from dataclasses import replace

import pytest

from broker.core.agreements.register import AgreementRegister
from broker.core.alerts import Alert
from broker.core.sharing.settings import SharingLevel
from broker.core.sharing.sides import Sides
from broker.core.tracks.reports import AircraftClass
from tests.core.sharing.worlds import NAMES, met_beside_lfb

OPEN, MASKED, COVERT = SharingLevel.OPEN, SharingLevel.MASKED, SharingLevel.COVERT


def scene(level: SharingLevel) -> tuple[Sides, Alert]:
    """How the sides of an alert between a police drone at this level and a fire drone read."""
    world, alert = met_beside_lfb(level)
    sharing = world.airspace.hidden.sharing
    return Sides(world.airspace.tracks, sharing, AgreementRegister(), NAMES), alert


@pytest.mark.parametrize(
    ("level", "reader", "said"),
    [
        (OPEN, "lfb", ("MET 7", "met", "OPS-9")),
        (MASKED, "lfb", ("", "met", "")),
        (COVERT, "lfb", ("", "", "")),
        (COVERT, "met", ("MET 7", "met", "OPS-9")),
    ],
)
def test_an_aircraft_is_what_its_level_shows_and_its_own_agency_reads_all(
    level: SharingLevel, reader: str, said: tuple[str, str, str]
) -> None:
    # REQ-SHARE-001, REQ-SHARE-002
    sides, alert = scene(level)
    party = sides.of(alert, reader)[0].party
    assert (party.label, party.agency, party.talkgroup) == said


def test_a_covert_one_has_no_class_either() -> None:
    # REQ-SHARE-002
    sides, alert = scene(COVERT)
    assert sides.of(alert, "lfb")[0].party.aircraft_class is AircraftClass.UNKNOWN


def test_an_alert_of_one_aircraft_has_one_side() -> None:
    sides, alert = scene(OPEN)
    alone = replace(alert, track_b=-1)
    assert [one.agency for one in sides.of(alone, "lfb")] == ["met"]


def test_one_that_left_the_picture_is_said_to_have() -> None:
    sides, alert = scene(OPEN)
    gone = replace(alert, track_a=9_999)
    assert sides.of(gone, "lfb")[0].party.label == "aircraft no longer in the picture"
