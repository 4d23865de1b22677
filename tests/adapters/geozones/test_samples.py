"""Every sample, item by item, against a second reading of its text: nothing silently wrong."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from shapely import Point as At
from shapely import Polygon as Outline
from shapely import union_all
from shapely.geometry.base import BaseGeometry

from adapters.geozones import areas, ground, sources
from adapters.geozones.mirror import mirror
from adapters.geozones.model import (
    Circle,
    Datum,
    Moment,
    Period,
    Polygon,
    Position,
    Volume,
    Window,
    Zone,
)
from adapters.geozones.report import Outcome, Reason
from tests.adapters.geozones import second_reader
from tests.adapters.geozones.second_reader import Facts, Point, point_key

pytestmark = pytest.mark.req("REQ-IMP-002")
FOLDERS = ("geozones", "notam")
HULL = "convex hull"


def sample_files(shared_dir: Path) -> list[Path]:
    return [
        path for folder in FOLDERS for path in sorted((shared_dir / "samples" / folder).iterdir())
    ]


def zone_points(zone: Zone) -> set[Point]:
    found: set[Point] = set()
    for volume in zone.volumes:
        if isinstance(volume.shape, Circle):
            found.add(point_key(*_pair(volume.shape.center)))
            continue
        for ring in (volume.shape.outer, *volume.shape.holes):
            for vertex in ring:
                found.add(point_key(*_pair(vertex.at)))
                if vertex.arc is not None:
                    found.add(point_key(*_pair(vertex.arc.center)))
    return found


def _pair(position: object) -> tuple[float, float]:
    return position.latitude_deg, position.longitude_deg  # type: ignore[attr-defined]


def follows_the_text(zone: Zone, facts: Facts) -> bool:
    """Corners and centres come in the order of the text, and arcs turn as it says."""
    said = iter(facts.points)
    turns: list[bool] = []
    for volume in zone.volumes:
        if isinstance(volume.shape, Circle):
            continue
        for vertex in volume.shape.outer:
            order = [vertex.at] if vertex.arc is None else [vertex.at, vertex.arc.center]
            turns += [] if vertex.arc is None else [vertex.arc.clockwise]
            if not all(point_key(*_pair(one)) in said for one in order):
                return False
    return turns == second_reader.text_turns(facts.words)


def zone_radii_m(zone: Zone) -> set[float]:
    found: set[float] = set()
    for volume in zone.volumes:
        if isinstance(volume.shape, Circle):
            found.add(round(volume.shape.radius_m, 3))
        else:
            found |= {round(v.arc.radius_m, 3) for v in volume.shape.outer if v.arc is not None}
    return found


def zone_limits(zone: Zone) -> list[tuple[str, float]]:
    return [
        (limit.datum.value, round(limit.value_m, 3))
        for volume in zone.volumes
        for limit in (volume.floor, volume.ceiling)
    ]


def outline(volume: Volume) -> BaseGeometry:
    if isinstance(volume.shape, Circle):
        line = ground.circle_outside(volume.shape.center, volume.shape.radius_m)
    else:
        line = [*ground.drawn(volume.shape.outer)]
    return Outline([(p.longitude_deg, p.latitude_deg) for p in line]).buffer(2e-5)


def check_exact(facts: Facts, zone: Zone) -> None:
    """An accepted item consists of just the facts of its text."""
    assert zone_points(zone) == set(facts.points)
    assert zone_radii_m(zone) == {round(r, 3) for r in facts.radii_m}
    said = [(name, round(metres, 3)) for name, metres in facts.limits]
    limits = zone_limits(zone)
    assert limits == said or limits == said * len(zone.volumes)
    check_times(facts, zone)


def check_times(facts: Facts, zone: Zone) -> None:
    starts = [w.start_us for w in zone.windows if w.start_us is not None]
    ends = [w.end_us for w in zone.windows if w.end_us is not None]
    assert (min(starts) / 1e6 if starts else None) == facts.start
    assert (max(ends) / 1e6 if ends else None) == facts.end


def check_coarser(facts: Facts, zone: Zone, how: tuple[str, ...]) -> None:
    """An approximated item reaches at least as far as the facts of its text."""
    if zone.unread:
        assert facts.disc is not None
        assert [type(v.shape) for v in zone.volumes] == [Circle]
        assert zone_limits(zone) == [("SFC", 0.0), ("UNL", 0.0)]
        assert zone_points(zone) == {point_key(*facts.disc[:2])}
        assert zone_radii_m(zone) == {round(facts.disc[2], 3)}
    elif any(HULL in words for words in how):
        covered = union_all([outline(volume) for volume in zone.volumes])
        assert all(covered.covers(At(longitude, latitude)) for latitude, longitude in facts.points)
    else:
        assert zone_points(zone) <= set(facts.points)
        assert zone_radii_m(zone) == {round(r, 3) for r in facts.radii_m}
    if zone.unread:
        return
    for volume, low, high in zip(zone.volumes, facts.limits[::2], facts.limits[1::2], strict=False):
        floor, ceiling = volume.floor, volume.ceiling
        assert floor.datum is Datum.SURFACE or floor.value_m <= low[1] + 1e-6
        assert ceiling.datum is Datum.UNLIMITED or ceiling.value_m >= high[1] - 1e-6
    for window in zone.windows:
        assert window.start_us is None or window.start_us / 1e6 == facts.start
        assert window.end_us is None or window.end_us / 1e6 == facts.end


def expanded(window: Window, first: date, last: date) -> list[second_reader.Hours]:
    """The periods of a window day by day, as (day, from, to) in a NOTAM's words."""
    found: list[second_reader.Hours] = []
    for period in window.periods:
        for number in range((last - first).days + 1):
            day = first + timedelta(number)
            if _starts_on(period, day):
                found.append((day, _words(period.start), _words(period.end)))
    return sorted(found)


