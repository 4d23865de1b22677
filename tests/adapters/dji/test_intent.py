"""Planned path points as the aircraft's stated intent."""

import pytest

from adapters.dji.fleet import Fleet
from adapters.dji.intent import MAX_POINTS, read_intent
from adapters.dji.settings import DjiSettings, HeightDatum
from keepclear.v1 import common_pb2
from keepclear.v1.tracks_pb2 import AircraftDescription
from tests.adapters.dji.messages import DOCK, DRONE, NOW_US, dock, event, flying, osd

SECOND_US = 1_000_000
POINTS = [
    {"latitude": 51.51, "longitude": -0.12, "height": 130.0},
    {"latitude": 51.52, "longitude": -0.11, "height": 131.0},
]


def described(
    at_us: int, *events: tuple[str, object], datum: HeightDatum = HeightDatum.UNCHECKED
) -> AircraftDescription:
    """The description of the first report at `at_us`, after a dock's events."""
    fleet = Fleet(DjiSettings(kind="dji", address="mqtt://localhost", height_datum=datum))
    fleet.decode(osd(DOCK, dock(drone_in_dock=0)))
    for place, (method, data) in enumerate(events):
        assert not fleet.decode(event(method, data, NOW_US + place)).refusals
    return fleet.decode(osd(DRONE, flying(), at_us, gateway=DOCK)).reports[0].description


@pytest.mark.parametrize(
    "method", ["fly_to_point_progress", "takeoff_to_point_progress", "return_home_info"]
)
def test_a_planned_path_travels_with_the_aircraft(method: str) -> None:
    # REQ-DJI-009
    made = described(NOW_US + SECOND_US, (method, {"planned_path_points": POINTS}))
    assert [(point.latitude_deg, point.longitude_deg) for point in made.planned_path] == [
        (51.51, -0.12),
        (51.52, -0.11),
    ]
    assert made.planned_path_stated_us == NOW_US


def test_its_heights_are_trusted_no_more_than_the_aircrafts() -> None:
    data = {"planned_path_points": POINTS}
    unchecked = described(NOW_US, ("return_home_info", data))
    assert not unchecked.planned_path[0].HasField("altitude_m")
    checked = described(NOW_US, ("return_home_info", data), datum=HeightDatum.HAE)
    assert checked.planned_path[0].altitude_m == 130.0
    assert checked.planned_path[0].altitude_datum == common_pb2.ALTITUDE_DATUM_HAE


@pytest.mark.parametrize("status", ["wayline_ok", "wayline_cancel", "wayline_failed"])
def test_a_path_that_is_over_is_taken_back(status: str) -> None:
    method = "fly_to_point_progress"
    made = described(
        NOW_US + SECOND_US,
        (method, {"planned_path_points": POINTS}),
        (method, {"status": status, "planned_path_points": POINTS}),
    )
    assert not made.planned_path


def test_a_path_is_not_shown_for_ever() -> None:
    path = ("return_home_info", {"planned_path_points": POINTS})
    assert described(NOW_US + 599 * SECOND_US, path).planned_path
    assert not described(NOW_US + 602 * SECOND_US, path).planned_path


def test_points_without_a_place_are_left_out_and_long_paths_thinned() -> None:
    bad = [{"latitude": 0, "longitude": 0}, {"latitude": 999, "longitude": 1}, None, 7, {}]
    read = read_intent("return_home_info", {"planned_path_points": [*bad, *POINTS]}, 1)
    assert read is not None
    assert len(read.points) == 2
    many = [{"latitude": 51.0 + place / 10_000, "longitude": 0.1} for place in range(1_000)]
    thinned = read_intent("return_home_info", {"planned_path_points": many}, 1)
    assert thinned is not None
    assert len(thinned.points) == MAX_POINTS
    assert thinned.points[0].latitude_deg == 51.0
    assert thinned.points[-1].latitude_deg == pytest.approx(51.0999)


@pytest.mark.parametrize(
    ("method", "data"),
    [
        ("hms", {"planned_path_points": POINTS}),
        ("return_home_info", None),
        ("return_home_info", {}),
        ("return_home_info", {"planned_path_points": "here"}),
        ("return_home_info", {"planned_path_points": [{}]}),
    ],
)
def test_what_states_no_path_states_nothing(method: str, data: object) -> None:
    assert read_intent(method, data, 1) is None
