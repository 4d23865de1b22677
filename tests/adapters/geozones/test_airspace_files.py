"""OpenAir, YAXIM and AIXM: arcs, limits, activation, and what is in doubt."""

import pytest

from adapters.geozones import aixm, openair_text, yaxim
from adapters.geozones.model import Applies, Circle, Datum, Entry, Polygon
from adapters.geozones.report import Outcome, Reason, SourceItem, Unreadable
from tests.adapters.geozones.documents import (
    OPENAIR,
    YAXIM,
    aixm_airspace,
    aixm_arc,
    aixm_circle,
    aixm_curve,
    aixm_points,
)
from tests.adapters.geozones.documents import aixm as aixm_document
from tests.adapters.geozones.taken import only

NM = 1852.0


def polygon_of(item: SourceItem, place: int = 0) -> Polygon:
    assert item.zone is not None, item.detail
    shape = item.zone.volumes[place].shape
    assert isinstance(shape, Polygon)
    return shape


def test_openair_circle_and_its_exact_limits() -> None:
    circle, _ = openair_text.decode(OPENAIR).items
    assert circle.zone is not None
    shape = circle.zone.volumes[0].shape
    assert isinstance(shape, Circle)
    assert shape.radius_m == pytest.approx(1.5 * NM)
    # The package would say 1235 ft.
    assert circle.zone.volumes[0].ceiling.value == 1234.5
    assert circle.zone.entry is Entry.KEEP_CLEAR


def test_openair_arc_and_activation_times() -> None:
    _, weir = openair_text.decode(OPENAIR).items
    assert weir.outcome is Outcome.ACCEPTED
    ring = polygon_of(weir).outer
    assert [v.arc.clockwise if v.arc else None for v in ring] == [None, True, None, None]
    assert weir.zone is not None
    assert len(weir.zone.windows) == 2
    assert weir.zone.volumes[0].floor.datum is Datum.AGL
    assert weir.zone.volumes[0].ceiling.datum is Datum.FLIGHT_LEVEL


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (b"DC 1.5", b"DC 0", Reason.MALFORMED),
        (b"DC 1.5", b"DY 1.5", Reason.NO_AREA),
        (b"V X=51:30:00N", b"V X=95:30:00N", Reason.MALFORMED),
        (b"AL GND", b"AA NONE\nAL GND", Reason.ENDS_SOMETHING),
    ],
)
def test_one_bad_openair_airspace_never_loses_the_others(
    before: bytes, after: bytes, reason: Reason
) -> None:
    bad, good = openair_text.decode(OPENAIR.replace(before, after, 1)).items
    assert bad.refusal in {reason, Reason.MALFORMED}
    assert good.outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"AL GND", b"AL BY NOTAM"),
        (b"AH 1234.5ft AMSL", b"AH ABOVE THE TREES"),
        (b"AL GND", b"AA SOMETIMES\nAL GND"),
    ],
)
def test_openair_that_is_not_clear_is_larger(before: bytes, after: bytes) -> None:
    first, _ = openair_text.decode(OPENAIR.replace(before, after, 1)).items
    assert first.outcome is Outcome.APPROXIMATED


def test_openair_in_latin_letters_is_named() -> None:
    decoded = openair_text.decode(OPENAIR.replace(b"WEIR", b"W\xc9IR"))
    assert decoded.deviations == ("not UTF-8: read as Latin-1",)
    assert decoded.items[1].title == "W\xc9IR"


def test_yaxim() -> None:
    circle, weir = yaxim.decode(YAXIM).items
    assert circle.zone is not None
    shape = circle.zone.volumes[0].shape
    assert isinstance(shape, Circle)
    assert shape.radius_m == pytest.approx(2.5 * NM)
    assert circle.outcome is Outcome.APPROXIMATED
    assert "no hours" in str(circle.coarser)
    ring = polygon_of(weir).outer
    assert [v.arc.clockwise if v.arc else None for v in ring] == [None, True, None, None]
    assert weir.source_id == "weir"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"dir: cw", b"dir: up"),
        (b"radius: 6.2 nm", b"radius: six"),
        (b"to: 514000N 0003000E", b"to: nowhere"),
        (b"radius: 6.2 nm", b"radius: 9.9 nm"),
    ],
)
def test_yaxim_arcs_that_cannot_be_read_are_refused(before: bytes, after: bytes) -> None:
    good, bad = yaxim.decode(YAXIM.replace(before, after)).items
    assert good.zone is not None
    assert bad.refusal is Reason.MALFORMED


def test_yaml_that_is_no_airspace() -> None:
    with pytest.raises(Unreadable):
        yaxim.decode(b"a: [1, 2]")
    with pytest.raises(Unreadable, match="aliases"):
        yaxim.decode(b"rat: &a\n- geometry: 1\nmore: *a\n")


# Corners of a half disc: the arc runs from north to south of 51.5 0.1, radius 3 NM.
NORTH, SOUTH = "51.54995 0.1", "51.45005 0.1"