def _starts_on(period: Period, day: date) -> bool:
    number = (day - date(1970, 1, 1)).days
    return (
        (not period.weekdays or day.isoweekday() in period.weekdays)
        and (period.first_day is None or number >= period.first_day)
        and (period.last_day is None or number <= period.last_day)
        and number not in period.except_days
    )


def _words(moment: Moment) -> str:
    minutes = moment.seconds // 60
    if moment.event is not None:
        return moment.event.value + (f"PLUS{minutes}" if minutes else "")
    return f"{minutes // 60:02d}{minutes % 60:02d}"


def check_hours(facts: Facts, zone: Zone) -> bool:
    """Whether the second reader could read the hours; where it could, they are the same."""
    window = zone.windows[0]
    if not facts.hours or window.start_us is None:
        assert facts.hours or not window.periods
        return False
    first = datetime.fromtimestamp(window.start_us / 1e6, UTC).date()
    last = first + timedelta(400)
    if window.end_us is not None:
        last = datetime.fromtimestamp((window.end_us - 1) / 1e6, UTC).date()
    said = second_reader.hours_by_day(facts.hours, first, last)
    if said is None:
        return False
    assert expanded(window, first, last) == said, facts.hours
    return True


def test_every_item_of_every_sample(shared_dir: Path) -> None:
    compared = hours_compared = followed = 0
    for path in sample_files(shared_dir):
        data = path.read_bytes()
        decoded = sources.decode(data)
        facts = second_reader.reader_of(path.name)(data)
        assert len(facts) == len(decoded.items), path.name
        for row, fact in zip(decoded.items, facts, strict=True):
            assert row.source_id == fact.name, path.name
            if row.zone is None:
                assert row.detail
                continue
            compared += 1
            if row.outcome is Outcome.ACCEPTED:
                check_exact(fact, row.zone)
                if decoded.format in {"pib", "notam"}:
                    followed += 1
                    assert follows_the_text(row.zone, fact), row.source_id
            else:
                check_coarser(fact, row.zone, row.coarser)
            if decoded.format in {"pib", "notam"} and "hours not read" not in str(row.coarser):
                hours_compared += check_hours(fact, row.zone)
    print(f"{compared} compared, {followed} in the order of the text, hours of {hours_compared}")
    assert compared > 350
    assert hours_compared > 120
    assert followed > 180


