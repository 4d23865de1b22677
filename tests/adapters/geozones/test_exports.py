"""Exports: round trips lose nothing the format can carry, and what it cannot is said."""

import json
import math
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point
from shapely import Polygon as Outline

from adapters.geozones import export_ed269, export_ed318, export_geojson, export_kml, sources
from adapters.geozones.export_shapes import Exported
from adapters.geozones.mirror import mirror
from adapters.geozones.model import Zone
from keepclear.v1 import restrictions_pb2 as pb
from keepclear.v1.restrictions_pb2 import Restriction
from tests.adapters.geozones import documents
from tests.adapters.geozones.documents import RING, ed269_zone, ed318_feature

ENCODERS = {"ed-269": export_ed269.encode, "ed-318": export_ed318.encode}
pytestmark = pytest.mark.req("REQ-IMP-004")


def read(data: bytes) -> tuple[list[Zone], list[Restriction]]:
    decoded = sources.decode(data)
    result = mirror(decoded, "caa", "pond")
    return [row.zone for row in result.rows if row.zone is not None], list(result.restrictions)


def round_trip(data: bytes, format_name: str) -> Exported:
    zones, restrictions = read(data)
    exported = ENCODERS[format_name](restrictions, "GBR", 0)
    back = sources.decode(exported.data)
    assert back.format == format_name
    assert [item.zone for item in back.items] == zones
    return exported


