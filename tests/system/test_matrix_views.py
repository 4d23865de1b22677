"""Every role x view x own, agreed, other: who is shown a flight, and by name, over both transports.

What must come out is the list that was written by hand (`expected.py`), not the decision table.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import grpc
import grpc.aio
import pytest

from broker.cli.running import Running
from broker.core.names import Role
from broker.core.sharing.decision import VIEW_ACTIONS
from broker.core.sharing.roles import AccessRole, Action, Relation
from broker.service.settings import AgencySettings
from keepclear.client import Client, report
from keepclear.client.tls import channel_credentials
from keepclear.v1 import agreements_pb2, common_pb2, feed_pb2, feed_pb2_grpc, tracks_pb2
from tests.core.sharing.expected import EXPECTED, LETTERS
from tests.patience import PATIENCE_S
from tests.system.identities import Site
from tests.system.papers import NAME, OPEN, paper
from tests.system.secure import partner, secure_broker
from tests.system.test_matrix import INSIDE, OWNERS, PLENTY, ROOT, WIRE_ROLES, ZONE

pytestmark = pytest.mark.system

Seen = Literal["refused", "by name", "without a name"]
AGENCIES = {
    agency: AgencySettings(name=agency, roles=(Role.DESK, Role.OBSERVER))
    for agency in OWNERS.values()
}
FLIGHT = tracks_pb2.AircraftDescription(
    aircraft_class=common_pb2.AIRCRAFT_CLASS_DRONE, callsign="MET 7", registration="G-M007"
)
ONE_WAY = [agreements_pb2.AgreementShare(owner="met", reader="lfb", level=OPEN)]


def expected(role: AccessRole, view: Role, relation: Relation) -> Seen:
    if "o" not in EXPECTED[role].get(VIEW_ACTIONS[view], ""):
        return "refused"
    named = LETTERS[relation] in EXPECTED[role].get(Action.SEE_IDENTITY, "")
    return "by name" if named else "without a name"


def named(message: feed_pb2.FeedMessage) -> Seen | None:
    """How the flight of met is shown in a message, if it is."""
    for track in message.tracks.tracks:
        if track.agency == "met":
            assert bool(track.label) == bool(track.registration)
            return "by name" if track.label else "without a name"
    return None


async def over_grpc(running: Running, folder: Path, view: Role) -> Seen:
    request = feed_pb2.SubscribeRequest(role=WIRE_ROLES[view], area=INSIDE)
    credentials = channel_credentials(folder)
    async with grpc.aio.secure_channel(running.grpc_address, credentials) as channel:
        call = feed_pb2_grpc.FeedServiceStub(channel).Subscribe(request, timeout=PATIENCE_S)
        try:
            async for response in call:
                seen = named(response.message)
                if seen is not None:
                    return seen
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.PERMISSION_DENIED:
                raise
            return "refused"
        finally:
            call.cancel()
    raise AssertionError("the feed ended")


def over_mqtt(running: Running, folder: Path, agency: str) -> dict[Role, Seen]:
    """Both views of one partner; the topic of frames says no more than the others."""
    shown: dict[Role, Seen] = {}
    with partner(running.mqtt_address.port, folder) as who:
        for view in VIEW_ACTIONS:
            topic = f"{ROOT}/out/{agency}/{view}/tracks"
            if who.subscribe(topic) >= 0x80:
                shown[view] = "refused"
                continue
            while view not in shown:
                message = who.received.get(timeout=PATIENCE_S)
                seen = named(feed_pb2.FeedMessage.FromString(bytes(message.payload)))
                if message.topic == topic and seen is not None:
                    shown[view] = seen
    return shown


@asynccontextmanager
async def flying(running: Running, folder: Path) -> AsyncIterator[None]:
    """A drone of met that reports twice a second."""

    async def fly() -> None:
        credentials = channel_credentials(folder)
        async with Client(running.grpc_address, "", credentials=credentials) as client:
            while True:
                one = report(
                    "t7",
                    latitude_deg=51.5,
                    longitude_deg=-0.1,
                    time_of_validity_us=time.time_ns() // 1_000,
                    source=common_pb2.REPORT_SOURCE_SIMULATED,
                    description=FLIGHT,
                )
                await client.publish([one])
                await asyncio.sleep(0.5)

    task = asyncio.create_task(fly())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def differing(
    running: Running, folders: dict[tuple[str, AccessRole], Path], *, in_force: bool
) -> tuple[list[str], int]:
    """What is shown otherwise than it should be, and how many things were tried."""
    found, tried = [], 0
    for (agency, role), folder in folders.items():
        relation = next(one for one, owner in OWNERS.items() if owner == agency)
        if relation is Relation.AGREED and not in_force:
            relation = Relation.OTHER
        mqtt = await asyncio.to_thread(over_mqtt, running, folder, agency)
        for view in VIEW_ACTIONS:
            want = expected(role, view, relation)
            # A topic cannot be narrowed to a zone: control reads over gRPC.
            on_topic = "refused" if role is AccessRole.AIR_TRAFFIC_CONTROL else want
            grpc_seen = await over_grpc(running, folder, view)
            tried += 2
            if grpc_seen != want:
                found.append(f"gRPC {agency} {role} {view}: {grpc_seen}, not {want}")
            if mqtt[view] != on_topic:
                found.append(f"MQTT {agency} {role} {view}: {mqtt[view]}, not {on_topic}")
    return found, tried


async def test_every_role_and_view_by_agreement_over_both_transports(tmp_path: Path) -> None:
    # REQ-SEC-013
    site = Site(tmp_path / "site")
    folders = {
        (agency, role): site.partner(
            f"{agency}/{role}",
            frozenset({role}),
            ZONE if role is AccessRole.AIR_TRAFFIC_CONTROL else None,
        )
        for agency in OWNERS.values()
        for role in AccessRole
    }

    def signer(agency: str) -> Client:
        credentials = channel_credentials(folders[agency, AccessRole.APPROVER])
        return Client(running.grpc_address, "", credentials=credentials)

    async with (
        secure_broker(site, AGENCIES, PLENTY, agreements="required") as running,
        flying(running, folders["met", AccessRole.PUBLISHER]),
        signer("met") as met,
        signer("lfb") as lfb,
    ):
        await met.agreements.propose(paper(shares=ONE_WAY), "Chief inspector")
        await lfb.agreements.accept(NAME, 1, "Station manager")
        wrong, tried = await differing(running, folders, in_force=True)
        assert wrong == []
        await lfb.agreements.end(NAME, "Station manager", "no staff")
        agreed = {key: folder for key, folder in folders.items() if key[0] == "lfb"}
        wrong, again = await differing(running, agreed, in_force=False)
        assert wrong == []
    print(f"{tried + again} combinations of role, view, relation and transport")
