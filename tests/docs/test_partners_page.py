"""The partner's page: its examples run as they stand, and its tables agree with the code."""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import code_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

from broker.core.names import SystemName
from broker.gateways.mqtt.topics import EXERCISE_ROOT, LIVE_ROOT, Inbound, Topics
from broker.service.feed.items import ItemKind
from tests.conftest import REPOSITORY
from tests.docs.demonstration import RunningDemo, running_demo
from tests.patience import PATIENCE_S

ME = (("keepclear-system", "agencies/met/systems/trial"),)
GRPCURL = shutil.which("grpcurl", path=str(Path(sys.executable).parent)) or shutil.which("grpcurl")

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def page() -> str:
    return (REPOSITORY / "docs" / "partners.md").read_text(encoding="utf-8")


def section(page: str, heading: str) -> str:
    """What stands under a heading, up to the next one."""
    text = page.partition(f"# {heading}\n")[2]
    assert text, f"the page has no heading {heading!r}"
    return re.split(r"^#{2,3} ", text, maxsplit=1, flags=re.MULTILINE)[0]


def example(page: str, heading: str, language: str) -> str:
    found = re.search(
        rf"^```{language}\n(.*?)^```$", section(page, heading), re.MULTILINE | re.DOTALL
    )
    assert found, f"no {language} example under {heading!r}"
    return found[1]


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    lines = [line for line in section(page, heading).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def run(demo: RunningDemo, command: list[str]) -> str:
    done = subprocess.run(
        command,
        env=demo.environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def json_values(text: str) -> list[dict[str, object]]:
    """Every JSON object that a program printed, one after another."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while (at := text.find("{", at)) >= 0:
        try:
            value, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError:
            at += 1
            continue
        found.append(value)
    return found


# The examples


def test_the_python_example_runs(demo: RunningDemo, page: str, tmp_path: Path) -> None:
    script = tmp_path / "example.py"
    script.write_text(example(page, "Python", "python"), encoding="utf-8")
    printed = run(demo, [sys.executable, str(script)])
    assert re.search(r"^TRIAL-1 is shown at 51\.503\d\d$", printed, re.MULTILINE), printed
    assert "refused" not in printed


@pytest.mark.skipif(
    GRPCURL is None,
    reason="no grpcurl on the PATH: the same calls are made through reflection by the test below",
)
def test_the_grpcurl_example_runs(demo: RunningDemo, page: str) -> None:
    printed = run(demo, ["sh", "-eu", "-c", example(page, "grpcurl", "sh")])
    assert "keepclear.v1.TrackService\n" in printed
    assert "message Restriction {" in printed
    answers = json_values(printed[printed.rindex("message Restriction {") :])
    created, listed = (one for one in answers if "restriction" in one or "restrictions" in one)
    assert isinstance(created["restriction"], dict)
    assert created["restriction"]["state"] == "RESTRICTION_STATE_ACTIVE"
    assert isinstance(listed["restrictions"], list)
    assert created["restriction"] in listed["restrictions"]
    kinds = [set(one["message"]) - {"header"} for one in answers if "message" in one]  # type: ignore[call-overload]
    assert kinds[0] == {"snapshot_begin"}
    assert {"restriction"} in kinds
    assert {"heartbeat"} in kinds
    assert {"tracks"} not in kinds


def test_the_grpcurl_examples_calls_work_through_reflection(demo: RunningDemo, page: str) -> None:
    script = example(page, "grpcurl", "sh")
    with grpc.insecure_channel(demo.grpc_target) as channel:
        pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))

        def messages(method: str) -> tuple[type[Message], type[Message]]:
            service, _, name = method.partition("/")
            found = pool.FindServiceByName(service).methods_by_name[name]
            return GetMessageClass(found.input_type), GetMessageClass(found.output_type)

        def call(method: str, request: dict[str, object]) -> dict[str, object]:
            assert method in script
            asked, answered = messages(method)
            stub = channel.unary_unary(f"/{method}", asked.SerializeToString, answered.FromString)
            answer = stub(ParseDict(request, asked()), metadata=ME, timeout=PATIENCE_S)
            return MessageToDict(answer, preserving_proto_field_name=True)

        service = "keepclear.v1.RestrictionService"
        created = call(f"{service}/CreateRestriction", here_document(script))
        listed = call(f"{service}/ListRestrictions", {})
        assert created["restriction"] in listed["restrictions"]  # type: ignore[operator]

        method = "keepclear.v1.FeedService/Subscribe"
        assert method in script
        asked, answered = messages(method)
        stub = channel.unary_stream(f"/{method}", asked.SerializeToString, answered.FromString)
        responses = stub(asked(), metadata=ME, timeout=PATIENCE_S)
        wanted = {"snapshotBegin", "snapshotEnd", "restriction", "tracks", "heartbeat"}
        first, *_ = got = [next(responses)]
        while not wanted <= set().union(*map(kind_of, got)):
            got.append(next(responses))
        responses.cancel()
        assert kind_of(first) == {"snapshotBegin"}


def kind_of(response: Message) -> set[str]:
    """What a response of the feed holds, besides its header."""
    return set(MessageToDict(response)["message"]) - {"header"}


def here_document(script: str) -> dict[str, object]:
    """The JSON that the example hands to grpcurl, its shell variables filled in."""
    found = re.search(r"<<END\n(.*?)^END$", script, re.MULTILINE | re.DOTALL)
    assert found
    now_s = int(time.time())
    text = found[1].replace("$((now_s + 600))", str(now_s + 600))
    text = text.replace("${now_s}", str(now_s)).replace("trial-$now_s", f"reflected-{now_s}")
    assert "$" not in text
    request: dict[str, object] = json.loads(text)
    return request


def test_the_mosquitto_example_runs(demo: RunningDemo, page: str) -> None:
    printed = run(demo, ["sh", "-eu", "-c", example(page, "Mosquitto's own clients", "sh")])
    heartbeat, answer, shown = json_values(printed)
    assert printed.startswith(f"{EXERCISE_ROOT}/out/met/desk/heartbeat/json ")
    assert heartbeat["heartbeat"]
    tracks = answer["tracks"]
    assert isinstance(tracks, dict)
    assert answer["request_id"] == tracks["batch_id"]
    assert tracks["accepted_count"] == 1
    assert "refusals" not in tracks
    restriction = shown["restriction"]
    assert isinstance(restriction, dict)
    assert restriction["title"] == "Cordon, Station Road"
    assert restriction["state"] == "RESTRICTION_STATE_ACTIVE"


def test_a_refusal_over_json_reads_as_the_page_says(demo: RunningDemo, page: str) -> None:
    shown = json.loads(example(page, "Mosquitto's own clients", "json"))
    topics = Topics(exercise=True)
    answers = f"{topics.acks(SystemName('met', 'wrong'))}/json"
    session = f"-V 311 -p $MQTT_PORT -i met-wrong -c -q 1 -t {answers}"
    send = f"mosquitto_pub -V 311 -p $MQTT_PORT -q 1 -t {topics.root}/in/met/wrong/tracks/json"
    script = f"mosquitto_sub {session} -E; {send} -m 1; mosquitto_sub {session} -W 20 -C 1"
    (told,) = json_values(run(demo, ["sh", "-eu", "-c", script]))
    assert keys(told) == keys(shown)
    assert told["refused"]["code"] == shown["refused"]["code"]  # type: ignore[index]
    start = shown["refused"]["message"].rstrip("…")
    assert told["refused"]["message"].startswith(start)  # type: ignore[index]


def keys(value: object) -> object:
    """Only the names in a JSON value."""
    match value:
        case dict():
            return {key: keys(one) for key, one in value.items()}
        case list():
            return [keys(one) for one in value]
        case _:
            return None


# The tables


def test_the_table_of_services_is_what_reflection_lists(demo: RunningDemo, page: str) -> None:
    with grpc.insecure_channel(demo.grpc_target) as channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        pool = DescriptorPool(database)
        served = {
            name: list(pool.FindServiceByName(name).methods_by_name)
            for name in database.get_services()
            if name.startswith("keepclear.")
        }
    told = {
        service.strip("`"): re.findall(r"`(\w+)`", methods)
        for service, methods in rows(page, "gRPC services")
    }
    assert told == served


def test_the_table_of_topics_is_what_the_gateway_uses(page: str) -> None:
    told = [row[0].strip("`") for row in rows(page, "MQTT topics")]
    topics = Topics(exercise=False)
    root = f"{topics.root}/"
    system = SystemName("agency", "system")
    audience_topics = [
        "out/{agency}/{role}/" + kind.name.lower()
        for kind in (ItemKind.TRACKS, ItemKind.COVERAGE, ItemKind.NOTICE, ItemKind.HEARTBEAT)
    ]
    used = [
        *(f"in/{{agency}}/{{system}}/{kind}" for kind in Inbound),
        *audience_topics,
        "out/{agency}/{role}/alerts/{alert}",
        "out/{agency}/{role}/volumes/{volume}",
        "out/{agency}/{role}/restrictions/{agency}/{restriction}",
        *(
            topic.removeprefix(root).replace("agency/system", "{agency}/{system}")
            for topic in (topics.acks(system), topics.resumes(system))
        ),
    ]
    assert sorted(told) == sorted(used)
    text = section(page, "MQTT topics")
    assert f"`{LIVE_ROOT}`" in text
    assert f"`{EXERCISE_ROOT}`" in text


def test_the_table_of_topics_gives_the_quality_that_is_subscribed_with(page: str) -> None:
    told = {
        row[0].strip("`").replace("{agency}/{system}", "+/+"): int(row[2])
        for row in rows(page, "MQTT topics")
        if row[0].startswith("`in/")
    }
    topics = Topics(exercise=False)
    used = {topic.removeprefix(f"{topics.root}/"): qos for topic, qos in topics.subscriptions()}
    assert told == {topic: qos for topic, qos in used.items() if not topic.endswith("/json")}


def test_every_status_of_the_table_exists(page: str) -> None:
    told = [row[0].strip("`") for row in rows(page, "Refusals")]
    assert told
    assert set(told) <= set(code_pb2.Code.keys())
    assert set(told) <= {code.name for code in grpc.StatusCode}
