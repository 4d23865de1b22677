"""NOTAMs as text and in bulletins: area, limits, validity, replacements, and what is refused."""

import pytest

from adapters.geozones import ground, notam, pib
from adapters.geozones.model import Applies, Circle, Datum, Entry, Polygon, Position, Unit
from adapters.geozones.report import Outcome, Reason, Unreadable
from tests.adapters.geozones import documents
from tests.adapters.geozones.taken import only, zone_of

NM = 1852.0


def test_a_published_circle_wins_over_the_disc_of_the_q_line() -> None:
    item = only(notam.decode(documents.notam(disc="5131N00011E009")))
    assert item.outcome is Outcome.ACCEPTED
    zone = zone_of(item)
    shape = zone.volumes[0].shape
    assert isinstance(shape, Circle)
    assert shape.radius_m == pytest.approx(1.5 * NM)
    assert shape.center.latitude_deg == 51.5
    assert shape.center.longitude_deg == pytest.approx(1 / 6)
    assert zone.volumes[0].floor.datum is Datum.SURFACE
    assert (zone.volumes[0].ceiling.value, zone.volumes[0].ceiling.unit) == (1500.0, Unit.FEET)
    assert zone.volumes[0].ceiling.published == "1500FT AMSL"
    assert zone.entry is Entry.KEEP_CLEAR
    assert not zone.unread


@pytest.mark.parametrize(
    "text",
    [
        "AREA ACTIVATED",
        "AREA AT PSN 513000N 0001000E",
        "ROUTE 513000N 0001000E THEN 514000N 0001000E",
        "WI 1NM EITHER SIDE OF 513000N 0001000E - 514000N 0001000E",
        "WI 1NM RADIUS OF 513000N 0001000E AND A RADIUS OF UNKNOWN SIZE",
        "WI 1NM RADIUS OF 513000N 0001000E - 514000N 0001000E",
        "WI 1NM RADIUS OF 516000N 0001000E",
        "AREA BOUNDED BY 513000N 0001000E - 514000N 0001000E - 514000N 0002000E",
        "513000N 0001000E THEN CLOCKWISE ARC OF A CIRCLE RADIUS 3NM CENTRED 513000N 0001000E",
    ],
)
def test_an_area_that_is_not_read_whole_is_the_coarse_disc_unread(text: str) -> None:
    item = only(notam.decode(documents.notam(text=text, disc="5130N00010E004")))
    assert item.outcome is Outcome.APPROXIMATED
    zone = zone_of(item)
    assert zone.unread
    assert text in zone.text
    volume = zone.volumes[0]
    assert isinstance(volume.shape, Circle)
    assert volume.shape.radius_m == pytest.approx(4 * NM)
    assert (volume.floor.datum, volume.ceiling.datum) == (Datum.SURFACE, Datum.UNLIMITED)


def test_an_area_outside_its_own_disc_keeps_both() -> None:
    item = only(notam.decode(documents.notam(text="WI 1NM RADIUS OF 523000N 0001000E")))
    assert item.outcome is Outcome.APPROXIMATED
    assert len(zone_of(item).volumes) == 2
    assert "out of the disc" in item.coarser[0]


def stadium(turn: str) -> str:
    """All within 2 NM of a line of 6 NM that runs north, its caps as arcs round its ends."""
    west, east = "0001647E", "0002313E"
    return (
        f"BOUNDED BY 513000N {west} THEN CLOCKWISE ARC OF A CIRCLE RADIUS 2NM CENTRED"
        f" 513000N 0002000E TO 513000N {east} - 512400N {east} THEN {turn} ARC OF A CIRCLE"
        f" RADIUS 2NM CENTRED 512400N 0002000E TO 512400N {west} - 513000N {west}"
    )


def test_an_arc_that_doubles_back_along_its_tangent_is_turned_round() -> None:
    """Two tangents to two circles of one radius: only one way round is a ring at all.

    The other way the second arc starts against the edge that leads to it and bites into the area.
    """
    meant, slip = (
        only(notam.decode(documents.notam(text=stadium(turn), disc="5127N00020E009")))
        for turn in ("CLOCKWISE", "ANTI-CLOCKWISE")
    )
    assert meant.outcome is Outcome.ACCEPTED
    assert slip.outcome is Outcome.APPROXIMATED
    assert "doubles back along an edge: the other way round" in slip.coarser[0]
    assert zone_of(slip).volumes == zone_of(meant).volumes
    shape = zone_of(slip).volumes[0].shape
    assert isinstance(shape, Polygon)
    line = [Position(51.4 + 0.1 * step / 400, 20 / 60) for step in range(401)]
    for point in ground.drawn(shape.outer):
        away_m = min(ground.distance_m(point, one) for one in line)
        assert away_m == pytest.approx(2 * NM, abs=60.0)


