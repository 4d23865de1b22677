"""Planned paths through the contract: in at the gateway, through the log, out on the feed."""

import copy
import math
from typing import Any

import numpy as np
import pytest

from broker.core.commands import SubmitReports
from broker.core.geodesy.ground import LONDON
from broker.core.names import SystemName
from broker.core.tracks.memory import register_state, restore_register
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import PATH_POINTS_MAX, OperationalStatus
from broker.gateways.wire.reports import decode_batch
from broker.gateways.wire.tracks import TrackEncoder
from broker.journal import report_codec
from keepclear.v1 import common_pb2, feed_pb2, tracks_pb2
from tests.gateways.wire.test_track_rows import views

NOW_US = 1_700_000_000_000_000
PUBLISHER = SystemName("met", "dji")
CATEGORIES = np.zeros((6, 8), dtype=np.int16)
POINTS = [
    {"latitude_deg": 51.5, "longitude_deg": -0.12},
    {
        "latitude_deg": 51.6,
        "longitude_deg": 0.0,
        "altitude_m": 0.0,
        "altitude_datum": common_pb2.ALTITUDE_DATUM_HAE,
    },
]


def request(
    points: list[dict[str, Any]], stated_us: int = NOW_US
) -> tracks_pb2.PublishTracksRequest:
    return tracks_pb2.PublishTracksRequest(
        reports=[
            tracks_pb2.TrackReport(
                source_track_id="d1",
                time_of_validity_us=NOW_US,
                latitude_deg=51.5,
                longitude_deg=-0.1,
                operational_status=common_pb2.OPERATIONAL_STATUS_LAUNCHING,
                description=tracks_pb2.AircraftDescription(
                    callsign="MET 07", planned_path=points, planned_path_stated_us=stated_us
                ),
            )
        ]
    )


def shown(register: TrackRegister) -> feed_pb2.TrackView:
    [view] = views(TrackEncoder(), register, np.array([0], dtype=np.int32))
    return view


def filled(batch: Any) -> TrackRegister:
    register = TrackRegister(CATEGORIES)
    rows = np.arange(len(batch))
    slots, _ = register.assign(batch, rows)
    register.write(batch, rows, slots, NOW_US)
    return register


def test_a_path_is_shown_as_it_was_stated_after_the_log_and_after_a_snapshot() -> None:
    # REQ-TRK-010: the same view from the batch, from its record and from a snapshot.
    batch = decode_batch(request(POINTS), PUBLISHER, LONDON).batch
    logged = report_codec.decode(report_codec.encode(SubmitReports(batch, NOW_US))).batch
    assert logged.descriptions == batch.descriptions
    restored = TrackRegister(CATEGORIES)
    restore_register(restored, copy.deepcopy(register_state(filled(batch))))
    all_shown = [shown(filled(batch)), shown(filled(logged)), shown(restored)]
    for view in all_shown:
        assert view.operational_status == common_pb2.OPERATIONAL_STATUS_LAUNCHING
        assert view.planned_path_stated_us == NOW_US
        assert len(view.planned_path) == 2
        assert not view.planned_path[0].HasField("altitude_m")
        assert view.planned_path[1].HasField("altitude_m")
        assert view.planned_path[1].altitude_datum == common_pb2.ALTITUDE_DATUM_HAE
    assert all_shown[0] == all_shown[1] == all_shown[2]


def test_a_batch_without_a_path_keeps_the_bytes_it_always_had() -> None:
    plain = decode_batch(request([], 0), PUBLISHER, LONDON).batch
    record = report_codec.encode(SubmitReports(plain, NOW_US))
    assert b"path" not in record
    assert plain.operational_status[0] == OperationalStatus.LAUNCHING


@pytest.mark.parametrize(
    ("field", "points", "stated_us"),
    [
        ("planned_path", [POINTS[0]] * (PATH_POINTS_MAX + 1), NOW_US),
        ("planned_path_stated_us", POINTS, 0),
        ("planned_path_stated_us", POINTS, -1),
        ("planned_path[1].latitude_deg", [POINTS[0], {"latitude_deg": 91.0}], NOW_US),
        ("planned_path[0].latitude_deg", [{"latitude_deg": math.nan}], NOW_US),
        ("planned_path[0].longitude_deg", [{**POINTS[0], "longitude_deg": math.inf}], NOW_US),
        ("planned_path[0].latitude_deg", [{}], NOW_US),
        ("planned_path[0].altitude_m", [{**POINTS[0], "altitude_m": 3.0}], NOW_US),
        ("planned_path[0].altitude_m", [{**POINTS[0], "altitude_datum": 1}], NOW_US),
        ("planned_path[0].altitude_m", [{**POINTS[1], "altitude_m": math.nan}], NOW_US),
        ("planned_path[0].altitude_m", [{**POINTS[1], "altitude_m": 30_001.0}], NOW_US),
        ("planned_path[0].altitude_datum", [{**POINTS[1], "altitude_datum": 9}], NOW_US),
    ],
)
def test_a_bad_path_is_named_by_its_point(
    field: str, points: list[dict[str, Any]], stated_us: int
) -> None:
    # REQ-BAD-030
    decoded = decode_batch(request(points, stated_us), PUBLISHER, LONDON)
    assert len(decoded.batch) == 0
    assert [one.field for one in decoded.refusals] == [f"reports[0].description.{field}"]
