"""The files of deploy/mosquitto, held to their promises by a real Mosquitto and a real broker.

The server runs apart from the broker, and certificates come from an authority of its own (openssl),
as in production.
"""

import asyncio
import contextlib
import json
import re
import shutil
import signal
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from broker.cli.running import Running
from broker.core.names import Role, SystemName
from broker.gateways.mqtt import list_probe, server_config, warden
from broker.gateways.mqtt.rights import CONTROL_TOPIC, broker_rights, configuration
from broker.gateways.mqtt.topics import Topics
from broker.gateways.mqtt.warden import Warden
from broker.service.identity.authority import now_utc
from broker.service.identity.enrolment import Wanted, create_folder, enrol, revoke, revoke_serial
from broker.service.identity.files import IdentityFolder
from broker.service.identity.register import read_register
from broker.service.settings import AgencySettings
from keepclear.client import Client
from keepclear.client.tls import channel_credentials, mqtt_context
from keepclear.v1 import tracks_pb2
from tests.conftest import RunningMosquitto, StartMosquitto
from tests.deploy.certificates import Authority, Identity
from tests.patience import PATIENCE_S
from tests.system.identities import EVERYTHING, Site
from tests.system.live import until
from tests.system.looks import Looks
from tests.system.secure import MqttPartner, gets_in, secure_broker
from tests.system.traffic import crowd, now_us

pytestmark = pytest.mark.system

FILES: Final = Path(__file__).resolve().parents[2] / "deploy" / "mosquitto"
ROOT: Final = "keepclear-exercise/v1"
DENIED: Final = 0x87
PLUGIN: Final = "/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so"
AGENCIES: Final = {
    agency: AgencySettings(name=agency, roles=(Role.DESK,)) for agency in ("met", "lfb")
}
DISPATCH, FLEET = SystemName("met", "dispatch"), SystemName("lfb", "fleet")


def set_up(identities: IdentityFolder, etc: Path, *, plugin: bool = True) -> str:
    """Give a server what it needs, as its operator does; returns its configuration."""
    certificates = etc / "certificates"
    certificates.mkdir(parents=True)
    for path in (
        identities.trusted,
        identities.revocations,
        identities.server_certificate,
        identities.server_key,
    ):
        shutil.copy(path, certificates / path.name)
    shutil.copy(FILES / "rights.json", etc / "rights.json")
    found = next(Path("/usr/lib").rglob("mosquitto_dynamic_security.so"))
    text = (FILES / "keepclear.conf").read_text(encoding="utf-8").replace(PLUGIN, str(found))
    text = text.replace("/etc/keepclear", str(etc)).replace("/var/lib/mosquitto", str(etc))
    if not plugin:
        text = re.sub(r"^plugin.*$", "", text, flags=re.MULTILINE)
    return text.replace("listener 8883", "listener {port}")


