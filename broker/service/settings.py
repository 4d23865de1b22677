"""Configuration: a TOML file, environment variables (KEEPCLEAR_...) over it, options over both."""

from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from broker.core.errors import Refused
from broker.core.geodesy.ground import LONDON_GROUND, LOWEST_AMSL_M_DEFAULT, AreaGround, DegreeBox
from broker.core.names import Role, identifier
from broker.service.mqtt_address import MqttAddress

GRPC_PORT: Final = 50051
METRICS_PORT: Final = 9464
SIGN_IN_PORT: Final = 50052
AGENCIES_MAX: Final = 100
FEEDS_MAX: Final = 100

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


class AgencySettings(BaseModel):
    """One agency that takes part."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=80)
    roles: tuple[Role, ...] = (Role.DESK,)
    """Views this agency has."""
    sharing: Literal["open", "masked", "covert"] = "open"
    """What others are shown of this agency's flights where nothing else is set."""
    public: bool = False
    """What it publishes is broadcast anyway (received ADS-B): shown to all, with no agreement."""
    json_over_mqtt: bool = False
    """Also publish, and accept, the JSON mapping on `/json` topics."""


class LimitSettings(BaseModel):
    """What one identity may send in a second. A burst of two seconds' worth may come at once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reports_per_s: float = Field(default=5_000.0, gt=0)
    requests_per_s: float = Field(default=50.0, gt=0)
    bytes_per_s: float = Field(default=4_000_000.0, gt=0)


class PublishingSettings(BaseModel):
    """What publishing a keep-clear request asks for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    approval: tuple[str, ...] = Field(default=(), max_length=AGENCIES_MAX)
    """Agencies whose requests a second system of theirs approves before they are live."""
    emergency_radius_m: float = Field(default=1_000.0, gt=0, le=20_000)
    """An emergency, live before anybody approved it, is no larger."""
    emergency_minutes: int = Field(default=60, ge=1, le=1_440)
    """And ends by itself within."""
    unacknowledged_after_s: int = Field(default=120, ge=0, le=86_400)
    """When a desk is told who has not acknowledged; 0: never."""
    escalate_to: str = ""
    """The agency whose desk is told; empty: the publisher's own."""


class GroundSettings(BaseModel):
    """What is known of the ground; elsewhere a height above it bounds nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    highest_amsl_m: float | None = None
    area: tuple[float, float, float, float] | None = None
    """South, west, north and east edge, in degrees: no ground in it is higher than that."""
    lowest_amsl_m: float = LOWEST_AMSL_M_DEFAULT
    """No ground of the area is lower."""
    terrain: Path | None = None
    """An ESRI ASCII grid in degrees; it goes first where it covers a restriction whole."""

    @property
    def bounds(self) -> AreaGround | None:
        """What is known of the area, checked."""
        if self.highest_amsl_m is None or self.area is None:
            return None
        return AreaGround.of(self.lowest_amsl_m, self.highest_amsl_m, DegreeBox(*self.area))

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.highest_amsl_m is None) != (self.area is None):
            raise ValueError("highest_amsl_m and area go together: where is no ground higher?")
        if self.area is None and "lowest_amsl_m" in self.model_fields_set:
            raise ValueError("lowest_amsl_m goes with an area")
        try:
            _ = self.bounds
        except Refused as refused:
            raise ValueError(str(refused)) from refused
        return self


class IssuerSettings(BaseModel):
    """One identity provider, and the agencies whose people it may sign in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = Field(min_length=1, max_length=200)
    audience: str = Field(min_length=1, max_length=200)
    keys: str = Field(min_length=1, max_length=500)
    """Its JSON Web Key Set: a file, or an https address (http on the loopback only)."""
    agencies: tuple[str, ...] = Field(min_length=1, max_length=AGENCIES_MAX)


