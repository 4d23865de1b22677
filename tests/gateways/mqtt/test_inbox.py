"""Whatever a system writes is answered on its private topic, and nothing raises."""

from collections.abc import Callable, Sequence
from typing import cast

import numpy as np
import pytest
from google.protobuf import json_format
from google.rpc import code_pb2
from hypothesis import given
from hypothesis import strategies as st

from broker.core.admission import Admission
from broker.core.commands import ControlCommand, CreateRestriction, SubmitReports
from broker.core.errors import Refusal
from broker.core.geodesy.ground import NOTHING_KNOWN
from broker.core.names import SystemName
from broker.core.outcomes import Done, NotDone, Reply
from broker.core.restrictions.register import RestrictionRegister
from broker.core.sharing.decision import Decision, may_publish
from broker.core.sharing.roles import Terms
from broker.core.tracks.correlation.correlator import Correlator
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import ReportBatch
from broker.gateways.mqtt.answers import AnswerMaker
from broker.gateways.mqtt.inbox import Inbox
from broker.gateways.mqtt.requests import Questions
from broker.gateways.mqtt.server_config import MQTT_PAYLOAD_LIMIT_BYTES
from broker.gateways.mqtt.topics import Inbound, Topics
from broker.gateways.wire.restrictions import encode_restriction
from broker.gateways.wire.signed import SignedRestrictions
from broker.service.access import Access, Limits
from broker.service.asking import Asking
from broker.service.clock import VirtualClock
from broker.service.engine import Overloaded
from broker.service.intake import Intake
from broker.service.reading import Reading
from keepclear.v1 import alerts_pb2, presence_pb2, restrictions_pb2
from tests.core.restrictions.scenes import AGENCIES, draft
from tests.core.tracks.batches import NOW_US
from tests.gateways.mqtt.recording import RecordingLink
from tests.gateways.wire.requests_made import report, request

TOPICS = Topics(exercise=False)
ACKS = "keepclear/v1/private/lfb/tracker/acks"


class AtOnce:
    """Stands in for Intake: carries everything out in the calling thread."""

    def __init__(self) -> None:
        self.clock = VirtualClock(NOW_US)
        self.ground = NOTHING_KNOWN
        self.access = Access(lambda: Terms(frozenset(AGENCIES)))
        self.tracks = TrackRegister(np.zeros((6, 8), dtype=np.int16))
        self.commands: list[ControlCommand] = []
        self.overloaded = False
        self.refused: list[str] = []

    def count_refused_reports(self, refusals: Sequence[Refusal]) -> None:
        self.refused += [one.field for one in refusals]

    def count_refused_request(self) -> None:
        self.refused.append("request")

    def publishing(self, system: SystemName) -> Decision:
        return may_publish(system, dict.fromkeys(AGENCIES, ""))

    def submit_reports(self, batch: ReportBatch, on_reply: Callable[[Reply], None]) -> int:
        if self.overloaded:
            raise Overloaded
        admission = Admission(
            Correlator(self.tracks), [SubmitReports(batch, NOW_US)], NOW_US, exercise=False
        )
        for _ in admission.waves():
            pass
        on_reply(admission.replies()[0])
        return NOW_US

    def submit_control(self, command: ControlCommand, on_reply: Callable[[Reply], None]) -> None:
        if self.overloaded:
            raise Overloaded
        self.commands.append(command)
        if isinstance(command, CreateRestriction):
            register = RestrictionRegister()
            on_reply(Done(register.create(draft(), NOW_US, set(AGENCIES))))
        else:
            on_reply(NotDone((Refusal("alert_id", "there is none"),), not_found=True))

    def report_age_s(self, _system: SystemName) -> float | None:
        return None


