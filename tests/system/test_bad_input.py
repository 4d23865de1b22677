"""Bad input through both gateways: the field is named to the sender, the rest of the batch goes in.

Each fault is sent beside two good reports; afterwards the broker still serves a bystander.
"""

import asyncio
import math
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keepclear.client import Client, RefusedError
from keepclear.client.client import SYSTEM_KEY
from keepclear.v1 import (
    access_pb2,
    alerts_pb2,
    common_pb2,
    presence_pb2,
    restrictions_pb2,
    restrictions_pb2_grpc,
    tracks_pb2,
    volumes_pb2,
)
from tests.conftest import StartMosquitto
from tests.system.live import Live, live
from tests.system.mqtt_client import MqttClient
from tests.system.traffic import keep_clear, now_us, report

pytestmark = pytest.mark.system

SYSTEM = "agencies/met/systems/drones"
SECOND_US = 1_000_000
ROOT = "keepclear-exercise/v1"
IN = f"{ROOT}/in/met/drones"
SEED = 17

Change = Callable[[tracks_pb2.TrackReport], None]


def set_to(**fields: Any) -> Change:
    def change(one: tracks_pb2.TrackReport) -> None:
        for name, value in fields.items():
            setattr(one, name, value)

    return change


def clear(*names: str) -> Change:
    def change(one: tracks_pb2.TrackReport) -> None:
        for name in names:
            one.ClearField(name)

    return change


def described(**fields: Any) -> Change:
    def change(one: tracks_pb2.TrackReport) -> None:
        for name, value in fields.items():
            setattr(one.description, name, value)

    return change


def allotted(
    lower_m: float | None,
    upper_m: float | None,
    reference: int = common_pb2.HEIGHT_REFERENCE_GROUND,
    **words: Any,
) -> Change:
    said = {"aircraft_class": common_pb2.AIRCRAFT_CLASS_DRONE, "incident_id": "CAD-1", **words}

    def change(one: tracks_pb2.TrackReport) -> None:
        described(**said)(one)
        band = common_pb2.HeightBand(lower_m=lower_m, upper_m=upper_m, reference=reference)  # type: ignore[arg-type]
        one.description.allotted_band.CopyFrom(band)

    return change


FAULTS: list[tuple[str, Change]] = [
    ("latitude_deg", set_to(latitude_deg=90.1)),
    ("latitude_deg", set_to(latitude_deg=math.nan)),
    ("latitude_deg", set_to(latitude_deg=math.inf)),
    ("latitude_deg", set_to(latitude_deg=0.0, longitude_deg=0.0)),
    ("longitude_deg", set_to(longitude_deg=-180.1)),
    ("longitude_deg", set_to(longitude_deg=math.nan)),
    ("altitude_datum", clear("altitude_datum")),
    ("altitude_datum", set_to(altitude_datum=77)),
    ("altitude_m", clear("altitude_m")),
    ("altitude_m", set_to(altitude_m=30_001.0)),
    ("altitude_m", set_to(altitude_m=math.nan)),
    ("altitude_m", set_to(altitude_m=-math.inf)),
    ("height_reference", set_to(height_m=10.0)),
    ("velocity_east_mps", clear("velocity_north_mps")),
    ("velocity_north_mps", set_to(velocity_north_mps=401.0)),
    ("velocity_north_mps", set_to(velocity_north_mps=math.nan)),
    ("vertical_speed_mps", set_to(vertical_speed_mps=math.inf)),
    ("horizontal_accuracy_m", set_to(horizontal_accuracy_m=-1.0)),
    ("source", set_to(source=common_pb2.REPORT_SOURCE_TELEMETRY)),
    ("source", set_to(source=99)),
    ("operational_status", set_to(operational_status=-1)),
    ("source_track_id", set_to(source_track_id="")),
    ("source_track_id", set_to(source_track_id="x" * 65)),
    ("source_track_id", set_to(source_track_id="a\nb")),
    ("description.callsign", described(callsign="c" * 81)),
    ("description.icao_address", described(icao_address="xyz")),
    ("description.aircraft_class", described(aircraft_class=50)),
    ("description.allotted_band", allotted(25.0, 45.0, incident_id="")),
    *(
        ("description.allotted_band", allotted(25.0, 45.0, aircraft_class=one))
        for one in common_pb2.AircraftClass.values()
        if one != common_pb2.AIRCRAFT_CLASS_DRONE
    ),
    ("description.allotted_band.lower_m", allotted(None, 45.0)),
    ("description.allotted_band.lower_m", allotted(None, None)),
    ("description.allotted_band.lower_m", allotted(math.nan, 45.0)),
    ("description.allotted_band.lower_m", allotted(-501.0, 45.0)),
    ("description.allotted_band.upper_m", allotted(25.0, None)),
    ("description.allotted_band.upper_m", allotted(25.0, math.inf)),
    ("description.allotted_band.upper_m", allotted(25.0, 1_001.0)),
    ("description.allotted_band.upper_m", allotted(25.0, 25.0)),
    ("description.allotted_band.reference", allotted(25.0, 45.0, 0)),
    ("description.allotted_band.reference", allotted(25.0, 45.0, 9)),
]
TIMES: list[tuple[str, int]] = [
    ("future", 60 * SECOND_US),
    ("past", -120 * SECOND_US),
    ("before 1970", -(10**18)),
    ("the end of time", 9 * 10**18),
]


