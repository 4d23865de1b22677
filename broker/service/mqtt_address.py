"""The address of an MQTT server, as the settings name it and the link connects to it."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from broker.core.errors import refuse

MQTT_PORT: Final = 1883
MQTTS_PORT: Final = 8883


@dataclass(frozen=True, slots=True)
class MqttAddress:
    """Where the MQTT server is."""

    host: str
    port: int
    is_tls: bool = False

    @classmethod
    def parse(cls, url: str) -> "MqttAddress":
        """Read `mqtt://host[:port]` or `mqtts://…`; refuses anything else."""
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise refuse("mqtt", f"is not an address: {error}") from error
        is_tls = parts.scheme == "mqtts"
        usual = MQTTS_PORT if is_tls else MQTT_PORT
        try:
            port = usual if parts.port is None else parts.port
        except ValueError as error:
            raise refuse("mqtt", "the port must be a number from 1 to 65535") from error
        if port == 0:
            raise refuse("mqtt", "the port must be a number from 1 to 65535")
        if (
            parts.scheme not in {"mqtt", "mqtts"}
            or not parts.hostname
            or parts.path not in ("", "/")
        ):
            raise refuse("mqtt", "must read mqtt://host[:port] or mqtts://host[:port]")
        if parts.username is not None or parts.password is not None:
            raise refuse("mqtt", "must hold no user or password: certificates say who connects")
        return cls(parts.hostname, port, is_tls)
