"""The agencies of the simulated London and the systems they publish with."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class DemoAgency:
    """One agency as a broker's configuration would name it."""

    agency: str
    display_name: str
    systems: tuple[str, ...]
    duty_contact: str
    talkgroup: str
    flies_drones: bool

    @property
    def system_names(self) -> tuple[str, ...]:
        """Full resource names of its systems."""
        return tuple(f"agencies/{self.agency}/systems/{system}" for system in self.systems)


# Telephone numbers are from the range Ofcom keeps free for drama (020 7946 0000 to 0999).
DEMO_AGENCIES: Final = (
    DemoAgency("met", "Metropolitan Police", ("drones",), "020 7946 0101", "MET-UAS-1", True),
    DemoAgency("lfb", "London Fire Brigade", ("drones",), "020 7946 0102", "LFB-UAS-1", True),
    DemoAgency("las", "London Ambulance Service", ("drones",), "020 7946 0103", "LAS-UAS-1", True),
    DemoAgency("npas", "Police helicopters", ("helicopters",), "020 7946 0104", "NPAS-OPS", False),
    DemoAgency("laa", "Air ambulance", ("helicopters",), "020 7946 0105", "HEMS-DESK", False),
    DemoAgency("surveillance", "ADS-B receivers", ("adsb",), "020 7946 0106", "", False),
)

_BY_NAME: Final = {agency.agency: agency for agency in DEMO_AGENCIES}


def demo_agency(name: str) -> DemoAgency:
    """The agency with this identifier."""
    return _BY_NAME[name]
