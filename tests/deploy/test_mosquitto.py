"""The configuration files of deploy/mosquitto, held to their promises by a real Mosquitto."""

import contextlib
import queue
import re
import signal
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

from broker.gateways.mqtt import server_config
from tests.conftest import RunningMosquitto, StartMosquitto
from tests.deploy.certificates import Authority, Identity

pytestmark = pytest.mark.system

FILES = Path(__file__).resolve().parents[2] / "deploy" / "mosquitto"
WAIT_S = 10.0
# How long a message that must not come is waited for, after one that must come has arrived.
SILENCE_S = 0.3
NOT_AUTHORISED = 0x87


class Client:
    """A connected MQTT 5 client that remembers what it was told."""

    def __init__(self, paho: mqtt.Client) -> None:
        self.paho = paho
        self.connected: queue.SimpleQueue[ReasonCode] = queue.SimpleQueue()
        self.lost: queue.SimpleQueue[ReasonCode] = queue.SimpleQueue()
        self.published: queue.SimpleQueue[ReasonCode] = queue.SimpleQueue()
        self.subscribed: queue.SimpleQueue[list[ReasonCode]] = queue.SimpleQueue()
        self.received: queue.SimpleQueue[mqtt.MQTTMessage] = queue.SimpleQueue()
        paho.on_connect = lambda *event: self.connected.put(event[3])
        paho.on_disconnect = lambda *event: self.lost.put(event[3])
        paho.on_publish = lambda *event: self.published.put(event[3])
        paho.on_subscribe = lambda *event: self.subscribed.put(event[3])
        paho.on_message = lambda *event: self.received.put(event[2])

    def publish(self, topic: str, payload: bytes = b"x") -> int:
        """The reason code of the server's answer."""
        self.paho.publish(topic, payload, qos=1)
        return self.published.get(timeout=WAIT_S).value

    def subscribe(self, topic: str) -> None:
        self.paho.subscribe(topic, qos=1)
        self.subscribed.get(timeout=WAIT_S)

    def next(self) -> tuple[str, bytes]:
        message = self.received.get(timeout=WAIT_S)
        return message.topic, bytes(message.payload)

    def hears_nothing(self) -> bool:
        with contextlib.suppress(queue.Empty):
            self.received.get(timeout=SILENCE_S)
            return False
        return True


class Site:
    """A Mosquitto that runs deploy/mosquitto/keepclear.conf with throw-away certificates."""

    def __init__(self, folder: Path, start: StartMosquitto, revoked: str = "") -> None:
        self.authority = Authority(folder / "authority")
        self.identities: dict[str, Identity] = {}
        etc = folder / "etc"
        certificates = etc / "certificates"
        certificates.mkdir(parents=True)
        server = self.authority.issue("server", "server")
        if revoked:
            self.authority.revoke(self.identity(revoked))
        for source, name in (
            (self.authority.certificate, "partners-ca.pem"),
            (server.certificate, "server.pem"),
            (server.key, "server.key"),
            (FILES / "acl", "../acl"),
        ):
            (certificates / name).write_bytes(source.read_bytes())
        self.revocations = certificates / "partners-crl.pem"
        self.install_revocation_list()
        config = (FILES / "keepclear.conf").read_text(encoding="utf-8")
        config = config.replace("/etc/keepclear", str(etc)).replace("/var/lib/mosquitto", str(etc))
        self.running: RunningMosquitto = start(config.replace("listener 8883", "listener {port}"))

    def install_revocation_list(self) -> None:
        self.revocations.write_bytes(self.authority.revocation_list().read_bytes())

    def identity(self, name: str) -> Identity:
        if name not in self.identities:
            self.identities[name] = self.authority.issue(name)
        return self.identities[name]

    @contextlib.contextmanager
    def client(self, name: str, client_id: str = "") -> Iterator[Client]:
        context = self.authority.client_context(self.identity(name))
        with client(self.running, context, client_id) as connected:
            assert connected.connected.get(timeout=WAIT_S) == "Success"
            yield connected


