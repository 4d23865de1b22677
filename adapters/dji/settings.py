"""What one agency's DJI fleet is and how it is read: one feed's TOML table."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from adapters.settings import FeedSettings, host_and_port

MQTT_PORT: Final = 1883
MQTTS_PORT: Final = 8883
MAX_AIRCRAFT_SETTINGS: Final = 2_000
SERIAL: Final = re.compile(r"[A-Za-z0-9_-]{4,40}")
"""No serial number needs more, and nothing else may stand in a topic."""

Words = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]


class HeightDatum(StrEnum):
    """What the fleet's `height` is measured from, once somebody has checked."""

    UNCHECKED = "unchecked"
    """Documented as ellipsoid, which nobody has compared with a surveyed point yet: not used."""
    HAE = "hae"
    AMSL = "amsl"


class AircraftSettings(BaseModel):
    """What the agency adds to one aircraft's own words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    callsign: Words = ""
    registration: Words = ""
    icao_address: Annotated[str, StringConstraints(pattern=r"^([0-9a-fA-F]{6})?$")] = ""


class CloudSettings(BaseModel):
    """Cloud-server mode: what this agency's docks are told, and where restrictions come from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    broker: Annotated[str, StringConstraints(min_length=3, max_length=200)]
    """gRPC address of Keepclear, for the agency's own feed of keep-clear requests."""
    system: Annotated[
        str, StringConstraints(pattern=r"^agencies/[a-z0-9-]{1,40}/systems/[a-z0-9-]{1,40}$")
    ]
    """Who this reads the feed as."""
    app_id: Words
    app_key_file: Path
    app_license_file: Path
    ntp_host: Words
    organization_id: Words
    organization_name: Words
    listen: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.:_-]+:[0-9]{1,5}$")]
    """Where the flight area file is served, `host:port`."""
    public_url: Annotated[str, StringConstraints(pattern=r"^https?://[^ ]{1,200}$")]
    """How docks reach that: usually a web server with a public certificate in front of it."""
    callsigns: Annotated[dict[str, Words], Field(max_length=MAX_AIRCRAFT_SETTINGS)] = Field(
        default_factory=dict
    )
    """By serial number."""


class DjiSettings(FeedSettings):
    """One fleet. Credentials stand in files of their own, never here and never in a log."""

    username: Words = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    """Only with mqtts: who signed the server's certificate; the system's own list without it."""
    height_datum: HeightDatum = HeightDatum.UNCHECKED
    fix_age_s: Annotated[float, Field(ge=0.0, le=5.0)] = 0.5
    """How long before a message was sent its position was true. [J]: nothing in it says so."""
    duty_contact: Words = ""
    talkgroup: Words = ""
    only_listed: bool = False
    """Aircraft neither listed below nor in the agency's register are refused."""
    aircraft: Annotated[dict[str, AircraftSettings], Field(max_length=MAX_AIRCRAFT_SETTINGS)] = (
        Field(default_factory=dict)
    )
    """By serial number."""
    cloud: CloudSettings | None = None
    """Not set: a bridge that only reads. Set: this is the docks' cloud server."""

    @field_validator("address")
    @classmethod
    def _no_credentials(cls, value: str) -> str:
        if "://" in value and "@" in value:
            raise ValueError("credentials do not belong here: use username and password_file")
        return value

    @field_validator("aircraft")
    @classmethod
    def _serials(cls, value: dict[str, AircraftSettings]) -> dict[str, AircraftSettings]:
        for serial in value:
            if SERIAL.fullmatch(serial) is None:
                raise ValueError(f"{serial!r} is not a serial number")
        return value

    @property
    def uses_tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.address.startswith("mqtts://")

    def host_and_port(self) -> tuple[str, int] | None:
        """Of `mqtt://host[:port]` or `mqtts://…`; None for a path. Raises UnknownAdapter."""
        if self.uses_tls:
            return host_and_port(self.address, "mqtts", MQTTS_PORT)
        return host_and_port(self.address, "mqtt", MQTT_PORT)