def bad_batch() -> tuple[tracks_pb2.PublishTracksRequest, list[str]]:
    """Every fault with a good report before and after; what must be named."""
    time_us = now_us()
    request = tracks_pb2.PublishTracksRequest(batch_id="bad")
    wanted = []
    for number, (field, change) in enumerate(FAULTS):
        request.reports.append(report(f"good-{number}", time_us=time_us, north_m=900.0 * number))
        wanted.append(f"reports[{len(request.reports)}].{field}")
        one = report(f"bad-{number}", time_us=time_us)
        change(one)
        request.reports.append(one)
    for name, offset_us in TIMES:
        wanted.append(f"reports[{len(request.reports)}].time_of_validity_us")
        far_us = max(-(2**63), min(2**63 - 1, time_us + offset_us))
        request.reports.append(report(name, time_us=far_us))
    good = report("good-0", time_us=time_us)
    wanted += [f"reports[{len(request.reports) + n}].time_of_validity_us" for n in (0, 1)]
    request.reports.append(good)  # a duplicate
    request.reports.append(report("good-1", time_us=time_us - 1))  # backwards
    return request, wanted


def check_bad(answer: tracks_pb2.PublishTracksResponse, wanted: list[str]) -> None:
    assert answer.accepted_count == len(FAULTS)
    assert sorted(one.field for one in answer.refusals) == sorted(wanted)
    assert all(one.reason for one in answer.refusals)
    assert answer.credit >= 1


def polygon(*vertices: tuple[float, float]) -> restrictions_pb2.Restriction:
    one = keep_clear("bad")
    one.volumes[0].ClearField("circle")
    one.volumes[0].polygon.vertices.extend(
        volumes_pb2.LatLng(latitude_deg=latitude, longitude_deg=longitude)
        for latitude, longitude in vertices
    )
    return one


def circle(**fields: float) -> restrictions_pb2.Restriction:
    one = keep_clear("bad")
    shape = one.volumes[0].circle
    for name, value in fields.items():
        setattr(shape if name == "radius_m" else shape.center, name, value)
    return one


def windows(start_us: int, end_us: int) -> restrictions_pb2.Restriction:
    one = keep_clear("bad")
    one.windows[0].start_us, one.windows[0].end_us = start_us, end_us
    return one


