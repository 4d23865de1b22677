import grpc
import pytest

from keepclear.client import RefusedError
from keepclear.v1 import restrictions_pb2
from tests.client.conftest import Running

NAME = "agencies/police/restrictions/incident-1"


def restriction(name: str = NAME) -> restrictions_pb2.Restriction:
    made = restrictions_pb2.Restriction(name=name, title="Incident")
    made.volumes.add()
    return made


async def test_a_restriction_is_set_read_and_withdrawn(running: Running) -> None:
    client = running.client
    assert (await client.create_restriction(restriction())).name == NAME
    assert (await client.get_restriction(NAME)).title == "Incident"
    withdrawn = await client.withdraw_restriction(NAME)
    assert withdrawn.state == restrictions_pb2.RESTRICTION_STATE_WITHDRAWN
    assert await client.list_restrictions() == []


async def test_every_change_carries_its_own_request_id_unless_given_one(running: Running) -> None:
    await running.client.create_restriction(restriction())
    await running.client.create_restriction(restriction())
    await running.client.create_restriction(restriction(), request_id="mine")
    ids = [request.request_id for request in running.script.requests]
    assert len(set(ids)) == 3
    assert all(1 <= len(each) <= 64 for each in ids)
    assert ids[2] == "mine"


async def test_lists_read_all_pages(running: Running) -> None:
    for number in range(450):
        name = f"agencies/police/restrictions/r{number:03}"
        running.script.restrictions[name] = restriction(name)
    found = await running.client.list_restrictions()
    assert [each.name for each in found] == sorted(running.script.restrictions)


async def test_an_old_etag_is_a_refusal(running: Running) -> None:
    with pytest.raises(RefusedError) as caught:
        await running.client.withdraw_restriction(NAME, etag="old")
    assert caught.value.code is grpc.StatusCode.ABORTED