class Rig:
    def __init__(self, *json_agencies: str) -> None:
        self.intake, self.link = AtOnce(), RecordingLink()
        self.resumes: list[presence_pb2.ResumeRequest] = []
        self.presences: list[presence_pb2.Presence] = []
        self.inbox = Inbox(
            cast("Intake", self.intake),
            AnswerMaker(cast("Reading", None), SignedRestrictions(None)),
            cast("Questions", None),
            cast("Asking", None),
            TOPICS,
            frozenset(json_agencies),
            lambda _system, one: self.resumes.append(one),
            lambda _system, one: self.presences.append(one),
        )
        self.inbox.replies.link = self.link.as_link()

    def write(
        self, leaf: str, payload: bytes, *, agency: str = "lfb", retained: bool = False
    ) -> None:
        topic = f"keepclear/v1/in/{agency}/tracker/{leaf}"
        self.inbox.on_message(topic, payload, retained)

    def answer(self) -> presence_pb2.CommandAnswer:
        """The one answer, which stands on the sender's private topic."""
        [one] = self.link.sent
        assert (one.topic, one.qos, one.retain) == (ACKS, 1, False)
        self.link.sent.clear()
        return presence_pb2.CommandAnswer.FromString(one.payload)

    def refused(self) -> tuple[int, list[str]]:
        answer = self.answer()
        assert answer.WhichOneof("result") == "refused"
        assert answer.refused.message
        return answer.refused.code, [one.field for one in answer.refused.refusals]


@pytest.fixture
def rig() -> Rig:
    return Rig()


BATCH = request(report(), report(latitude_deg=91.0))
CREATE = restrictions_pb2.CreateRestrictionRequest(
    request_id="r-1",
    restriction=encode_restriction(RestrictionRegister().create(draft(), NOW_US, set(AGENCIES))),
)


def test_a_batch_is_applied_and_acknowledged(rig: Rig) -> None:
    rig.write("tracks", BATCH.SerializeToString())
    answer = rig.answer()
    assert answer.request_id == answer.tracks.batch_id == "batch-1"
    assert (answer.tracks.accepted_count, answer.tracks.credit > 0) == (1, True)
    assert [one.field for one in answer.tracks.refusals] == ["reports[1].latitude_deg"]
    assert rig.intake.tracks.live_count == 1


def test_a_batch_that_is_too_long_is_answered_under_its_id(rig: Rig) -> None:
    rig.write("tracks", request(*[report()] * 2_001).SerializeToString())
    answer = rig.answer()
    assert [one.field for one in answer.tracks.refusals] == ["reports"]
    assert (answer.request_id, answer.tracks.credit > 0) == ("batch-1", True)


def test_control_requests_are_answered_under_their_id(rig: Rig) -> None:
    rig.write("restrictions/create", CREATE.SerializeToString())
    answer = rig.answer()
    assert answer.request_id == "r-1"
    assert answer.restriction.name == "agencies/lfb/restrictions/fire"
    acknowledge = alerts_pb2.AcknowledgeAlertRequest(
        request_id="r-2", alert_id="alr-1", acknowledged_by="desk"
    )
    rig.write("alerts/acknowledge", acknowledge.SerializeToString())
    assert rig.refused() == (code_pb2.NOT_FOUND, ["alert_id"])
    assert len(rig.intake.commands) == 2


def test_what_cannot_be_read_is_refused_by_field(rig: Rig) -> None:
    rig.write("tracks", b"\xff")
    assert rig.refused() == (code_pb2.INVALID_ARGUMENT, ["payload"])
    rig.write("tracks", b"x" * (MQTT_PAYLOAD_LIMIT_BYTES + 1))
    assert rig.refused() == (code_pb2.INVALID_ARGUMENT, ["payload"])
    rig.write("alerts/acknowledge", b"")
    assert rig.refused() == (code_pb2.INVALID_ARGUMENT, ["alert_id"])
    long = restrictions_pb2.WithdrawRestrictionRequest(request_id="x" * 9_000)
    rig.write("restrictions/withdraw", long.SerializeToString())
    answer = rig.answer()
    assert len(answer.request_id) == 64
    assert answer.refused.refusals[0].field == "request_id"


def test_a_retained_request_is_refused_a_retained_presence_is_not(rig: Rig) -> None:
    rig.write("restrictions/create", CREATE.SerializeToString(), retained=True)
    assert rig.refused() == (code_pb2.INVALID_ARGUMENT, ["retain"])
    presence = presence_pb2.Presence(online=True, session=5)
    rig.write("presence", presence.SerializeToString(), retained=True)
    rig.write("resume", presence_pb2.ResumeRequest().SerializeToString())
    assert (rig.presences, len(rig.resumes), rig.link.sent) == ([presence], 1, [])


