"""Policies as people write them: every mistake is refused by its TOML path, none disarms a rule."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.errors import Refused
from broker.core.supply_chain.areas import Circle
from broker.core.supply_chain.model import NO_POLICY, Action, ShownTo
from broker.core.supply_chain.reading import parse_supply_chain
from broker.core.tracks.reports import AircraftClass
from tests.core.supply_chain.policies import (
    AREAS,
    CLOUD_REFUSED,
    MAKER_FLAGGED,
    UNREGISTERED_FLAGGED,
    policy,
)


def refused(toml_text: str) -> str:
    with pytest.raises(Refused) as error:
        parse_supply_chain(toml_text)
    [one] = error.value.refusals
    return one.field


def test_a_policy_reads_as_it_is_written() -> None:
    # REQ-SUP-001
    read = parse_supply_chain(policy(CLOUD_REFUSED, MAKER_FLAGGED, UNREGISTERED_FLAGGED))
    assert read.version == "sites-1"
    assert [area.name for area in read.areas] == ["site", "dock"]
    assert read.areas[0].shape == Circle(51.5, -0.12, 1500.0)
    cloud, maker, unregistered = read.rules
    assert (cloud.action, cloud.shown_to, cloud.areas) == (Action.REFUSE, ShownTo.OWNER, (0,))
    assert (maker.action, maker.shown_to, maker.areas) == (Action.FLAG, ShownTo.ALL, (0, 1))
    assert maker.classes == (AircraftClass.DRONE,)
    assert unregistered.unregistered
    assert not maker.unregistered


def test_an_empty_text_asks_for_nothing() -> None:
    assert parse_supply_chain("  \n") == NO_POLICY


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("supply_chain", "version =", "version"),
        ("versions", "version =", "versions ="),
        ("version", '"sites-1"', '""'),
        ("rule[0].id", 'id = "maker"', 'id = "Maker 1"'),
        ("rule[0].action", '"flag"', '"warn"'),
        ("rule[0].areas", '["site", "dock"]', "[]"),
        ("rule[0].areas", '["site", "dock"]', '["site", "site"]'),
        ("rule[0].areas", '["site", "dock"]', '["elsewhere"]'),
        ("rule[0].areas", 'areas = ["site", "dock"]', ""),
        ("rule[0].maker[0]", '["dji"]', '[""]'),
        ("rule[0].maker", '["dji"]', '"dji"'),
        ("rule[0]", 'maker = ["dji"]', ""),
        ("rule[0].makers", "maker =", "makers ="),
        ("rule[0].registered", 'maker = ["dji"]', "registered = true"),
        ("rule[0].registered", 'maker = ["dji"]', 'registered = "no"'),
        ("rule[0].shown_to", '"all"', '"everybody"'),
        ("rule[0].reason", 'reason = "of a maker under review"', ""),
        ("rule[0].classes", 'maker = ["dji"]', 'maker = ["dji"]\nclasses = ["balloon"]'),
        ("rule[0].agencies", 'maker = ["dji"]', 'maker = ["dji"]\nagencies = ["M E T"]'),
        ("area.site.circle.radius", '"1500 m"', '"1500"'),
        ("area.site.circle.radius", '"1500 m"', '"0 m"'),
        ("area.site.circle.radius", '"1500 m"', '"101 km"'),
        ("area.site.circle.latitude_deg", "51.5,", "nan,"),
        ("area.dock.polygon", "[51.60, -0.20], [51.60, -0.18], ", ""),
        ("area.dock.polygon", "[51.62, -0.18], [51.62, -0.20]", "[51.62, -0.20], [51.62, -0.18]"),
        ("area.dock.polygon[0]", "[51.60, -0.20]", "[51.60]"),
        ("area.dock.polygon[1].latitude_deg", "[51.60, -0.18]", "[151.60, -0.18]"),
        ("area.dock", "polygon =", "polygons ="),
    ],
)
def test_a_mistake_is_refused_by_its_path(field: str, old: str, new: str) -> None:
    # REQ-SUP-002
    text = policy(MAKER_FLAGGED)
    assert old in text
    wrong = refused(text.replace(old, new, 1))
    assert wrong == field or wrong.startswith(f"{field}.")


def test_a_crewed_aircraft_is_never_refused() -> None:
    # REQ-SUP-003
    assert refused(policy(CLOUD_REFUSED + 'classes = ["helicopter"]')) == "rule[0].classes"
    assert refused(policy(CLOUD_REFUSED + 'classes = ["drone", "unknown"]')) == "rule[0].classes"
    parse_supply_chain(policy(MAKER_FLAGGED + 'classes = ["helicopter"]'))


def test_names_and_numbers_are_limited() -> None:
    assert refused(policy(MAKER_FLAGGED, MAKER_FLAGGED)) == "rule[1].id"
    many = [re.sub('maker"', f'maker-{place}"', MAKER_FLAGGED, count=1) for place in range(61)]
    assert refused(policy(*many)) == "rule"
    assert refused(f'version = "x"\n{AREAS}') == "rule"
    assert refused(f'version = "{"x" * 300_000}"') == "supply_chain"


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    for one in (text, policy(MAKER_FLAGGED).replace("dji", text)):
        with suppress(Refused):
            parse_supply_chain(one)