def ring(count: int) -> list[tuple[float, float]]:
    turns = [2 * math.pi * place / count for place in range(count)]
    return [(51.5 + 0.01 * math.sin(turn), 0.01 * math.cos(turn)) for turn in turns]


def no_datum() -> restrictions_pb2.Restriction:
    one = keep_clear("bad")
    one.volumes[0].floor.datum = volumes_pb2.LIMIT_DATUM_UNSPECIFIED
    return one


BAD_RESTRICTIONS: list[tuple[str, Callable[[], restrictions_pb2.Restriction]]] = [
    ("polygon", lambda: polygon(*ring(10_000))),
    ("polygon", lambda: polygon((51, 0), (51.1, 0.1), (51, 0.1), (51.1, 0))),
    ("polygon", lambda: polygon((89.9, 0), (89.9, 120), (89.9, -120))),
    ("polygon", lambda: polygon((51, 179.9), (51, -179.9), (51.1, -179.9), (51.1, 179.9))),
    ("polygon", lambda: polygon((51, 0), (math.nan, 0.1), (51.1, 0.1))),
    ("polygon", lambda: polygon((51, 0), (51.1, 0))),
    ("circle", lambda: circle(radius_m=math.inf)),
    ("circle", lambda: circle(radius_m=0.0)),
    ("circle", lambda: circle(latitude_deg=math.nan)),
    ("windows", lambda: windows(now_us() + 2 * SECOND_US, now_us() + SECOND_US)),
    ("windows", lambda: windows(-(2**63), 2**63 - 1)),
    ("floor.datum", no_datum),
    ("name", lambda: keep_clear("../up")),
]


@asynccontextmanager
async def both(folder: Path, mosquitto: StartMosquitto) -> AsyncIterator[tuple[Live, MqttClient]]:
    port = mosquitto("allow_anonymous true\nset_tcp_nodelay true\n").port
    async with live(folder, port, frozenset({"met"})) as one, MqttClient.connected(port) as client:
        await client.subscribe(f"{ROOT}/private/met/drones/#", 1)
        yield one, client


async def answer_to(client: MqttClient, leaf: str, payload: bytes) -> presence_pb2.CommandAnswer:
    client.publish(f"{IN}/{leaf}", payload, 1)
    _, answer = await client.next(f"{ROOT}/private/met/drones/acks")
    return presence_pb2.CommandAnswer.FromString(answer)


async def raw(one: Live, method: str, payload: bytes) -> grpc.StatusCode:
    """Any bytes as a unary request."""
    async with grpc.aio.insecure_channel(one.address) as channel:
        call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(method)
        try:
            await call(payload, metadata=((SYSTEM_KEY, SYSTEM),), timeout=5.0)
        except grpc.aio.AioRpcError as error:
            return error.code()
        return grpc.StatusCode.OK


async def test_every_fault_is_named_and_the_good_reports_are_applied(
    tmp_path: Path, mosquitto_broker: StartMosquitto
) -> None:
    # REQ-INPUT-001, REQ-BAND-002, on both transports; REQ-INPUT-002: every refusal is counted.
    async with both(tmp_path, mosquitto_broker) as (one, mqtt):
        request, wanted = bad_batch()
        async with Client(one.address, SYSTEM) as client:
            check_bad(await client.publish(list(request.reports), "bad"), wanted)
        for report_ in request.reports:
            report_.source_track_id = report_.source_track_id.replace("good", "mqtt")
        answer = await answer_to(mqtt, "tracks", request.SerializeToString())
        assert answer.request_id == "bad"
        check_bad(answer.tracks, wanted)
        assert one.metric("reports_refused_total", field="latitude_deg") >= 8
        counted = sum(
            sample.value
            for metric in one.broker.metrics.registry.collect()
            for sample in metric.samples
            if sample.name == "keepclear_reports_refused_total"
        )
        assert counted == 2 * len(wanted)


