"""Identity over MQTT, against a real Mosquitto that the broker runs: TLS, rights, revocation."""

import asyncio
import socket
import ssl
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from broker.core.names import Role
from broker.core.sharing.roles import AccessRole
from broker.gateways.mqtt.warden import Warden
from broker.service.identity.authority import issue_client, key_pem, now_utc, pem
from broker.service.identity.certificates import BROKER_NAME
from broker.service.identity.enrolment import open_authority, revoke_serial, rotate_server
from broker.service.identity.register import read_register
from broker.service.settings import AgencySettings, LimitSettings
from keepclear.client.tls import mqtt_context
from keepclear.v1 import presence_pb2, restrictions_pb2, tracks_pb2
from tests.patience import PATIENCE_S
from tests.system.identities import HOST, Site, system_of, time_enough
from tests.system.looks import Looks
from tests.system.secure import MqttPartner, gets_in, partner, secure_broker
from tests.system.traffic import crowd, keep_clear, now_us

pytestmark = pytest.mark.system

ROOT = "keepclear-exercise/v1"
DENIED = 0x87
AGENCIES = {
    agency: AgencySettings(name=agency, roles=(Role.DESK, Role.OBSERVER))
    for agency in ("met", "lfb")
}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    return await asyncio.to_thread(work)


def batch(count: int = 1) -> bytes:
    request = tracks_pb2.PublishTracksRequest(batch_id="b", reports=crowd(count, now_us()))
    return request.SerializeToString()


def answer(who: MqttPartner) -> presence_pb2.CommandAnswer:
    message = who.received.get(timeout=PATIENCE_S)
    return presence_pb2.CommandAnswer.FromString(bytes(message.payload))


async def test_a_system_publishes_is_answered_and_reads_its_view(site: Site) -> None:
    # REQ-SEC-001: the same certificate, the same identity, on both transports.
    folder = site.partner("met/dispatch")
    async with secure_broker(site, AGENCIES) as running:

        def work() -> None:
            with partner(running.mqtt_address.port, folder) as who:
                assert who.subscribe(f"{ROOT}/private/met/dispatch/#") < 0x80
                assert who.publish(f"{ROOT}/in/met/dispatch/tracks", batch(3)) == 0
                assert answer(who).tracks.accepted_count == 3
                assert who.subscribe(f"{ROOT}/out/met/desk/#") < 0x80
                topics = {who.received.get(timeout=PATIENCE_S).topic for _ in range(3)}
                assert topics <= {
                    f"{ROOT}/out/met/desk/{leaf}"
                    for leaf in ("tracks", "heartbeat", "coverage", "notice")
                }

        await in_thread(work)


async def test_other_topics_are_refused_both_ways(site: Site) -> None:
    # REQ-SEC-001, REQ-PRIV-002: a refused SUBSCRIBE is told, not granted in silence.
    folder = site.partner("met/dispatch")
    async with secure_broker(site, AGENCIES) as running:

        def work() -> None:
            with partner(running.mqtt_address.port, folder) as who:
                for topic in (
                    f"{ROOT}/in/lfb/fleet/tracks",
                    f"{ROOT}/in/met/other/tracks",
                    f"{ROOT}/in/met/dispatch/elsewhere",
                    f"{ROOT}/out/met/desk/alerts/1",
                    f"{ROOT}/private/met/dispatch/acks",
                    "keepclear/v1/in/met/dispatch/tracks",
                    "$CONTROL/dynamic-security/v1",
                ):
                    assert who.publish(topic) == DENIED, topic
                for topic in (
                    "#",
                    f"{ROOT}/#",
                    f"{ROOT}/in/#",
                    f"{ROOT}/out/#",
                    f"{ROOT}/out/+/desk/#",
                    f"{ROOT}/out/lfb/desk/#",
                    f"{ROOT}/private/lfb/fleet/#",
                    f"{ROOT}/private/met/+/#",
                    "$SYS/#",
                    "$CONTROL/#",
                    "$share/g/keepclear-exercise/v1/out/lfb/desk/#",
                ):
                    assert who.subscribe(topic) >= 0x80, topic

        await in_thread(work)