class SignInSettings(BaseModel):
    """Where people sign in with OpenID Connect tokens instead of certificates."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    port: int = Field(default=SIGN_IN_PORT, ge=0, le=65535)
    issuers: tuple[IssuerSettings, ...] = Field(default=(), max_length=AGENCIES_MAX)


class Settings(BaseSettings):
    """Everything a broker is started with. Unknown keys are refused."""

    model_config = SettingsConfigDict(
        env_prefix="KEEPCLEAR_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    space: str = Field(default="live", pattern="^(live|exercise)$")
    host: str = "127.0.0.1"
    grpc_port: int = Field(default=GRPC_PORT, ge=0, le=65535)
    metrics_port: int = Field(default=METRICS_PORT, ge=0, le=65535)
    """0 takes a free port."""
    mqtt: str = ""
    """`mqtt://host[:port]` of a server that runs already; empty starts one as a child."""
    mqtt_port: int = Field(default=0, ge=0, le=65535)
    """Port of the child; 0 takes a free one."""
    identity_dir: Path | None = None
    """Folder made by `keepclear agency init`: TLS on both transports, identities are proven."""
    limits: LimitSettings = LimitSettings()
    """Of each identity; a claimed name has none, for the next would be another name."""
    sign_in: SignInSettings = SignInSettings()
    """A port for people; none is opened without an issuer."""
    publishing: PublishingSettings = PublishingSettings()
    ground: GroundSettings = GroundSettings(
        highest_amsl_m=LONDON_GROUND.highest_amsl_m, area=LONDON_GROUND.area
    )
    """A `[ground]` table without `highest_amsl_m` knows none."""
    data_dir: Path = Path("var/keepclear")
    policy: str = "default"
    """Name of a shipped pair policy, or the path of a file."""
    supply_chain: Path | None = None
    """File of the supply-chain policy; none: no aircraft is flagged or refused by its make."""
    agreements: Literal["assumed", "required"] = "assumed"
    """Between agencies that never signed one: as if they had, or flights without identity."""
    agencies: dict[str, AgencySettings] = Field(default_factory=dict, max_length=AGENCIES_MAX)

    feeds: dict[str, dict[str, Any]] = Field(default_factory=dict, max_length=FEEDS_MAX)
    """Outside feeds by name; a table's keys depend on its `kind` (docs/adapters/running.md)."""

    @field_validator("feeds")
    @classmethod
    def _feed_names(cls, feeds: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        for feed in feeds:
            _checked_name(f"feeds.{feed}", feed)
        return feeds

    @field_validator("agencies")
    @classmethod
    def _identifiers(cls, agencies: dict[str, AgencySettings]) -> dict[str, AgencySettings]:
        for agency in agencies:
            _checked_name(f"agencies.{agency}", agency)
        return agencies

    @model_validator(mode="after")
    def _publishing_agencies(self) -> Self:
        named = {*self.publishing.approval, self.publishing.escalate_to} - {""}
        unknown = sorted(named - set(self.agencies)) if self.agencies else []
        if unknown:
            raise ValueError(f"publishing: names agencies that are not set up: {unknown}")
        return self

    @model_validator(mode="after")
    def _loopback_only(self) -> Self:
        # Identities are claimed, not proven, without TLS: nobody else may reach them.
        if self.host not in LOOPBACK and self.identity_dir is None:
            raise ValueError(
                f"host: {self.host} is not a loopback address; without identity_dir this broker "
                "checks no identities, so it serves this machine only"
            )
        if self.sign_in.issuers and self.identity_dir is None:
            raise ValueError("sign_in: needs identity_dir, which holds the server's certificate")
        return self

    @model_validator(mode="after")
    def _mqtt_server(self) -> Self:
        server = self.mqtt_server
        if server is None:
            return self
        if server.is_tls and self.identity_dir is None:
            raise ValueError("mqtt: mqtts:// needs identity_dir, which holds the certificates")
        if not server.is_tls and self.identity_dir is not None:
            raise ValueError("mqtt: with identity_dir it must be mqtts://, or names are not proven")
        if not server.is_tls and server.host not in LOOPBACK:
            raise ValueError(
                f"mqtt: {self.mqtt} is another machine, and nothing would be encrypted or "
                "checked on the way: use mqtts:// and identity_dir"
            )
        return self

    @property
    def mqtt_server(self) -> MqttAddress | None:
        """The MQTT server that runs already; None: one is started as a child."""
        try:
            return MqttAddress.parse(self.mqtt) if self.mqtt else None
        except Refused as refused:
            raise ValueError(str(refused)) from refused

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Options first, then the environment, then the TOML file."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def _checked_name(field: str, name: str) -> None:
    try:
        identifier(field, name)
    except Refused as refused:
        raise ValueError(str(refused)) from refused


def load_settings(config: Path | None, **options: object) -> Settings:
    """Settings from a TOML file, the environment and options that are not None."""
    chosen = {name: value for name, value in options.items() if value is not None}

    class FromFile(Settings):
        model_config = SettingsConfigDict(**{**Settings.model_config, "toml_file": config})

    return FromFile(**chosen)  # type: ignore[arg-type]
