"""Finds out whether an MQTT server that runs apart has the newest revocation list.

Whoever runs that server gives it the list; the broker cannot, and takes nobody's word that it was
done. With each list the built-in authority makes a certificate that was never good: the probe. It
is on that list and on no other, so a server that refuses it as revoked has that very list.

Only TLS 1.3 counts, and only what comes after the handshake: there a refusal is encrypted, so that
it is the server's own word and nobody's on the way.
"""

import socket
import ssl
import threading
import time
from typing import Final

import structlog
from cryptography import x509

from broker.service.identity.files import read_limited
from broker.service.identity.trust import Trust
from broker.service.mqtt_address import MqttAddress

KNOCK_EVERY_S: Final = 5.0
"""Each leaves a line in the server's log."""
ANSWER_WITHIN_S: Final = 3.0
REVOKED: Final = "CERTIFICATE_REVOKED"
"""RFC 8446: the alert's name, as OpenSSL spells it."""

log = structlog.get_logger()


class ListProbe:
    """Knocks with the probe. The watching thread calls, another one knocks."""

    def __init__(self, trust: Trust, address: MqttAddress) -> None:
        self.known_serials: frozenset[int] = frozenset()
        """Certificates that the server was seen to refuse."""
        self._trust = trust
        self._address = address
        self._connections = 0
        self._next_s = 0.0
        self._knocking: threading.Thread | None = None

    @property
    def can_tell(self) -> bool:
        """Whether the list that the broker has is one with a probe."""
        return bool(self._trust.state.probes)

    def forget(self) -> None:
        """The server may be another one, or have started with an old list."""
        self._connections += 1
        self.known_serials = frozenset()
        self._next_s = 0.0

    def knock(self) -> None:
        """Ask in the background, if it was not done just now."""
        is_busy = self._knocking is not None and self._knocking.is_alive()
        if is_busy or time.monotonic() < self._next_s:
            return
        self._next_s = time.monotonic() + KNOCK_EVERY_S
        self._knocking = threading.Thread(target=self._ask, name="mqtt-list", daemon=True)
        self._knocking.start()

    def _ask(self) -> None:
        connections, state = self._connections, self._trust.state
        if self._serial() not in state.probes or not self._is_refused():
            return
        if connections == self._connections:
            self.known_serials = state.revoked_serials
            log.info("mqtt-list-known", revoked=len(state.revoked_serials))

    def _serial(self) -> int | None:
        try:
            content = read_limited(self._trust.folder.probe_certificate)
            return x509.load_pem_x509_certificate(content).serial_number
        except (OSError, ValueError):
            return None

    def _is_refused(self) -> bool:
        folder, host = self._trust.folder, self._address.host
        try:
            context = ssl.create_default_context(cafile=folder.trusted)
            context.minimum_version = ssl.TLSVersion.TLSv1_3
            context.load_cert_chain(folder.probe_certificate, folder.probe_key)
            with (
                socket.create_connection((host, self._address.port), ANSWER_WITHIN_S) as plain,
                context.wrap_socket(plain, server_hostname=host) as connection,
            ):
                return _is_told_of(connection)
        except OSError as error:
            log.warning("mqtt-list-not-asked", why=str(error))
            return False


def _is_told_of(connection: ssl.SSLSocket) -> bool:
    """Whether the server ends the connection with the word that the certificate is revoked."""
    try:
        connection.recv(1)
    except ssl.SSLError as error:
        return REVOKED in (error.reason or "")
    except OSError:
        return False
    return False