def test_arcs_in_both_directions() -> None:
    text = (
        "BOUNDED BY 513000N 0001000E THEN CLOCKWISE ARC OF A CIRCLE RADIUS 3NM CENTRED"
        " 513300N 0001000E TO 513600N 0001000E - 513536N 0001735E THEN ANTI-CLOCKWISE ARC OF A"
        " CIRCLE OF RADIUS OF 3 NM CENTRED ON 513300N 0002000E TO 513024N 0001735E -"
        " 513000N 0001000E."
    )
    item = only(notam.decode(documents.notam(text=text, disc="5133N00015E008")))
    assert item.outcome is Outcome.ACCEPTED
    shape = zone_of(item).volumes[0].shape
    assert isinstance(shape, Polygon)
    assert [v.arc.clockwise if v.arc else None for v in shape.outer] == [True, None, False, None]
    assert all(v.arc is None or v.arc.radius_m == pytest.approx(3 * NM) for v in shape.outer)


def test_an_arc_between_two_positions() -> None:
    text = (
        "BOUNDED BY 513600N 0002000E - 513600N 0001000E THENCE THE ANTICLOCKWISE ARC OF A CIRCLE"
        " RADIUS OF 3NM CENTRED ON 513300N 0001000E BTN 513600N 0001000E - 513000N 0001000E -"
        " 513600N 0002000E"
    )
    shape = zone_of(only(notam.decode(documents.notam(text=text, disc="5133N00010E009"))))
    polygon = shape.volumes[0].shape
    assert isinstance(polygon, Polygon)
    assert [v.arc is not None for v in polygon.outer] == [False, True, False]


def test_an_arc_whose_ends_are_off_its_radius_is_not_read() -> None:
    text = (
        "BOUNDED BY 513000N 0001000E THEN CLOCKWISE ARC OF A CIRCLE RADIUS 9NM CENTRED"
        " 513300N 0001000E TO 513600N 0001000E - 513600N 0002000E - 513000N 0001000E."
    )
    assert zone_of(only(notam.decode(documents.notam(text=text)))).unread


def test_a_ring_that_crosses_itself_becomes_its_hull() -> None:
    text = (
        "WI 513000N 0001000E - 513100N 0001100E - 513100N 0001000E - 513000N 0001100E"
        " - 513000N 0001000E"
    )
    item = only(notam.decode(documents.notam(text=text)))
    assert item.outcome is Outcome.APPROXIMATED
    polygon = zone_of(item).volumes[0].shape
    assert isinstance(polygon, Polygon)
    assert len(polygon.outer) == 4


def test_several_areas_in_one_text() -> None:
    text = "WI 1NM RADIUS OF 513000N 0001000E AND WI 500M RADIUS OF PSN 513100N 0001000E"
    zone = zone_of(only(notam.decode(documents.notam(text=text))))
    radii = [v.shape.radius_m for v in zone.volumes if isinstance(v.shape, Circle)]
    assert radii == [pytest.approx(NM), 500.0]


@pytest.mark.parametrize(
    ("lower", "upper", "floor", "ceiling"),
    [
        ("SFC", "UNL", Datum.SURFACE, Datum.UNLIMITED),
        ("FL050", "FL660", Datum.FLIGHT_LEVEL, Datum.FLIGHT_LEVEL),
        ("500FT AGL", "150M AMSL", Datum.AGL, Datum.AMSL),
        (None, None, Datum.SURFACE, Datum.UNLIMITED),
        ("??", "9 150 m (30 000 ft) MSL", Datum.SURFACE, Datum.UNLIMITED),
        ("2000FT AMSL", "1000FT AMSL", Datum.SURFACE, Datum.UNLIMITED),
        ("1500", "2000", Datum.SURFACE, Datum.UNLIMITED),
    ],
)
def test_limits(lower: str | None, upper: str | None, floor: Datum, ceiling: Datum) -> None:
    item = only(notam.decode(documents.notam(lower=lower, upper=upper)))
    volume = zone_of(item).volumes[0]
    assert (volume.floor.datum, volume.ceiling.datum) == (floor, ceiling)
    read = {("SFC", "UNL"), ("FL050", "FL660"), ("500FT AGL", "150M AMSL")}
    assert (item.outcome is Outcome.ACCEPTED) == ((lower, upper) in read)