@pytest.mark.parametrize(
    ("start_deg", "end_deg", "clockwise"), [(0.0, 180.0, True), (0.0, 90.0, True)]
)
def test_aixm_arc_where_angles_and_shorter_sweep_agree(
    start_deg: float, end_deg: float, clockwise: bool
) -> None:
    end = SOUTH if end_deg == 180.0 else "51.5 0.18013"
    arc = aixm_arc("51.5 0.1", 3, start_deg, end_deg)
    ring = aixm_curve(aixm_points("51.45 0.0", NORTH), arc, aixm_points(end, "51.45 0.0"))
    item = only(aixm.decode(aixm_document(aixm_airspace(ring))))
    assert item.outcome is Outcome.ACCEPTED
    assert [v.arc.clockwise for v in polygon_of(item).outer if v.arc] == [clockwise]


def test_aixm_arc_across_north_by_its_numbers_alone() -> None:
    # From 315 to 45 the numbers fall; the shorter sweep leads over north and makes the only ring.
    arc = aixm_arc("51.5 0.1", 3, 315.0, 45.0)
    west, east = "51.5353 0.0433", "51.5353 0.1567"
    ring = aixm_curve(aixm_points("51.53 0.05", west), arc, aixm_points(east, "51.53 0.15"))
    item = only(aixm.decode(aixm_document(aixm_airspace(ring))))
    assert item.zone is not None
    assert item.outcome is Outcome.APPROXIMATED or "longer sweep" in str(item.deviations)


def test_aixm_arc_in_doubt_encloses_both_meanings() -> None:
    arc = aixm_arc("51.5 0.1", 3, 315.0, 45.0)
    west, east = "51.5353 0.0433", "51.5353 0.1567"
    ring = aixm_curve(
        aixm_points("51.545 0.0433", west), arc, aixm_points(east, "51.545 0.1567", "51.545 0.0433")
    )
    item = only(aixm.decode(aixm_document(aixm_airspace(ring))))
    assert item.outcome is Outcome.APPROXIMATED
    latitudes = [v.at.latitude_deg for v in polygon_of(item).outer]
    assert min(latitudes) < 51.4501
    assert max(latitudes) > 51.5499


def test_aixm_limits_and_flight_restriction_zones() -> None:
    limits = (
        '<a:upperLimit uom="FL">999</a:upperLimit>'
        "<a:upperLimitReference>STD</a:upperLimitReference>"
        '<a:lowerLimit uom="FT">500</a:lowerLimit>'
        "<a:lowerLimitReference>SFC</a:lowerLimitReference>"
    )
    circle = aixm_curve(aixm_circle("51.5 0.1", 2))
    airspace = aixm_airspace(circle, limits=limits, designator="EGRU1")
    item = only(aixm.decode(aixm_document(airspace)))
    assert item.zone is not None
    assert item.zone.volumes[0].ceiling.datum is Datum.UNLIMITED
    assert item.zone.volumes[0].floor.datum is Datum.AGL
    assert item.zone.applies is Applies.DRONES


def test_aixm_hours_in_prose_mean_always() -> None:
    extra = (
        "<a:activation><a:AirspaceActivation><a:annotation><a:Note><a:translatedNote>"
        "<a:LinguisticNote><a:note>Mon to Fri.</a:note></a:LinguisticNote></a:translatedNote>"
        "</a:Note></a:annotation><a:status>AVBL_FOR_ACTIVATION</a:status></a:AirspaceActivation>"
        "</a:activation>"
    )
    circle = aixm_curve(aixm_circle("51.5 0.1", 2))
    item = only(aixm.decode(aixm_document(aixm_airspace(circle, extra=extra))))
    assert item.outcome is Outcome.APPROXIMATED
    assert item.zone is not None
    assert item.zone.text == "Mon to Fri."
    assert item.zone.windows[0].periods == ()


BORDER = (
    "<m:hasMember><a:GeoBorder><g:identifier>b1</g:identifier><a:timeSlice><a:GeoBorderTimeSlice>"
    '<a:border><a:Curve srsName="urn:ogc:def:crs:EPSG::4326"><g:segments>{}</g:segments></a:Curve>'
    "</a:border></a:GeoBorderTimeSlice></a:timeSlice></a:GeoBorder></m:hasMember>"
).format(aixm_points("51.0 0.1", "51.1 0.12", "51.2 0.11", "51.3 0.1", "51.4 0.1"))


@pytest.mark.parametrize("reverse", [False, True])
def test_aixm_border_is_cut_to_the_ring(reverse: bool) -> None:
    corners = ["51.3 0.1", "51.3 0.0", "51.1 0.0", "51.1 0.12"]
    member = '<g:curveMember x:href="urn:uuid:b1"/>'
    points = aixm_curve(aixm_points(*(reversed(corners) if reverse else corners)))
    ring = (points, member) if reverse else (member, points)
    decoded = aixm.decode(aixm_document(aixm_airspace(*ring), BORDER))
    latitudes = {v.at.latitude_deg for v in polygon_of(only(decoded)).outer}
    assert latitudes == {51.1, 51.2, 51.3}


def test_aixm_border_that_is_not_there_is_refused() -> None:
    ring = (
        '<g:curveMember x:href="urn:uuid:other"/>',
        aixm_curve(aixm_points("51.3 0.1", "51.3 0.0", "51.1 0.0")),
    )
    assert only(aixm.decode(aixm_document(aixm_airspace(*ring)))).refusal is Reason.NO_AREA
