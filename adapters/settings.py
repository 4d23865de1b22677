"""One TOML table per feed: what it may say, and what its address means.

    [feeds.rooftop]
    kind = "beast"
    address = "tcp://receiver:30005"
    silent_after_s = 10
    airframes = ["police.csv"]

Unknown keys are refused. Secrets are named by the file they stand in, never written here.
"""

from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, model_validator

from adapters.adsb.pressure import PressureLevels, Qnh
from adapters.adsb.report import Reporter
from adapters.airframes import MAX_LIST_BYTES, Airframe, read_airframes
from adapters.clock import Clock
from adapters.model import SILENT_AFTER_S, Upkeep
from adapters.registerbook import RegisterBook
from adapters.weather.book import QnhBook
from adapters.weather.reading import WeatherReading, weather_source

MAX_AIRFRAME_LISTS = 20
Station = Annotated[str, Field(pattern="^[A-Z]{4}$")]
"""ICAO location indicator of an aerodrome."""


class UnknownAdapter(ValueError):
    """The setting does not name an adapter, or not one that can be built; says what is wrong."""


class FeedSettings(BaseModel):
    """What every feed's table may say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(min_length=1, max_length=40)
    address: str = Field(min_length=1, max_length=500)
    agency: str = Field(default="", max_length=63)
    """Agency that this feed publishes for; empty is the broker's usual one for feeds."""
    silent_after_s: float = Field(default=SILENT_AFTER_S, ge=10.0, le=3_600.0)
    """How long nothing may come before the feed is announced as silent."""
    _book: RegisterBook = PrivateAttr(default_factory=RegisterBook)

    @property
    def book(self) -> RegisterBook:
        """The agency's register, which whoever runs the feed fills; not part of its table."""
        return self._book

    def upkeep(self, clock: Clock) -> Upkeep | None:  # noqa: ARG002 - for those that need one
        """What is to be kept up to date while the feed runs live; raises UnknownAdapter."""
        return None


class AdsbSettings(FeedSettings):
    """What the feeds of aircraft by radio share."""

    qnh_hpa: float | None = Field(default=None, ge=870.0, le=1_085.0)  # the extremes ever measured
    qnh_error_hpa: float = Field(default=1.0, ge=0.0, le=20.0)
    qnh_from: str = Field(default="", max_length=500)
    """URL or file of METAR reports; `qnh_stations` says whose count."""
    qnh_stations: tuple[Station, ...] = Field(default=(), max_length=10)
    estimate_pressure: bool = True
    """Learn the day's pressure from aircraft that report both altitudes."""
    airframes: tuple[Path, ...] = Field(default=(), max_length=MAX_AIRFRAME_LISTS)
    """Lists of airframes by ICAO address."""
    _weather: QnhBook = PrivateAttr()

    @model_validator(mode="after")
    def _says_one_qnh(self) -> Self:
        if bool(self.qnh_from) != bool(self.qnh_stations):
            raise ValueError("qnh_from and qnh_stations are given together")
        if self.qnh_from and self.qnh_hpa is not None:
            raise ValueError("qnh_hpa and qnh_from exclude each other")
        self._weather = QnhBook(self.qnh_stations)
        return self

    def upkeep(self, clock: Clock) -> Upkeep | None:
        """What reads the QNH of the day, where the table names a place for it."""
        if not self.qnh_from:
            return None
        try:
            return WeatherReading(self._weather, weather_source(self.qnh_from, clock), clock)
        except httpx.InvalidURL as error:
            raise UnknownAdapter(f"qnh_from: not a URL: {error}") from None

    def qnh_at(self, time_us: int) -> Qnh | None:
        """The QNH to correct by, as set or as reported."""
        if self.qnh_hpa is not None:
            return Qnh(self.qnh_hpa, self.qnh_error_hpa)
        return self._weather.at(time_us)

    def reporter(self) -> Reporter:
        """What makes this feed's reports. Raises UnknownAdapter for a list that cannot be read."""
        register: dict[str, Airframe] = {}
        for path in self.airframes:
            try:
                with path.open("rb") as file:
                    found, refusals = read_airframes(file.read(MAX_LIST_BYTES + 1))
            except OSError as error:
                raise UnknownAdapter(f"airframes: {path}: {error.strerror}") from None
            if not found and refusals:
                raise UnknownAdapter(f"airframes: {path}: {refusals[0].reason}")
            register.update(found)
        return Reporter(PressureLevels(self.qnh_at, self.estimate_pressure), register, self.book)


class SquitterSettings(AdsbSettings):
    """A receiver of Mode S squitters."""

    receiver_latitude_deg: float | None = Field(default=None, ge=-90.0, le=90.0)
    receiver_longitude_deg: float | None = Field(default=None, ge=-180.0, le=180.0)
    """Where the receiver stands: without it positions on the ground stay unknown."""

    @property
    def receiver(self) -> tuple[float, float] | None:
        """Latitude and longitude, or None unless both are given."""
        if self.receiver_latitude_deg is None or self.receiver_longitude_deg is None:
            return None
        return self.receiver_latitude_deg, self.receiver_longitude_deg


class Gdl90Settings(AdsbSettings):
    """A box that sends GDL90."""

    own_altitude_is_hae: bool = False
    """The box is known to send its own satellite altitude above the ellipsoid, not the sea."""


class RemoteIdSettings(FeedSettings):
    """A receiver of drones' broadcasts; a password stands in a file of its own."""

    topics: tuple[str, ...] = Field(default=("sensor/+/upload", "wardragon/drones"), max_length=20)
    """MQTT topics that carry drones."""
    username: str = Field(default="", max_length=80)
    password_file: Path | None = None
    ca_file: Path | None = None
    tracked_altitude_is_hae: bool = False
    """The altitude in the tracked form (DragonSync) is known to be above the ellipsoid."""


def host_and_port(address: str, scheme: str, default_port: int) -> tuple[str, int] | None:
    """Host and port of `scheme://host[:port]`; None for anything else, a path for one.

    Raises UnknownAdapter for an address of that scheme that is none.
    """
    if not address.startswith(f"{scheme}://"):
        return None
    try:
        parts = urlsplit(address)
        port = parts.port or default_port
    except ValueError:
        raise UnknownAdapter(f"the address is not {scheme}://host:port") from None
    if not parts.hostname or parts.path not in {"", "/"} or parts.query:
        raise UnknownAdapter(f"the address is not {scheme}://host:port")
    return parts.hostname, port


def read_table(model: type[FeedSettings], name: str, table: dict[str, Any]) -> FeedSettings:
    """A feed's table, or UnknownAdapter naming each key at fault (values may be secret)."""
    try:
        return model.model_validate(table)
    except ValidationError as error:
        faults = "; ".join(
            f"{name}.{'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
            for one in error.errors(include_input=False)
        )
        raise UnknownAdapter(faults) from None
