"""AIXM: what cannot be read is refused alone and by name, and doubt only makes an area larger."""

import pytest

from adapters.geozones import aixm
from adapters.geozones.limits_of_input import HOLES_PER_POLYGON
from adapters.geozones.model import Circle, Datum, Limit, Polygon, Volume
from adapters.geozones.report import Outcome, Reason, SourceItem, Unreadable
from tests.adapters.geozones.documents import aixm as document
from tests.adapters.geozones.documents import (
    aixm_airspace,
    aixm_arc,
    aixm_circle,
    aixm_curve,
    aixm_points,
)

SQUARE = aixm_curve(aixm_points("51.0 0.0", "51.0 0.2", "51.2 0.2", "51.2 0.0", "51.0 0.0"))
CIRCLE = aixm_curve(aixm_circle("51.5 0.1", 2))
ARC = aixm_arc("51.5 0.1", 3, 0.0, 90.0)
WEDGE = aixm_points("51.5 0.1", "51.54995 0.1")
BACK = aixm_points("51.5 0.18013", "51.5 0.1")


def read(airspace: str) -> SourceItem:
    """One airspace of a message, which does nothing to the good one after it."""
    item, good = aixm.decode(document(airspace, aixm_airspace(CIRCLE, designator="GOOD"))).items
    assert good.outcome is Outcome.ACCEPTED
    return item


def volumes(item: SourceItem) -> tuple[Volume, ...]:
    assert item.zone is not None, item.detail
    return item.zone.volumes


def wedge(*, arc: str = ARC) -> str:
    return aixm_airspace(aixm_curve(WEDGE, arc, BACK))