@contextlib.contextmanager
def client(
    running: RunningMosquitto, context: ssl.SSLContext | None, client_id: str = ""
) -> Iterator[Client]:
    paho = mqtt.Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        protocol=MQTTProtocolVersion.MQTTv5,
        reconnect_on_failure=False,
    )
    if context is not None:
        paho.tls_set_context(context)
    made = Client(paho)
    paho.connect(running.host, running.port)
    paho.loop_start()
    try:
        yield made
    finally:
        paho.disconnect()
        paho.loop_stop()


@pytest.fixture
def site(tmp_path: Path, mosquitto_broker: StartMosquitto) -> Site:
    return Site(tmp_path, mosquitto_broker)


def refused(running: RunningMosquitto, context: ssl.SSLContext | None) -> bool:
    """Whether a client with this context never gets a connection."""
    try:
        with client(running, context) as attempt:
            with contextlib.suppress(queue.Empty):
                return attempt.connected.get(timeout=SILENCE_S) != "Success"
            attempt.lost.get(timeout=WAIT_S)
            return True
    except (ssl.SSLError, ConnectionError):
        return True


@pytest.mark.parametrize("root", ["keepclear/v1", "keepclear-exercise/v1"])
def test_a_system_writes_its_own_input_and_the_broker_reads_it(site: Site, root: str) -> None:
    # REQ-SEC-001
    with site.client("keepclear/broker") as broker, site.client("met/dispatch") as system:
        broker.subscribe(f"{root}/in/#")
        assert system.publish(f"{root}/in/met/dispatch/tracks") == 0
        assert broker.next() == (f"{root}/in/met/dispatch/tracks", b"x")


@pytest.mark.parametrize(
    "topic",
    [
        "keepclear/v1/in/lfb/fleet/tracks",  # another agency
        "keepclear/v1/in/met/helicopter/tracks",  # another system of its own agency
        "keepclear/v1/in/met/dispatch2/tracks",  # a name that begins like its own
        "keepclear/v1/in/met",
        "keepclear/v1/out/met/desk/tracks",  # what only the broker says
        "keepclear/v1/private/met/dispatch/acks",
        "keepclear-exercise/v1/in/lfb/fleet/tracks",
        "elsewhere",
    ],
)
def test_a_system_cannot_write_elsewhere(site: Site, topic: str) -> None:
    # REQ-SEC-001
    with site.client("keepclear/broker") as broker, site.client("met/dispatch") as system:
        broker.subscribe("keepclear/v1/#")
        broker.subscribe("keepclear-exercise/v1/#")
        assert system.publish(topic) == NOT_AUTHORISED
        # A later message that may pass shows that the first did not.
        system.publish("keepclear/v1/in/met/dispatch/tracks", b"after")
        assert broker.next()[1] == b"after"


def test_an_agency_reads_its_own_views_and_nobody_elses(site: Site) -> None:
    # REQ-PRIV-002
    with site.client("keepclear/broker") as broker, site.client("met/dispatch") as system:
        system.subscribe("#")
        system.subscribe("keepclear/v1/out/lfb/desk/#")
        for topic in (
            "keepclear/v1/out/lfb/desk/tracks",
            "keepclear/v1/out/met/observer/tracks",
            "keepclear/v1/private/lfb/fleet/acks",
            "keepclear/v1/private/met/helicopter/acks",
        ):
            assert broker.publish(topic) in {0, 0x10}  # 0x10: nobody was entitled to it
        own = ["keepclear/v1/out/met/desk/tracks", "keepclear/v1/private/met/dispatch/acks"]
        for topic in own:
            broker.publish(topic)
        assert [system.next()[0] for _ in own] == own
        assert system.hears_nothing()


def test_a_system_cannot_listen_to_anothers_input(site: Site) -> None:
    # REQ-PRIV-002
    with site.client("lfb/fleet") as spy, site.client("met/dispatch") as system:
        spy.subscribe("keepclear/v1/in/#")
        spy.subscribe("$SYS/#")
        assert system.publish("keepclear/v1/in/met/dispatch/tracks") in {0, 0x10}
        assert spy.hears_nothing()


