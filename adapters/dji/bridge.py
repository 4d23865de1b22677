"""The bridge: one agency's DJI fleet, read from the MQTT server it already has."""

from typing import Final

from adapters.clock import Clock
from adapters.dji.cloud import CloudSource
from adapters.dji.fleet import Fleet
from adapters.dji.settings import DjiSettings
from adapters.model import Decoder, Source
from adapters.mqtt import MqttServer, MqttSource

BRIDGE_TOPICS: Final = (
    "thing/product/+/osd",
    "thing/product/+/state",
    "thing/product/+/events",
)


def decoder(settings: DjiSettings) -> Decoder:
    """A fleet's decoder, with a memory of its own."""
    return Fleet(settings).decode


def live(settings: DjiSettings, clock: Clock) -> Source | None:
    """A bridge that subscribes to three kinds of topic and publishes nothing, or a cloud server.

    None for a recording's path.
    """
    server = server_of(settings)
    if server is None:
        return None
    if settings.cloud is not None:
        return CloudSource(server, settings.cloud, clock)
    return MqttSource(server, BRIDGE_TOPICS, clock)


def server_of(settings: DjiSettings) -> MqttServer | None:
    """The agency's MQTT server; None for a recording's path. Raises UnknownAdapter."""
    found = settings.host_and_port()
    if found is None:
        return None
    return MqttServer(
        host=found[0],
        port=found[1],
        username=settings.username,
        password_file=settings.password_file,
        uses_tls=settings.uses_tls,
        ca_file=settings.ca_file,
    )
