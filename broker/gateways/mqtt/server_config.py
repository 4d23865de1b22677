"""Configuration of the two MQTT servers that Keepclear can start for itself on the loopback.

Both are held to the same limits, so that a client meets one behaviour whichever engine runs.
"""

from pathlib import Path
from typing import Final

from broker.service.identity.files import IdentityFolder

LOOPBACK_HOST: Final = "127.0.0.1"
PORT_MAX: Final = 65_535

# A server ends the connection of whoever sends more. 1,000 described reports as JSON take half
# of it, the JSON twin of a full frame (60 kB) a fifth.
MQTT_PAYLOAD_LIMIT_BYTES: Final = 1024 * 1024
# Fixed header, topic, properties: our longest topic is under 200 bytes, the rest is for a
# partner's user properties (a trace id, a schema version).
MQTT_PACKET_OVERHEAD_BYTES: Final = 1024
MQTT_PACKET_LIMIT_BYTES: Final = MQTT_PAYLOAD_LIMIT_BYTES + MQTT_PACKET_OVERHEAD_BYTES

# 200 was measured: the default of 20 throttles QoS 1 well below what one link carries.
MQTT_INFLIGHT_LIMIT_MESSAGES: Final = 200
# Per client. Retained restrictions and alerts pass through this queue at subscription, and what
# does not fit is dropped by the server without a word, so it is generous in number.
MQTT_QUEUE_LIMIT_MESSAGES: Final = 10_000
MQTT_QUEUE_LIMIT_BYTES: Final = 16 * 1024 * 1024
MQTT_CONNECTIONS_LIMIT: Final = 1_000
MQTT_KEEPALIVE_LIMIT_S: Final = 120

# rumqttd keeps every topic's messages in segments; its defaults (100 MiB x 10) grow without need.
RUMQTTD_SEGMENT_LIMIT_BYTES: Final = 1024 * 1024
RUMQTTD_SEGMENTS_LIMIT: Final = 10
RUMQTTD_CONNECT_TIMEOUT_MS: Final = 5_000
# Found by test in rumqttd 0.20: the rest is not delivered to a new QoS 1 subscriber.
RUMQTTD_RETAINED_LIMIT_MESSAGES: Final = 100


_LIMITS: Final = (
    "persistence false",
    "set_tcp_nodelay true",
    f"max_connections {MQTT_CONNECTIONS_LIMIT}",
    f"max_packet_size {MQTT_PACKET_LIMIT_BYTES}",
    f"max_inflight_messages {MQTT_INFLIGHT_LIMIT_MESSAGES}",
    f"max_queued_messages {MQTT_QUEUE_LIMIT_MESSAGES}",
    f"max_queued_bytes {MQTT_QUEUE_LIMIT_BYTES}",
    f"max_keepalive {MQTT_KEEPALIVE_LIMIT_S}",
    "sys_interval 0",
    "log_dest stderr",
    "log_type error",
    "log_type warning",
    "connection_messages false",
)


def mosquitto_config(port: int, run_as_root: bool) -> str:
    """Return a Mosquitto 2 configuration for one loopback listener that keeps nothing on disk."""
    lines = [f"listener {port} {LOOPBACK_HOST}", "allow_anonymous true", *_LIMITS]
    return _finished(lines, run_as_root)


def mosquitto_tls_config(
    host: str, port: int, folder: IdentityFolder, plugin: Path, rights: Path, run_as_root: bool
) -> str:
    """Return a Mosquitto 2 configuration that knows every client by its certificate alone.

    The common name becomes the user name and the client id, so nobody takes another's session
    over; one authority, because any that is trusted can make any name.
    """
    lines = [
        f"listener {port} {host}",
        f"cafile {folder.trusted}",
        f"certfile {folder.server_certificate}",
        f"keyfile {folder.server_key}",
        f"crlfile {folder.revocations}",
        "tls_version tlsv1.2",
        "require_certificate true",
        "use_identity_as_username true",
        "use_username_as_clientid true",
        "allow_anonymous false",
        f"plugin {plugin}",
        f"plugin_opt_config_file {rights}",
        *_LIMITS,
    ]
    return _finished(lines, run_as_root)


def _finished(lines: list[str], run_as_root: bool) -> str:
    if run_as_root:
        # Changing user clears the kernel's "die with the parent" mark, and an orphan that holds
        # the port is worse than a child with the rights its parent has anyway.
        lines.append("user root")
    return "\n".join(lines) + "\n"


def rumqttd_config(port: int) -> str:
    """Return a rumqttd configuration: one MQTT 5 listener on the loopback.

    No MQTT 3.1.1 listener on purpose: a version 5 message with any property throws a 3.1.1
    subscriber off the server, undelivered.
    """
    return f"""\
id = 0

[router]
id = 0
max_connections = {MQTT_CONNECTIONS_LIMIT}
max_outgoing_packet_count = {MQTT_INFLIGHT_LIMIT_MESSAGES}
max_segment_size = {RUMQTTD_SEGMENT_LIMIT_BYTES}
max_segment_count = {RUMQTTD_SEGMENTS_LIMIT}

[v5.1]
name = "loopback"
listen = "{LOOPBACK_HOST}:{port}"
next_connection_delay_ms = 1

[v5.1.connections]
connection_timeout_ms = {RUMQTTD_CONNECT_TIMEOUT_MS}
max_payload_size = {MQTT_PACKET_LIMIT_BYTES}
max_inflight_count = {MQTT_INFLIGHT_LIMIT_MESSAGES}
"""
