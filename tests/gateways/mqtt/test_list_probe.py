"""Which revocation list a real Mosquitto has, and who else's word is not taken for it."""

import shutil
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

from broker.gateways.mqtt import list_probe
from broker.gateways.mqtt.list_probe import ListProbe
from broker.service.identity.authority import is_probe, new_authority, now_utc, pem
from broker.service.identity.register import read_register
from broker.service.identity.trust import Trust
from broker.service.mqtt_address import MqttAddress
from tests.conftest import RunningMosquitto, StartMosquitto
from tests.gateways.mqtt.test_server import wait_until
from tests.system.identities import HOST, Site

pytestmark = pytest.mark.system

REVOKED_IN_CLEAR: Final = bytes.fromhex("15 0303 0002 02 2c")
"""RFC 5246, 7.2: an alert, fatal, certificate_revoked."""


class ServerApart:
    """A Mosquitto with copies of the identity folder's files."""

    def __init__(
        self, site: Site, folder: Path, start: StartMosquitto, trusted: bytes = b""
    ) -> None:
        self._identities = site.identities
        self._list = folder / "list.pem"
        self.bring_the_list(reload=False)
        (folder / "ca.pem").write_bytes(trusted or site.identities.trusted.read_bytes())
        self.running: RunningMosquitto = start(
            f"listener {{port}} {HOST}\n"
            f"cafile {folder / 'ca.pem'}\ncrlfile {self._list}\n"
            f"certfile {site.identities.server_certificate}\n"
            f"keyfile {site.identities.server_key}\n"
            "require_certificate true\nuse_identity_as_username true\n"
        )

    def bring_the_list(self, *, reload: bool = True) -> None:
        shutil.copy(self._identities.revocations, self._list)
        if reload:
            self.running.process.send_signal(signal.SIGHUP)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(list_probe, "KNOCK_EVERY_S", 0.0)
    made = Site(tmp_path / "site")
    made.partner("met/dispatch")
    return made


def probe_of(site: Site, port: int) -> ListProbe:
    return ListProbe(Trust(site.identities), MqttAddress(HOST, port, is_tls=True))


def knock(probe: ListProbe) -> frozenset[int]:
    """What is known after one whole knock."""
    probe.knock()
    assert probe._knocking is not None
    probe._knocking.join()
    return probe.known_serials


def test_a_server_has_the_list_when_it_refuses_its_probe(
    site: Site, tmp_path: Path, mosquitto_broker: StartMosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-SEC-008
    monkeypatch.setattr(list_probe, "ANSWER_WITHIN_S", 1.0)  # what lets the probe in says nothing
    server = ServerApart(site, tmp_path, mosquitto_broker)
    site.revoke("met/dispatch")
    probe = probe_of(site, server.running.port)
    assert probe.can_tell
    assert knock(probe) == frozenset()
    server.bring_the_list()
    revoked = read_register(site.identities.register).revoked_serials
    assert revoked
    wait_until(lambda: knock(probe) == revoked, "the server has the list")
    probe.forget()
    assert probe.known_serials == frozenset()
    wait_until(lambda: knock(probe) == revoked, "it still has it")


def test_an_older_list_is_not_the_newest(
    site: Site, tmp_path: Path, mosquitto_broker: StartMosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-SEC-008: each list has a probe of its own.
    monkeypatch.setattr(list_probe, "ANSWER_WITHIN_S", 1.0)
    site.revoke("met/dispatch")
    server = ServerApart(site, tmp_path, mosquitto_broker)
    older = probe_of(site, server.running.port)
    wait_until(lambda: bool(knock(older)), "the server has this one")
    site.partner("lfb/fleet")
    site.revoke("lfb/fleet")
    assert knock(probe_of(site, server.running.port)) == frozenset()


def test_a_server_that_refuses_the_probe_for_another_reason_has_not_shown_the_list(
    site: Site, tmp_path: Path, mosquitto_broker: StartMosquitto
) -> None:
    # REQ-SEC-008: it knows another authority.
    site.revoke("met/dispatch")
    other = pem(new_authority(now_utc()).certificate)
    server = ServerApart(site, tmp_path, mosquitto_broker, trusted=other)
    assert knock(probe_of(site, server.running.port)) == frozenset()


@contextmanager
def somebody_on_the_way(answer: bytes) -> Iterator[int]:
    """Takes one connection and answers in the server's place."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(10_000)
                with suppress(ConnectionResetError):  # it has heard enough
                    connection.sendall(answer)
                    connection.recv(10_000)

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


@pytest.mark.parametrize("answer", [REVOKED_IN_CLEAR, b"nonsense"])
def test_what_somebody_on_the_way_says_is_no_proof(site: Site, answer: bytes) -> None:
    # REQ-SEC-008: before TLS 1.3 refusals were not encrypted.
    site.revoke("met/dispatch")
    with somebody_on_the_way(answer) as port:
        assert knock(probe_of(site, port)) == frozenset()


def test_nobody_there_is_no_proof(site: Site, free_port: int) -> None:
    site.revoke("met/dispatch")
    assert knock(probe_of(site, free_port)) == frozenset()


def test_an_answer_from_before_a_new_connection_does_not_count(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-SEC-008: the server may have started again, with an old list.
    site.revoke("met/dispatch")

    def refused_meanwhile(probe: ListProbe) -> bool:
        probe.forget()
        return True

    monkeypatch.setattr(ListProbe, "_is_refused", refused_meanwhile)
    assert knock(probe_of(site, 1)) == frozenset()


def test_without_a_probe_on_the_list_nothing_is_asked(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ListProbe, "_is_refused", lambda _self: True)
    probe = probe_of(site, 1)
    assert not probe.can_tell
    assert knock(probe) == frozenset()
    site.revoke("met/dispatch")
    site.identities.probe_certificate.unlink()
    assert knock(probe_of(site, 1)) == frozenset()


def test_the_next_knock_waits_for_its_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_probe, "KNOCK_EVERY_S", 1e6)
    asked = 0

    def count(_probe: ListProbe) -> bool:
        nonlocal asked
        asked += 1
        return False

    monkeypatch.setattr(ListProbe, "_is_refused", count)
    site.revoke("met/dispatch")
    probe = probe_of(site, 1)
    knock(probe)
    knock(probe)
    assert asked == 1


def test_a_probe_is_on_its_list_alone_and_nobody(site: Site) -> None:
    # REQ-SEC-008
    first = Trust(site.identities).state
    assert first.probes == frozenset()
    site.revoke("met/dispatch")
    then = Trust(site.identities).state
    assert len(then.probes) == 1
    assert then.revoked_serials == read_register(site.identities.register).revoked_serials
    assert not any(map(is_probe, then.revoked_serials))
    site.partner("lfb/fleet")
    site.revoke("lfb/fleet")
    assert Trust(site.identities).state.probes.isdisjoint(then.probes)
    for path in (site.identities.probe_certificate, site.identities.probe_key):
        assert path.stat().st_mode & 0o777 == 0o600
