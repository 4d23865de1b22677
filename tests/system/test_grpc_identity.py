"""Identity over gRPC, against a real server: who gets in, as whom, and how they are cut off."""

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Iterable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import grpc
import grpc.aio
import pytest

from broker.core.names import Role
from broker.core.sharing.roles import AccessRole, Zone
from broker.gateways.grpc.gate import Gate
from broker.service.access import Limits
from broker.service.identity.authority import issue_client, key_pem, now_utc, pem
from broker.service.identity.enrolment import open_authority, rotate_server
from broker.service.settings import AgencySettings
from keepclear.client import Client, KeepclearError, RefusedError, UnavailableError
from keepclear.client.tls import channel_credentials
from keepclear.v1 import feed_pb2
from tests.patience import PATIENCE_S
from tests.system.identities import HOST, Site, system_of, time_enough
from tests.system.live import Live, at_work, live, until
from tests.system.looks import Looks
from tests.system.traffic import crowd, hovering, keep_clear, now_us

pytestmark = pytest.mark.system

AGENCIES = {
    agency: AgencySettings(name=agency, roles=(Role.DESK, Role.OBSERVER))
    for agency in ("met", "lfb", "laa")
}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


@asynccontextmanager
async def secure(site: Site, limits: Limits | None = None) -> AsyncIterator[Live]:
    known = site.known()
    async with live(site.root / "data", known=known, limits=limits, agencies=AGENCIES) as one:
        yield one


def client(one: Live, folder: Path, system: str = "") -> Client:
    return Client(one.address, system, credentials=channel_credentials(folder))


async def refused(one: Live, folder: Path, system: str = "") -> grpc.StatusCode:
    async with client(one, folder, system) as who:
        with pytest.raises(RefusedError) as found:
            await who.list_restrictions()
        return found.value.code


async def never_connects(one: Live, credentials: grpc.ChannelCredentials | None) -> None:
    async with Client(
        one.address, "agencies/met/systems/dispatch", credentials=credentials, deadline_s=3
    ) as who:
        with pytest.raises(UnavailableError):
            await who.list_restrictions()


async def test_a_system_is_known_by_its_certificate(site: Site) -> None:
    # REQ-SEC-001
    folder = site.partner("met/dispatch")
    async with secure(site) as one, client(one, folder) as who:
        answer = await who.publish(crowd(3, now_us()))
        assert answer.accepted_count == 3
        made = await who.create_restriction(keep_clear("one"))
        assert made.version == 1


async def test_the_feed_does_not_say_that_names_are_claimed(site: Site) -> None:
    folder = site.partner("met/dispatch")
    async with secure(site) as one, client(one, folder) as who:
        notices = []
        async with asyncio.timeout(PATIENCE_S), aclosing(who.subscribe()) as messages:
            async for message in messages:
                if message.WhichOneof("kind") == "notice":
                    notices.append(message.notice.code)
                if message.WhichOneof("kind") == "heartbeat":
                    break
        assert "identity-claimed" not in notices


async def test_no_certificate_plain_text_and_unknown_authority_get_no_connection(
    site: Site,
) -> None:
    # REQ-SEC-002
    site.partner("met/dispatch")
    async with secure(site) as one:
        await never_connects(one, site.server_only())
        await never_connects(one, None)
        await never_connects(one, channel_credentials(site.stranger("met/dispatch")))


async def test_an_expired_certificate_gets_no_connection(site: Site) -> None:
    # REQ-SEC-002
    long_ago = now_utc() - timedelta(days=9)
    folder = site.partner("met/dispatch", now=long_ago, lifetime=timedelta(days=7))
    async with secure(site) as one:
        await never_connects(one, channel_credentials(folder))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
async def test_an_older_tls_is_refused(site: Site, version: ssl.TLSVersion) -> None:
    # REQ-SEC-002: no downgrade.
    folder = site.partner("met/dispatch")
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version

    def shake_hands(port: int) -> None:
        with (
            socket.create_connection((HOST, port), PATIENCE_S) as plain,
            context.wrap_socket(plain, server_hostname=HOST) as connection,
        ):
            connection.recv(1)

    async with secure(site) as one:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await asyncio.to_thread(shake_hands, one.grpc_port)


