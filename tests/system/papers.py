"""An agreement as a partner proposes it."""

import time
from typing import Any

from keepclear.v1 import agreements_pb2 as pb
from keepclear.v1 import sharing_pb2, volumes_pb2

NAME = "agencies/met/agreements/central"
HOUR_US = 3_600_000_000
OPEN = sharing_pb2.SHARING_LEVEL_OPEN


def paper(**changes: Any) -> pb.Agreement:
    """Police and fire, in central London, each shown the other's flights; but for changes."""
    center = volumes_pb2.LatLng(latitude_deg=51.5, longitude_deg=-0.1)
    fields: dict[str, Any] = {
        "name": NAME,
        "title": "Central London",
        "parties": [
            pb.AgreementParty(
                agency="met", desk="Air desk", telephone="020 7946 0001", talkgroup="MET-OPS"
            ),
            pb.AgreementParty(agency="lfb", desk="Fire control", talkgroup="LFB-OPS"),
        ],
        "areas": [
            pb.AgreementArea(
                circle=volumes_pb2.Circle(center=center, radius_m=8_000.0), label="centre"
            )
        ],
        "shares": [
            pb.AgreementShare(owner="met", reader="lfb", level=OPEN),
            pb.AgreementShare(owner="lfb", reader="met", level=OPEN),
        ],
        "until_us": time.time_ns() // 1_000 + HOUR_US,
        "outage_script": "Land all drones and call each other.",
    }
    return pb.Agreement(**{**fields, **changes})


def bad_papers() -> list[tuple[str, dict[str, Any]]]:
    """Field that is refused, and what is wrong with it."""
    party = pb.AgreementParty
    met = party(agency="met", desk="d", telephone="1")
    share = pb.AgreementShare
    circle = volumes_pb2.Circle(
        center=volumes_pb2.LatLng(latitude_deg=51.5, longitude_deg=-0.1), radius_m=float("nan")
    )
    now_us = time.time_ns() // 1_000
    return [
        ("agreement.name", {"name": "central"}),
        ("agreement.name", {"name": "agencies/las/agreements/x"}),
        ("agreement.title", {"title": " "}),
        ("agreement.title", {"title": "x" * 81}),
        ("agreement.parties", {"parties": [met], "shares": []}),
        ("agreement.parties", {"parties": [met] * 21, "shares": []}),
        (
            "agreement.parties[1].agency",
            {"parties": [met, party(agency="No", desk="d", telephone="1")], "shares": []},
        ),
        (
            "agreement.parties[1].agency",
            {"parties": [met, party(agency="raf", desk="d", telephone="1")], "shares": []},
        ),
        ("agreement.parties[1].agency", {"parties": [met, met], "shares": []}),
        ("agreement.parties[1]", {"parties": [met, party(agency="lfb", desk="d")]}),
        (
            "agreement.parties[1].desk",
            {"parties": [met, party(agency="lfb", telephone="1")], "shares": []},
        ),
        ("agreement.areas[0]", {"areas": [pb.AgreementArea(label="none")]}),
        ("agreement.areas[0].circle.radius_m", {"areas": [pb.AgreementArea(circle=circle)]}),
        (
            "agreement.shares[0].reader",
            {"shares": [share(owner="met", reader="las", level=OPEN)]},
        ),
        ("agreement.shares[0].level", {"shares": [share(owner="met", reader="lfb")]}),
        (
            "agreement.shares[0].level",
            {"shares": [share(owner="met", reader="lfb", level=sharing_pb2.SHARING_LEVEL_COVERT)]},
        ),
        ("agreement.policy_version", {"policy_version": "other-1"}),
        ("agreement.until_us", {"until_us": 0}),
        ("agreement.until_us", {"until_us": now_us - 1}),
        ("agreement.until_us", {"until_us": 2**62}),
        ("agreement.from_us", {"from_us": -1}),
        ("agreement.outage_script", {"outage_script": ""}),
        ("agreement.outage_script", {"outage_script": "x" * 4_001}),
        ("agreement.outage_script", {"outage_script": "a\x00"}),
    ]
