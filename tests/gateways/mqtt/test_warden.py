"""What the MQTT server is told, and when: a real identity folder, a clock that is set."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from structlog.testing import capture_logs

from broker.core.names import Audience, Role
from broker.core.sharing.roles import AccessRole, Terms
from broker.core.units import SECOND_US
from broker.gateways.mqtt.list_probe import ListProbe
from broker.gateways.mqtt.topics import Topics
from broker.gateways.mqtt.warden import ANSWER_WITHIN_US, COMMANDS_IN_ONE, Warden
from broker.service.access import Access
from broker.service.clock import VirtualClock
from broker.service.identity.enrolment import revoke_serial
from broker.service.identity.known import Known
from broker.service.identity.register import Issue, read_register
from broker.service.identity.trust import Trust
from broker.service.mqtt_address import MqttAddress
from tests.system.identities import Site, system_of

NOW: Final = datetime(2030, 1, 1, tzinfo=UTC)
DAY_US: Final = 86_400 * SECOND_US
AGENCIES: Final = frozenset({"met", "lfb"})
ENDED_FIRST: Final = ["deleteClient", "deleteRole", "createRole", "createClient"]


class Server:
    """Takes what the warden says, and answers when it is told to."""

    def __init__(self, site: Site) -> None:
        self.clock = VirtualClock(round(NOW.timestamp()) * SECOND_US)
        self.trust = Trust(site.identities)
        self.reloads = 0
        self.messages: list[bytes] = []
        audiences = [Audience(agency, Role.DESK) for agency in sorted(AGENCIES)]
        self.warden = Warden(
            self.trust,
            Access(lambda: Terms(AGENCIES), Known(self.trust, None, self.clock)),
            self.clock,
            Topics(exercise=True),
            lambda: audiences,
        )

    def reload(self) -> None:
        self.reloads += 1

    def look(self) -> list[tuple[str, str]]:
        """What the next look says: commands, and whose."""
        self.trust.refresh()
        self.messages.clear()
        self.warden.watch(lambda _topic, payload: self.messages.append(payload))
        said = [one for message in self.messages for one in json.loads(message)["commands"]]
        return [
            (one["command"], one.get("username") or one["rolename"].removeprefix("system "))
            for one in said
        ]

    def of(self, name: str) -> list[str]:
        """The commands of the next look; all must be this system's."""
        said = self.look()
        assert {whose for _, whose in said} <= {name}
        return [command for command, _ in said]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


def certificates(site: Site, name: str) -> Sequence[Issue]:
    return read_register(site.identities.register).systems[system_of(name)].certificates


def child(site: Site) -> Server:
    """A server that the broker started with everybody's rights."""
    server = Server(site)
    server.warden.first_configuration()
    server.warden.reload = server.reload
    return server


def test_nothing_is_said_while_nothing_changes(site: Site) -> None:
    site.partner("met/dispatch", now=NOW)
    server = child(site)
    assert server.look() == server.look() == []
    assert server.reloads == 0


def test_a_session_may_be_of_the_certificate_that_expired(site: Site) -> None:
    # REQ-SEC-003: Mosquitto looks at the date at the handshake only, and another certificate is
    # still good. TLS sessions of the expired one end with the reload.
    site.partner("met/dispatch", now=NOW)
    site.certificate("met/dispatch", now=NOW + timedelta(days=1))
    site.partner("lfb/fleet", now=NOW + timedelta(days=3))
    server = child(site)
    server.clock.advance_to(server.clock.now_us() + 7 * DAY_US - 1)
    assert (server.look(), server.reloads) == ([], 0)
    server.clock.advance_to(server.clock.now_us() + 1)
    assert server.of("met/dispatch") == ENDED_FIRST
    assert server.reloads == 1
    assert (server.look(), server.reloads) == ([], 1)
    server.clock.advance_to(server.clock.now_us() + DAY_US)
    assert server.of("met/dispatch") == ENDED_FIRST[:2]


def test_the_server_reads_the_list_before_the_sessions_end(site: Site) -> None:
    # REQ-SEC-003: the other way round the revoked key could come back in between.
    site.partner("met/dispatch", now=NOW)
    site.certificate("met/dispatch", now=NOW)
    site.partner("lfb/fleet", now=NOW)
    server = child(site)
    order: list[str] = []
    server.warden.reload = lambda: order.append("reload")
    revoke_serial(site.identities, certificates(site, "met/dispatch")[0].serial, NOW)
    server.trust.refresh()
    server.warden.watch(lambda _topic, _payload: order.append("commands"))
    assert order == ["reload", "commands"]


def test_one_revoked_certificate_ends_its_systems_sessions_and_nobody_elses(site: Site) -> None:
    # REQ-SEC-003: the probe that is on the list too is nobody's.
    site.partner("met/dispatch", now=NOW)
    site.certificate("met/dispatch", now=NOW)
    site.partner("lfb/fleet", now=NOW)
    server = child(site)
    first, second = certificates(site, "met/dispatch")
    revoke_serial(site.identities, first.serial, NOW)
    assert server.of("met/dispatch") == ENDED_FIRST
    revoke_serial(site.identities, second.serial, NOW)
    assert server.of("met/dispatch") == ENDED_FIRST[:2]
    assert server.look() == []


