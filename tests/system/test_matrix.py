"""Every role x every method and topic x own, agreed, other: through gRPC and a real Mosquitto.

What is tried comes from the contract and from the topics; what must come out, from the list of
expectations that was written by hand and not from the decision table.
"""

import asyncio
from pathlib import Path

import grpc
import grpc.aio
import pytest

from broker.core.names import Role
from broker.core.sharing.decision import VIEW_ACTIONS
from broker.core.sharing.roles import AccessRole, Action, Relation, Zone
from broker.gateways.mqtt.topics import Inbound
from broker.gateways.wire.actions import METHOD_ACTIONS, TOPIC_ACTIONS
from broker.service.settings import AgencySettings, LimitSettings
from keepclear.client.errors import RefusedError, from_rpc_error
from keepclear.client.first_status import FirstStatus
from keepclear.client.tls import channel_credentials
from keepclear.v1 import feed_pb2, restrictions_pb2
from tests.core.sharing.expected import EXPECTED, LETTERS
from tests.patience import PATIENCE_S
from tests.system.identities import Site
from tests.system.secure import partner, secure_broker
from tests.system.traffic import keep_clear

pytestmark = pytest.mark.system

ROOT = "keepclear-exercise/v1"
ZONE = Zone(51.4, -0.3, 51.6, 0.1)
INSIDE = feed_pb2.Area(south_deg=51.45, west_deg=-0.2, north_deg=51.55, east_deg=0.0)
OWNERS = {Relation.OWN: "met", Relation.AGREED: "lfb", Relation.OTHER: "las"}
AGENCIES = {
    agency: AgencySettings(name=agency, roles=(Role.DESK, Role.OBSERVER))
    for agency in OWNERS.values()
}
PLENTY = LimitSettings(reports_per_s=1e6, requests_per_s=1e6, bytes_per_s=1e9)
WIRE_ROLES = {Role.DESK: feed_pb2.ROLE_DESK, Role.OBSERVER: feed_pb2.ROLE_OBSERVER}
SUBSCRIBE = "/keepclear.v1.FeedService/Subscribe"
CREATE = "/keepclear.v1.RestrictionService/CreateRestriction"


def expected(role: AccessRole, action: Action, relation: Relation = Relation.OWN) -> bool:
    return LETTERS[relation] in EXPECTED[role].get(action, "")


def everybody(site: Site) -> dict[AccessRole, Path]:
    return {
        role: site.partner(
            f"met/{role}",
            frozenset({role}),
            ZONE if role is AccessRole.AIR_TRAFFIC_CONTROL else None,
        )
        for role in AccessRole
    }


_NO_ANSWER = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.INTERNAL,
)
"""A connection that breaks is no permission: the test fails with what is said of it."""


async def allowed(channel: grpc.aio.Channel, method: str, request: bytes = b"") -> bool | None:
    """Whether a call is let in: any answer but a denial counts, an empty request is no crime.

    None for a method of the contract that this broker does not serve: it is closed to all.
    """
    open_call: grpc.aio.StreamStreamMultiCallable[bytes, bytes] = channel.stream_stream(method)
    call = open_call(iter([request]), timeout=PATIENCE_S)
    ended = FirstStatus(call)
    try:
        await call.read()
    except grpc.aio.AioRpcError as last:
        error = ended.instead_of(last)
        if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
            raise
        if error.code() is grpc.StatusCode.UNIMPLEMENTED:
            return None
        if error.code() in _NO_ANSWER:
            raise
        if error.code() is not grpc.StatusCode.PERMISSION_DENIED:
            return True
        denial = from_rpc_error(error, "trying")
        assert isinstance(denial, RefusedError)
        assert denial.rule, "every answer carries the rule that decided"
        return False
    finally:
        call.cancel()
    return True


