"""Keep-clear requests as a custom flight area file."""

import hashlib
import json
import math
import uuid
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.dji.flight_areas import MAX_AREAS, area_file
from keepclear.v1.restrictions_pb2 import Restriction

ACTIVE = "RESTRICTION_STATE_ACTIVE"
CIRCLE = {"circle": {"center": {"latitude_deg": 51.5, "longitude_deg": -0.1}, "radius_m": 250.2}}
RING = [
    {"latitude_deg": 51.5, "longitude_deg": -0.1},
    {"latitude_deg": 51.6, "longitude_deg": -0.1},
    {"latitude_deg": 51.6, "longitude_deg": 0.1},
]


def restriction(name: str = "fire", state: str = ACTIVE, **more: object) -> Restriction:
    kind = "RESTRICTION_KIND_KEEP_CLEAR_REQUEST"
    fields: dict[str, object] = {"volumes": [CIRCLE], "state": state, "kind": kind, **more}
    return Restriction(name=f"agencies/lfb/restrictions/{name}", **fields)  # type: ignore[arg-type]


def features(*restrictions: Restriction) -> list[dict[str, object]]:
    made = area_file(restrictions, "met")
    assert hashlib.sha256(made.data).hexdigest() == made.sha256
    found: list[dict[str, object]] = json.loads(made.data)["features"]
    return found


def test_a_circle_is_a_point_with_a_radius_that_is_not_smaller() -> None:
    [area] = features(restriction())
    assert area["geometry"] == {"type": "Point", "coordinates": [-0.1, 51.5]}
    assert area["properties"] == {"enable": True, "subType": "Circle", "radius": 251}
    assert area["geofence_type"] == "nfz"


def test_a_polygon_is_closed_and_longitude_stands_first() -> None:
    [area] = features(restriction(volumes=[{"polygon": {"vertices": RING}}]))
    ring = [[-0.1, 51.5], [-0.1, 51.6], [0.1, 51.6], [-0.1, 51.5]]
    assert area["geometry"] == {"type": "Polygon", "coordinates": [ring]}


def test_an_outline_with_an_arc_becomes_a_circle_that_holds_it() -> None:
    arc = {"from_vertex": 0, "center": {"latitude_deg": 51.55, "longitude_deg": -0.1}}
    [area] = features(restriction(volumes=[{"polygon": {"vertices": RING, "arcs": [arc]}}]))
    assert area["properties"]["radius"] > 10_000  # type: ignore[index]


def test_only_active_requests_that_mean_this_agency() -> None:
    assert features(restriction(state="RESTRICTION_STATE_PLANNED")) == []
    assert features(restriction(state="RESTRICTION_STATE_WITHDRAWN")) == []
    assert features(restriction(exempt_agencies=["met"])) == []
    assert features(restriction(kind="RESTRICTION_KIND_STATUTORY")) == []
    assert len(features(restriction(exempt_agencies=["las"]))) == 1


def test_the_same_requests_give_the_same_bytes_in_any_order_and_ids_stay() -> None:
    one, other = restriction("a"), restriction("b")
    assert area_file([one, other], "met") == area_file([other, one], "met")
    assert features(one)[0]["id"] == features(one, other)[0]["id"]


def test_the_file_is_named_by_its_md5_as_docks_expect() -> None:
    made = area_file([restriction()], "met")
    assert made.name == f"geofence_{hashlib.md5(made.data).hexdigest()}.json"
    assert (made.areas, area_file([], "met").areas) == (1, 0)


def ring_of(corners: int) -> list[dict[str, float]]:
    return [
        {
            "latitude_deg": 51.5 + 0.01 * math.sin(math.tau * one / corners),
            "longitude_deg": -0.1 + 0.01 * math.cos(math.tau * one / corners),
        }
        for one in range(corners)
    ]


def circle_of(latitude_deg: float, longitude_deg: float, radius_m: float) -> dict[str, object]:
    center = {"latitude_deg": latitude_deg, "longitude_deg": longitude_deg}
    return {"circle": {"center": center, "radius_m": radius_m}}


circles = st.builds(
    circle_of, st.floats(-80.0, 80.0), st.floats(-179.0, 179.0), st.floats(0.1, 90_000.0)
)
polygons = st.integers(3, 400).map(lambda corners: {"polygon": {"vertices": ring_of(corners)}})


@given(st.lists(st.lists(st.one_of(circles, polygons), min_size=1, max_size=3), max_size=4))
def test_every_file_has_the_makers_form(requests: list[list[dict[str, object]]]) -> None:
    """REQ-DJI-014: each rule of the maker's template by itself."""
    made = area_file(
        [restriction(f"r{place}", volumes=one) for place, one in enumerate(requests)], "met"
    )
    parsed = json.loads(made.data.decode("ascii"))
    assert set(parsed) == {"type", "features"}
    assert parsed["type"] == "FeatureCollection"
    assert len(parsed["features"]) == made.areas == sum(map(len, requests))
    assert len({area["id"] for area in parsed["features"]}) == made.areas
    for area in parsed["features"]:
        assert set(area) == {"id", "type", "geofence_type", "geometry", "properties"}
        assert str(uuid.UUID(area["id"])) == area["id"]
        assert (area["type"], area["geofence_type"]) == ("Feature", "nfz")
        for longitude_deg, latitude_deg in _places(area["geometry"], area["properties"]):
            assert abs(latitude_deg) <= 90.0
            assert abs(longitude_deg) <= 180.0


def _places(geometry: dict[str, Any], properties: dict[str, Any]) -> list[list[float]]:
    """The coordinates, in the one form that each kind of area has."""
    assert set(geometry) == {"type", "coordinates"}
    assert properties["enable"] is True
    if geometry["type"] == "Point":
        assert set(properties) == {"enable", "subType", "radius"}
        assert properties["subType"] == "Circle"
        assert properties["radius"] >= 10
        return [geometry["coordinates"]]
    assert geometry["type"] == "Polygon"
    assert properties == {"enable": True, "radius": 0}
    ring: list[list[float]]
    [ring] = geometry["coordinates"]
    assert ring[0] == ring[-1]
    assert 4 <= len(ring) <= 255
    return ring


def test_a_full_file_says_what_it_left_out() -> None:
    many = [restriction(f"r{number:04}") for number in range(MAX_AREAS + 3)]
    made = area_file(many, "met")
    assert made.left_out == 3