def test_the_wedge_is_good() -> None:
    assert read(wedge()).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("airspace", "reason", "detail"),
    [
        (wedge().replace("4326", "27700"), Reason.MALFORMED, "reference system"),
        (wedge().replace("51.54995 0.1", "51.54995"), Reason.MALFORMED, "two coordinates"),
        (wedge().replace("51.54995 0.1", "north 0.1"), Reason.MALFORMED, "not a number"),
        (wedge().replace("51.54995 0.1", "nan 0.1"), Reason.MALFORMED, "out of range"),
        (wedge().replace("51.54995 0.1", "91 0.1"), Reason.MALFORMED, "out of range"),
        (wedge(arc=ARC.replace("<g:pos>51.5 0.1</g:pos>", "")), Reason.MALFORMED, "centre"),
        (wedge(arc=ARC.replace("[nmi_i]", "furlong")), Reason.MALFORMED, "radius"),
        (wedge(arc=ARC.replace(">3<", ">0<")), Reason.MALFORMED, "radius"),
        (wedge(arc=ARC.replace(">3<", ">-3<")), Reason.MALFORMED, "radius"),
        (wedge(arc=ARC.replace(">3<", ">inf<")), Reason.MALFORMED, "not a number"),
        (wedge(arc=ARC.replace(">3<", ">three<")), Reason.MALFORMED, "not a number"),
        (wedge(arc=ARC.replace('"deg">90.0', '"rad">90.0')), Reason.MALFORMED, "in degrees"),
        (wedge(arc=ARC.replace(">90.0<", ">nan<")), Reason.MALFORMED, "not a number"),
        (wedge(arc=ARC.replace(">90.0<", ">721<")), Reason.MALFORMED, "out of range"),
        (wedge(arc=ARC.replace("endAngle", "noAngle")), Reason.MALFORMED, "in degrees"),
        (wedge(arc=ARC.replace("ArcByCenterPoint", "Clothoid")), Reason.MALFORMED, "Clothoid"),
        (
            aixm_airspace(aixm_curve(WEDGE, aixm_circle("51.5 0.1", 2))),
            Reason.MALFORMED,
            "a circle with other edges",
        ),
        (wedge().replace("g:Ring", "g:Line"), Reason.NO_AREA, "without a ring"),
        (wedge().replace("a:Surface", "a:Curve"), Reason.NO_AREA, "without a surface"),
        (wedge().replace("a:AirspaceVolume", "a:NoVolume"), Reason.NO_AREA, "without a volume"),
        (wedge().replace("EGR999", ""), Reason.MALFORMED, "without a time slice or designator"),
        (wedge().replace("AirspaceTimeSlice", "Other"), Reason.MALFORMED, "time slice"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(airspace: str, reason: Reason, detail: str) -> None:
    # REQ-IMP-001, REQ-IMP-002
    item = read(airspace)
    assert (item.outcome, item.refusal) == (Outcome.REFUSED, reason)
    assert detail in item.detail


def test_a_message_without_airspace_is_no_source() -> None:
    with pytest.raises(Unreadable, match="no Airspace element"):
        aixm.decode(document("<m:hasMember/>"))


def test_longitude_comes_first_where_the_reference_system_says_so() -> None:
    airspace = aixm_airspace(aixm_curve(aixm_circle("0.1 51.5", 2)))
    [volume] = volumes(read(airspace.replace("urn:ogc:def:crs:EPSG::4326", "CRS84")))
    assert isinstance(volume.shape, Circle)
    assert (volume.shape.center.latitude_deg, volume.shape.center.longitude_deg) == (51.5, 0.1)


def with_holes(*holes: str) -> str:
    patches = "".join(f"<g:interior><g:Ring>{one}</g:Ring></g:interior>" for one in holes)
    return aixm_airspace(SQUARE).replace("</g:exterior>", f"</g:exterior>{patches}")


def hole(west_deg: float, south_deg: float = 51.1, size_deg: float = 0.005) -> str:
    north, east = south_deg + size_deg, west_deg + size_deg
    corners = ((south_deg, west_deg), (south_deg, east), (north, east), (north, west_deg))
    closed = (*corners, corners[0])
    return aixm_curve(aixm_points(*(f"{one:.4f} {other:.4f}" for one, other in closed)))


def test_a_hole_is_cut_out() -> None:
    item = read(with_holes(hole(0.1)))
    [volume] = volumes(item)
    assert isinstance(volume.shape, Polygon)
    assert item.outcome is Outcome.ACCEPTED
    assert [len(one) for one in volume.shape.holes] == [4]


@pytest.mark.parametrize(
    "bad",
    [
        CIRCLE.replace("51.5 0.1", "51.1 0.1"),
        hole(0.1).replace("51.1000 0.1000", "south west"),
        hole(0.5),
        aixm_curve(aixm_points("51.1 0.1", "51.11 0.11", "51.1 0.11", "51.11 0.1", "51.1 0.1")),
    ],
)
def test_a_hole_in_doubt_is_filled_in_and_the_item_says_so(bad: str) -> None:
    # REQ-RES-013: what is checked is never smaller than what was published.
    item = read(with_holes(bad, hole(0.05)))
    [volume] = volumes(item)
    assert isinstance(volume.shape, Polygon)
    assert item.outcome is Outcome.APPROXIMATED
    assert "filled in" in str(item.coarser)
    assert [min(v.at.longitude_deg for v in one) for one in volume.shape.holes] == [0.05]


def test_a_hole_in_a_circle_is_filled_in_and_the_item_says_so() -> None:
    patch = f"</g:exterior><g:interior><g:Ring>{hole(0.1, 51.5)}</g:Ring></g:interior>"
    item = read(aixm_airspace(CIRCLE).replace("</g:exterior>", patch))
    assert item.coarser == ("a hole in a circle is filled in",)


def test_more_holes_than_are_cut_out_are_not_filled_in_without_a_word() -> None:
    # REQ-RES-013
    places = [0.002 + 0.009 * place for place in range(HOLES_PER_POLYGON + 1)]
    item = read(with_holes(*(hole(place) for place in places)))
    [volume] = volumes(item)
    assert isinstance(volume.shape, Polygon)
    assert len(volume.shape.holes) == HOLES_PER_POLYGON
    assert item.outcome is Outcome.APPROXIMATED
    assert str(HOLES_PER_POLYGON) in str(item.coarser)


def limits(low: str, low_unit: str, high: str, high_unit: str, datums: str = "MSL MSL") -> str:
    of_low, of_high = datums.split()
    return (
        f'<a:lowerLimit uom="{low_unit}">{low}</a:lowerLimit>'
        f"<a:lowerLimitReference>{of_low}</a:lowerLimitReference>"
        f'<a:upperLimit uom="{high_unit}">{high}</a:upperLimit>'
        f"<a:upperLimitReference>{of_high}</a:upperLimitReference>"
    )


@pytest.mark.parametrize(
    ("said", "floor", "ceiling", "coarser"),
    [
        (limits("GND", "FT", "UNL", "FT"), (0, Datum.SURFACE), (0, Datum.UNLIMITED), ""),
        (limits("100", "M", "300", "M", "W84 W84"), (100, Datum.HAE), (300, Datum.HAE), ""),
        (
            limits("35", "FL", "999", "FL", "STD STD"),
            (35, Datum.FLIGHT_LEVEL),
            (0, Datum.UNLIMITED),
            "",
        ),
        (limits("nan", "FT", "900", "FT"), (0, Datum.SURFACE), (900, Datum.AMSL), "lower"),
        (limits("", "FT", "900", "FT"), (0, Datum.SURFACE), (900, Datum.AMSL), "lower"),
        (limits("100", "FT", "inf", "FT"), (100, Datum.AMSL), (0, Datum.UNLIMITED), "upper"),
        (limits("100", "FT", "9", "KM"), (100, Datum.AMSL), (0, Datum.UNLIMITED), "upper"),
        (
            limits("100", "FT", "900", "FT", "MSL QFE"),
            (100, Datum.AMSL),
            (0, Datum.UNLIMITED),
            "upper",
        ),
        (limits("100", "FT", "65", "FL"), (100, Datum.AMSL), (0, Datum.UNLIMITED), "upper"),
        (
            limits("900", "FT", "100", "FT"),
            (0, Datum.SURFACE),
            (0, Datum.UNLIMITED),
            "nothing lies from",
        ),
    ],
)
def test_limits_are_as_published_or_wider(
    said: str, floor: tuple[float, Datum], ceiling: tuple[float, Datum], coarser: str
) -> None:
    # REQ-RES-013: a limit that cannot be read bounds nothing, and the item says so.
    def bound(limit: Limit) -> tuple[float, Datum]:
        return limit.value, limit.datum

    item = read(aixm_airspace(CIRCLE, limits=said))
    [volume] = volumes(item)
    assert (bound(volume.floor), bound(volume.ceiling)) == (floor, ceiling)
    assert coarser in str(item.coarser)
    assert bool(item.coarser) == bool(coarser)


def test_of_several_time_slices_the_last_baseline_is_read() -> None:
    def of(designator: str, interpretation: str) -> str:
        whole = aixm_airspace(
            CIRCLE,
            designator=designator,
            extra=f"<a:interpretation>{interpretation}</a:interpretation>",
        )
        start, end = whole.index("<a:timeSlice>"), whole.index("</a:Airspace></m:hasMember>")
        return whole[start:end]

    slices = of("EGR1", "BASELINE") + of("EGR2", "BASELINE") + of("EGR3", "TEMPDELTA")
    item = read(f"<m:hasMember><a:Airspace>{slices}</a:Airspace></m:hasMember>")
    assert item.source_id == "EGR2"
    assert item.deviations == ("several time slices: the last baseline is read",)


@pytest.mark.parametrize("operation", ["SUBTR", "INTERS"])
def test_a_part_that_is_to_be_cut_away_stays(operation: str) -> None:
    # REQ-RES-013
    cut = aixm_airspace(SQUARE)
    start, end = cut.index("<a:geometryComponent>"), cut.index("</a:AirspaceTimeSlice>")
    component = cut[start:end].replace(
        "<a:theAirspaceVolume>", f"<a:operation>{operation}</a:operation><a:theAirspaceVolume>"
    )
    item = read(aixm_airspace(CIRCLE, extra=component))
    assert [type(one.shape) for one in volumes(item)] == [Circle]
    assert item.coarser == ("a part that is to be cut away is not",)


def test_time_sheets_mean_always() -> None:
    sheet = "<a:activation><a:AirspaceActivation><a:timeInterval/></a:AirspaceActivation>"
    item = read(aixm_airspace(CIRCLE, extra=f"{sheet}</a:activation>"))
    assert item.coarser == ("time sheets are not read: set at all times",)