@pytest.mark.parametrize("place", range(len(BAD_RESTRICTIONS)))
async def test_bad_restrictions_name_their_field(place: int, bad_restrictions: Any) -> None:
    # REQ-INPUT-003
    one, mqtt, client = bad_restrictions
    field, draft = BAD_RESTRICTIONS[place]
    with pytest.raises(RefusedError) as refused:
        await client.create_restriction(draft())
    assert any(field in name for name, _ in refused.value.refusals), refused.value.refusals
    message = restrictions_pb2.CreateRestrictionRequest(request_id="bad", restriction=draft())
    payload = message.SerializeToString()
    if len(payload) < 60_000:
        answer = await answer_to(mqtt, "restrictions/create", payload)
        assert answer.request_id == "bad"
        assert answer.refused.code == 3
        assert any(field in refusal.field for refusal in answer.refused.refusals)
    assert one.broker.engine.is_alive()
    assert await client.list_restrictions() == []


def bad_questions() -> tuple[access_pb2.AskEntryRequest, list[str]]:
    """Good questions round bad ones, and the field that each bad one is refused for."""
    start_us = now_us()
    good = access_pb2.EntryQuestion(question_id="good", start_us=start_us, end_us=start_us + 1)
    good.point.position.latitude_deg, good.point.position.longitude_deg = 51.5, -0.12
    good.point.radius_m = 50.0
    wanted, request = [""], access_pb2.AskEntryRequest(request_id="bad", questions=[good])

    def worse(field: str) -> access_pb2.EntryQuestion:
        wanted.append(f"questions[{len(request.questions)}].{field}")
        one = request.questions.add()
        one.CopyFrom(good)
        return one

    worse("point").ClearField("point")
    worse("point.position").point.position.latitude_deg = math.nan
    worse("point.radius_m").point.radius_m = math.inf
    worse("aircraft_class").aircraft_class = 99  # type: ignore[assignment]
    worse("question_id").question_id = "x" * 65
    worse("end_us").end_us = start_us - SECOND_US
    worse("lowest").lowest.value_m = math.nan
    request.questions.append(good)
    return request, [*wanted, ""]


def check_answers(answer: access_pb2.AskEntryResponse, wanted: list[str]) -> None:
    assert len(answer.answers) == len(wanted)
    for one, field in zip(answer.answers, wanted, strict=True):
        named = [refusal.field for refusal in one.refusals]
        assert bool(named) == bool(field), (named, field)
        assert all(name.startswith(field) for name in named), (named, field)
        assert (one.verdict == access_pb2.ENTRY_VERDICT_UNSPECIFIED) == bool(field)


async def test_a_bad_question_is_refused_alone(bad_restrictions: Any) -> None:
    # REQ-INPUT-001, of questions about entry, on both transports.
    one, mqtt, client = bad_restrictions
    request, wanted = bad_questions()
    check_answers(await client.ask_entry(list(request.questions)), wanted)
    answer = await answer_to(mqtt, "access/ask", request.SerializeToString())
    assert answer.request_id == "bad"
    check_answers(answer.entry, wanted)
    none = access_pb2.AskEntryRequest(request_id="none")
    refused = await answer_to(mqtt, "access/ask", none.SerializeToString())
    assert refused.refused.code == 3
    assert [refusal.field for refusal in refused.refused.refusals] == ["questions"]
    with pytest.raises(RefusedError, match="questions"):
        await client.ask_entry([])
    assert one.broker.engine.is_alive()


@pytest.fixture
async def bad_restrictions(
    tmp_path: Path, mosquitto_broker: StartMosquitto
) -> AsyncIterator[tuple[Live, MqttClient, Client]]:
    async with (
        both(tmp_path, mosquitto_broker) as (one, mqtt),
        Client(one.address, SYSTEM) as client,
    ):
        yield one, mqtt, client