async def test_a_certificate_of_a_system_that_is_not_enrolled_may_do_nothing(site: Site) -> None:
    # REQ-SEC-001: the authority's signature alone gives no right.
    system = system_of("met/unheard-of")
    issued = issue_client(open_authority(site.identities), system, now_utc())
    folder = site.partner("met/dispatch")
    (folder / "certificate.pem").write_bytes(pem(issued.certificate))
    (folder / "key.pem").write_bytes(key_pem(issued.key))
    async with secure(site) as one:
        assert await refused(one, folder) is grpc.StatusCode.UNAUTHENTICATED


async def test_nobody_calls_under_anothers_name(site: Site) -> None:
    # REQ-SEC-004
    folder = site.partner("met/dispatch")
    async with secure(site) as one:
        name = "agencies/lfb/systems/fleet"
        assert await refused(one, folder, name) is grpc.StatusCode.UNAUTHENTICATED


async def test_an_agency_that_takes_no_part_is_refused(site: Site) -> None:
    # REQ-SEC-001: wrong agency
    folder = site.partner("elsewhere/dispatch")
    async with secure(site) as one:
        assert await refused(one, folder) is grpc.StatusCode.PERMISSION_DENIED


async def test_the_restriction_of_another_agency_is_left_alone(site: Site) -> None:
    # REQ-TRUST-002
    folder = site.partner("met/dispatch")
    async with secure(site) as one, client(one, folder) as who:
        with pytest.raises(RefusedError, match="belongs to lfb"):
            await who.create_restriction(keep_clear("one", "lfb"))


async def test_a_method_without_a_rule_is_refused(site: Site) -> None:
    # REQ-SEC-011: deny by default. Reflection is served on one machine only.
    folder = site.partner("met/dispatch")
    async with (
        secure(site) as one,
        grpc.aio.secure_channel(one.address, channel_credentials(folder)) as channel,
    ):
        call: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(
            "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
        )
        with pytest.raises(grpc.aio.AioRpcError) as found:
            await call(iter([b""])).read()
        assert found.value.code() is grpc.StatusCode.UNIMPLEMENTED


