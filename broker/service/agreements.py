"""What gateways may read of agreements. Engine thread only."""

from broker.core.agreements.model import Agreement
from broker.core.agreements.register import AgreementUnknown
from broker.core.airspace import Airspace
from broker.core.errors import Refusal
from broker.core.names import AgreementName


class AgreementReading:
    """Each agency's own agreements; those of others are not there."""

    def __init__(self, airspace: Airspace) -> None:
        self._airspace = airspace

    def of_party(self, agency: str) -> list[Agreement]:
        """Every version that an agency is a party to, by name, the newest first."""
        return self._airspace.controls.agreements.register.of_party(agency)

    def get(self, name: AgreementName, version: int, agency: str) -> Agreement:
        """A version, with 0 the one in force or else the newest. Raises AgreementUnknown."""
        found = self._airspace.controls.agreements.of_party(name, version, agency)
        if found is None:
            which = f"{name}, version {version}" if version else str(name)
            raise AgreementUnknown(Refusal("name", f"there is no agreement {which}"))
        return found
