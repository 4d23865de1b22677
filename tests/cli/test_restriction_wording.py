"""A restriction in words: what people read in `keepclear restrictions list`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.cli import restriction_wording as words
from broker.core.units import FOOT_M
from keepclear.v1 import restrictions_pb2 as pb
from keepclear.v1 import schedules_pb2 as schedules
from keepclear.v1 import volumes_pb2 as volumes

DAY_US = 86_400_000_000


def limit(value_m: float, datum: int, text: str = "") -> volumes.VerticalLimit:
    made = volumes.VerticalLimit(value_m=value_m, datum=volumes.LimitDatum.Name(datum))
    made.published.text = text
    return made


def clock(hour: int, minute: int = 0) -> schedules.DayTime:
    offset_s = hour * 3_600 + minute * 60
    return schedules.DayTime(event=schedules.DAY_EVENT_MIDNIGHT, offset_s=offset_s)


@given(st.floats(-500, 30_000))
def test_an_ellipsoid_height_never_reaches_a_person(value_m: float) -> None:
    # REQ-WORDS: ellipsoid heights never reach a person.
    said = words.limit_words(limit(value_m, volumes.LIMIT_DATUM_HAE))
    assert not any(character.isdigit() for character in said)


@pytest.mark.parametrize(
    ("value_m", "datum", "text", "said"),
    [
        (0.0, volumes.LIMIT_DATUM_SURFACE, "SFC", "surface"),
        (0.0, volumes.LIMIT_DATUM_UNLIMITED, "UNL", "unlimited"),
        (19_500 * FOOT_M, volumes.LIMIT_DATUM_FLIGHT_LEVEL, "FL195", "FL195"),
        (5_000 * FOOT_M, volumes.LIMIT_DATUM_FLIGHT_LEVEL, "", "FL050"),
        (600 * FOOT_M, volumes.LIMIT_DATUM_AMSL, "", "600 ft above sea level"),
        (120.0, volumes.LIMIT_DATUM_AGL, "120M AGL", "390 ft above ground (120M AGL)"),
    ],
)
def test_limits(value_m: float, datum: int, text: str, said: str) -> None:
    assert words.limit_words(limit(value_m, datum, text)) == said


def test_shapes_say_their_arcs_holes_and_names() -> None:
    volume = volumes.RestrictionVolume(
        floor=limit(0, volumes.LIMIT_DATUM_SURFACE),
        ceiling=limit(0, volumes.LIMIT_DATUM_UNLIMITED),
    )
    volume.circle.center.latitude_deg, volume.circle.center.longitude_deg = 51.5, -0.12
    volume.circle.radius_m = 1_500
    circle = "circle 1,500 m round 51.50000,-0.12000, surface to unlimited"
    assert words.volume_words(volume) == circle
    volume.label = "north"
    assert words.volume_words(volume) == f"north: {circle}"
    corner = volumes.LatLng(latitude_deg=51.5, longitude_deg=-0.12)
    volume = volumes.RestrictionVolume(polygon=volumes.Polygon(vertices=[corner] * 4))
    volume.polygon.arcs.extend([volumes.Arc(from_vertex=1), volumes.Arc(from_vertex=3)])
    volume.polygon.holes.add(vertices=[corner] * 3)
    said = words.volume_words(volume)
    assert said.startswith("polygon of 4 corners, 2 arcs, 1 hole, from 51.50000,-0.12000, ")


@pytest.mark.parametrize(
    ("days", "start", "end", "zone", "said"),
    [
        ([], clock(6), clock(22), "", "every day 06:00 to 22:00 UTC"),
        ([1, 2, 3, 4, 5], clock(6), clock(22), "UTC", "Mon-Fri 06:00 to 22:00 UTC"),
        ([6, 7], clock(18, 30), clock(4), "Europe/London", "Sat, Sun 18:30 to 04:00 Europe/London"),
        ([1, 3], clock(0), clock(24), "", "Mon, Wed 00:00 to 24:00 UTC"),
        (
            [1, 2, 3, 4, 5, 6, 7],
            schedules.DayTime(event=schedules.DAY_EVENT_SUNSET, offset_s=-1_800),
            schedules.DayTime(event=schedules.DAY_EVENT_SUNRISE),
            "",
            "every day 30 min before sunset to sunrise",
        ),
        (
            [],
            schedules.DayTime(event=schedules.DAY_EVENT_MORNING_CIVIL_TWILIGHT, offset_s=600),
            clock(12),
            "",
            "every day 10 min after first light to 12:00 UTC",
        ),
    ],
)
def test_hours(
    days: list[int], start: schedules.DayTime, end: schedules.DayTime, zone: str, said: str
) -> None:
    names = [schedules.Weekday.Name(day) for day in days]
    one = schedules.Recurrence(days=names, start=start, end=end, time_zone=zone)
    assert words.hours_words(one) == said


def test_windows_without_beginning_or_end() -> None:
    window = schedules.Window(start_us=DAY_US, end_us=DAY_US + 60_000_000)
    assert words.window_words(window) == "1970-01-02 00:00:00Z to 1970-01-02 00:01:00Z"
    window = schedules.Window(start_us=0)
    window.recurrences.extend([schedules.Recurrence(start=clock(6), end=clock(7))] * 12)
    said = words.window_words(window)
    assert said.startswith("from before now until withdrawn, every day 06:00 to 07:00 UTC; ")
    assert said.endswith("; and 2 more")


def test_every_line_of_a_published_one_that_was_not_read() -> None:
    one = pb.Restriction(
        name="agencies/caa/restrictions/pond-j1",
        title="MILL\x1b[2J POND",
        state=pb.RESTRICTION_STATE_ACTIVE,
        version=3,
        kind=pb.RESTRICTION_KIND_STATUTORY,
        designation="QRDCA",
        entry_rule=pb.ENTRY_RULE_ASK,
        applies_to=pb.APPLIES_TO_CREWED_AIRCRAFT,
        source=pb.RestrictionSource(
            source_id="pond", item_id="J1/26", format="notam", text="SEE\nTHE CHART"
        ),
        reading=pb.Reading(quality=pb.READING_QUALITY_UNREAD),
        approximations=["area not read"],
        exemptions=[
            pb.Exemption(
                beneficiary="EMERG ACFT",
                conditions="by agreement",
                agencies=["met"],
                agreement="london-1",
            )
        ],
        authorities=[pb.Authority(name="NSF", telephone="020 7946 0000")],
        windows=[schedules.Window(start_us=DAY_US)] * 12,
        etag="e3",
    )
    lines = list(words.restriction_lines(one))
    assert lines[0] == "agencies/caa/restrictions/pond-j1"
    text = "\n".join(lines)
    assert "\x1b" not in text
    for said in (
        "state      active, version 3",
        "from       published: QRDCA J1/26 of pond (notam)",
        "asks       crewed aircraft: ask before entering",
        "when       and 2 more (--json has all)",
        'exempt     "EMERG ACFT", "by agreement": met under london-1',
        "authority  NSF, 020 7946 0000",
        "coarser    area not read",
        "UNREAD     ask a person: SEE THE CHART",
        "etag       e3",
    ):
        assert f"  {said}" in lines, said


def test_a_request_says_who_set_it_and_who_has_looked_at_it() -> None:
    one = pb.Restriction(kind=pb.RESTRICTION_KIND_KEEP_CLEAR_REQUEST, version=1)
    one.publication.author = "agencies/met/systems/desk"
    one.publication.emergency = one.publication.awaits_approval = True
    text = "\n".join(words.restriction_lines(one))
    assert "version 1, emergency, not yet approved by a second person" in text
    assert "keep-clear request set by agencies/met/systems/desk" in text
    one.publication.awaits_approval = False
    one.publication.approved_by = "agencies/met/systems/duty"
    assert "approved by agencies/met/systems/duty" in "\n".join(words.restriction_lines(one))


def test_every_value_of_every_enum_has_a_word() -> None:
    assert words.restriction_state_words(99) == "state 99"
    assert words.restriction_state_words(2) == "active"
    assert words.applies_to_words(3) == "crewed aircraft"
    assert words.applies_to_words(0) == "all aircraft", "doubt counts as meaning everybody"
