"""Allotted bands through the contract: in at the gateway, through the log, out on the feed."""

import copy
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.commands import SubmitReports
from broker.core.geodesy.ground import LONDON
from broker.core.names import SystemName
from broker.core.tracks.memory import register_state, restore_register
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AircraftClass, HeightBand, HeightReference
from broker.gateways.wire.bands import BAND_M_MAX, BAND_M_MIN
from broker.gateways.wire.reports import decode_batch
from broker.gateways.wire.tracks import TrackEncoder
from broker.journal import report_codec
from keepclear.v1 import common_pb2, feed_pb2, tracks_pb2
from tests.gateways.wire.test_track_rows import views

NOW_US = 1_700_000_000_000_000
PUBLISHER = SystemName("met", "dji")
CATEGORIES = np.zeros((6, 8), dtype=np.int16)
LOWEST: dict[str, Any] = {
    "lower_m": 25.0,
    "upper_m": 45.0,
    "reference": common_pb2.HEIGHT_REFERENCE_TAKEOFF,
}


def described(band: dict[str, Any] | None, **words: Any) -> tracks_pb2.PublishTracksRequest:
    said = {"aircraft_class": common_pb2.AIRCRAFT_CLASS_DRONE, "incident_id": "CAD-1", **words}
    one = tracks_pb2.TrackReport(
        source_track_id="d1",
        time_of_validity_us=NOW_US,
        latitude_deg=51.5,
        longitude_deg=-0.1,
        description=tracks_pb2.AircraftDescription(**said),
    )
    if band is not None:
        one.description.allotted_band.CopyFrom(common_pb2.HeightBand(**band))
    return tracks_pb2.PublishTracksRequest(reports=[one])


def filled(*batches: Any) -> TrackRegister:
    register = TrackRegister(CATEGORIES)
    for place, batch in enumerate(batches):
        rows = np.arange(len(batch))
        batch.time_of_validity_us[:] = NOW_US + place
        slots, _ = register.assign(batch, rows)
        register.write(batch, rows, slots, NOW_US)
    return register


def shown(register: TrackRegister, *, masked: bool = False) -> feed_pb2.TrackView:
    [view] = views(TrackEncoder(masked=masked), register, np.array([0], dtype=np.int32))
    return view


def in_columns(register: TrackRegister) -> tuple[float, float, int]:
    columns = register.columns
    return (
        float(columns.band_lower_m[0]),
        float(columns.band_upper_m[0]),
        int(columns.band_reference[0]),
    )


def test_a_band_is_kept_as_it_was_stated_in_the_log_and_in_a_snapshot() -> None:
    # REQ-BAND-001: the same from the batch, from its record and from a snapshot.
    batch = decode_batch(described(LOWEST), PUBLISHER, LONDON).batch
    logged = report_codec.decode(report_codec.encode(SubmitReports(batch, NOW_US))).batch
    assert logged.descriptions == batch.descriptions
    restored = TrackRegister(CATEGORIES)
    restore_register(restored, copy.deepcopy(register_state(filled(batch))))
    for register in (filled(batch), filled(logged), restored):
        assert shown(register).allotted_band == common_pb2.HeightBand(**LOWEST)
        assert in_columns(register) == (25.0, 45.0, HeightReference.TAKEOFF)
        assert register.descriptions[0].allotted_band == HeightBand(
            25.0, 45.0, HeightReference.TAKEOFF
        )


def test_a_description_without_a_band_takes_it_away() -> None:
    # REQ-BAND-001
    first, then = (decode_batch(described(one), PUBLISHER, LONDON).batch for one in (LOWEST, None))
    register = filled(first, then)
    assert not shown(register).HasField("allotted_band")
    assert in_columns(register) == (0.0, 0.0, HeightReference.NONE)


def test_a_row_used_again_has_no_band() -> None:
    register = filled(decode_batch(described(LOWEST), PUBLISHER, LONDON).batch)
    limits_s = np.full(6, 5.0)
    register.advance(NOW_US + 60_000_000, limits_s, limits_s * 2)
    register.release_retired()
    undescribed = described(None)
    undescribed.reports[0].ClearField("description")
    batch = decode_batch(undescribed, PUBLISHER, LONDON).batch
    register.assign(batch, np.arange(1))
    assert in_columns(register) == (0.0, 0.0, HeightReference.NONE)


def test_others_are_shown_no_band_of_a_masked_flight() -> None:
    # REQ-BAND-005
    register = filled(decode_batch(described(LOWEST), PUBLISHER, LONDON).batch)
    without = filled(decode_batch(described(None), PUBLISHER, LONDON).batch)
    assert shown(register, masked=True) == shown(without, masked=True)


@given(st.floats(allow_nan=True), st.floats(allow_nan=True), st.integers(-1, 4), st.integers(0, 6))
def test_a_band_is_taken_whole_or_refused_by_its_field(
    lower_m: float, upper_m: float, reference: int, aircraft_class: int
) -> None:
    # REQ-BAND-002
    band = {"lower_m": lower_m, "upper_m": upper_m, "reference": reference}
    decoded = decode_batch(described(band, aircraft_class=aircraft_class), PUBLISHER, LONDON)
    good = BAND_M_MIN <= lower_m < upper_m <= BAND_M_MAX and reference in (1, 2)
    good = good and aircraft_class == AircraftClass.DRONE
    if good:
        assert decoded.refusals == ()
        kept = decoded.batch.descriptions[0].allotted_band
        assert kept == HeightBand(lower_m, upper_m, HeightReference(reference))
    else:
        [refusal] = decoded.refusals
        assert refusal.field.startswith("reports[0].description.a")


@pytest.mark.parametrize(
    ("field", "band", "words"),
    [
        ("allotted_band", LOWEST, {"incident_id": ""}),
        ("allotted_band", LOWEST, {"aircraft_class": common_pb2.AIRCRAFT_CLASS_HELICOPTER}),
        ("allotted_band", LOWEST, {"aircraft_class": common_pb2.AIRCRAFT_CLASS_UNSPECIFIED}),
        ("allotted_band", LOWEST, {"aircraft_class": common_pb2.AIRCRAFT_CLASS_UNKNOWN_DRONE}),
        ("allotted_band.lower_m", {}, {}),
        ("allotted_band.lower_m", {"upper_m": 45.0, "reference": 1}, {}),
        ("allotted_band.upper_m", {"lower_m": 25.0, "reference": 1}, {}),
        ("allotted_band.upper_m", {**LOWEST, "upper_m": 25.0}, {}),
        ("allotted_band.lower_m", {**LOWEST, "lower_m": math.nan}, {}),
        ("allotted_band.reference", {**LOWEST, "reference": 0}, {}),
    ],
)
def test_what_is_refused_is_named(field: str, band: dict[str, Any], words: dict[str, Any]) -> None:
    # REQ-BAND-002
    [refusal] = decode_batch(described(band, **words), PUBLISHER, LONDON).refusals
    assert refusal.field == f"reports[0].description.{field}"
