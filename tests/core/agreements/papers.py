"""An agreement between police and fire, for tests."""

from typing import Any, Final

from broker.core.agreements.model import (
    FROM_SURFACE,
    UNLIMITED,
    AgreedShare,
    AgreementParty,
    AgreementTerms,
    Signature,
)
from broker.core.names import AgreementName, SystemName
from broker.core.restrictions.shapes import Circle, Polygon, VerticalLimit, Volume
from broker.core.separation.policy import parse_policy
from broker.core.sharing.settings import SharingLevel
from broker.core.units import DAY_US
from tests.core.sharing.worlds import TOML

NOW_US: Final = 1_795_200_000_000_000
NAME: Final = AgreementName("met", "central")
POLICY_VERSION: Final = parse_policy(TOML).version
PARTIES: Final = (
    AgreementParty("met", "Air desk", "020 7946 0001", "MET-OPS"),
    AgreementParty("lfb", "Fire control", "020 7946 0002", "LFB-OPS"),
)


def area(
    shape: Circle | Polygon,
    label: str = "",
    floor: VerticalLimit = FROM_SURFACE,
    ceiling: VerticalLimit = UNLIMITED,
) -> Volume:
    """An area, of every height unless said otherwise."""
    return Volume(shape, floor, ceiling, label)


AREAS: Final = (
    area(Circle(51.5, -0.1, 8_000.0), "centre"),
    area(Polygon(((51.6, -0.1), (51.7, -0.1), (51.7, 0.1), (51.6, 0.1)))),
)
SHARES: Final = (
    AgreedShare("met", "lfb", SharingLevel.OPEN),
    AgreedShare("lfb", "met", SharingLevel.OPEN),
)


def terms(**changes: Any) -> AgreementTerms:
    """Sound terms, but for what is changed."""
    fields: dict[str, Any] = {
        "name": NAME,
        "title": "Central London",
        "parties": PARTIES,
        "areas": AREAS,
        "shares": SHARES,
        "policy_version": POLICY_VERSION,
        "from_us": 0,
        "until_us": NOW_US + 90 * DAY_US,
        "outage_script": "Land all drones. Call each other on the talkgroup.",
    }
    return AgreementTerms(**{**fields, **changes})


def signature(agency: str, signed_us: int = NOW_US) -> Signature:
    """A person of an agency signs."""
    return Signature(SystemName(agency, "control"), f"Duty officer, {agency}", signed_us)
