"""ED-269, ED-318 and plain GeoJSON: as the standards have them, and as publishers write them."""

import json

import pytest

from adapters.geozones import ed269, ed318, geojson, sources
from adapters.geozones.model import (
    Applies,
    Circle,
    Datum,
    Entry,
    Event,
    Moment,
    Period,
    Polygon,
    Unit,
)
from adapters.geozones.report import Outcome, Reason, SourceItem
from tests.adapters.geozones import documents
from tests.adapters.geozones.documents import RING, ed269_zone, ed318_feature
from tests.adapters.geozones.taken import only, zone_of


def ed269_volume(**changes: object) -> dict[str, object]:
    volume = {
        "uomDimensions": "M",
        "lowerLimit": 10,
        "lowerVerticalReference": "AGL",
        "upperLimit": 120,
        "upperVerticalReference": "AMSL",
        "horizontalProjection": {"type": "Circle", "center": [0.1, 51.5], "radius": 250},
    }
    return {**volume, **changes}


def test_ed269_without_departures() -> None:
    item = only(ed269.decode(documents.ed269()))
    assert (item.outcome, item.deviations) == (Outcome.ACCEPTED, ())
    zone = zone_of(item)
    assert (zone.entry, zone.applies) == (Entry.ASK, Applies.DRONES)
    assert zone.authorities[0].telephone == "01"
    polygon = zone.volumes[0].shape
    assert isinstance(polygon, Polygon)
    assert [(v.at.longitude_deg, v.at.latitude_deg) for v in polygon.outer] == [
        tuple(p) for p in RING[:-1]
    ]


def test_ed269_circles_in_feet() -> None:
    volume = ed269_volume(uomDimensions="FT")
    zone = zone_of(only(ed269.decode(documents.ed269(ed269_zone(geometry=[volume])))))
    assert isinstance(zone.volumes[0].shape, Circle)
    assert zone.volumes[0].shape.radius_m == 250.0
    assert zone.volumes[0].ceiling.value_m == pytest.approx(120 * 0.3048)
    assert (zone.volumes[0].floor.datum, zone.volumes[0].floor.unit) == (Datum.AGL, Unit.FEET)


@pytest.mark.parametrize(
    ("changes", "outcome", "said"),
    [
        ({"upperLimit": "120"}, Outcome.ACCEPTED, "number written as text"),
        ({"upperLimit": 99999}, Outcome.ACCEPTED, "99999 stands for none"),
        ({"upperLimit": None}, Outcome.APPROXIMATED, "unlimited"),
        ({"lowerLimit": None}, Outcome.APPROXIMATED, "from the surface"),
        ({"upperVerticalReference": None}, Outcome.APPROXIMATED, "without a known reference"),
        ({"uomDimensions": None}, Outcome.ACCEPTED, "missing: metres"),
        (
            {"lowerLimit": 130, "lowerVerticalReference": "AMSL"},
            Outcome.APPROXIMATED,
            "nothing lies",
        ),
        ({"lowerLimit": True}, Outcome.APPROXIMATED, "from the surface"),
        ({"upperLimit": 1e300}, Outcome.APPROXIMATED, "unlimited"),
    ],
)
def test_ed269_departures_in_limits_are_named(
    changes: dict[str, object], outcome: Outcome, said: str
) -> None:
    zone = ed269_zone(geometry=[ed269_volume(**changes)])
    item = only(ed269.decode(documents.ed269(zone)))
    assert item.outcome is outcome
    assert said in str(item.coarser) + str(item.deviations)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"identifier": "LONGER-THAN-SEVEN"}, "longer than 7"),
        ({"reason": "NATURE"}, "reason is a plain text"),
        ({"applicability": None}, ""),
        (
            {"applicability": [{"permanent": "NO", "startDateTime": ""}]},
            "empty text stands for a time",
        ),
    ],
)
def test_ed269_departures_that_change_nothing(changes: dict[str, object], said: str) -> None:
    item = only(ed269.decode(documents.ed269(ed269_zone(**changes))))
    assert item.outcome is Outcome.ACCEPTED
    assert said in str(item.deviations)