async def test_who_is_nobody_gets_no_connection(site: Site) -> None:
    # REQ-SEC-002: no certificate, unknown authority, expired, plain text, older TLS.
    good = site.partner("met/dispatch")
    expired = site.partner("lfb/old", now=now_utc() - timedelta(days=9))
    trusting = ssl.create_default_context(cafile=good / "ca.pem")
    older = mqtt_context(good)
    older.set_ciphers("ALL:@SECLEVEL=0")
    older.minimum_version = older.maximum_version = ssl.TLSVersion.TLSv1_1
    async with secure_broker(site, AGENCIES) as running:
        port = running.mqtt_address.port
        for context in (
            trusting,
            mqtt_context(site.stranger("met/dispatch")),
            mqtt_context(expired),
            None,
            older,
        ):
            assert not await in_thread(lambda context=context: gets_in(port, context))  # type: ignore[misc]
        assert await in_thread(lambda: gets_in(port, mqtt_context(good)))


async def test_a_signature_alone_gives_no_right(site: Site) -> None:
    # REQ-SEC-001: a certificate of our authority for a system that nobody enrolled.
    folder = site.partner("met/dispatch")
    issued = issue_client(open_authority(site.identities), system_of("met/unheard-of"), now_utc())
    (folder / "certificate.pem").write_bytes(pem(issued.certificate))
    (folder / "key.pem").write_bytes(key_pem(issued.key))
    async with secure_broker(site, AGENCIES) as running:

        def work() -> None:
            with partner(running.mqtt_address.port, folder) as who:
                for name in ("unheard-of", "dispatch"):
                    assert who.publish(f"{ROOT}/in/met/{name}/tracks") == DENIED
                    assert who.subscribe(f"{ROOT}/private/met/{name}/#") >= 0x80
                assert who.subscribe(f"{ROOT}/out/met/desk/#") >= 0x80

        await in_thread(work)


async def test_a_system_of_an_agency_that_takes_no_part_has_no_right(site: Site) -> None:
    # REQ-SEC-001: wrong agency, though enrolled and with every role.
    folder = site.partner("elsewhere/dispatch")
    async with secure_broker(site, AGENCIES) as running:

        def work() -> None:
            with partner(running.mqtt_address.port, folder) as who:
                for agency in ("elsewhere", "met"):
                    assert who.publish(f"{ROOT}/in/{agency}/dispatch/tracks", batch()) == DENIED
                    assert who.subscribe(f"{ROOT}/out/{agency}/desk/#") >= 0x80

        await in_thread(work)


async def test_nobody_takes_anothers_session_or_the_brokers(site: Site) -> None:
    # REQ-SEC-004: whatever client id is asked for, it is the certificate's name.
    victim, thief = site.partner("met/dispatch"), site.partner("lfb/fleet")
    async with secure_broker(site, AGENCIES) as running:
        port = running.mqtt_address.port

        def work() -> None:
            with (
                partner(port, victim, "met/dispatch") as first,
                partner(port, thief, "met/dispatch"),
                partner(port, thief, str(BROKER_NAME)),
            ):
                time.sleep(0.3)
                assert first.lost.empty()
                assert first.publish(f"{ROOT}/in/met/dispatch/tracks", batch()) == 0

        await in_thread(work)
        assert running.gateway.link.connected.is_set()


def cut_and_kept_out(
    running_port: int, site: Site, folder: Path, keep_trying_s: float, looks: Looks
) -> None:
    """Revoke a live session's certificate; it is cut in time and never comes back."""
    with partner(running_port, folder) as who:
        began_s = time.monotonic()
        site.revoke("met/dispatch")
        looks.changed()
        who.lost.get(timeout=PATIENCE_S)
        looks.check()
        cut_s = time.monotonic() - began_s
    tries = 0
    while time.monotonic() < began_s + cut_s + keep_trying_s:
        assert not gets_in(running_port, mqtt_context(folder)), f"back in at try {tries}"
        tries += 1
    print(f"live MQTT session cut {cut_s:.2f} s after the revocation; {tries} tries to come back")


