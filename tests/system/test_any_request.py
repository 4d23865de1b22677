"""Whatever is asked over MQTT is answered once, under its id, with what such a request is answered.

The gateway is the real one, and so is the broker behind it; only the MQTT server is not there.
"""

import asyncio
from pathlib import Path
from random import Random

import pytest
from google.rpc import code_pb2

from broker.gateways.mqtt.gateway import MqttGateway
from broker.gateways.mqtt.topics import Inbound
from broker.service import engine
from broker.service.mqtt_address import MqttAddress
from keepclear.v1 import feed_pb2, presence_pb2
from tests.gateways.mqtt.recording import RecordingLink
from tests.system.anything_asked import changed, corpus
from tests.system.harness import Rig, rig

pytestmark = pytest.mark.system

START_US = 1_795_200_000_000_000
SEED = 5
REQUESTS = 800
IDS = 40
"""Few enough that other requests come under them again."""
UNANSWERED = {Inbound.RESUME, Inbound.PRESENCE}


class Asked:
    """One gateway, and what it answers."""

    def __init__(self, one: Rig) -> None:
        self._rig = one
        self._gateway = MqttGateway(one.broker, MqttAddress("127.0.0.1", 1))
        self._link = RecordingLink()
        self._gateway._inbox.replies.link = self._link.as_link()

    async def ask(self, system: str, kind: Inbound, payload: bytes) -> presence_pb2.CommandAnswer:
        """The one answer to a request."""
        self._link.sent.clear()
        root = self._gateway._topics.root
        self._gateway._on_message(f"{root}/in/{system}/{kind}", payload, False)
        while not self._link.sent:
            assert self._rig.broker.engine.is_alive(), self._rig.broker.engine.failure
            await asyncio.sleep(0.001)
        [answer] = self._link.sent
        assert answer.topic == f"{root}/private/{system}/acks"
        return presence_pb2.CommandAnswer.FromString(answer.payload)


async def test_whatever_is_asked_is_answered_as_what_it_is(tmp_path: Path) -> None:
    # REQ-BAD-041: no request stops the broker, and none gets what another one is answered.
    print(f"seed {SEED}")
    chance, known, seen = Random(SEED), corpus(START_US), set[str]()
    assert set(known) == set(Inbound) - UNANSWERED
    async with rig(tmp_path, START_US) as one:
        asked = Asked(one)
        for _ in range(REQUESTS):
            kind = chance.choice(list(known))
            sound, results = known[kind]
            request = changed(chance.choice(sound), chance, START_US)
            name = "batch_id" if kind is Inbound.TRACKS else "request_id"
            setattr(request, name, f"r-{chance.randrange(IDS)}")
            system = chance.choice(["met/drones", "met/control", "lfb/drones"])
            answer = await asked.ask(system, kind, request.SerializeToString())
            result = answer.WhichOneof("result")
            assert result in results | {"refused"}, (kind, request, answer)
            assert answer.request_id == getattr(request, name), (kind, answer)
            assert answer.refused.code != code_pb2.INTERNAL, (kind, request)
            if answer.refused.code == code_pb2.INVALID_ARGUMENT:
                assert all(refusal.field for refusal in answer.refused.refusals), (kind, answer)
            seen.add(str(result))
    assert len(seen) >= 15, "requests that are all refused prove little"


async def test_an_import_under_the_id_of_a_smaller_one_is_refused(tmp_path: Path) -> None:
    # REQ-BAD-041: the answer to the first has no line for the other's second item. Who made it up
    # from both stopped the broker.
    sound, _ = corpus(START_US)[Inbound.IMPORT_RESTRICTIONS]
    async with rig(tmp_path, START_US) as one:
        asked, answers = Asked(one), []
        for request in sound:
            request.request_id = "1"  # type: ignore[attr-defined]
            payload = request.SerializeToString()
            answers.append(await asked.ask("met/control", Inbound.IMPORT_RESTRICTIONS, payload))
        assert len(answers[0].imported.items) == 1
        assert [refusal.field for refusal in answers[1].refused.refusals] == ["request_id"]


def fail(*_: object) -> object:
    """Stands in for any part of ours that makes an answer."""
    raise ZeroDivisionError("a fault of ours")


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (Inbound.RECEIPTS, "_gateway._inbox._asked._questions.answer"),
        (Inbound.ASK_ENTRY, "_rig.broker.asking._taken"),
        (Inbound.ASK_ENTRY, "_rig.broker.asking._pool.submit"),
        (Inbound.CREATE_RESTRICTION, "_gateway._inbox._answers.answer"),
        (Inbound.TRACKS, "_gateway._inbox._positions.submit"),
        (Inbound.RESUME, "_rig.broker.reading.opening"),
    ],
)
async def test_a_fault_in_an_answer_is_owned_up_to_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: Inbound, path: str
) -> None:
    # REQ-BAD-042
    known = corpus(START_US)
    async with rig(tmp_path, START_US) as one:
        asked = Asked(one)
        resume = presence_pb2.ResumeRequest(role=feed_pb2.ROLE_DESK)
        payload = (known[kind][0][0] if kind in known else resume).SerializeToString()
        *parts, name = path.split(".")
        part: object = asked
        for each in parts:
            part = getattr(part, each)
        with monkeypatch.context() as broken:
            broken.setattr(part, name, fail)
            answer = await asked.ask("met/control", kind, payload)
        assert answer.refused.code == code_pb2.INTERNAL
        assert "tell its operator" in answer.refused.message
        well = known[Inbound.ASK_ENTRY][0][0].SerializeToString()
        answer = await asked.ask("met/control", Inbound.ASK_ENTRY, well)
        assert answer.WhichOneof("result") == "entry"


async def test_who_asks_too_much_is_told_to_come_back_under_its_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # REQ-LOAD-004
    known = corpus(START_US)
    async with rig(tmp_path, START_US) as one:
        asked = Asked(one)
        monkeypatch.setattr(engine, "QUESTIONS_WAITING_MAX", 0)
        for kind in (Inbound.ASK_ENTRY, Inbound.RECEIPTS):
            request = known[kind][0][0]
            request.request_id = "mine"  # type: ignore[attr-defined]
            answer = await asked.ask("met/control", kind, request.SerializeToString())
            assert answer.refused.code == code_pb2.RESOURCE_EXHAUSTED
            assert answer.request_id == "mine"
        monkeypatch.undo()