def test_a_byte_order_mark_and_the_other_wrappers() -> None:
    zones = [ed269_zone()]
    assert ed269.decode(b"\xef\xbb\xbf" + documents.ed269()).deviations == (
        "begins with a byte order mark",
    )
    for document in ({"UASZoneList": zones}, zones, {"UASZoneVersion": {"features": zones}}):
        decoded = sources.decode(json.dumps(document).encode())
        assert decoded.format == "ed-269"
        assert only(decoded).outcome is Outcome.ACCEPTED


def test_swapped_axes_are_noticed_by_the_country() -> None:
    ring = [[latitude, longitude] for longitude, latitude in RING]
    shape = {"type": "Polygon", "coordinates": [ring]}
    zone = ed269_zone(geometry=[ed269_volume(horizontalProjection=shape)])
    item = only(ed269.decode(documents.ed269(zone)))
    assert item.outcome is Outcome.APPROXIMATED
    assert "latitude before longitude" in str(item.deviations)
    polygon = zone_of(item).volumes[0].shape
    assert isinstance(polygon, Polygon)
    assert polygon.outer[0].at.latitude_deg == RING[0][1]


def test_a_zone_outside_its_country_is_kept_and_named() -> None:
    item = only(ed269.decode(documents.ed269(ed269_zone(country="FIN"))))
    assert item.outcome is Outcome.ACCEPTED
    assert "outside its country" in str(item.deviations)


def test_schedules_and_what_cannot_be_read_of_them() -> None:
    def item(schedule: object) -> SourceItem:
        period = {
            "permanent": "NO",
            "startDateTime": "2026-03-01T00:00:00Z",
            "endDateTime": "2026-04-01T00:00:00+01:00",
            "schedule": schedule,
        }
        return only(ed269.decode(documents.ed269(ed269_zone(applicability=[period]))))

    good = [{"day": ["SAT", "SUN"], "startTime": "17:00:00.00Z", "endTime": "02:30Z"}]
    window = zone_of(item(good)).windows[0]
    assert window.periods == (Period(Moment(61_200), Moment(9_000), (6, 7)),)
    assert window.end_us == 1_774_998_000 * 1_000_000
    for bad in (
        [{"day": ["SOMEDAY"], "startTime": "17:00Z", "endTime": "18:00Z"}],
        [{"day": ["MON"], "startTime": "17:00", "endTime": "18:00Z"}],
        [{"day": ["MON"], "startTime": "17:00+01:00", "endTime": "18:00Z"}],
        [{"day": ["MON"], "startTime": "25:00Z", "endTime": "18:00Z"}],
    ):
        row = item(bad)
        assert row.outcome is Outcome.APPROXIMATED
        assert zone_of(row).windows[0].periods == ()


def test_a_date_without_its_zone_is_widened() -> None:
    period = {"startDateTime": "2026-03-01T14:00:00", "endDateTime": "2026-03-01T15:00:00"}
    item = only(ed269.decode(documents.ed269(ed269_zone(applicability=[period]))))
    assert item.outcome is Outcome.APPROXIMATED
    window = zone_of(item).windows[0]
    assert window.start_us == 1_772_323_200 * 1_000_000
    assert window.end_us is not None
    assert window.end_us - window.start_us == 29 * 3_600 * 1_000_000


def test_conditions_name_a_beneficiary_as_published() -> None:
    said = "PERMITTED/OPERATOR=POLICE"
    zone = zone_of(only(ed269.decode(documents.ed269(ed269_zone(restrictionConditions=said)))))
    assert zone.conditions == said
    assert [(e.beneficiary, e.condition) for e in zone.exemptions] == [("OPERATOR=POLICE", said)]


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        ([], Reason.NO_AREA),
        (None, Reason.NO_AREA),
        ([ed269_volume(horizontalProjection={"type": "Point"})], Reason.MALFORMED),
        (
            [ed269_volume(horizontalProjection={"type": "Circle", "center": [0, 99], "radius": 1})],
            Reason.MALFORMED,
        ),
        ([ed269_volume()] * 21, Reason.TOO_LARGE),
    ],
)
def test_ed269_without_an_area_is_refused(geometry: object, reason: Reason) -> None:
    row = only(ed269.decode(documents.ed269(ed269_zone(geometry=geometry))))
    assert row.refusal is reason


