"""Any bytes, on any topic, whole or cut anywhere: reports or a refusal, and nothing else.

Seconds in the ordinary run; `KEEPCLEAR_FUZZ_EXAMPLES` sets how many examples a longer one takes.
"""

import json
import os
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.dji.answers import CloudServer, answer
from adapters.dji.envelope import Unusable, read
from adapters.dji.fleet import Fleet
from adapters.dji.merging import MAX_DEVICES
from adapters.dji.recording import unwrapped
from adapters.dji.replying import MAY_LEAVE
from adapters.dji.settings import DjiSettings
from adapters.model import Document
from broker.core.geodesy.ground import LONDON
from broker.core.names import SystemName
from broker.gateways.wire.reports import decode_batch
from keepclear.v1.tracks_pb2 import PublishTracksRequest
from tests.adapters.dji.messages import DOCK, DRONE, NOW_US, dock, envelope, event, flying, osd

EXAMPLES: Final = int(os.environ.get("KEEPCLEAR_FUZZ_EXAMPLES", "300"))
FUZZ = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SETTINGS = DjiSettings(kind="dji", address="mqtt://localhost")
TOPICS = st.sampled_from(
    [f"thing/product/{serial}/{channel}" for serial in (DRONE, DOCK)
     for channel in ("osd", "state", "events", "services", "requests")]
    + [f"sys/product/{DOCK}/status", "", "#"]
) | st.text(max_size=60)  # fmt: skip
NUMBERS = st.one_of(
    st.integers(),
    st.floats(),
    st.sampled_from([0, -0.0, 65_535, 32_767, 3_276.7, 1e308, -1, 10**400]),
)
LEAVES = st.one_of(NUMBERS, st.text(max_size=20), st.booleans(), st.none())
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*flying(), *dock(), "sn", "drone_list"]), inner, max_size=6
        )
    ),
    max_leaves=20,
)
METHODS = st.sampled_from(
    [
        "",
        "update_topo",
        "return_home_info",
        "fly_to_point_progress",
        "flighttask_ready",
        "hms",
        "airsense_warning",
    ]
)
WHOLE = [
    osd(DRONE, flying(), gateway=DOCK),
    osd(DOCK, dock(cover_state=1)),
    event("return_home_info", {"planned_path_points": [{"latitude": 51.0, "longitude": 0.1}]}),
]


def holds(fleet: Fleet, document: Document) -> None:
    """What is promised of every document."""
    decoded = fleet.decode(document)
    assert decoded.reports or decoded.refusals or document.data
    assert len(decoded.reports) <= 1
    assert len(decoded.refusals) <= 1
    assert len(fleet.devices) <= MAX_DEVICES
    request = PublishTracksRequest(reports=decoded.reports)
    assert not decode_batch(request, SystemName("met", "dji"), LONDON).refusals


@FUZZ
@given(st.lists(st.tuples(TOPICS, st.binary(max_size=400)), max_size=5))
def test_any_bytes(messages: list[tuple[str, bytes]]) -> None:
    fleet = Fleet(SETTINGS)
    for topic, data in messages:
        holds(fleet, Document(data, NOW_US, topic=topic))


@FUZZ
@given(st.lists(st.tuples(TOPICS, METHODS, ANYTHING, NUMBERS | st.none()), max_size=6))
def test_any_json(messages: list[tuple[str, str, Any, Any]]) -> None:
    fleet = Fleet(SETTINGS)
    for topic, method, data, timestamp in messages:
        body = {**envelope(data), "method": method, "timestamp": timestamp}
        holds(fleet, Document(json.dumps(body).encode(errors="replace"), NOW_US, topic=topic))


@FUZZ
@given(st.sampled_from(WHOLE), st.data())
def test_a_message_cut_anywhere_or_with_bytes_changed(document: Document, data: Any) -> None:
    fleet = Fleet(SETTINGS)
    at = data.draw(st.integers(0, len(document.data)))
    holds(fleet, Document(document.data[:at], NOW_US, topic=document.topic))
    holds(fleet, Document(document.data[at:], NOW_US, topic=document.topic))
    changed = bytearray(document.data)
    for place in data.draw(st.lists(st.integers(0, len(changed) - 1), max_size=8)):
        changed[place] = data.draw(st.integers(0, 255))
    holds(fleet, Document(bytes(changed), NOW_US, topic=document.topic))


@FUZZ
@given(st.dictionaries(st.sampled_from([*flying()]), ANYTHING, max_size=3))
def test_any_values_of_known_fields(changed: dict[str, Any]) -> None:
    fleet = Fleet(SETTINGS)
    data = json.dumps(envelope({**flying(), **changed})).encode(errors="replace")
    holds(fleet, Document(data, NOW_US, topic=f"thing/product/{DRONE}/osd"))


@FUZZ
@given(st.binary(max_size=300) | ANYTHING.map(lambda one: json.dumps(one).encode()))
def test_any_line_of_a_recording(line: bytes) -> None:
    piece = unwrapped(line)
    holds(Fleet(SETTINGS), Document(piece.data, piece.time_us or NOW_US, topic=piece.topic))


CLOUD = CloudServer("1", "key", "license", "ntp", "met", "Metropolitan Police", {})


@FUZZ
@given(
    st.sampled_from(["requests", "events", "osd", "services_reply"]),
    st.sampled_from(["config", "airport_bind_status", "flight_areas_get", "update_topo", "x"]),
    ANYTHING,
)
def test_any_request_gets_a_reply_that_may_leave(channel: str, method: str, data: Any) -> None:
    body = {**envelope(data), "method": method, "need_reply": 1}
    payload = json.dumps(body).encode(errors="replace")
    try:
        message = read(f"thing/product/{DOCK}/{channel}", payload)
    except Unusable:
        return
    reply = answer(message, CLOUD, None, "")
    assert (reply is None) == (channel in ("osd", "services_reply"))
    if reply is not None:
        assert MAY_LEAVE.fullmatch(reply.topic)
        assert json.loads(reply.payload)["method"] == method
