"""Who is exempt, whom a restriction is for and whom to ask, in the publisher's own words."""

import pytest

from adapters.geozones import wording
from adapters.geozones.model import Applies


def pairs(line: str) -> list[tuple[str, str]]:
    return [(e.beneficiary, e.condition) for e in wording.exemptions(line)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "AREA SET. EMERG ACFT MAY ENTER IN ACCORDANCE WITH LOCAL DECONFLICTION AGREEMENTS.",
            [("EMERG ACFT", "in accordance with local deconfliction agreement")],
        ),
        (
            "SMALL UAS OPS ARE PERMITTED WI THE AREA WITHOUT PRIOR APPROVAL.",
            [("SMALL UAS OPS", "")],
        ),
        (
            "EMERG SVC REQUIRING ACCESS SHOULD CTC POND RADAR ON 125.6MHZ. OTHERS STAY OUT.",
            [("EMERG SVC REQUIRING ACCESS", "CTC POND RADAR ON 125.6MHZ")],
        ),
        (
            "DOES NOT APPLY TO ANY UAS FLYING IN ACCORDANCE WITH THE SHEET.",
            [("ANY UAS", "IN ACCORDANCE WITH THE SHEET")],
        ),
        (
            "DOES NOT APPLY TO UAS OF THE POLICE, OR UAS FLYING IN ACCORDANCE WITH A PERMIT.",
            [("UAS OF THE POLICE", ""), ("UAS", "IN ACCORDANCE WITH A PERMIT")],
        ),
        (
            "NO FLIGHT WITHOUT THE PERMISSION OF POND POLICE TEL 01.",
            [("aircraft with permission", "permission of POND POLICE TEL 01")],
        ),
        ("UAS OPR. MAX HGT 400FT AGL. FOR INFO 01.", []),
    ],
)
def test_exemptions(line: str, expected: list[tuple[str, str]]) -> None:
    assert pairs(line) == expected


def test_applies_to() -> None:
    assert wording.applies_to("ACTIVE FOR UAS ONLY") is Applies.DRONES
    assert wording.applies_to("NO UNMANNED ACFT IS TO FLY") is Applies.DRONES
    assert wording.applies_to("APPLIES TO ALL ACFT, UAS ONLY BY PERMIT") is Applies.ALL
    assert wording.applies_to("UAS OPR") is Applies.ALL


def test_contact() -> None:
    assert wording.contact("MAX HGT 400FT. FOR INFO 01234 567890. AR-2026-1/01") == "01234 567890"
    assert wording.contact("CTC POND RADAR ON 125.625MHZ. END.") == "POND RADAR ON 125.625MHZ"
    assert wording.contact("NOTHING HERE") == ""
