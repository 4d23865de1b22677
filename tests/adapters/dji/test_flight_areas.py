"""Keep-clear requests as a custom flight area file."""

import hashlib
import json

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


def test_a_full_file_says_what_it_left_out() -> None:
    many = [restriction(f"r{number:04}") for number in range(MAX_AREAS + 3)]
    made = area_file(many, "met")
    assert made.left_out == 3