class Production:
    """An operator's own authority, an identity folder, and a Mosquitto with copies of its files."""

    def __init__(self, folder: Path, start: StartMosquitto, *, plugin: bool = True) -> None:
        self.root = folder
        self.authority = Authority(folder / "authority")
        self.identities = IdentityFolder(folder / "identities")
        create_folder(self.identities, ["127.0.0.1"], now_utc())
        self.identities.authority_key.unlink()
        server, broker = self.authority.issue("server", "server"), self.issue("keepclear/broker")
        for source, place in (
            (self.authority.certificate, self.identities.trusted),
            (server.certificate, self.identities.server_certificate),
            (server.key, self.identities.server_key),
            (broker.certificate, self.identities.broker_certificate),
            (broker.key, self.identities.broker_key),
        ):
            shutil.copy(source, place)
        shutil.copy(self.authority.revocation_list(), self.identities.revocations)
        for system in (DISPATCH, FLEET):
            enrol(self.identities, Wanted(system, EVERYTHING))
        self._etc = folder / "etc"
        configured = set_up(self.identities, self._etc, plugin=plugin)
        self.running: RunningMosquitto = start(configured)

    def issue(self, name: str, place: str = "") -> Identity:
        return self.authority.issue(name, place=place)

    def context(self, identity: Identity | None) -> ssl.SSLContext:
        return self.authority.client_context(identity)

    def folder_of(self, identity: Identity) -> Path:
        """As a partner keeps it."""
        folder = self.root / f"partner-{identity.certificate.stem}"
        folder.mkdir()
        shutil.copy(identity.certificate, folder / "certificate.pem")
        shutil.copy(identity.key, folder / "key.pem")
        shutil.copy(self.authority.certificate, folder / "ca.pem")
        return folder

    def tell_the_server(self) -> None:
        """What its operator does with a new revocation list."""
        shutil.copy(self.authority.revocation_list(), self._etc / "certificates/partners-crl.pem")
        self.running.process.send_signal(signal.SIGHUP)

    def tell_the_broker(self) -> None:
        """And with the broker's folder."""
        shutil.copy(self.authority.revocation_list(), self.identities.revocations)

    def connects(self, identity: Identity | None) -> bool:
        return gets_in(self.running.port, self.context(identity))

    def await_reload(self) -> None:
        """The server has read the list once it refuses somebody else who is on it."""
        probe = self.issue("lfb/fleet", "probe")
        self.authority.revoke(probe)
        self.tell_the_server()
        deadline_s = time.monotonic() + PATIENCE_S
        while self.connects(probe) and time.monotonic() < deadline_s:
            time.sleep(0.05)

    def known_to_the_server(self) -> set[str]:
        """The clients in the plugin's file, which it writes at every change."""
        with contextlib.suppress(ValueError):  # it is being written
            held = json.loads((self._etc / "rights.json").read_text(encoding="utf-8"))
            return {one["username"] for one in held["clients"]}
        return set()

    @contextlib.contextmanager
    def partner(self, identity: Identity) -> Iterator[MqttPartner]:
        made = MqttPartner(self.running.port, self.context(identity))
        try:
            assert made.connected.get(timeout=PATIENCE_S) == "Success"
            yield made
        finally:
            made.close()


@pytest.fixture
def site(tmp_path: Path, mosquitto_broker: StartMosquitto) -> Production:
    return Production(tmp_path, mosquitto_broker)


@asynccontextmanager
async def at_work(site: Production) -> AsyncIterator[Running]:
    """A broker that has told the server everybody's rights."""
    async with secure_broker(site, AGENCIES, apart=site.running.port) as running:
        systems = {"met/dispatch", "lfb/fleet"}
        await until(lambda: systems <= site.known_to_the_server(), "the server knows everybody")
        yield running


def batch() -> bytes:
    reports = crowd(1, now_us())
    return tracks_pb2.PublishTracksRequest(batch_id="b", reports=reports).SerializeToString()


def own_topic(system: SystemName) -> str:
    return f"{ROOT}/in/{system.agency}/{system.system}/tracks"


async def test_the_broker_gives_each_system_its_rights_and_no_others(site: Production) -> None:
    # REQ-SEC-001, REQ-PRIV-002, REQ-SEC-008: one certificate, one identity on both transports.
    identity = site.issue("met/dispatch")

    def over_mqtt() -> None:
        with site.partner(identity) as who:
            assert who.publish(own_topic(DISPATCH), batch()) == 0
            for own in (f"{ROOT}/private/met/dispatch/#", f"{ROOT}/out/met/desk/#"):
                assert who.subscribe(own) < DENIED
            for topic in (own_topic(FLEET), f"{ROOT}/out/met/desk/tracks", CONTROL_TOPIC):
                assert who.publish(topic, batch()) == DENIED, topic
            for topic in ("#", f"{ROOT}/in/#", f"{ROOT}/out/lfb/desk/#", "$SYS/#", "$CONTROL/#"):
                assert who.subscribe(topic) >= DENIED, topic

    async with at_work(site) as running:
        await asyncio.to_thread(over_mqtt)
        credentials = channel_credentials(site.folder_of(identity))
        async with Client(running.grpc_address, credentials=credentials) as who:
            assert (await who.publish(crowd(3, now_us()))).accepted_count == 3
        assert "mqtt-rights-unmanaged" not in running.broker.projection.snapshots.standing_notices