async def test_bytes_that_are_no_message_are_refused_and_disturb_nobody(
    tmp_path: Path, mosquitto_broker: StartMosquitto
) -> None:
    # REQ-INPUT-004: truncated, random, unknown fields, JSON that is none.
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    create = restrictions_pb2.CreateRestrictionRequest(restriction=keep_clear("cut"))
    whole = create.SerializeToString()
    garbage = [whole[: chance.randrange(1, len(whole))] for _ in range(40)]
    garbage += [chance.randbytes(chance.randrange(200)) for _ in range(40)]
    garbage += [b"\xff" * 50, b"\x0a" * 1_000, b"{" * 5_000]
    leaves = ["tracks", "restrictions/create", "restrictions/withdraw", "alerts/acknowledge"]
    leaves += ["resume", "presence", *(f"{leaf}/json" for leaf in leaves), "no/such/thing"]
    async with both(tmp_path, mosquitto_broker) as (one, mqtt):
        for leaf in leaves:
            for payload in garbage:
                mqtt.publish(f"{IN}/{leaf}", payload, 1)
        for payload in garbage[:40]:
            code = await raw(one, "/keepclear.v1.RestrictionService/CreateRestriction", payload)
            # UNKNOWN is grpcio's own word for bytes that are no such message.
            assert code in {grpc.StatusCode.UNKNOWN, grpc.StatusCode.INVALID_ARGUMENT}
        good = report("good", time_us=now_us())
        unknown = good.SerializeToString() + b"\xfa\xff\x03\x04spam"
        batch = tracks_pb2.PublishTracksRequest(batch_id="unknown")
        batch.reports.append(tracks_pb2.TrackReport.FromString(unknown))
        mqtt.drop_waiting()
        mqtt.publish(f"{IN}/tracks", batch.SerializeToString(), 1)
        while True:
            _, payload = await mqtt.next(f"{ROOT}/private/met/drones/acks")
            answer = presence_pb2.CommandAnswer.FromString(payload)
            if answer.request_id == "unknown":
                break
        assert answer.tracks.accepted_count == 1
        assert one.broker.engine.is_alive()


async def test_another_publishers_track_is_another_track(
    tmp_path: Path, mosquitto_broker: StartMosquitto
) -> None:
    # REQ-INPUT-005: an id belongs to its publisher; nobody moves another's aircraft.
    async with (
        both(tmp_path, mosquitto_broker) as (one, _),
        Client(one.address, SYSTEM) as met,
        Client(one.address, "agencies/lfb/systems/drones") as lfb,
    ):
        await met.publish([report("same", time_us=now_us())])
        await lfb.publish([report("same", time_us=now_us(), north_m=5_000.0)])
        await one.broker.intake.ask(lambda: None)
        assert one.broker.projection.airspace.tracks.live_count == 2
        await met.create_restriction(keep_clear("mine"))
        with pytest.raises(RefusedError, match="may not change"):
            await lfb.withdraw_restriction("agencies/met/restrictions/mine")


async def test_a_repeated_acknowledgement_of_a_vanished_alert_is_answered(
    tmp_path: Path, mosquitto_broker: StartMosquitto
) -> None:
    # REQ-INPUT-006: found by reading: the answer named aircraft that had left the picture.
    async with (
        both(tmp_path, mosquitto_broker) as (one, mqtt),
        Client(one.address, SYSTEM) as client,
    ):
        while not (alerts := await client.list_alerts()):
            time_us = now_us()
            await client.publish(
                [report("a", time_us=time_us), report("b", east_m=10.0, time_us=time_us)]
            )
            await asyncio.sleep(0.1)
        await client.acknowledge_alert(alerts[0].alert_id, "desk", "again")

        def forget() -> None:
            tracks = one.broker.projection.airspace.tracks
            tracks.slot_of_number.clear()

        await one.broker.intake.ask(forget)
        message = alerts_pb2.AcknowledgeAlertRequest(
            request_id="again", alert_id=alerts[0].alert_id, acknowledged_by="desk"
        )
        answer = await answer_to(mqtt, "alerts/acknowledge", message.SerializeToString())
        assert answer.alert.parties[0].label == "aircraft no longer in the picture"


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


