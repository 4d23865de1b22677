import grpc
import pytest

from keepclear.client import Client, RefusedError, UnavailableError
from keepclear.v1 import alerts_pb2, restrictions_pb2
from tests.client.conftest import SYSTEM, Running

NAME = "agencies/police/restrictions/incident-1"


async def test_alerts_are_listed_and_acknowledged(running: Running) -> None:
    running.script.alerts = [alerts_pb2.Alert(alert_id=f"a{number}") for number in range(5)]
    assert [each.alert_id for each in await running.client.list_alerts()] == [
        "a0",
        "a1",
        "a2",
        "a3",
        "a4",
    ]
    alert = await running.client.acknowledge_alert("a3", "desk 2")
    assert alert.acknowledgements[0].acknowledged_by == "desk 2"
    assert running.script.requests[-1].request_id


async def test_refused_fields_come_back_with_their_reasons(running: Running) -> None:
    with pytest.raises(RefusedError) as caught:
        await running.client.create_restriction(restrictions_pb2.Restriction(name=NAME))
    assert caught.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert caught.value.refusals == [
        ("restriction.volumes", "1 to 20 are wanted"),
        ("restriction.windows", "1 to 50 are wanted"),
    ]
    assert "restriction.volumes: 1 to 20 are wanted" in str(caught.value)


async def test_a_refusal_without_details_keeps_its_code(running: Running) -> None:
    with pytest.raises(RefusedError, match="reading nowhere: no such restriction") as caught:
        await running.client.get_restriction("nowhere")
    assert caught.value.code is grpc.StatusCode.NOT_FOUND
    assert caught.value.refusals == []


async def test_a_broker_that_is_away_is_unavailable_with_a_next_step(running: Running) -> None:
    await running.stop()
    with pytest.raises(UnavailableError, match="check the address") as caught:
        await running.client.list_restrictions()
    assert caught.value.next_step


async def test_a_slow_answer_ends_at_the_deadline(running: Running) -> None:
    async with Client(f"127.0.0.1:{running.port}", SYSTEM, deadline_s=0.2) as client:
        with pytest.raises(UnavailableError, match="same request_id"):
            await client.get_restriction("slow")


async def test_a_client_that_is_not_open_says_how_to_open_it() -> None:
    with pytest.raises(UnavailableError, match="async with"):
        await Client().list_alerts()