@pytest.mark.parametrize(
    "keep_trying_s", [3.0, pytest.param(30.0, marks=pytest.mark.slow)], ids=["3s", "30s"]
)
async def test_a_revoked_key_is_cut_and_never_gets_back_in(
    site: Site, keep_trying_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-SEC-003
    looks = Looks(monkeypatch, Warden)
    folder, other = site.partner("met/dispatch"), site.partner("lfb/fleet")
    async with secure_broker(site, AGENCIES) as running:
        port = running.mqtt_address.port
        with partner(port, other) as partner_of_it:
            await in_thread(lambda: cut_and_kept_out(port, site, folder, keep_trying_s, looks))
            assert partner_of_it.lost.empty()
            assert partner_of_it.publish(f"{ROOT}/in/lfb/fleet/tracks", batch()) == 0


async def test_one_lost_certificate_is_shut_out_and_the_next_one_works(site: Site) -> None:
    # REQ-SEC-003, REQ-SEC-005
    lost = site.partner("met/dispatch")
    kept = site.certificate("met/dispatch", place="kept")
    (first, _) = (
        read_register(site.identities.register).systems[system_of("met/dispatch")].certificates
    )
    async with secure_broker(site, AGENCIES) as running:
        port = running.mqtt_address.port

        def work() -> None:
            with partner(port, lost) as who:
                revoke_serial(site.identities, first.serial, now_utc())
                who.lost.get(timeout=PATIENCE_S)
            for _ in range(5):
                assert not gets_in(port, mqtt_context(lost))
            with partner(port, kept) as again:
                assert again.publish(f"{ROOT}/in/met/dispatch/tracks", batch()) == 0

        await in_thread(work)


async def test_a_session_ends_with_its_certificate(site: Site) -> None:
    # REQ-SEC-003: Mosquitto itself looks at the date at the handshake only.
    lasting = site.partner("lfb/fleet")
    async with secure_broker(site, AGENCIES) as running:
        port = running.mqtt_address.port

        def work() -> None:
            began_s = time.monotonic()
            with partner(port, lasting):
                lifetime = time_enough(time.monotonic() - began_s)
            folder = site.partner("met/dispatch", lifetime=lifetime)
            with partner(port, folder) as who:
                who.lost.get(timeout=PATIENCE_S)
            assert not gets_in(port, mqtt_context(folder))

        await in_thread(work)


def has_ipv6() -> bool:
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(("::1", 0))
        except OSError:
            return False
        return True


@pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")
@pytest.mark.parametrize("host", ["::1", "::"])
async def test_both_transports_serve_ipv6_too(site: Site, host: str) -> None:
    # REQ-SEC-002: and demand a certificate there.
    folder = site.partner("met/dispatch")
    async with secure_broker(site, AGENCIES, host=host) as running:

        def proves_itself(port: int) -> bool:
            context = mqtt_context(folder)
            with (
                socket.create_connection(("::1", port), PATIENCE_S) as plain,
                context.wrap_socket(plain, server_hostname=HOST) as connection,
            ):
                return connection.version() is not None

        address, _, port = running.grpc_address.rpartition(":")
        assert address == f"[{host}]"
        for each in (int(port), running.mqtt_address.port):
            assert await in_thread(lambda each=each: proves_itself(each))  # type: ignore[misc]


async def test_a_reload_ends_what_a_handshake_of_before_is_good_for(site: Site) -> None:
    # REQ-SEC-003: a resumed TLS session shows no certificate, so nobody looks at its date or list.
    folder = site.partner("met/dispatch")
    context = mqtt_context(folder)
    context.maximum_version = ssl.TLSVersion.TLSv1_2  # hands the session over in the handshake
    async with secure_broker(site, AGENCIES) as running:
        server = running.mqtt_server
        assert server is not None

        def connect(session: ssl.SSLSession | None) -> tuple[bool, ssl.SSLSession | None]:
            with (
                socket.create_connection((server.host, server.port), PATIENCE_S) as plain,
                context.wrap_socket(plain, server_hostname=HOST, session=session) as connection,
            ):
                return bool(connection.session_reused), connection.session

        def work() -> None:
            _, session = connect(None)
            assert connect(session)[0], "sessions are not resumed at all: nothing to end"
            server.reload()
            deadline_s = time.monotonic() + PATIENCE_S
            while connect(session)[0] and time.monotonic() < deadline_s:
                time.sleep(0.05)
            assert not connect(session)[0]

        await in_thread(work)


async def test_enrolment_and_roles_take_effect_while_it_runs(site: Site) -> None:
    # REQ-SEC-011
    async with secure_broker(site, AGENCIES) as running:
        port = running.mqtt_address.port
        folder = site.partner("met/dispatch", frozenset({AccessRole.PUBLISHER}))

        def work() -> None:
            deadline_s = time.monotonic() + PATIENCE_S
            while True:
                with partner(port, folder) as who:
                    code = who.publish(f"{ROOT}/in/met/dispatch/tracks", batch())
                    if code == 0 or time.monotonic() > deadline_s:
                        assert code == 0
                        assert who.subscribe(f"{ROOT}/out/met/desk/#") >= 0x80
                        site.partner("met/dispatch", frozenset({AccessRole.DESK}), place="unused")
                        who.lost.get(timeout=PATIENCE_S)
                        break
            with partner(port, folder) as who:
                assert who.publish(f"{ROOT}/in/met/dispatch/tracks", batch()) == DENIED
                assert who.subscribe(f"{ROOT}/out/met/desk/#") < 0x80

        await in_thread(work)


async def test_the_servers_certificate_is_rotated_under_live_sessions(site: Site) -> None:
    # REQ-SEC-005
    folder = site.partner("met/dispatch")
    async with secure_broker(site, AGENCIES) as running:
        port = running.mqtt_address.port

        def shown() -> bytes:
            context = mqtt_context(folder)
            with (
                socket.create_connection(("127.0.0.1", port), PATIENCE_S) as plain,
                context.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
            ):
                return connection.getpeercert(binary_form=True) or b""

        def work() -> None:
            with partner(port, folder) as who:
                before = shown()
                rotate_server(site.identities, (), now_utc())
                deadline_s = time.monotonic() + PATIENCE_S
                while shown() == before and time.monotonic() < deadline_s:
                    time.sleep(0.1)
                assert shown() != before
                assert who.publish(f"{ROOT}/in/met/dispatch/tracks", batch()) == 0
                assert who.lost.empty()

        await in_thread(work)


async def test_limits_and_roles_are_answered(site: Site) -> None:
    # REQ-SEC-012
    folder = site.partner("met/dispatch")
    limits = LimitSettings(reports_per_s=10, requests_per_s=2, bytes_per_s=20_000)
    async with secure_broker(site, AGENCIES, limits) as running:

        def work() -> None:
            with partner(running.mqtt_address.port, folder) as who:
                who.subscribe(f"{ROOT}/private/met/dispatch/acks")
                # All at once: on a machine that is slow enough, one after another is not too much.
                for _ in range(3):
                    who.paho.publish(f"{ROOT}/in/met/dispatch/tracks", batch(20), qos=1)
                answers = [answer(who) for _ in range(3)]
                assert any(one.tracks.accepted_count == 20 for one in answers)
                assert any("10 reports a second" in one.refused.message for one in answers)
                request = restrictions_pb2.CreateRestrictionRequest(
                    request_id="r", restriction=keep_clear("one", "lfb")
                )
                who.publish(
                    f"{ROOT}/in/met/dispatch/restrictions/create", request.SerializeToString()
                )
                assert "belongs to lfb" in answer(who).refused.message
                # One larger than any burst passes where nothing is used up, and leaves a debt.
                for _ in range(2):
                    topic = f"{ROOT}/in/met/dispatch/restrictions/create"
                    who.paho.publish(topic, bytes(50_000), qos=1)
                said = [answer(who).refused.message for _ in range(2)]
                assert any("20,000 bytes a second" in one for one in said)

        await in_thread(work)


async def test_the_broker_starts_its_server_again_with_the_rights_of_the_day(site: Site) -> None:
    # REQ-MQTT-008
    folder = site.partner("met/dispatch")
    async with secure_broker(site, AGENCIES) as running:
        assert running.mqtt_server is not None
        later = site.partner("lfb/fleet")
        running.mqtt_server.process.kill()
        port = running.mqtt_address.port

        def work() -> None:
            deadline_s = time.monotonic() + PATIENCE_S
            while not gets_in(port, mqtt_context(folder)) and time.monotonic() < deadline_s:
                time.sleep(0.1)
            with partner(port, later) as who:
                assert who.publish(f"{ROOT}/in/lfb/fleet/tracks", batch()) in {0, 0x10}

        await in_thread(work)