floats = st.floats(width=32) | st.sampled_from([0.0, math.nan, math.inf, -math.inf, 1e308, 51.5])
codes = st.integers(-3, 12)


@st.composite
def any_report(draw: st.DrawFn) -> tracks_pb2.TrackReport:
    one = report(draw(st.text(max_size=3)), time_us=now_us() + draw(st.integers(-100, 100)))
    for field in tracks_pb2.TrackReport.DESCRIPTOR.fields:
        if not draw(st.booleans()) or field.name == "source_track_id":
            continue
        if field.cpp_type in {field.CPPTYPE_DOUBLE, field.CPPTYPE_FLOAT}:
            setattr(one, field.name, draw(floats))
        elif field.cpp_type == field.CPPTYPE_ENUM:
            setattr(one, field.name, draw(codes))
        elif field.cpp_type == field.CPPTYPE_INT64:
            setattr(one, field.name, draw(st.integers(-(2**63), 2**63 - 1)))
    return one


def test_no_report_whatever_stops_the_broker(
    tmp_path_factory: pytest.TempPathFactory, runner: asyncio.Runner
) -> None:
    # REQ-INPUT-007
    folder = tmp_path_factory.mktemp("fuzz")
    context = live(folder)
    one = runner.run(context.__aenter__())
    client = runner.run(Client(one.address, SYSTEM).__aenter__())

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(any_report(), min_size=1, max_size=6))
    def send(reports: list[tracks_pb2.TrackReport]) -> None:
        answer = runner.run(client.publish(reports))
        places = {refusal.field.split(".")[0] for refusal in answer.refusals}
        assert answer.accepted_count + len(places) == len(reports)
        assert all(refusal.field.startswith("reports[") for refusal in answer.refusals)

    try:
        send()
        assert one.broker.engine.is_alive()
    finally:
        runner.run(client.close())
        runner.run(context.__aexit__(None, None, None))


async def test_a_bad_item_of_an_import_is_refused_alone(bad_restrictions: Any) -> None:
    # REQ-INPUT-003, of imports, on both transports.
    one, mqtt, _ = bad_restrictions
    request = restrictions_pb2.ImportRestrictionsRequest(request_id="bad", source_id="notices")
    for number, draft in enumerate([keep_clear("a"), circle(radius_m=math.inf), keep_clear("b")]):
        draft.kind = restrictions_pb2.RESTRICTION_KIND_STATUTORY
        draft.source.source_id, draft.source.item_id = "notices", f"item-{number}"
        request.restrictions.append(draft)
    request.restrictions.append(keep_clear("made-here"))
    answer = await answer_to(mqtt, "restrictions/import", request.SerializeToString())
    async with grpc.aio.insecure_channel(one.address) as channel:
        stub = restrictions_pb2_grpc.RestrictionServiceStub(channel)
        again = restrictions_pb2.ImportRestrictionsRequest()
        again.CopyFrom(request)
        again.request_id = "again"
        response = await stub.ImportRestrictions(again, metadata=((SYSTEM_KEY, SYSTEM),))
    for items in (answer.imported.items, response.items):
        refused = [place for place, item in enumerate(items) if item.refusals]
        assert refused == [1, 3], items
        assert "restrictions[1]" in items[1].refusals[0].field
        assert "restrictions[3]" in items[3].refusals[0].field
    nobody = restrictions_pb2.ImportRestrictionsRequest(request_id="x", source_id="notices")
    told = await answer_to(mqtt, "restrictions/import", nobody.SerializeToString())
    assert told.refused.code == 3
    assert [refusal.field for refusal in told.refused.refusals] == ["restrictions"]
    assert one.broker.engine.is_alive()
