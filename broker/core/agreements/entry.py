"""What agreements in force mean for entry into a restriction, for one asking agency.

Published restrictions exempt "emergency services, in accordance with local deconfliction
agreements". Whose restriction it is cannot be told from a name, so being party to an agreement
there is no more than a reason to ask, and to know whom. Only an exemption into which a person has
written the agreement's name answers by itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from broker.core.agreements.areas import covers
from broker.core.agreements.model import Agreement, AgreementParty
from broker.core.geodesy.ground import Ground
from broker.core.restrictions.access_places import AskedPlace
from broker.core.restrictions.model import Exemption, RestrictionDraft

AGREEMENT_WORDS: Final = "local deconfliction agreement"


@dataclass(frozen=True, slots=True)
class Covering:
    """The asker's agreements in force that cover a place for all of a time."""

    agency: str
    agreements: tuple[Agreement, ...]

    def exempting(self, draft: RestrictionDraft) -> tuple[Exemption, Agreement] | None:
        """An exemption that names one of them, and no other agencies than the asker's."""
        for exemption in draft.exemptions:
            listed = not exemption.agencies or self.agency in exemption.agencies
            for one in self.agreements:
                if listed and exemption.agreement == str(one.terms.name):
                    return exemption, one
        return None

    def referred_to(self, draft: RestrictionDraft) -> tuple[Exemption, Agreement] | None:
        """An exemption "in accordance with local deconfliction agreement" without saying which."""
        for exemption in draft.exemptions:
            words = f"{exemption.beneficiary} {exemption.conditions}".lower()
            if AGREEMENT_WORDS in words and not exemption.agreement and self.agreements:
                return exemption, self.agreements[0]
        return None

    def desk(self, agreement: Agreement, draft: RestrictionDraft) -> AgreementParty:
        """Whom to ask: the restriction's own agency if it is a party, else the first other one."""
        others = [one for one in agreement.terms.parties if one.agency != self.agency]
        return next((one for one in others if one.agency == draft.name.agency), others[0])


def covering(
    agreements: Sequence[Agreement],
    agency: str,
    asked: AskedPlace,
    ground: Ground,
    start_us: int,
    end_us: int,
) -> Covering:
    """Those of an agency's agreements in force that cover all of a place, all the time."""
    return Covering(
        agency,
        tuple(
            one
            for one in agreements
            if one.terms.from_us <= start_us
            and end_us <= one.terms.until_us
            and _covers(one, asked, ground)
        ),
    )


def _covers(agreement: Agreement, asked: AskedPlace, ground: Ground) -> bool:
    areas = agreement.terms.areas
    return not areas or any(covers(area, asked, ground) for area in areas)