def test_ed318_without_departures() -> None:
    decoded = ed318.decode(documents.ed318())
    item = only(decoded)
    assert (decoded.deviations, item.deviations, item.outcome) == ((), (), Outcome.ACCEPTED)
    assert zone_of(item).entry is Entry.KEEP_CLEAR
    assert zone_of(item).title == "Mill pond"


def test_ed318_layers_circles_and_holes() -> None:
    layer = {
        "upper": 120,
        "upperReference": "WGS84",
        "lower": 0,
        "lowerReference": "AMSL",
        "uom": "m",
    }
    hole = [[0.12, 51.42], [0.18, 51.42], [0.18, 51.48], [0.12, 51.42]]
    outside = [[0.9, 51.42], [0.98, 51.42], [0.98, 51.48], [0.9, 51.42]]
    geometry = {
        "type": "GeometryCollection",
        "geometries": [
            {
                "type": "Point",
                "coordinates": [0.1, 51.5],
                "extent": {"subType": "Circle", "radius": 80.5},
                "layer": layer,
            },
            {"type": "Polygon", "coordinates": [RING, hole], "layer": layer},
            {"type": "Polygon", "coordinates": [RING, outside], "layer": layer},
        ],
    }
    item = only(ed318.decode(documents.ed318(ed318_feature(geometry))))
    circle, with_hole, without = (v.shape for v in zone_of(item).volumes)
    assert isinstance(circle, Circle)
    assert circle.radius_m == 80.5
    assert isinstance(with_hole, Polygon)
    assert len(with_hole.holes[0]) == 3
    assert isinstance(without, Polygon)
    assert without.holes == ()
    assert "filled in" in str(item.coarser)
    assert zone_of(item).volumes[0].ceiling.datum is Datum.HAE


def test_ed318_sun_events() -> None:
    schedule = [{"day": ["ANY"], "startEvent": "SS", "endEvent": "SR"}]
    feature = ed318_feature(limitedApplicability=[{"schedule": schedule}])
    zone = zone_of(only(ed318.decode(documents.ed318(feature))))
    assert zone.windows[0].periods == (Period(Moment(0, Event.SUNSET), Moment(0, Event.SUNRISE)),)


def test_ed318_nested_and_flattened() -> None:
    feature = {
        "type": "Feature",
        "geometry": {"type": "MultiPolygon", "coordinates": [[RING]]},
        "properties": {
            "UASZone": {
                "identifier": "ZZ0003",
                "country": "GBR",
                "name": "",
                "type": "REQ_AUTHORISATION",
                "reasons": "NOISE",
            },
            "verticalLayer": {
                "upper": 900,
                "upperReference": "AGL",
                "lower": 0,
                "lowerReference": "AGL",
                "UOM": "M",
            },
            "limitedApplicability": [
                {"startDateTime": "", "schedule": [{"day": "ANY", "startTime": ""}]}
            ],
        },
    }
    decoded = sources.decode(json.dumps(feature).encode())
    assert decoded.format == "ed-318"
    item = only(decoded)
    assert item.outcome is Outcome.ACCEPTED
    for said in ("nested", "with an S", "MultiPolygon", "beside the geometry", "empty texts"):
        assert said in str(item.deviations)
    assert zone_of(item).windows[0].start_us is None


def test_ed318_without_a_layer_is_surface_to_unlimited() -> None:
    feature = ed318_feature({"type": "Polygon", "coordinates": [RING]})
    item = only(ed318.decode(documents.ed318(feature)))
    assert item.outcome is Outcome.APPROXIMATED
    volume = zone_of(item).volumes[0]
    assert (volume.floor.datum, volume.ceiling.datum) == (Datum.SURFACE, Datum.UNLIMITED)


def test_plain_geojson() -> None:
    zone = zone_of(only(geojson.decode(documents.GEOJSON)))
    assert zone.volumes[0].ceiling.datum is Datum.AGL
    bare = json.loads(documents.GEOJSON)
    bare["features"][0]["properties"] = {}
    item = only(sources.decode(json.dumps(bare).encode()))
    assert item.source_id == "item 1"
    assert item.outcome is Outcome.APPROXIMATED
    assert zone_of(item).volumes[0].ceiling.datum is Datum.UNLIMITED
    bare["features"][0]["geometry"] = {"type": "Point", "coordinates": [0.1, 51.5]}
    assert only(sources.decode(json.dumps(bare).encode())).refusal is Reason.NO_AREA