def test_what_is_refused_holds_no_area_that_could_have_been_read(shared_dir: Path) -> None:
    """A NOTAM refused as none of airspace names no restricted, prohibited or danger area."""
    for path in sample_files(shared_dir):
        if "notam" not in path.parts:
            continue
        data = path.read_bytes()
        facts = second_reader.reader_of(path.name)(data)
        for row, fact in zip(sources.decode(data).items, facts, strict=True):
            if row.refusal is Reason.NOT_A_RESTRICTION:
                words = areas.flat(fact.words)
                assert "RESTRICTED AREA" not in words
                assert "DANGER AREA (TDA)" not in words


def test_what_is_too_wide_is_named_in_a_disc_that_holds_it(shared_dir: Path) -> None:
    """Only those that no area is said of, and repeats, are left out for their place."""
    wide = 0
    for path in sample_files(shared_dir):
        data = path.read_bytes()
        decoded = sources.decode(data)
        facts = second_reader.reader_of(path.name)(data)
        for row, fact in zip(mirror(decoded, "caa", "pond").rows, facts, strict=True):
            assert row.refusal is not Reason.TOO_LARGE, row.detail
            if row.zone is None or "raises no alerts" not in str(row.coarser):
                continue
            wide += 1
            (volume,) = row.zone.volumes
            assert isinstance(volume.shape, Circle)
            center, radius_m = volume.shape.center, volume.shape.radius_m
            for point in fact.points:
                assert ground.distance_m(center, Position(*point)) < radius_m
            if not fact.points and fact.disc is not None:
                assert point_key(*_pair(center)) == point_key(*fact.disc[:2])
                assert radius_m > fact.disc[2]
    assert wide > 10


LONDON = "london_drone_areas_2026-08-22.xml"
AGREEMENT = "in accordance with local deconfliction agreement"


def test_the_drone_areas_of_london(shared_dir: Path) -> None:
    """Their own circles, not the larger discs; hours, limits, and who may enter by agreement."""
    data = (shared_dir / "samples" / "notam" / LONDON).read_bytes()
    found = {
        named[1]: (row.zone, fact)
        for row, fact in zip(sources.decode(data).items, second_reader.bulletin(data), strict=True)
        if (named := re.search(r"(EGD186\w)", fact.words)) and row.zone is not None
    }
    assert len(found) == 7
    for zone, fact in found.values():
        (volume,), (window,), (exemption, _) = zone.volumes, zone.windows, zone.exemptions
        assert fact.disc is not None
        assert isinstance(volume.shape, Circle)
        assert volume.shape.radius_m <= 1.08 * second_reader.NM + 1e-6 < fact.disc[2]
        assert volume.floor.datum is Datum.SURFACE
        assert [(p.start.seconds, p.end.seconds) for p in window.periods] == [(21_600, 79_200)]
        assert exemption.condition == AGREEMENT
    zone, _ = found["EGD186B"]
    (volume,) = zone.volumes
    assert isinstance(volume.shape, Circle)
    assert volume.shape.radius_m == pytest.approx(1.08 * second_reader.NM)
    assert (volume.ceiling.value, volume.ceiling.datum) == (600.0, Datum.AMSL)


def test_sandringham_is_what_lies_within_its_radius_of_a_line(shared_dir: Path) -> None:
    """Decided by geometry: see the page on importing."""
    data = (shared_dir / "samples" / "notam" / "PIB_2025-10-01.xml").read_bytes()
    zone = next(i.zone for i in sources.decode(data).items if i.zone and "R219" in i.title)
    (volume,) = zone.volumes
    assert isinstance(volume.shape, Polygon)
    arcs = [vertex.arc for vertex in volume.shape.outer if vertex.arc is not None]
    assert [arc.clockwise for arc in arcs] == [True, True]
    one, other = (arc.center for arc in arcs)
    line = [
        Position(
            one.latitude_deg + (other.latitude_deg - one.latitude_deg) * step / 400,
            one.longitude_deg + (other.longitude_deg - one.longitude_deg) * step / 400,
        )
        for step in range(401)
    ]
    for point in ground.drawn(volume.shape.outer):
        away_m = min(ground.distance_m(point, place) for place in line)
        assert away_m == pytest.approx(1.5 * second_reader.NM, abs=5.0)
