"""What the words of a NOTAM say beside its geometry: who is exempt, whom it is for, whom to ask."""

import re
from typing import Final

from adapters.geozones.model import Applies, Exemption

LONGEST: Final = 400
"""Characters of one beneficiary or condition."""
_SENTENCE: Final = re.compile(r"(?<=[A-Z0-9)\]]{2})\.(?: (?=[A-Z])|$)")
_MAY_ENTER: Final = re.compile(
    r"^(?P<who>.{3,200}?) (?:MAY (?:ENTER|OPERATE|FLY|TRANSIT)"
    r"|ARE PERMITTED (?:TO ENTER|WI|WITHIN))\b[^.]*?"
    r"(?P<how>(?:IN ACCORDANCE WITH|WITHOUT PRIOR|WITH (?:THE )?PERMISSION|SUBJECT TO|PROVIDED)"
    r"\b.*)?$"
)
_SHOULD_CALL: Final = re.compile(
    r"^(?P<who>[^.]*?\b(?:EMERG|EMERGENCY|POLICE|HEMS|SAR|AIR AMBULANCE)\b[^.]*?)"
    r" (?:SHOULD|SHALL|MUST|ARE TO) (?P<how>(?:CTC|CONTACT|CALL)\b.*)$"
)
_NOT_FOR: Final = re.compile(r"\bDOES NOT APPLY TO (?P<who>.+)$")
_PERMISSION: Final = re.compile(
    r"\bWITHOUT THE (?:EXPRESS |PRIOR )?PERMISSION OF (?:THE )?(?P<who>.+)$"
)
_IN_ACCORDANCE: Final = re.compile(r" FLYING (?P<how>IN ACCORDANCE WITH .+)$")
_DRONES: Final = re.compile(
    r"\bUAS ONLY\b|\bUNMANNED (?:ACFT|AIRCRAFT) ONLY\b"
    r"|\bNO (?:UNMANNED (?:ACFT|AIRCRAFT)|UAS) (?:IS|ARE|SHALL|MAY)\b"
)
_EVERYONE: Final = re.compile(r"\bAPPLIES TO ALL (?:ACFT|AIRCRAFT)\b")
_CONTACT: Final = re.compile(
    r"\b(?:FOR (?:FURTHER )?INFO(?:RMATION)?(?: CTC| CONTACT| CALL)?:?"
    r"|CTC(?: TEL| EMAIL)?:?|CONTACT|TEL:?)"
    r" (?P<who>[^.]{4,120}?(?:\.\d[^.]{0,80}|\([A-Z]{2}\)[A-Z0-9.-]{3,60})?)(?=\. |\.$| AR-\d|$)"
)


def exemptions(line: str) -> tuple[Exemption, ...]:
    """Every sentence that exempts somebody, with beneficiary and condition as published.

    `line` is flattened upper-case text. Nothing is inferred from it: whoever is meant by the words
    is for a person to say.
    """
    found: list[Exemption] = []
    for sentence in _SENTENCE.split(line):
        plain = sentence.strip(" .")
        found.extend(
            Exemption(who[:LONGEST], how[:LONGEST], plain[:LONGEST])
            for who, how in _exempted(plain)
        )
    return tuple(dict.fromkeys(found))[:20]


def _exempted(sentence: str) -> list[tuple[str, str]]:
    """Who, and on what condition; empty when the sentence exempts nobody."""
    if (match := _MAY_ENTER.match(sentence)) is not None:
        return [(match["who"], _condition(match["how"] or ""))]
    if (match := _SHOULD_CALL.match(sentence)) is not None:
        return [(match["who"], match["how"])]
    if (match := _NOT_FOR.search(sentence)) is not None:
        return _not_for(match["who"])
    if (match := _PERMISSION.search(sentence)) is not None:
        return [("aircraft with permission", f"permission of {match['who']}")]
    return []


def _not_for(who: str) -> list[tuple[str, str]]:
    """`X, Y, OR UAS FLYING IN ACCORDANCE WITH …`: the condition is of the last alone."""
    how = _IN_ACCORDANCE.search(who)
    if how is None:
        return [(who, "")]
    before, condition = who[: how.start()], _condition(how["how"])
    first, separator, last = before.rpartition(", OR ")
    return [(first, ""), (last, condition)] if separator else [(before, condition)]


_AGREEMENT: Final = re.compile(r"IN ACCORDANCE WITH (?:THE )?LOCAL DECONFLICTION AGREEMENTS?")


def _condition(text: str) -> str:
    """As published; the one that this product exists for gets one spelling."""
    if _AGREEMENT.fullmatch(text):
        return LOCAL_AGREEMENT
    return "" if text.startswith("WITHOUT PRIOR") else text


LOCAL_AGREEMENT: Final = "in accordance with local deconfliction agreement"


def applies_to(line: str) -> Applies:
    """Drones only where the text says so; everybody otherwise."""
    if _DRONES.search(line) is not None and _EVERYONE.search(line) is None:
        return Applies.DRONES
    return Applies.ALL


def contact(line: str) -> str:
    """Whom to ask, as published; empty when the text names nobody."""
    match = _CONTACT.search(line)
    return match["who"].strip()[:LONGEST] if match is not None else ""