_numbers = st.integers(1, 120)
_limits = st.fixed_dictionaries(
    {
        "uomDimensions": st.sampled_from(["M", "FT"]),
        "lowerLimit": st.sampled_from([0, 10, 12.5]),
        "lowerVerticalReference": st.sampled_from(["AGL", "AMSL"]),
        "upperLimit": st.integers(130, 9_999),
        "upperVerticalReference": st.sampled_from(["AGL", "AMSL"]),
    }
)
_shapes = st.one_of(
    st.builds(
        lambda x, y, r: {"type": "Circle", "center": [x / 64, 51 + y / 64], "radius": r},
        _numbers,
        _numbers,
        st.integers(1, 90_000),
    ),
    st.just({"type": "Polygon", "coordinates": [RING]}),
)
_clock = st.builds(lambda h, m: f"{h:02d}:{m:02d}:00Z", st.integers(0, 23), st.integers(0, 59))
_schedules = st.lists(
    st.fixed_dictionaries(
        {
            "day": st.sampled_from([["ANY"], ["MON"], ["SAT", "SUN"]]),
            "startTime": _clock,
            "endTime": _clock,
        }
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=60, deadline=None)
@given(
    volumes=st.lists(st.tuples(_limits, _shapes), min_size=1, max_size=4),
    schedule=_schedules,
    restriction=st.sampled_from(["PROHIBITED", "REQ_AUTHORISATION", "CONDITIONAL"]),
)
def test_ed269_comes_back_as_it_was(
    volumes: list[tuple[dict[str, object], dict[str, object]]],
    schedule: list[dict[str, object]],
    restriction: str,
) -> None:
    zone = ed269_zone(
        restriction=restriction,
        restrictionConditions="PERMITTED/OPERATOR=POLICE",
        geometry=[{**limits, "horizontalProjection": shape} for limits, shape in volumes],
        applicability=[
            {"permanent": "NO", "startDateTime": "2026-03-01T00:00:00Z", "schedule": schedule}
        ],
    )
    exported = round_trip(documents.ed269(zone), "ed-269")
    assert exported.lost == ()


@settings(max_examples=40, deadline=None)
@given(
    limits=_limits,
    radius=st.integers(1, 90_000),
    event=st.sampled_from(["SR", "SS", "BMCT", "EECT"]),
    kind=st.sampled_from(["PROHIBITED", "REQ_AUTHORIZATION", "USPACE", "NO_RESTRICTION"]),
)
def test_ed318_comes_back_as_it_was(
    limits: dict[str, object], radius: int, event: str, kind: str
) -> None:
    layer = {
        "lower": limits["lowerLimit"],
        "lowerReference": limits["lowerVerticalReference"],
        "upper": limits["upperLimit"],
        "upperReference": "WGS84",
        "uom": str(limits["uomDimensions"]).lower(),
    }
    hole = [[0.12, 51.42], [0.18, 51.42], [0.18, 51.48], [0.12, 51.42]]
    geometry = {
        "type": "GeometryCollection",
        "geometries": [
            {"type": "Polygon", "coordinates": [RING, hole], "layer": layer},
            {
                "type": "Point",
                "coordinates": [0.25, 51.5],
                "extent": {"subType": "Circle", "radius": radius},
                "layer": layer,
            },
        ],
    }
    feature = ed318_feature(
        geometry,
        type=kind,
        reason=["NATURE"],
        message=[{"text": "Quiet please", "lang": "en-GB"}],
        limitedApplicability=[
            {"schedule": [{"day": ["MON"], "startEvent": event, "endTime": "23:00:00Z"}]}
        ],
        extendedProperties={"depth": 3},
    )
    exported = round_trip(documents.ed318(feature), "ed-318")
    assert exported.lost == ()
    assert json.loads(exported.data)["features"][0]["properties"]["extendedProperties"] == {
        "depth": 3
    }


def test_another_reader_of_the_standards_takes_what_is_written() -> None:
    ed269 = pytest.importorskip("uas_standards.eurocae_ed269")
    ed318 = pytest.importorskip("uas_standards.eurocae_ed318")
    _, restrictions = read(documents.notam(hours="MON-FRI 0600-2400"))
    exported = export_ed269.encode(restrictions, "GBR", 0)
    assert len(ed269.ED269Schema.from_dict(json.loads(exported.data)).features) == 1
    exported = export_ed318.encode(restrictions, "GBR", 0)
    assert len(ed318.ED318Schema.from_dict(json.loads(exported.data)).features) == 1


def test_what_the_formats_cannot_carry_is_said() -> None:
    text = (
        "WI 1NM RADIUS OF 513000N 0001000E. EMERG ACFT MAY ENTER IN ACCORDANCE WITH LOCAL"
        " DECONFLICTION AGREEMENTS." + " MORE WORDS" * 20
    )
    _, restrictions = read(documents.notam(text=text, lower="FL050", upper="UNL", hours="SR-SS"))
    for encode in ENCODERS.values():
        said = " | ".join(what for _, what in encode(restrictions, "GBR", 0).lost)
        for part in ("crewed", "exemption: EMERG ACFT", "flight level", "unlimited", "200 char"):
            assert part in said
    assert "move with the sun" in str(export_ed269.encode(restrictions, "GBR", 0).lost)
    assert "move with the sun" not in str(export_ed318.encode(restrictions, "GBR", 0).lost)


def test_a_limit_that_is_not_carried_comes_back_larger() -> None:
    _, restrictions = read(documents.notam(lower="FL050", upper="FL100"))
    for encode in ENCODERS.values():
        zones, _ = read(encode(restrictions, "GBR", 0).data)
        assert zones[0].volumes[0].floor.datum.value == "SFC"
        assert zones[0].volumes[0].ceiling.datum.value == "UNL"


def test_drawn_arcs_and_circles_leave_nothing_out() -> None:
    _, restrictions = read(documents.YAXIM + b"")
    exported = export_geojson.encode(restrictions)
    circle, weir = json.loads(exported.data)["features"]
    drawn = Outline(circle["geometry"]["coordinates"][0])
    centre = restrictions[0].volumes[0].circle
    for step in range(360):
        # 2.5 NM on a sphere of 6371 km, in degrees of latitude, a hair inside the circle.
        reach = centre.radius_m / 6_371_008.8 * 0.9999
        north = math.degrees(reach * math.cos(math.radians(step)))
        east = math.degrees(reach * math.sin(math.radians(step))) / math.cos(
            math.radians(centre.center.latitude_deg)
        )
        at = Point(centre.center.longitude_deg + east, centre.center.latitude_deg + north)
        assert drawn.buffer(1e-5).covers(at)
    assert "arcs: drawn" in str(exported.lost)
    # The arc of the weir turns over north of its centre.
    assert max(point[1] for point in weir["geometry"]["coordinates"][0]) > 51 + 46 / 60


def test_geojson_comes_back_with_its_limits_and_hours() -> None:
    zones, restrictions = read(documents.GEOJSON)
    back, _ = read(export_geojson.encode(restrictions).data)
    assert back[0].volumes == zones[0].volumes
    assert back[0].title == zones[0].title


def test_kml_draws_heights_only_where_a_viewer_would() -> None:
    _, restrictions = read(documents.notam(upper="1500FT AMSL"))
    _, above_ground = read(documents.GEOJSON)
    _, levels = read(documents.notam(lower="FL050", upper="FL100"))
    exported = export_kml.encode([*restrictions, *above_ground, *levels])
    root = ET.fromstring(exported.data)
    space = "{http://www.opengis.net/kml/2.2}"
    modes = [e.text for e in root.iter(f"{space}altitudeMode")]
    assert modes == ["absolute", "relativeToGround", "clampToGround"]
    assert [e.text for e in root.iter(f"{space}extrude")] == ["1", "1", "0"]
    first = next(root.iter(f"{space}coordinates"))
    assert first.text is not None
    assert first.text.split()[0].endswith(",457.2")
    assert "drawn on the ground" in str(exported.lost)
    assert "1500FT AMSL" in exported.data.decode()


def test_identifiers_that_are_too_long_are_replaced_and_said() -> None:
    _, restrictions = read(documents.notam())
    exported = export_ed318.encode(restrictions, "GBR", 0)
    identifier = json.loads(exported.data)["features"][0]["properties"]["identifier"]
    assert len(identifier) == 7
    assert "identifier: J0001/26" in str(exported.lost)


@pytest.mark.parametrize("format_name", ENCODERS)
def test_both_formats_make_the_same_decisions(format_name: str) -> None:
    """What a zone asks, in each one's spelling; and what is cut off is said."""
    authorisation = "REQ_AUTHORISATION" if format_name == "ed-269" else "REQ_AUTHORIZATION"
    key = "restriction" if format_name == "ed-269" else "type"
    _, (zone,) = read(documents.ed269())
    for designation, rule, expected in (
        ("REQ_AUTHORISATION", pb.ENTRY_RULE_KEEP_CLEAR, authorisation),
        ("REQ_AUTHORIZATION", pb.ENTRY_RULE_ASK, authorisation),
        ("EG D", pb.ENTRY_RULE_ASK, authorisation),
        ("EG R", pb.ENTRY_RULE_KEEP_CLEAR, "PROHIBITED"),
        ("QWULW", pb.ENTRY_RULE_INFORMATION, "NO_RESTRICTION"),
        ("CONDITIONAL", pb.ENTRY_RULE_ASK, "CONDITIONAL"),
    ):
        zone.designation, zone.entry_rule = designation, rule
        (feature,) = json.loads(ENCODERS[format_name]([zone], "GBR", 0).data)["features"]
        assert feature.get("properties", feature)[key] == expected
    zone.source.text, zone.reason = "x" * 201, "y" * 40
    del zone.published[:]
    exported = ENCODERS[format_name]([zone], "GBR", 0)
    assert (zone.name, "its text after 200 characters") in exported.lost
    cut = (zone.name, "reason after 30 characters") in exported.lost
    assert cut is (format_name == "ed-269")
