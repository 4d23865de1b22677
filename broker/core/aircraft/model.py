"""One registered aircraft: who it is, who made it, and which way its data goes."""

from dataclasses import dataclass
from enum import StrEnum

from broker.core.errors import refuse
from broker.core.names import identifier
from broker.core.tracks.reports import AircraftClass


class DataPath(StrEnum):
    """Where an aircraft's data goes on its way to its agency."""

    UNKNOWN = "unknown"
    LOCAL = "local"
    """Stays on the aircraft and its ground station."""
    OWN_SERVER = "own-server"
    MAKER_CLOUD = "maker-cloud"


@dataclass(frozen=True, slots=True, order=True)
class AircraftName:
    """`agencies/{agency}/aircraft/{aircraft}`."""

    agency: str
    aircraft: str

    def __str__(self) -> str:
        return f"agencies/{self.agency}/aircraft/{self.aircraft}"

    @classmethod
    def parse(cls, field: str, value: str) -> "AircraftName":
        """Read a full aircraft name; refuses anything else, naming `field`."""
        parts = value.split("/")
        if len(parts) != 4 or parts[0] != "agencies" or parts[2] != "aircraft":
            raise refuse(field, "must read agencies/{agency}/aircraft/{aircraft}")
        return cls(identifier(field, parts[1]), identifier(field, parts[3]))


@dataclass(frozen=True, slots=True)
class AircraftRecord:
    """What an agency says of one of its aircraft; an empty text is not known."""

    name: AircraftName
    aircraft_class: AircraftClass
    registration: str
    icao_address: str
    """24-bit address, six lower-case hexadecimal digits."""
    serials: tuple[str, ...]
    maker: str
    model: str
    country: str
    """Two capital letters (ISO 3166-1)."""
    firmware: str
    ground_application: str
    data_path: DataPath
    purpose: str
    expires_us: int


@dataclass(frozen=True, slots=True)
class RegisteredAircraft:
    """A record in the register."""

    record: AircraftRecord
    version: int
    changed_us: int


@dataclass(frozen=True, slots=True)
class AircraftEntries:
    """What one command wrote or took out."""

    entries: tuple[RegisteredAircraft, ...]