async def test_every_role_and_method_over_grpc(tmp_path: Path) -> None:
    # REQ-SEC-011
    site = Site(tmp_path / "site")
    folders = everybody(site)
    found: dict[tuple[str, ...], bool] = {}
    wanted: dict[tuple[str, ...], bool] = {}
    async with secure_broker(site, AGENCIES, PLENTY) as running:
        for role, folder in folders.items():
            async with grpc.aio.secure_channel(
                running.grpc_address, channel_credentials(folder)
            ) as channel:
                for method, action in METHOD_ACTIONS.items():
                    if method == SUBSCRIBE:
                        continue
                    asked = await allowed(channel, method)
                    if asked is not None:
                        found[role, method] = asked
                        wanted[role, method] = expected(role, action)
                for view, view_action in VIEW_ACTIONS.items():
                    request = feed_pb2.SubscribeRequest(role=WIRE_ROLES[view], area=INSIDE)
                    asked = await allowed(channel, SUBSCRIBE, request.SerializeToString())
                    found[role, SUBSCRIBE, view] = asked is True
                    wanted[role, SUBSCRIBE, view] = expected(role, view_action)
                for relation, owner in OWNERS.items():
                    name = f"matrix-{role}"[:40]
                    create = restrictions_pb2.CreateRestrictionRequest(
                        request_id=f"{role}-{owner}", restriction=keep_clear(name, owner)
                    )
                    asked = await allowed(channel, CREATE, create.SerializeToString())
                    found[role, CREATE, relation] = asked is True
                    wanted[role, CREATE, relation] = expected(
                        role, Action.SET_RESTRICTION, relation
                    )
    differing = {key: found[key] for key in wanted if found[key] is not wanted[key]}
    assert differing == {}
    print(f"gRPC: {len(wanted)} combinations, {sum(wanted.values())} allowed")


async def test_every_role_and_topic_over_mqtt(tmp_path: Path) -> None:
    # REQ-SEC-011, REQ-PRIV-002
    site = Site(tmp_path / "site")
    folders = everybody(site)
    found: dict[tuple[str, ...], bool] = {}
    wanted: dict[tuple[str, ...], bool] = {}

    def try_all(port: int, role: AccessRole) -> None:
        with partner(port, folders[role]) as who:
            for relation, owner in OWNERS.items():
                own = relation is Relation.OWN
                for kind in Inbound:
                    topic = f"{ROOT}/in/{owner}/{role}/{kind}"
                    found[role, topic] = who.publish(topic) < 0x80
                    wanted[role, topic] = own and expected(role, TOPIC_ACTIONS[kind])
                for view, action in VIEW_ACTIONS.items():
                    topic = f"{ROOT}/out/{owner}/{view}/#"
                    found[role, topic] = who.subscribe(topic) < 0x80
                    # A topic cannot be narrowed to a zone: control reads over gRPC.
                    wanted[role, topic] = (
                        expected(role, action, relation)
                        and role is not AccessRole.AIR_TRAFFIC_CONTROL
                    )
                private = f"{ROOT}/private/{owner}/{role}/#"
                found[role, private] = who.subscribe(private) < 0x80
                wanted[role, private] = own

    async with secure_broker(site, AGENCIES, PLENTY) as running:
        for role in AccessRole:
            if role is AccessRole.AIR_TRAFFIC_CONTROL:
                # A resume could not be narrowed to a zone either, nor what concerns requests.
                assert TOPIC_ACTIONS["resume"] is Action.READ_NEUTRAL_VIEW
                assert TOPIC_ACTIONS["restrictions/key"] is Action.READ_RESTRICTIONS
            await asyncio.to_thread(try_all, running.mqtt_address.port, role)
    for owner in OWNERS.values():
        control = AccessRole.AIR_TRAFFIC_CONTROL
        for leaf in ("resume", "restrictions/key"):
            wanted[control, f"{ROOT}/in/{owner}/{control}/{leaf}"] = False
    differing = {key: found[key] for key in wanted if found[key] is not wanted[key]}
    assert differing == {}
    print(f"MQTT: {len(wanted)} combinations, {sum(wanted.values())} allowed")