KEEP_TRYING = pytest.mark.parametrize(
    "keep_trying_s", [2.0, pytest.param(30.0, marks=pytest.mark.slow)], ids=["2s", "30s"]
)


@KEEP_TRYING
async def test_a_lost_certificate_is_kept_out_where_the_server_is_told_first(
    site: Production, keep_trying_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-SEC-008: its system goes on with another one. The server's reload spares live sessions,
    # so the broker ends them after it.
    lost, kept = site.issue("met/dispatch", "lost"), site.issue("met/dispatch", "kept")
    looks = Looks(monkeypatch, Warden)

    def work() -> None:
        with site.partner(lost) as who:
            assert who.publish(own_topic(DISPATCH), batch()) == 0
            site.authority.revoke(lost)
            site.tell_the_server()
            site.await_reload()
            assert who.publish(own_topic(DISPATCH), batch()) == 0
            began_s = time.monotonic()
            site.tell_the_broker()
            looks.changed()
            who.lost.get(timeout=PATIENCE_S)
            looks.check()
            print(f"live session on a server apart cut {time.monotonic() - began_s:.2f} s after")
        tries, until_s = 0, time.monotonic() + keep_trying_s
        while time.monotonic() < until_s:
            assert not site.connects(lost), f"back in at try {tries}"
            tries += 1
        with site.partner(kept) as going_on:
            assert going_on.publish(own_topic(DISPATCH), batch()) == 0

    async with at_work(site):
        await asyncio.to_thread(work)


@KEEP_TRYING
async def test_a_revoked_system_has_no_session_and_no_right_before_any_reload(
    site: Production, keep_trying_s: float
) -> None:
    # REQ-SEC-008: the handshake succeeds, as the server was told nothing, and leads to nothing.
    revoked, other = site.issue("met/dispatch"), site.issue("lfb/fleet")

    def work() -> None:
        with site.partner(other) as going_on, site.partner(revoked) as who:
            assert who.publish(own_topic(DISPATCH), batch()) == 0
            revoke(site.identities, [DISPATCH], now_utc())
            who.lost.get(timeout=PATIENCE_S)
            until_s = time.monotonic() + keep_trying_s
            while time.monotonic() < until_s:
                with site.partner(revoked) as back:
                    assert back.publish(own_topic(DISPATCH), batch()) == DENIED
                    assert back.subscribe(f"{ROOT}/out/met/desk/#") >= DENIED
            assert going_on.lost.empty()
            assert going_on.publish(own_topic(FLEET), batch()) == 0

    async with at_work(site):
        await asyncio.to_thread(work)


@KEEP_TRYING
async def test_the_built_in_authoritys_lost_certificate_has_no_right_before_the_server_has_the_list(
    tmp_path: Path,
    mosquitto_broker: StartMosquitto,
    monkeypatch: pytest.MonkeyPatch,
    keep_trying_s: float,
) -> None:
    # REQ-SEC-008: and neither has its system there, until the list has come.
    monkeypatch.setattr(list_probe, "KNOCK_EVERY_S", 0.2)
    site = Site(tmp_path / "site")
    lost = mqtt_context(site.partner("met/dispatch", place="lost"))
    kept = mqtt_context(site.certificate("met/dispatch", place="kept"))
    site.partner("lfb/fleet")
    etc = tmp_path / "etc"
    running = mosquitto_broker(set_up(site.identities, etc))
    first = read_register(site.identities.register).systems[DISPATCH].certificates[0]

    def said_to(context: ssl.SSLContext) -> int:
        with contextlib.closing(MqttPartner(running.port, context)) as who:
            assert who.connected.get(timeout=PATIENCE_S) == "Success"
            return who.publish(own_topic(DISPATCH), batch())

    def work() -> None:
        with contextlib.closing(MqttPartner(running.port, lost)) as who:
            assert who.publish(own_topic(DISPATCH), batch()) == 0
            revoke_serial(site.identities, first.serial, now_utc())
            who.lost.get(timeout=PATIENCE_S)
        until_s = time.monotonic() + keep_trying_s
        while time.monotonic() < until_s:
            assert said_to(lost) == said_to(kept) == DENIED
        shutil.copy(site.identities.revocations, etc / "certificates")
        running.process.send_signal(signal.SIGHUP)
        until_s = time.monotonic() + PATIENCE_S
        while (said := said_to(kept)) == DENIED and time.monotonic() < until_s:
            time.sleep(0.1)
        assert said == 0
        assert not gets_in(running.port, lost)

    async with secure_broker(site, AGENCIES, apart=running.port):
        await until(lambda: b"lfb/fleet" in (etc / "rights.json").read_bytes(), "it has the rights")
        await asyncio.to_thread(work)


def test_nobody_connects_without_a_certificate_of_the_authority(site: Production) -> None:
    # REQ-SEC-002
    assert site.connects(site.issue("met/dispatch"))
    assert not site.connects(None)
    assert not gets_in(site.running.port, None)
    stranger = Authority(site.root / "stranger").issue("met/dispatch")
    assert not site.connects(stranger)


def test_without_a_broker_nobody_has_any_right(site: Production) -> None:
    # REQ-SEC-001: rights.json lets the broker alone do anything.
    with site.partner(site.issue("met/dispatch")) as who:
        assert who.publish(own_topic(DISPATCH), batch()) == DENIED
        assert who.subscribe("#") >= DENIED
    held = json.loads((FILES / "rights.json").read_text(encoding="utf-8"))
    for exercise in (False, True):
        wanted = broker_rights(Topics(exercise=exercise))
        expected = configuration([wanted])
        assert {**held, "roles": []} == {**expected, "roles": []}
        [role] = held["roles"]
        assert all(one in role["acls"] for one in wanted.access_list())


async def test_a_server_that_takes_no_rights_from_the_broker_is_told_of(
    tmp_path: Path, mosquitto_broker: StartMosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-SEC-008: without the plugin nothing would be cut, in silence.
    monkeypatch.setattr(warden, "ANSWER_WITHIN_US", 300_000)
    site = Production(tmp_path, mosquitto_broker, plugin=False)
    async with secure_broker(site, AGENCIES, apart=site.running.port) as running:
        notices = running.broker.projection.snapshots.standing_notices
        await until(lambda: "mqtt-rights-unmanaged" in notices, "it is said")
        assert "dynamic-security" in notices["mqtt-rights-unmanaged"]


def test_the_loopback_file_lets_a_client_talk_to_itself(mosquitto_broker: StartMosquitto) -> None:
    config = (FILES / "loopback.conf").read_text(encoding="utf-8")
    assert "listener 1883 127.0.0.1\n" in config
    running = mosquitto_broker(config.replace("listener 1883", "listener {port}"))
    alone = MqttPartner(running.port, None)
    try:
        assert alone.connected.get(timeout=PATIENCE_S) == "Success"
        alone.subscribe("keepclear/v1/#")
        alone.publish("keepclear/v1/out/met/desk/tracks", b"hello")
        heard = alone.received.get(timeout=PATIENCE_S)
        assert (heard.topic, heard.payload) == ("keepclear/v1/out/met/desk/tracks", b"hello")
    finally:
        alone.close()


@pytest.mark.parametrize("name", ["keepclear.conf", "loopback.conf"])
def test_files_hold_the_same_limits_as_the_embedded_server(name: str) -> None:
    limits = re.compile(r"^(max_\w+|set_tcp_nodelay) (\w+)$", re.MULTILINE)
    embedded = dict(limits.findall(server_config.mosquitto_config(1883, run_as_root=False)))
    assert len(embedded) == 7
    assert dict(limits.findall((FILES / name).read_text(encoding="utf-8"))) == embedded
