"""What is refused about terms, by its field."""

from dataclasses import replace
from typing import Any

import pytest

from broker.core.agreements.drafting import check_terms
from broker.core.agreements.model import (
    AGREEMENT_LASTS_US_MAX,
    AREAS_MAX,
    AgreedShare,
)
from broker.core.restrictions.shapes import Circle, LimitDatum, Polygon, VerticalLimit
from broker.core.sharing.settings import SharingLevel
from broker.core.units import DAY_US
from tests.core.agreements.papers import AREAS, NOW_US, PARTIES, POLICY_VERSION, SHARES, area, terms

HIGH, LOW = VerticalLimit(90.0, LimitDatum.AGL), VerticalLimit(60.0, LimitDatum.AGL)
AGENCIES = {"met", "lfb", "las"}
BIG = Polygon(tuple((51.0 + place * 1e-4, -0.1 + (place % 2) * 0.1) for place in range(1_001)))
LATER_US = NOW_US + DAY_US
LATEST_US = NOW_US + AGREEMENT_LASTS_US_MAX


def refused(**changes: Any) -> list[str]:
    """The fields."""
    return [one.field for one in check_terms(terms(**changes), NOW_US, AGENCIES, POLICY_VERSION)]


def test_sound_terms_are_offered() -> None:
    assert refused() == []
    assert refused(areas=(), shares=()) == []


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("agreement.title", {"title": ""}),
        ("agreement.parties", {"parties": PARTIES[:1], "shares": ()}),
        ("agreement.parties[1].agency", {"parties": (PARTIES[0],) * 2, "shares": ()}),
        (
            "agreement.parties[1].agency",
            {"parties": (PARTIES[0], replace(PARTIES[1], agency="raf")), "shares": ()},
        ),
        (
            "agreement.parties[1].talkgroup",
            {"parties": (PARTIES[0], replace(PARTIES[1], talkgroup="x" * 81))},
        ),
        (
            "agreement.parties[1]",
            {"parties": (PARTIES[0], replace(PARTIES[1], talkgroup="", telephone=" "))},
        ),
        ("agreement.areas", {"areas": AREAS[:1] * (AREAS_MAX + 1)}),
        ("agreement.areas", {"areas": (area(BIG),)}),
        ("agreement.areas[0].label", {"areas": (replace(AREAS[0], label="x" * 81),)}),
        ("agreement.areas[0].circle", {"areas": (area(Circle(84.99, 0.1, 1e5)),)}),
        (
            "agreement.areas[0].polygon.vertices",
            {"areas": (area(Polygon(((51.0, 0.1), (51.1, 0.1)))),)},
        ),
        (
            "agreement.areas[0].floor.datum",
            {"areas": (replace(AREAS[0], floor=VerticalLimit(0.0, LimitDatum.UNLIMITED)),)},
        ),
        (
            "agreement.areas[0].ceiling.value_m",
            {"areas": (replace(AREAS[0], ceiling=VerticalLimit(1e6, LimitDatum.AMSL)),)},
        ),
        (
            "agreement.areas[1].ceiling",
            {"areas": (AREAS[0], replace(AREAS[1], floor=HIGH, ceiling=LOW))},
        ),
        ("agreement.shares", {"shares": SHARES * 200}),
        ("agreement.shares[1]", {"shares": SHARES[:1] * 2}),
        ("agreement.shares[0].owner", {"shares": (AgreedShare("las", "met", SharingLevel.OPEN),)}),
        ("agreement.shares[0].reader", {"shares": (AgreedShare("met", "met", SharingLevel.OPEN),)}),
        (
            "agreement.shares[0].level",
            {"shares": (AgreedShare("met", "lfb", SharingLevel.COVERT),)},
        ),
        ("agreement.policy_version", {"policy_version": "default-1"}),
        ("agreement.from_us", {"from_us": -1}),
        ("agreement.until_us", {"until_us": NOW_US}),
        ("agreement.until_us", {"until_us": NOW_US + AGREEMENT_LASTS_US_MAX + 1}),
        ("agreement.until_us", {"from_us": LATER_US, "until_us": LATER_US}),
        (
            "agreement.until_us",
            {"from_us": LATER_US, "until_us": LATER_US + AGREEMENT_LASTS_US_MAX + 1},
        ),
        ("agreement.from_us", {"from_us": LATEST_US + 1, "until_us": LATEST_US + 2}),
        ("agreement.outage_script", {"outage_script": " "}),
        ("agreement.outage_script", {"outage_script": "\x1b[2J"}),
    ],
)
def test_what_is_wrong_is_named(field: str, changes: dict[str, Any]) -> None:
    # REQ-AGR-008
    assert refused(**changes) == [field]


@pytest.mark.parametrize(
    ("from_us", "until_us"),
    [
        (0, NOW_US + 1),
        (0, LATEST_US),
        (LATER_US, LATER_US + 1),
        (LATER_US, LATER_US + AGREEMENT_LASTS_US_MAX),
        (LATEST_US, LATEST_US + 1),
    ],
)
def test_its_times_may_be_as_early_and_as_late_as_this(from_us: int, until_us: int) -> None:
    assert refused(from_us=from_us, until_us=until_us) == []


def test_everything_wrong_is_named_at_once() -> None:
    fields = refused(title="", policy_version="x", until_us=0)
    assert fields == ["agreement.title", "agreement.policy_version", "agreement.until_us"]