def test_an_agency_that_is_not_configured_is_denied(rig: Rig) -> None:
    # REQ-TRUST-002
    rig.write("tracks", BATCH.SerializeToString(), agency="somebody")
    [one] = rig.link.sent
    assert one.topic == "keepclear/v1/private/somebody/tracker/acks"
    answer = presence_pb2.CommandAnswer.FromString(one.payload)
    assert answer.refused.code == code_pb2.PERMISSION_DENIED
    assert answer.refused.rule
    assert rig.intake.tracks.live_count == 0


def test_overload_is_told_under_the_requests_id(rig: Rig) -> None:
    # REQ-OVL-003
    rig.intake.overloaded = True
    for leaf, payload, name in (
        ("tracks", BATCH.SerializeToString(), "batch-1"),
        ("restrictions/create", CREATE.SerializeToString(), "r-1"),
    ):
        rig.write(leaf, payload)
        answer = rig.answer()
        assert (answer.request_id, answer.refused.code) == (name, code_pb2.RESOURCE_EXHAUSTED)


def test_a_batch_beyond_its_senders_limit_is_refused_under_its_id(rig: Rig) -> None:
    # REQ-SEC-012
    limits = Limits(reports_per_s=1, requests_per_s=1, bytes_per_s=10_000)
    rig.intake.access = Access(lambda: Terms(frozenset(AGENCIES)), limits=limits)
    rig.write("tracks", BATCH.SerializeToString())
    assert rig.answer().HasField("tracks")
    rig.write("tracks", BATCH.SerializeToString())
    answer = rig.answer()
    assert (answer.request_id, answer.refused.code) == ("batch-1", code_pb2.RESOURCE_EXHAUSTED)
    assert rig.intake.tracks.live_count == 1


def test_json_is_for_agencies_that_asked_for_it(rig: Rig) -> None:
    payload = json_format.MessageToJson(BATCH).encode()
    rig.write("tracks/json", payload)
    assert rig.refused() == (code_pb2.INVALID_ARGUMENT, ["topic"])
    asked = Rig("lfb")
    asked.write("tracks/json", payload)
    binary, twin = asked.link.sent
    assert twin.topic == f"{ACKS}/json"
    answer = json_format.Parse(twin.payload, presence_pb2.CommandAnswer())
    assert answer == presence_pb2.CommandAnswer.FromString(binary.payload)
    assert answer.tracks.accepted_count == 1


leaves = st.sampled_from([f"{kind}{leaf}" for kind in Inbound for leaf in ("", "/json")])
json_texts = st.sampled_from(
    [
        "5",
        "[1]",
        "null",
        "[" * 50_000,
        '{"reports":[null]}',
        '{"batch_id":"\\ud800"}',
        '{"reports":[{"latitude_deg":1e999}]}',
        '{"reports":[{"time_of_validity_us":' + "9" * 5_000 + "}]}",
        '{"role":"x"}',
        '{"resume_token":"*"}',
        '{"a":1,"a":1}',
    ]
)
payloads = (
    st.binary(max_size=200)
    | json_texts.map(str.encode)
    | st.sampled_from([BATCH, CREATE]).map(lambda one: one.SerializeToString()[:-3])
)


@given(leaves, payloads, st.booleans())
def test_any_payload_is_taken_without_raising_and_requests_are_answered(
    leaf: str, payload: bytes, retained: bool
) -> None:
    # REQ-BAD-040: nothing a system writes can stop the gateway.
    rig = Rig("lfb")
    rig.write(leaf, payload, retained=retained)
    assert {one.topic.removesuffix("/json") for one in rig.link.sent} <= {ACKS}
    assert len(rig.link.sent) == 2 or rig.resumes or rig.presences


@given(st.text(), st.binary(max_size=50), st.booleans())
def test_any_topic_is_taken_without_raising(topic: str, payload: bytes, retained: bool) -> None:
    # REQ-BAD-040
    rig = Rig()
    rig.inbox.on_message(topic, payload, retained)
    assert (rig.inbox.unreadable_count, rig.link.sent) == (1, [])
