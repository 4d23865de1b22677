"""Every bad input of the contract, through the decoder, the core and back to its place."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.admission import Admission
from broker.core.commands import SubmitReports
from broker.core.errors import Refused
from broker.core.geodesy.ground import LONDON
from broker.core.tracks.correlation.correlator import Correlator
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import (
    DESCRIPTION_TEXTS,
    AircraftClass,
    OperationalStatus,
    ReportSource,
)
from broker.core.units import SECOND_US
from broker.gateways.wire.acks import acknowledgement, refused_batch
from broker.gateways.wire.reports import at_request_places, decode_batch
from keepclear.v1 import common_pb2, tracks_pb2
from tests.core.tracks.batches import NOW_US
from tests.gateways.wire.requests_made import PUBLISHER, described, report, request

NAN, INF = math.nan, math.inf


def published(
    one: tracks_pb2.PublishTracksRequest, register: TrackRegister | None = None
) -> tracks_pb2.PublishTracksResponse:
    """The acknowledgement of a request: decoded, applied, and answered."""
    decoded = decode_batch(one, PUBLISHER, LONDON)
    tracks = register or TrackRegister(np.zeros((6, 8), dtype=np.int16))
    submitted = [SubmitReports(decoded.batch, NOW_US)]
    admission = Admission(Correlator(tracks), submitted, NOW_US, exercise=False)
    for _ in admission.waves():
        pass
    [reply] = admission.replies()
    return acknowledgement(one, decoded, reply, NOW_US, None, 4)


def text(**fields: str) -> list[tuple[str, tracks_pb2.TrackReport]]:
    return [(f"description.{name}", described(**{name: value})) for name, value in fields.items()]


def changed(**fields: Any) -> list[tuple[str, tracks_pb2.TrackReport]]:
    """A report with fields changed; the first is the one that must be named."""
    return [(next(iter(fields)), report(**fields))]


BAD = [
    # REQ-BAD-001 to REQ-BAD-012, in the order of the contract's fields.
    *changed(source_track_id=""),
    *changed(source_track_id="x" * 65),
    *changed(source_track_id="a\nb"),
    *changed(source_track_id="a\0"),
    *changed(source_track_id="a\u202eb"),
    *changed(time_of_validity_us=0),
    *changed(time_of_validity_us=-(2**63)),
    *changed(time_of_validity_us=2**63 - 1),
    *changed(time_of_validity_us=NOW_US + 6 * SECOND_US),
    *changed(time_of_validity_us=NOW_US - 61 * SECOND_US),
    *changed(time_of_validity_us=NOW_US // 1_000),
    *changed(time_of_validity_us=NOW_US // 1_000_000),
    *changed(latitude_deg=NAN),
    *changed(latitude_deg=INF),
    *changed(latitude_deg=-INF),
    *changed(latitude_deg=90.1),
    *changed(latitude_deg=0.0, longitude_deg=0.0),
    *changed(longitude_deg=NAN),
    *changed(longitude_deg=INF),
    *changed(longitude_deg=-180.1),
    *changed(altitude_m=NAN),
    *changed(altitude_m=NAN, altitude_datum=0),
    *changed(altitude_m=INF),
    *changed(altitude_m=-INF),
    *changed(altitude_m=-500.1),
    *changed(altitude_m=30_000.1),
    *changed(altitude_m=None),
    *changed(altitude_datum=0),
    *changed(altitude_datum=4),
    *changed(altitude_datum=-1),
    *changed(altitude_datum=2**31 - 1),
    *changed(height_m=NAN, height_reference=1),
    *changed(height_m=NAN),
    *changed(height_m=10_001.0, height_reference=2),
    *changed(height_reference=0, height_m=50.0),
    *changed(height_reference=3, height_m=50.0),
    ("height_m", report(height_reference=1)),
    *changed(velocity_east_mps=NAN, velocity_north_mps=1.0),
    *changed(velocity_east_mps=NAN, velocity_north_mps=NAN),
    *changed(velocity_east_mps=1.0),
    ("velocity_east_mps", report(velocity_north_mps=1.0)),
    *changed(velocity_north_mps=INF, velocity_east_mps=1.0),
    *changed(velocity_north_mps=401.0, velocity_east_mps=1.0),
    *changed(vertical_speed_mps=NAN),
    *changed(vertical_speed_mps=-151.0),
    *changed(horizontal_accuracy_m=NAN),
    *changed(horizontal_accuracy_m=-1.0),
    *changed(vertical_accuracy_m=INF),
    *changed(velocity_accuracy_mps=-1.0),
    *changed(vertical_speed_accuracy_mps=NAN),
    *changed(operational_status=8),
    *changed(operational_status=-1),
    *changed(source=8),
    *changed(source=common_pb2.REPORT_SOURCE_SIMULATED),
    ("description.aircraft_class", described(aircraft_class=6)),
    ("description.aircraft_class", described(aircraft_class=-1)),
    *text(registration="x" * 81, icao_address="x" * 81, callsign="x" * 81, flight_id="x" * 81),
    *text(incident_id="x" * 81, duty_contact="x" * 81, talkgroup="x" * 81),
    *text(registration="\n", callsign="a\tb", duty_contact="\x7f", talkgroup="\u2028"),
    *text(icao_address="40045"),
    *text(icao_address="40045g"),
    *text(icao_address="4004545"),
    *text(icao_address="٤00454"),
]


@pytest.mark.parametrize(("field", "bad"), BAD)
def test_a_bad_report_is_named_and_the_others_are_applied(
    field: str, bad: tracks_pb2.TrackReport
) -> None:
    register = TrackRegister(np.zeros((6, 8), dtype=np.int16))
    first, last = report(source_track_id="first"), report(source_track_id="last")
    answer = published(request(first, bad, last), register)
    assert answer.accepted_count == 2
    assert [refusal.field for refusal in answer.refusals] == [f"reports[1].{field}"]
    assert answer.refusals[0].reason
    assert [register.slot_of(PUBLISHER, name) for name in ("first", "last")] == [0, 1]
    assert register.live_count == 2


def test_places_are_right_when_unreadable_and_refused_reports_mix() -> None:
    # REQ-BAD-001
    answer = published(
        request(
            report(source_track_id=""),
            report(latitude_deg=91.0),
            report(source_track_id="a"),
            report(source=99),
            report(source_track_id="b", altitude_datum=0),
            report(source_track_id="a"),
        )
    )
    assert answer.accepted_count == 1
    assert sorted(refusal.field for refusal in answer.refusals) == [
        "reports[0].source_track_id",
        "reports[1].latitude_deg",
        "reports[3].source",
        "reports[4].altitude_datum",
        "reports[5].time_of_validity_us",
    ]


def test_a_batch_in_which_nothing_can_be_read_tells_every_refusal() -> None:
    # REQ-BAD-001
    answer = published(request(report(source_track_id=""), report(source=99)))
    assert answer.accepted_count == 0
    assert [refusal.field for refusal in answer.refusals] == [
        "reports[0].source_track_id",
        "reports[1].source",
    ]


def test_duplicates_backwards_and_waves_through_the_decoder() -> None:
    # REQ-BAD-003
    times_s = (-3, -2, -2, -4, -1)
    rows = [report(time_of_validity_us=NOW_US + seconds * SECOND_US) for seconds in times_s]
    answer = published(request(*rows))
    assert answer.accepted_count == 3
    assert [refusal.field for refusal in answer.refusals] == [
        "reports[2].time_of_validity_us",
        "reports[3].time_of_validity_us",
    ]


def test_sizes_are_limited_and_the_whole_batch_is_refused_by_name() -> None:
    # REQ-LIM-001
    full = request(*[report(source_track_id=f"t{place}") for place in range(2_000)])
    assert len(decode_batch(full, PUBLISHER, LONDON).batch) == 2_000
    for bad, field in (
        (request(*[report()] * 2_001), "reports"),
        (tracks_pb2.PublishTracksRequest(batch_id="x" * 65), "batch_id"),
    ):
        with pytest.raises(Refused) as refused:
            decode_batch(bad, PUBLISHER, LONDON)
        answer = refused_batch(bad, refused.value, NOW_US)
        assert [one.field for one in answer.refusals] == [field]
        assert (answer.accepted_count, answer.received_us) == (0, NOW_US)
        assert len(answer.batch_id) <= 64


def test_the_longest_ids_and_the_last_codes_are_read_beside_a_bad_report() -> None:
    # A batch with a fault in it is looked at report by report: by the same limits.
    last = report(
        source_track_id="x" * 64,
        operational_status=max(common_pb2.OperationalStatus.values()),
        source=max(common_pb2.ReportSource.values()),
        altitude_datum=max(common_pb2.AltitudeDatum.values()),
        height_m=1.0,
        height_reference=max(common_pb2.HeightReference.values()),
    )
    none = report(source_track_id="x", altitude_m=None, altitude_datum=None)
    bad = [report(source_track_id="x" * 65), report(altitude_datum=-1), report(source=-1)]
    one = tracks_pb2.PublishTracksRequest(batch_id="b" * 64, reports=[last, *bad, none])
    decoded = decode_batch(one, PUBLISHER, LONDON)
    assert decoded.batch.source_track_ids == ("x" * 64, "x")
    assert [refusal.field for refusal in decoded.refusals] == [
        "reports[1].source_track_id", "reports[2].altitude_datum", "reports[3].source",
    ]  # fmt: skip
    alone = decode_batch(request(last, none), PUBLISHER, LONDON)
    assert alone.refusals == ()
    for name in ("operational_status", "source", "altitude_datum", "height_reference"):
        assert getattr(alone.batch, name).tolist() == getattr(decoded.batch, name).tolist()


def test_an_empty_batch_is_acknowledged() -> None:
    answer = published(request())
    assert (answer.accepted_count, len(answer.refusals)) == (0, 0)
    assert (answer.batch_id, answer.received_us, answer.credit) == ("batch-1", NOW_US, 4)


def test_absent_is_not_zero() -> None:
    # REQ-ABS-001
    bare = tracks_pb2.TrackReport(
        source_track_id="a", time_of_validity_us=1, latitude_deg=51.5, longitude_deg=-0.1
    )
    batch = decode_batch(request(bare), PUBLISHER, LONDON).batch
    for name in (
        "published_altitude_m",
        "altitude_hae_m",
        "vertical_doubt_m",
        "height_m",
        "velocity_east_mps",
        "velocity_north_mps",
        "vertical_speed_mps",
        "horizontal_accuracy_m",
        "vertical_accuracy_m",
        "velocity_accuracy_mps",
        "vertical_speed_accuracy_mps",
    ):
        assert np.isnan(getattr(batch, name)).all(), name
    assert batch.operational_status.tolist() == [OperationalStatus.AIRBORNE]
    assert batch.source.tolist() == [ReportSource.TELEMETRY]
    given = report(velocity_east_mps=0.0, velocity_north_mps=0.0, vertical_speed_mps=0.0)
    batch = decode_batch(request(given), PUBLISHER, LONDON).batch
    assert batch.velocity_east_mps[0] == batch.vertical_speed_mps[0] == 0.0


def test_altitudes_are_resolved_and_kept_beside_what_was_published() -> None:
    batch = decode_batch(request(report()), PUBLISHER, LONDON).batch
    assert batch.published_altitude_m[0] == 74.0
    # The geoid lies about 46 m above the ellipsoid in London.
    assert batch.altitude_hae_m[0] == pytest.approx(74.0 + 46.0, abs=1.0)
    assert batch.vertical_doubt_m[0] > 0.0


def test_descriptions_follow_their_rows() -> None:
    one = described(aircraft_class=common_pb2.AIRCRAFT_CLASS_HELICOPTER, icao_address="400ABC")
    batch = decode_batch(
        request(report(source_track_id=""), report(), one), PUBLISHER, LONDON
    ).batch
    assert list(batch.descriptions) == [1]
    assert batch.descriptions[1].aircraft_class is AircraftClass.HELICOPTER
    assert batch.descriptions[1].icao_address == "400abc"
    longest = described(callsign="é" * 80, talkgroup="a b")
    assert decode_batch(request(longest), PUBLISHER, LONDON).refusals == ()


def test_the_acknowledgement_tells_the_age_of_reports_once_known() -> None:
    one = request(report())
    decoded = decode_batch(one, PUBLISHER, LONDON)
    register = TrackRegister(np.zeros((6, 8), dtype=np.int16))
    admission = Admission(
        Correlator(register), [SubmitReports(decoded.batch, NOW_US)], NOW_US, exercise=False
    )
    [reply] = admission.replies()
    assert at_request_places(decoded, reply.refusals) == []
    assert not acknowledgement(one, decoded, reply, NOW_US, None, 1).HasField("report_age_s")
    assert acknowledgement(one, decoded, reply, NOW_US, 1.23456, 1).report_age_s == 1.235


doubles = st.floats(width=64)
singles = st.floats(width=32)


@st.composite
def any_report(draw: st.DrawFn) -> tracks_pb2.TrackReport:
    """Any report that protobuf can carry."""
    one = tracks_pb2.TrackReport(
        source_track_id=draw(st.text(max_size=70)),
        time_of_validity_us=draw(st.integers(-(2**63), 2**63 - 1)),
        latitude_deg=draw(doubles),
        longitude_deg=draw(doubles),
    )
    for name in ("altitude_m", "height_m"):
        if draw(st.booleans()):
            setattr(one, name, draw(doubles))
    for name in ("velocity_east_mps", "velocity_north_mps", "vertical_accuracy_m"):
        if draw(st.booleans()):
            setattr(one, name, draw(singles))
    for name in ("altitude_datum", "height_reference", "operational_status", "source"):
        setattr(one, name, draw(st.integers(-2, 9)))
    if draw(st.booleans()):
        one.description.callsign = draw(st.text(max_size=90))
    return one


@given(st.lists(any_report(), max_size=5))
def test_whatever_is_sent_is_applied_or_refused_once_by_place(
    reports: list[tracks_pb2.TrackReport],
) -> None:
    # REQ-BAD-001
    answer = published(request(*reports))
    assert answer.accepted_count + len(answer.refusals) == len(reports)
    places = [int(refusal.field.split("[")[1].split("]")[0]) for refusal in answer.refusals]
    assert len(set(places)) == len(places)
    assert set(places) <= set(range(len(reports)))


def test_every_text_of_a_description_is_read() -> None:
    words = {name: f"{place:06x}" for place, name in enumerate(DESCRIPTION_TEXTS)}
    batch = decode_batch(request(described(**words)), PUBLISHER, LONDON).batch
    assert {name: getattr(batch.descriptions[0], name) for name in words} == words