@asynccontextmanager
async def reading(who: Client) -> AsyncIterator[tuple[list[float], "asyncio.Task[None]"]]:
    """A feed that is being read: when each message came, and the task that ends with the feed."""
    heard: list[float] = []

    async def read() -> None:
        nonlocal heard
        async for _ in who.subscribe():
            heard += [time.monotonic()]

    task = asyncio.create_task(read())
    try:
        yield heard, task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_revocation_cuts_a_live_feed_and_keeps_it_out(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-SEC-003
    looks = Looks(monkeypatch, Gate)
    revoked, other = site.partner("met/dispatch"), site.partner("lfb/fleet")
    async with secure(site) as one, client(one, revoked) as who, client(one, other) as partner:
        async with reading(who) as (heard, task), reading(partner) as (also_heard, going_on):
            await until(lambda: bool(heard and also_heard), "both read")
            began = time.monotonic()
            site.revoke("met/dispatch")
            looks.changed()
            await asyncio.wait({task}, timeout=PATIENCE_S)
            print(f"live gRPC feed cut {time.monotonic() - began:.2f} s after the revocation")
            with pytest.raises(RefusedError) as found:
                task.result()
            assert found.value.code is grpc.StatusCode.UNAUTHENTICATED
            assert "revoked" in str(found.value)
            assert not going_on.done()
            looks.check()
        for _ in range(5):
            assert await refused(one, revoked) is grpc.StatusCode.UNAUTHENTICATED


async def keep_publishing(who: Client) -> None:
    while True:
        await who.publish(crowd(3, now_us()))
        await asyncio.sleep(0.1)


async def test_a_publishers_stream_is_cut_too(site: Site) -> None:
    # REQ-SEC-003
    folder = site.partner("met/dispatch")
    async with secure(site) as one, client(one, folder) as who:
        await who.publish(crowd(3, now_us()))
        site.revoke("met/dispatch")
        with pytest.raises(KeepclearError):
            await keep_publishing(who)


async def test_a_certificate_that_expires_ends_its_feed(site: Site) -> None:
    # REQ-SEC-003: a connection does not outlive its certificate.
    lasting = site.partner("met/dispatch")
    async with secure(site) as one:
        began_s = time.monotonic()
        async with client(one, lasting) as who, reading(who) as (heard, _):
            await until(lambda: bool(heard), "a feed began")
        lifetime = time_enough(time.monotonic() - began_s)
        folder = site.certificate("met/dispatch", lifetime=lifetime, place="short")
        async with client(one, folder) as who, reading(who) as (heard, task):
            await until(lambda: bool(heard) or task.done(), "the feed began")
            await asyncio.wait({task}, timeout=PATIENCE_S)
            assert heard
            with pytest.raises(RefusedError, match="expired"):
                task.result()


async def test_a_role_that_is_taken_away_ends_what_it_allowed(site: Site) -> None:
    # REQ-SEC-003
    folder = site.partner("met/dispatch")
    async with secure(site) as one, client(one, folder) as who, reading(who) as (heard, task):
        await until(lambda: bool(heard), "the feed began")
        site.partner("met/dispatch", frozenset({AccessRole.PUBLISHER}), place="unused")
        await asyncio.wait({task}, timeout=PATIENCE_S)
        with pytest.raises(RefusedError) as found:
            task.result()
        assert found.value.code is grpc.StatusCode.PERMISSION_DENIED


async def test_certificates_are_rotated_under_load_without_a_lost_message(site: Site) -> None:
    # REQ-SEC-005
    old = site.partner("met/dispatch")
    fleet = site.partner("lfb/fleet")
    async with secure(site) as one, client(one, old) as who, client(one, fleet) as publisher:
        numbers: list[tuple[str, int]] = []
        gaps: list[object] = []
        published = 0
        note = numbers.append

        async def follow() -> None:
            async for message in who.follow(on_gap=gaps.append):
                if message.WhichOneof("kind") == "tracks":
                    note((message.header.epoch, message.header.number))

        async def publish() -> None:
            nonlocal published
            while True:
                published += (await publisher.publish(crowd(5, now_us()))).accepted_count
                await asyncio.sleep(0.05)

        tasks = [asyncio.create_task(follow()), asyncio.create_task(publish())]
        try:
            await until(lambda: len(numbers) > 5, "the feed is under way")
            await asyncio.to_thread(rotate_server, site.identities, (), now_utc())
            new = site.certificate("met/dispatch", place="met-dispatch-2")
            before = len(numbers)
            await who.renew(channel_credentials(new))
            await publisher.renew(channel_credentials(site.certificate("lfb/fleet")))
            await until(lambda: len(numbers) > before + 5, "the feed goes on")
            accepted = published
            await until(lambda: published > accepted, "publishing goes on")
            assert not any(task.done() for task in tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        assert gaps == []
        assert numbers == sorted(set(numbers))


async def outcomes(calls: Iterable[Awaitable[object]]) -> list[object]:
    """What comes of them all at once: one after another is not too much for a slow machine."""
    return list(await asyncio.gather(*calls, return_exceptions=True))


async def test_too_much_from_one_is_refused_and_the_others_go_on(site: Site) -> None:
    # REQ-SEC-012
    loud, quiet = site.partner("met/dispatch"), site.partner("lfb/fleet")
    limits = Limits(reports_per_s=10, requests_per_s=2)
    async with (
        secure(site, limits) as one,
        client(one, loud) as who,
        client(one, quiet) as partner,
    ):
        positions = await outcomes(who.publish(crowd(5, now_us())) for _ in range(40))
        told = [one for one in positions if "more than 10 reports a second" in str(one)]
        assert isinstance(told[0], UnavailableError)
        assert told[0].retry_after_s
        requests = await outcomes(who.list_restrictions() for _ in range(40))
        assert any("more than 2 requests a second" in str(one) for one in requests)
        assert (await partner.publish(crowd(3, now_us()))).accepted_count == 3


async def test_control_reads_its_own_zone_and_nothing_else(site: Site) -> None:
    # REQ-PRIV-003
    roles = frozenset({AccessRole.AIR_TRAFFIC_CONTROL})
    folder = site.partner("laa/tower", roles, Zone(51.4, -0.3, 51.6, 0.1))
    async with secure(site) as one, client(one, folder) as who:
        inside = feed_pb2.Area(south_deg=51.45, west_deg=-0.2, north_deg=51.55, east_deg=0.0)
        beyond = feed_pb2.Area(south_deg=51.45, west_deg=-0.2, north_deg=51.75, east_deg=0.0)
        for area, role, word in (
            (beyond, feed_pb2.ROLE_OBSERVER, "zone"),
            (None, feed_pb2.ROLE_OBSERVER, "zone"),
            (inside, feed_pb2.ROLE_DESK, "desk"),
        ):
            with pytest.raises(RefusedError, match=word):
                async with aclosing(who.subscribe(role, area=area)) as messages:
                    await anext(messages)
        async with aclosing(who.subscribe(feed_pb2.ROLE_OBSERVER, area=inside)) as messages:
            await anext(messages)
        with pytest.raises(RefusedError):
            await who.publish(crowd(1, now_us()))


async def shown(who: Client, area: feed_pb2.Area | None, token: bytes = b"") -> tuple[int, int]:
    """How many alerts and keep-clear requests are in the snapshot that a reader begins with.

    Never returns where none is sent.
    """
    alerts = requests = 0
    role = feed_pb2.ROLE_OBSERVER
    async with (
        asyncio.timeout(PATIENCE_S),
        aclosing(who.subscribe(role, area=area, resume_token=token)) as messages,
    ):
        async for message in messages:
            kind = message.WhichOneof("kind")
            alerts += kind == "alert"
            requests += kind == "restriction"
            if kind == "snapshot_end":
                break
    return alerts, requests


async def test_control_is_told_of_alerts_and_requests_that_touch_its_zone_only(site: Site) -> None:
    # REQ-PRIV-003
    roles = frozenset({AccessRole.AIR_TRAFFIC_CONTROL})
    here, away = (feed_pb2.Area(south_deg=one, west_deg=-0.3, north_deg=one + 0.2, east_deg=0.1)
                  for one in (51.4, 52.4))  # fmt: skip
    near = site.partner("laa/tower", roles, Zone(51.4, -0.3, 51.6, 0.1))
    far = site.partner("laa/elsewhere", roles, Zone(52.4, -0.3, 52.6, 0.1))
    folders = (site.partner("met/dispatch"), near, far)
    async with secure(site) as one, AsyncExitStack() as stack:
        desk, tower, elsewhere = [
            await stack.enter_async_context(client(one, folder)) for folder in folders
        ]
        made = await desk.create_restriction(keep_clear("one"))

        async def hover() -> None:
            while True:
                await desk.publish(hovering(now_us()))
                await asyncio.sleep(0.5)

        await stack.enter_async_context(at_work(hover))
        while not await desk.list_alerts():  # noqa: ASYNC110 - the broker is asked
            await asyncio.sleep(0.1)
        alerts, requests = await shown(desk, None)
        assert (alerts > 0, requests) == (True, 1)
        assert await shown(desk, away) == (alerts, 1), "who may see all is told all, wherever"
        async with aclosing(tower.subscribe(feed_pb2.ROLE_OBSERVER, area=here)) as messages:
            token = (await anext(messages)).header.resume_token
        assert await shown(tower, here) == (alerts, 1)
        assert await shown(tower, here, token) == (alerts, 1), "not resumed, but told anew"
        assert await shown(elsewhere, away) == (0, 0)
        assert [one.name for one in await tower.list_restrictions()] == [made.name]
        assert await elsewhere.list_restrictions() == []
        assert (await tower.get_restriction(made.name)).name == made.name
        with pytest.raises(RefusedError, match="no planned or active"):
            await elsewhere.get_restriction(made.name)
