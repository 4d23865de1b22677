import asyncio

import pytest

from keepclear.client import Client, RefusedError, UnavailableError, report
from keepclear.client.publishing import MAX_REPORTS_PER_BATCH, TrackPublisher
from keepclear.v1 import tracks_pb2, tracks_pb2_grpc
from tests.client.conftest import SYSTEM, Running, until
from tests.patience import PATIENCE_S


def one(name: str = "drone-1", latitude_deg: float = 51.5) -> tracks_pb2.TrackReport:
    return report(name, latitude_deg=latitude_deg, longitude_deg=-0.1, time_of_validity_us=1)


async def until_published(client: Client) -> tracks_pb2.PublishTracksResponse:
    while True:
        try:
            return await client.publish([one()])
        except UnavailableError:
            await asyncio.sleep(0.05)


async def test_a_batch_is_acknowledged_and_names_its_sender(running: Running) -> None:
    answer = await running.client.publish([one(), one("drone-2")], batch_id="mine")
    assert (answer.batch_id, answer.accepted_count) == ("mine", 2)
    assert running.script.systems == [SYSTEM]


async def test_refused_reports_are_named_and_the_others_count(running: Running) -> None:
    answer = await running.client.publish([one(), one("bad", 95.0)])
    assert answer.accepted_count == 1
    assert [each.field for each in answer.refusals] == ["reports[1].latitude_deg"]


async def test_all_batches_share_one_stream_in_the_order_of_the_calls(running: Running) -> None:
    names = [f"batch-{number}" for number in range(50)]
    answers = await asyncio.gather(*(running.client.publish([one()], name) for name in names))
    assert [answer.batch_id for answer in answers] == names
    assert [batch.batch_id for batch in running.script.batches] == names
    assert running.script.streams == 1


async def test_batches_without_an_id_get_different_ones(running: Running) -> None:
    first, second = await running.client.publish([one()]), await running.client.publish([one()])
    assert first.batch_id != second.batch_id


@pytest.mark.parametrize(("credit", "most"), [(1, 1), (3, 3), (100, 8)])
async def test_no_more_batches_are_under_way_than_the_broker_takes(
    running: Running, credit: int, most: int
) -> None:
    running.script.credit = credit
    await running.client.publish([one()])
    running.script.hold_acknowledgements = asyncio.Event()
    calls = [asyncio.create_task(running.client.publish([one()])) for _ in range(20)]
    await until(lambda: len(running.script.batches) >= 1 + most)
    await asyncio.sleep(0.05)  # time for one too many to arrive
    assert running.script.most_in_flight == most
    running.script.hold_acknowledgements.set()
    await asyncio.gather(*calls)
    assert running.script.most_in_flight <= most


async def test_without_any_credit_one_batch_at_a_time_still_goes(running: Running) -> None:
    running.script.credit = 0
    for _ in range(2):
        await running.client.publish([one()])
    assert running.script.most_in_flight == 1


async def test_the_stream_re_opens_after_the_broker_restarts(running: Running) -> None:
    await running.client.publish([one()])
    await running.stop()
    with pytest.raises(UnavailableError, match=r"try again|re-opens"):
        await running.client.publish([one()])
    await running.start_again()
    answer = await until_published(running.client)
    assert answer.accepted_count == 1
    assert running.script.streams == 2


async def test_callers_under_way_are_told_when_the_stream_is_cut(running: Running) -> None:
    await running.client.publish([one()])
    running.script.hold_acknowledgements = asyncio.Event()
    running.script.cut_after_batches = 4
    results = await asyncio.gather(
        *(running.client.publish([one()]) for _ in range(3)), return_exceptions=True
    )
    assert all(isinstance(result, UnavailableError) for result in results)
    running.script.hold_acknowledgements = None
    assert (await running.client.publish([one()])).accepted_count == 1


async def test_a_caller_that_gives_up_does_not_shift_the_others_answers(running: Running) -> None:
    await running.client.publish([one()])
    running.script.hold_acknowledgements = asyncio.Event()
    first = asyncio.create_task(running.client.publish([one()], "first"))
    second = asyncio.create_task(running.client.publish([one()], "second"))
    await until(lambda: len(running.script.batches) >= 3)
    first.cancel()
    running.script.hold_acknowledgements.set()
    assert (await second).batch_id == "second"
    assert running.script.streams == 1


async def test_an_overloaded_broker_says_how_long_to_wait(running: Running) -> None:
    running.script.overloaded_for_s = 0.75
    with pytest.raises(UnavailableError) as caught:
        await running.client.publish([one()])
    assert caught.value.retry_after_s == pytest.approx(0.75)


async def test_an_answer_to_another_batch_is_not_taken_for_ours(running: Running) -> None:
    running.script.wrong_batch_id = True
    with pytest.raises(UnavailableError, match="another batch"):
        await running.client.publish([one()])


async def test_a_broker_that_never_answers_is_given_up(running: Running) -> None:
    running.script.hold_acknowledgements = asyncio.Event()
    channel = running.client._open()
    stub = tracks_pb2_grpc.TrackServiceStub(channel)
    publisher = TrackPublisher(stub.PublishTracks, acknowledge_limit_s=0.2)
    with pytest.raises(UnavailableError, match=r"no acknowledgement in 0\.2 s"):
        await publisher.publish([one()])
    running.script.hold_acknowledgements = None
    publisher._acknowledge_limit_s = PATIENCE_S
    assert (await publisher.publish([one()])).accepted_count == 1
    assert running.script.streams == 2
    await publisher.close()


async def test_a_batch_the_contract_forbids_is_not_sent(running: Running) -> None:
    with pytest.raises(ValueError, match="at most 2000 reports, not 2001"):
        await running.client.publish([one()] * (MAX_REPORTS_PER_BATCH + 1))
    assert running.script.batches == []


async def test_a_batch_id_that_the_broker_would_shorten_is_not_sent(running: Running) -> None:
    with pytest.raises(ValueError, match="batch_id: at most 64 characters"):
        await running.client.publish([one()], "x" * 65)
    assert running.script.batches == []
    assert (await running.client.publish([one()], "x" * 64)).batch_id == "x" * 64


async def test_an_empty_batch_says_that_the_publisher_listens(running: Running) -> None:
    await running.client.publish([])
    assert [len(batch.reports) for batch in running.script.batches] == [0]


async def test_a_closed_client_says_so(running: Running) -> None:
    await running.client.close()
    with pytest.raises(UnavailableError, match="async with"):
        await running.client.publish([one()])


async def test_no_broker_at_all_is_unavailable_not_refused(free_port: int) -> None:
    async with Client(f"127.0.0.1:{free_port}", SYSTEM) as client:
        with pytest.raises(UnavailableError, match="check the address") as caught:
            await client.publish([one()])
    assert not isinstance(caught.value, RefusedError)