def test_an_agency_name_alone_owns_every_system_of_it(site: Site) -> None:
    """Why keepclear.conf tells the authority never to issue one."""
    with site.client("met") as agency:
        assert agency.publish("keepclear/v1/in/met/dispatch/tracks") in {0, 0x10}
        assert agency.publish("keepclear/v1/in/lfb/fleet/tracks") == NOT_AUTHORISED


@pytest.mark.parametrize("name", ["+/+", "met/#", "#"])
def test_a_wildcard_as_a_name_gives_nothing(site: Site, name: str) -> None:
    # REQ-SEC-001
    with site.client(name) as system:
        assert system.publish("keepclear/v1/in/met/dispatch/tracks") == NOT_AUTHORISED


def test_an_anonymous_client_is_refused(site: Site) -> None:
    # REQ-SEC-002
    assert refused(site.running, site.authority.client_context(None))


def test_a_client_without_tls_is_refused(site: Site) -> None:
    # REQ-SEC-002
    assert refused(site.running, None)


def test_a_certificate_of_another_authority_is_refused(site: Site, tmp_path: Path) -> None:
    # REQ-SEC-002
    stranger = Authority(tmp_path / "stranger").issue("met/dispatch")
    assert refused(site.running, site.authority.client_context(stranger))


def test_a_revoked_certificate_is_refused(tmp_path: Path, mosquitto_broker: StartMosquitto) -> None:
    # REQ-SEC-003
    site = Site(tmp_path, mosquitto_broker, revoked="met/dispatch")
    revoked = site.authority.client_context(site.identity("met/dispatch"))
    assert refused(site.running, revoked)
    with site.client("lfb/fleet") as other:
        assert other.publish("keepclear/v1/in/lfb/fleet/tracks") in {0, 0x10}


def test_a_revocation_is_read_on_sighup_and_spares_the_live_session(site: Site) -> None:
    # REQ-SEC-003: what SECURITY.md tells an operator about revocation.
    # The attempt is another system's: one of the same name would take the live session over.
    attempt = site.authority.client_context(site.identity("met/helicopter"))
    assert not refused(site.running, attempt)
    with site.client("met/dispatch") as live:
        for name in ("met/dispatch", "met/helicopter"):
            site.authority.revoke(site.identity(name))
        site.install_revocation_list()
        site.running.process.send_signal(signal.SIGHUP)
        deadline_s = time.monotonic() + WAIT_S
        while not refused(site.running, attempt) and time.monotonic() < deadline_s:
            time.sleep(0.1)
        assert refused(site.running, attempt)
        assert live.publish("keepclear/v1/in/met/dispatch/tracks") in {0, 0x10}
        assert live.lost.empty()


def test_nobody_is_thrown_off_by_another_with_the_same_client_id(site: Site) -> None:
    # REQ-SEC-004
    with site.client("met/dispatch", "same") as first, site.client("lfb/fleet", "same"):
        assert first.publish("keepclear/v1/in/met/dispatch/tracks") in {0, 0x10}
        assert first.lost.empty()


def test_the_loopback_file_lets_a_client_talk_to_itself(mosquitto_broker: StartMosquitto) -> None:
    config = (FILES / "loopback.conf").read_text(encoding="utf-8")
    assert "listener 1883 127.0.0.1\n" in config
    running = mosquitto_broker(config.replace("listener 1883", "listener {port}"))
    with client(running, None) as alone:
        alone.subscribe("keepclear/v1/#")
        alone.publish("keepclear/v1/out/met/desk/tracks", b"hello")
        assert alone.next() == ("keepclear/v1/out/met/desk/tracks", b"hello")


@pytest.mark.parametrize("name", ["keepclear.conf", "loopback.conf"])
def test_files_hold_the_same_limits_as_the_embedded_server(name: str) -> None:
    limits = re.compile(r"^(max_\w+|set_tcp_nodelay) (\w+)$", re.MULTILINE)
    embedded = dict(limits.findall(server_config.mosquitto_config(1883, run_as_root=False)))
    assert len(embedded) == 7
    assert dict(limits.findall((FILES / name).read_text(encoding="utf-8"))) == embedded
