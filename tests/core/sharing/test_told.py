"""Which agencies are told of an alert at all."""

from dataclasses import replace

import pytest

from broker.core.alerts import Alert, AlertKind
from broker.core.sharing.levels import Sharing
from broker.core.sharing.roles import Terms
from broker.core.sharing.settings import SharingLevel
from broker.core.sharing.told import is_told, kept_from
from tests.core.sharing.worlds import met_beside_lfb

OPEN, MASKED, COVERT = SharingLevel.OPEN, SharingLevel.MASKED, SharingLevel.COVERT


def scene(level: SharingLevel) -> tuple[Sharing, Alert]:
    """An alert between a police drone at this level and a fire drone, and how both are shown."""
    world, alert = met_beside_lfb(level)
    return world.airspace.hidden.sharing, alert


def told(sharing: Sharing, alert: Alert) -> list[str]:
    return [agency for agency in ("las", "lfb", "met") if is_told(alert, agency, sharing)]


@pytest.mark.parametrize(
    ("level", "agencies"),
    [(OPEN, ["las", "lfb", "met"]), (MASKED, ["las", "lfb", "met"]), (COVERT, ["lfb", "met"])],
)
def test_both_sides_always_are_and_others_unless_a_side_is_covert(
    level: SharingLevel, agencies: list[str]
) -> None:
    # REQ-SHARE-004, REQ-SHARE-005
    assert told(*scene(level)) == agencies


def test_of_a_covert_flight_in_a_request_its_own_agency_alone() -> None:
    # REQ-SHARE-018
    sharing, alert = scene(COVERT)
    assert told(sharing, replace(alert, kind=AlertKind.RESTRICTION, track_b=-1)) == ["met"]


@pytest.mark.parametrize(("level", "agencies"), [(OPEN, ["las", "met"]), (MASKED, ["met"])])
def test_of_a_band_those_that_are_named_and_shown_the_flight_in_full(
    level: SharingLevel, agencies: list[str]
) -> None:
    # REQ-BAND-005
    sharing, alert = scene(level)
    band = replace(alert, kind=AlertKind.LEAVING_BAND, track_b=-1, told_to=("met", "las"))
    assert told(sharing, band) == agencies
    assert kept_from(band, sharing) == tuple(
        one for one in ("las", "lfb", "met") if one not in agencies
    )


def test_what_is_for_all_is_kept_from_nobody() -> None:
    sharing, alert = scene(OPEN)
    assert kept_from(alert, sharing) == ()


def test_levels_of_before_a_change_count_for_what_ends_with_it() -> None:
    # REQ-SHARE-007
    sharing, alert = scene(COVERT)
    assert not is_told(alert, "las", sharing)
    assert is_told(alert, "las", sharing, (OPEN, OPEN))


def test_without_an_agreement_nobody_is_told_of_a_band() -> None:
    sharing, alert = scene(OPEN)
    band = replace(alert, kind=AlertKind.LEAVING_BAND, track_b=-1, told_to=("met", "las"))
    sharing.set_terms(Terms(frozenset({"met", "lfb", "las"}), assumed=False))
    assert told(sharing, band) == ["met"]
    assert told(sharing, alert) == ["las", "lfb", "met"]