def test_what_got_no_answer_is_said_again_after_the_connection(site: Site) -> None:
    # REQ-SEC-003: a revocation that was lost on the way would leave the session its rights.
    site.partner("met/dispatch", now=NOW)
    server = child(site)
    assert not server.warden.has_unanswered
    site.revoke("met/dispatch")
    assert server.of("met/dispatch") == ENDED_FIRST[:2]
    assert server.warden.has_unanswered
    server.warden.forget()
    assert server.of("met/dispatch") == ENDED_FIRST[:2]
    server.warden.answered()
    assert not server.warden.has_unanswered


def test_who_leaves_one_of_two_messages_unanswered_is_not_obeying(site: Site) -> None:
    # REQ-SEC-008
    for number in range(COMMANDS_IN_ONE // 4 + 1):
        site.partner(f"met/system-{number}", now=NOW)
    server = Server(site)
    server.look()
    assert len(server.messages) == 2
    server.warden.answered()
    assert server.warden.is_obeyed
    server.clock.advance_to(server.clock.now_us() + ANSWER_WITHIN_US)
    assert not server.warden.is_obeyed
    server.warden.answered()
    assert server.warden.is_obeyed
    server.warden.answered()  # of somebody else's command
    assert server.warden.is_obeyed


def test_roles_that_change_change_rights(site: Site) -> None:
    # REQ-SEC-011
    site.partner("met/dispatch", frozenset({AccessRole.PUBLISHER}), now=NOW)
    server = child(site)
    site.partner("met/dispatch", frozenset({AccessRole.DESK}), now=NOW, place="again")
    assert server.of("met/dispatch") == ENDED_FIRST


class Apart(Server):
    """A server that somebody else runs: its list comes when that person brings it."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self.probe = ListProbe(self.trust, MqttAddress("localhost", 1, is_tls=True))
        self.knocks = 0
        self.warden.probe = self.probe
        self.probe.knock = self.knocked  # type: ignore[method-assign]
        self.look()

    def knocked(self) -> None:
        self.knocks += 1

    def has_the_list(self) -> None:
        self.probe.known_serials = self.trust.state.revoked_serials


def test_apart_a_system_that_lost_a_certificate_is_held_until_the_server_has_the_list(
    site: Site,
) -> None:
    # REQ-SEC-008: which certificate a session came with cannot be told there.
    site.partner("met/dispatch", now=NOW)
    site.certificate("met/dispatch", now=NOW)
    site.partner("lfb/fleet", now=NOW)
    server = Apart(site)
    assert server.knocks == 0
    revoke_serial(site.identities, certificates(site, "met/dispatch")[0].serial, NOW)
    with capture_logs() as said:
        assert server.of("met/dispatch") == ENDED_FIRST[:2]
        assert server.look() == []
    [held] = [one for one in said if one["event"] == "mqtt-system-held"]
    assert "copy partners-crl.pem there" in held["why"]
    assert server.knocks == 2
    server.has_the_list()
    assert server.of("met/dispatch") == ENDED_FIRST[2:]
    assert server.look() == []
    assert server.knocks == 2


def test_apart_another_connection_may_be_to_a_server_without_the_list(site: Site) -> None:
    # REQ-SEC-008
    site.partner("met/dispatch", now=NOW)
    site.certificate("met/dispatch", now=NOW)
    server = Apart(site)
    revoke_serial(site.identities, certificates(site, "met/dispatch")[0].serial, NOW)
    server.look()
    server.has_the_list()
    assert server.of("met/dispatch") == ENDED_FIRST[2:]
    server.warden.forget()
    assert server.of("met/dispatch") == ENDED_FIRST[:2]
    server.has_the_list()
    assert server.of("met/dispatch") == ENDED_FIRST[2:]


def test_apart_what_the_server_knew_holds_nobody_when_another_is_revoked(site: Site) -> None:
    for name in ("met/dispatch", "lfb/fleet"):
        site.partner(name, now=NOW)
        site.certificate(name, now=NOW)
    server = Apart(site)
    revoke_serial(site.identities, certificates(site, "met/dispatch")[0].serial, NOW)
    server.look()
    server.has_the_list()
    server.look()
    revoke_serial(site.identities, certificates(site, "lfb/fleet")[0].serial, NOW)
    assert server.of("lfb/fleet") == ENDED_FIRST[:2]


def test_apart_a_revoked_certificate_that_has_expired_holds_nobody(site: Site) -> None:
    site.partner("met/dispatch", now=NOW)
    site.certificate("met/dispatch", now=NOW, lifetime=timedelta(days=20))
    server = Apart(site)
    revoke_serial(site.identities, certificates(site, "met/dispatch")[0].serial, NOW)
    assert server.of("met/dispatch") == ENDED_FIRST[:2]
    server.clock.advance_to(server.clock.now_us() + 7 * DAY_US)
    assert server.of("met/dispatch") == ENDED_FIRST[2:]


def test_apart_with_another_authority_nobody_can_be_held(site: Site) -> None:
    """Its lists have no probe: its operator gives them to the server first."""
    site.partner("met/dispatch", now=NOW)
    site.certificate("met/dispatch", now=NOW)
    site.identities.authority_key.unlink()
    server = Apart(site)
    revoke_serial(site.identities, certificates(site, "met/dispatch")[0].serial, NOW)
    assert server.of("met/dispatch") == ENDED_FIRST
    assert server.knocks == 0
