"""May I enter? For whom, where, when and how high; and that doubt never says no objection."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from broker.core.names import RestrictionName
from broker.core.restrictions.access import (
    EntryQuestion,
    EntryVerdict,
    Finding,
    PlacePath,
    PlacePoint,
    check_question,
    findings,
)
from broker.core.restrictions.drafting import check
from broker.core.restrictions.model import (
    AppliesTo,
    EntryRule,
    Exemption,
    Reading,
    ReadingQuality,
    RestrictionDraft,
    RestrictionKind,
    Source,
)
from broker.core.restrictions.periods import Window
from broker.core.restrictions.register import RestrictionRegister
from broker.core.restrictions.shapes import COARSE_RADIUS_M_MAX, Circle, LimitDatum, VerticalLimit
from broker.core.sharing.entry_wording import entry_text, picture_of
from broker.core.tracks.reports import AircraftClass
from broker.core.units import MINUTE_US, SECOND_US
from tests.core.restrictions.scenes import (
    AGENCIES,
    NOW_US,
    circle,
    degrees,
    draft,
    polygon,
    volume,
)

NAMES = {"lfb": "London Fire Brigade", "met-police": "Metropolitan Police", "hems": "HEMS"}
OBJECTION, ASK = EntryVerdict.OBJECTION, EntryVerdict.ASK
UNREAD, NONE = EntryVerdict.UNREAD, EntryVerdict.NO_KNOWN_OBJECTION


def amsl(value_m: float) -> VerticalLimit:
    return VerticalLimit(value_m, LimitDatum.AMSL)


def question(east_m: float = 0.0, north_m: float = 0.0, **changes: object) -> EntryQuestion:
    latitude_deg, longitude_deg = degrees(east_m, north_m)
    place = PlacePoint(latitude_deg, longitude_deg, 0.0)
    until_us, drone = NOW_US + 5 * MINUTE_US, AircraftClass.DRONE
    sound = EntryQuestion("q", place, None, None, NOW_US, until_us, drone)
    return replace(sound, **changes)  # type: ignore[arg-type]


def statutory(**changes: object) -> RestrictionDraft:
    mirrored = replace(
        draft("area"),
        kind=RestrictionKind.STATUTORY,
        source=Source("pib", "A1/26", text="THE WORDS"),
        designation="RA(T)",
    )
    return replace(mirrored, **changes)  # type: ignore[arg-type]


def asked(register: RestrictionRegister, one: EntryQuestion, agency: str = "hems") -> list[Finding]:
    assert check_question(one, NOW_US) == ()
    return findings(register.entry_index(), [one], agency)[0]


def verdicts(of: RestrictionDraft, one: EntryQuestion, agency: str = "hems") -> list[EntryVerdict]:
    register = RestrictionRegister()
    if of.is_mirrored:
        register.mirror(of, NOW_US, AGENCIES)
    else:
        register.create(of, NOW_US, AGENCIES)
    return [finding.verdict for finding in asked(register, one, agency)]


def test_an_objection_names_who_and_why() -> None:
    # REQ-RES-040
    register = RestrictionRegister()
    register.create(draft(), NOW_US, AGENCIES)
    found = asked(register, question())
    text = entry_text(found, picture_of(NOW_US, NOW_US - SECOND_US, {}, []), NAMES, "hems")
    assert text == (
        "Objection by London Fire Brigade (020 7946 0000), because keep-clear request: "
        "Warehouse fire, picture 1 s old. Not seen: no statutory source is mirrored."
    )
    assert (found[0].restriction.version, found[0].span[0]) == (1, NOW_US)


def test_nothing_known_names_from_whom_and_what_is_not_seen() -> None:
    # REQ-RES-040
    picture = picture_of(NOW_US, None, {"pib": NOW_US - 30 * 3_600 * SECOND_US}, ["a/b"])
    assert entry_text([], picture, NAMES, "hems") == (
        "No known objection from London Fire Brigade and Metropolitan Police, no picture of "
        "traffic. Not seen: feed a/b is silent; source pib was last read 30 h ago; no position "
        "has been received."
    )


@pytest.mark.parametrize("word", ["clear", "permit", "safe", "allowed", "no traffic"])
def test_no_answer_sounds_like_a_permission(word: str) -> None:
    register = RestrictionRegister()
    register.create(draft(entry_rule=EntryRule.ASK), NOW_US, AGENCIES)
    picture = picture_of(NOW_US, NOW_US, {}, [])
    for found in (asked(register, question()), []):
        text = entry_text(found, picture, NAMES, "hems").replace("keep-clear request", "")
        assert word not in text.lower()


def test_where_when_and_how_high_decide_whether_it_bears_on_the_question() -> None:
    # REQ-RES-041
    band = draft(volumes=(volume(circle(), floor=amsl(200.0), ceiling=amsl(300.0)),))
    assert verdicts(band, question()) == [OBJECTION]
    assert verdicts(band, question(lowest=amsl(0.0), highest=amsl(150.0))) == []
    assert verdicts(band, question(lowest=amsl(0.0), highest=amsl(201.0))) == [OBJECTION]
    assert verdicts(band, question(lowest=amsl(350.0))) == []
    assert verdicts(band, question(510.0)) == []
    later = question(start_us=NOW_US + 11 * MINUTE_US, end_us=NOW_US + 12 * MINUTE_US)
    assert verdicts(band, later) == []


def test_a_point_a_path_and_a_volume() -> None:
    ends = (degrees(-2_000.0, 400.0), degrees(2_000.0, 400.0))
    over = (degrees(-2_000.0, 600.0), degrees(2_000.0, 600.0))
    assert verdicts(draft(), question(place=PlacePath(ends, 0.0))) == [OBJECTION]
    assert verdicts(draft(), question(place=PlacePath(over, 0.0))) == []
    assert verdicts(draft(), question(place=PlacePath(over, 101.0))) == [OBJECTION]
    square = polygon((400, 400), (900, 400), (900, 900), (400, 900))
    assert verdicts(draft(), question(place=volume(square))) == []
    assert verdicts(draft(volumes=(volume(square),)), question(place=volume(circle()))) == []
    near = volume(circle(600.0))
    assert verdicts(draft(volumes=(volume(square),)), question(place=near)) == [OBJECTION]


def test_the_answer_is_for_the_asker() -> None:
    # REQ-RES-042: an exemption names its beneficiary as published and is never inferred.
    plain = Exemption("emergency services", "", ("hems",))
    bound = Exemption("emergency services", "by agreement", ("hems",))
    agreed = replace(bound, agreement="london-1")
    nobody = Exemption("emergency services", "by agreement")
    for exemption, mine, theirs in (
        (plain, NONE, OBJECTION),
        (bound, ASK, OBJECTION),
        (agreed, NONE, OBJECTION),
        (nobody, OBJECTION, OBJECTION),
    ):
        of = statutory(exemptions=(exemption,))
        assert verdicts(of, question(), "hems") == [mine]
        assert verdicts(of, question(), "met-police") == [theirs]
    register = RestrictionRegister()
    register.mirror(statutory(exemptions=(nobody,)), NOW_US, AGENCIES)
    assert "emergency services, by agreement" in asked(register, question())[0].rule


def test_rules_kinds_of_aircraft_and_what_is_unread() -> None:
    assert verdicts(draft(entry_rule=EntryRule.ASK), question()) == [ASK]
    assert verdicts(draft(entry_rule=EntryRule.INFORMATION), question()) == [NONE]
    unread = statutory(reading=Reading(ReadingQuality.UNREAD, ("no geometry",)))
    assert verdicts(unread, question()) == [UNREAD]
    drones = draft(applies_to=AppliesTo.DRONES)
    crewed = draft(applies_to=AppliesTo.CREWED_AIRCRAFT)
    for kind, by_drones, by_crewed in (
        (AircraftClass.DRONE, [OBJECTION], []),
        (AircraftClass.HELICOPTER, [], [OBJECTION]),
        (AircraftClass.UNKNOWN, [OBJECTION], [OBJECTION]),
    ):
        assert verdicts(drones, question(aircraft_class=kind)) == by_drones
        assert verdicts(crewed, question(aircraft_class=kind)) == by_crewed


def test_the_gravest_comes_first_then_the_higher_priority() -> None:
    register = RestrictionRegister()
    register.create(draft("a", entry_rule=EntryRule.ASK), NOW_US, AGENCIES)
    register.create(draft("b"), NOW_US, AGENCIES)
    register.create(draft("c", priority=3), NOW_US, AGENCIES)
    names = [one.restriction.draft.name.restriction for one in asked(register, question())]
    assert names == ["c", "b", "a"]
    register.withdraw(RestrictionName("lfb", "c"), 0, NOW_US)
    assert len(asked(register, question())) == 2


def test_bad_questions_name_the_field() -> None:
    later_us = NOW_US + 60 * 86_400 * SECOND_US
    for changes, field in (
        ({"place": PlacePoint(0.0, 0.0, 0.0)}, "point.position"),
        ({"place": PlacePoint(51.0, 0.0, -1.0)}, "point.radius_m"),
        ({"place": PlacePath(((51.0, 0.0),), 0.0)}, "path.waypoints"),
        ({"end_us": NOW_US}, "end_us"),
        ({"end_us": later_us}, "end_us"),
        ({"start_us": -1}, "start_us"),
        ({"lowest": VerticalLimit(0.0, LimitDatum.UNLIMITED)}, "lowest.datum"),
        ({"highest": amsl(1e9)}, "highest.value_m"),
    ):
        refusals = check_question(question(**changes), NOW_US)
        assert field in [one.field for one in refusals]


@settings(max_examples=25)
@given(
    st.integers(0, 10_000),
    st.floats(-30_000.0, 30_000.0),
    st.floats(-30_000.0, 30_000.0),
    st.floats(0.0, 5_000.0),
)
def test_the_tree_misses_nothing_that_measuring_one_by_one_finds(
    seed: int, east_m: float, north_m: float, radius_m: float
) -> None:
    random = np.random.default_rng(seed)
    register = RestrictionRegister()
    centres = random.uniform(-30_000.0, 30_000.0, (20, 2))
    radii = random.uniform(50.0, 8_000.0, 20)
    for number, ((east, north), radius) in enumerate(zip(centres, radii, strict=True)):
        shape = circle(float(radius), float(east), float(north))
        register.create(draft(f"r{number}", volumes=(volume(shape),)), NOW_US, AGENCIES)
    one = question(east_m, north_m)
    place = one.place
    assert isinstance(place, PlacePoint)
    found = asked(register, replace(one, place=replace(place, radius_m=radius_m)))
    near = shapely.distance(shapely.points(centres), shapely.Point(east_m, north_m))
    sure = {f"r{n}" for n in np.flatnonzero(near < radii + radius_m - 60.0)}
    maybe = {f"r{n}" for n in np.flatnonzero(near < radii + radius_m + 60.0)}
    names = {one.restriction.draft.name.restriction for one in found}
    assert sure <= names <= maybe


def test_hours_bear_on_the_time_that_is_asked_about() -> None:
    window = Window(NOW_US + 10 * MINUTE_US, NOW_US + 20 * MINUTE_US)
    of = draft(windows=(window,))
    assert verdicts(of, question()) == []
    assert verdicts(of, question(end_us=NOW_US + 11 * MINUTE_US)) == [OBJECTION]


def one_after_another(pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """(gap, length) of each as (start, end)."""
    spans, end = [], 0
    for gap, length in pieces:
        spans.append((end + gap, end + gap + length))
        end += gap + length
    return spans


SPANS_MIN = st.lists(st.tuples(st.integers(1, 90), st.integers(1, 60)), min_size=1, max_size=4).map(
    one_after_another
)


@settings(max_examples=100, deadline=None)
@given(SPANS_MIN, st.integers(0, 240), st.integers(1, 90), st.floats(-900.0, 900.0))
def test_a_path_is_answered_for_every_moment_at_every_place_of_it(
    spans_min: list[tuple[int, int]], from_min: int, lasts_min: int, north_m: float
) -> None:
    # REQ-RES-061: nobody says how fast the path is flown, so any of it may be flown at any time.
    windows = tuple(Window(NOW_US + a * MINUTE_US, NOW_US + b * MINUTE_US) for a, b in spans_min)
    register = RestrictionRegister()
    register.create(draft(windows=windows), NOW_US, AGENCIES)
    path = PlacePath((degrees(-3_000.0, north_m), degrees(3_000.0, north_m)), 0.0)
    asked_for = range(from_min, from_min + lasts_min)
    found = asked(
        register,
        question(
            place=path,
            start_us=NOW_US + from_min * MINUTE_US,
            end_us=NOW_US + (from_min + lasts_min) * MINUTE_US,
        ),
    )
    in_force = any(a <= minute < b for minute in asked_for for a, b in spans_min)
    if abs(abs(north_m) - 500.0) < 2.0:
        return  # the frames leave a touch of the circle open
    assert bool(found) == (in_force and abs(north_m) < 500.0)
    if found:
        first_us = min(
            NOW_US + max(a, from_min) * MINUTE_US
            for a, b in spans_min
            if b > from_min and a < from_min + lasts_min
        )
        assert found[0].span[0] == first_us


COARSE = statutory(
    volumes=(volume(Circle(54.3, 0.1, COARSE_RADIUS_M_MAX)),),
    entry_rule=EntryRule.INFORMATION,
    reading=Reading(ReadingQuality.UNREAD, ("wider than 200 km",)),
)


@pytest.mark.parametrize("bearing_deg", range(0, 360, 15))
def test_a_wide_coarse_disc_is_answered_unread_all_over_and_alerts_nobody(
    bearing_deg: int,
) -> None:
    # REQ-RES-043: measured against the ellipsoid; the importer adds the kilometre.
    register = RestrictionRegister()
    register.mirror(COARSE, NOW_US, AGENCIES)
    assert not register.any_near(NOW_US)
    for range_m, expected in ((COARSE_RADIUS_M_MAX - 1_000.0, [UNREAD]), (502_000.0, [])):
        longitude, latitude, _ = Geod(ellps="WGS84").fwd(0.1, 54.3, bearing_deg, range_m)
        there = question(place=PlacePoint(latitude, longitude, 0.0))
        assert [one.verdict for one in asked(register, there)] == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"entry_rule": EntryRule.ASK},
        {"reading": Reading(ReadingQuality.APPROXIMATED)},
        {"kind": RestrictionKind.KEEP_CLEAR_REQUEST, "source": None},
        {"volumes": (volume(Circle(54.3, 0.1, COARSE_RADIUS_M_MAX + 1.0)),)},
    ],
)
def test_only_what_alerts_nobody_may_be_so_wide(changes: dict[str, object]) -> None:
    # REQ-RES-043
    wide = replace(COARSE, **changes)  # type: ignore[arg-type]
    fields = [refusal.field for refusal in check(wide, NOW_US, AGENCIES)]
    assert "restriction.volumes[0].circle.radius_m" in fields