def test_one_height_is_widened() -> None:
    item = only(notam.decode(documents.notam(lower="1000FT AMSL", upper="1000FT AMSL")))
    volume = zone_of(item).volumes[0]
    assert volume.floor.value_m == pytest.approx(900 * 0.3048)
    assert volume.ceiling.value_m == pytest.approx(1100 * 0.3048)
    assert item.outcome is Outcome.APPROXIMATED


@pytest.mark.parametrize(
    ("start", "end", "has_start", "has_end", "exact"),
    [
        ("2603010000", "2603312359", True, True, True),
        ("2603010000", "PERM", True, False, True),
        ("2603010000", "2603312359EST", True, False, False),
        ("2603310000", "2603010000", True, False, False),
        ("26030100", "2603312359", False, True, False),
        ("2603010000", "2613312359", True, False, False),
    ],
)
def test_validity(start: str, end: str, has_start: bool, has_end: bool, exact: bool) -> None:
    item = only(notam.decode(documents.notam(start=start, end=end)))
    window = zone_of(item).windows[0]
    assert ((window.start_us is not None), (window.end_us is not None)) == (has_start, has_end)
    assert (item.outcome is Outcome.ACCEPTED) == exact


@pytest.mark.parametrize(
    ("subject", "kind", "reason"),
    [
        ("MXLC", "N", Reason.NOT_A_RESTRICTION),
        ("OBCE", "N", Reason.NOT_A_RESTRICTION),
        ("RTTT", "N", Reason.TRIGGER),
        ("RDCD", "N", Reason.ENDS_SOMETHING),
        ("RTCA", "C", Reason.ENDS_SOMETHING),
    ],
)
def test_what_sets_no_area_is_refused_by_name(subject: str, kind: str, reason: Reason) -> None:
    refers = "J0002/26" if kind == "C" else ""
    item = only(notam.decode(documents.notam(subject=subject, kind=kind, refers=refers)))
    assert item.refusal is reason
    assert item.detail
    assert item.cancels == ((refers,) if refers else ())


def test_a_disc_without_a_radius_is_no_area() -> None:
    item = only(notam.decode(documents.notam(text="SEE AIP", disc="5130N00010E999")))
    assert item.refusal is Reason.NO_AREA


def test_a_replacement_names_what_it_replaces() -> None:
    item = only(notam.decode(documents.notam(kind="R", refers="J0002/26")))
    assert item.outcome is Outcome.ACCEPTED
    assert item.cancels == ("J0002/26",)


def test_several_notams_in_one_text() -> None:
    data = documents.notam() + b"\n\n" + documents.notam(reference="J0002/26")
    assert [item.source_id for item in notam.decode(data).items] == ["J0001/26", "J0002/26"]


def test_a_year_of_the_last_century() -> None:
    item = only(notam.decode(documents.notam(start="9103010000", end="9103312359")))
    start_us = zone_of(item).windows[0].start_us
    assert start_us is not None
    assert start_us // 1_000_000 == 667_785_600


def test_only_a_restriction_for_drones_is_for_drones_only() -> None:
    drones = "ACTIVE FOR UAS ONLY WI 1NM RADIUS OF 513000N 0001000E"
    assert zone_of(only(notam.decode(documents.notam(text=drones)))).applies is Applies.DRONES
    warning = documents.notam(text=drones, subject="WULW")
    assert zone_of(only(notam.decode(warning))).applies is Applies.ALL


def test_a_bulletin_says_the_same_as_the_text() -> None:
    zone = zone_of(only(pib.decode(documents.pib())))
    text = documents.notam(reference="J0012/26", hours="0600-2200")
    assert zone.volumes == zone_of(only(notam.decode(text))).volumes
    assert zone.windows == zone_of(only(notam.decode(text))).windows
    assert zone.reference == "J0012/26"
    assert "0600-2200" in zone.text


def test_an_entry_of_a_bulletin_without_a_number_is_refused() -> None:
    assert only(pib.decode(documents.pib(Number=""))).refusal is Reason.MALFORMED


def test_a_document_without_notams_is_no_bulletin() -> None:
    with pytest.raises(Unreadable, match="no Notam element"):
        pib.decode(b"<a><b/></a>")
