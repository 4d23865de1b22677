"""Questions about entry: each is read or refused by name, and answered in its place."""

import math
from collections.abc import Callable

import pytest

from broker.core.errors import Refused
from broker.core.restrictions.access import QUESTIONS_PER_BATCH_MAX, PlacePath, PlacePoint
from broker.core.restrictions.shapes import LimitDatum, VerticalLimit, Volume
from broker.core.sharing.entry_wording import EntryPicture
from broker.core.tracks.reports import AircraftClass
from broker.gateways.wire.access import decode_questions, encode_answers
from broker.service.asking import Answers
from keepclear.v1 import access_pb2 as pb
from keepclear.v1 import common_pb2, volumes_pb2

NOW_US = 1_900_000_000_000_000
HERE = volumes_pb2.LatLng(latitude_deg=51.5, longitude_deg=-0.125)
Change = Callable[[pb.EntryQuestion], object]


def limit(value_m: float, datum: int = volumes_pb2.LIMIT_DATUM_AMSL) -> volumes_pb2.VerticalLimit:
    return volumes_pb2.VerticalLimit(value_m=value_m, datum=datum)  # type: ignore[arg-type]


def question(question_id: str = "q") -> pb.EntryQuestion:
    one = pb.EntryQuestion(question_id=question_id, start_us=NOW_US, end_us=NOW_US + 1)
    one.aircraft_class = common_pb2.AIRCRAFT_CLASS_HELICOPTER
    one.point.position.CopyFrom(HERE)
    one.point.radius_m = 50.0
    return one


def changed(change: Change, question_id: str = "bad") -> pb.EntryQuestion:
    one = question(question_id)
    change(one)
    return one


def path(one: pb.EntryQuestion) -> None:
    one.path.waypoints.extend([HERE, volumes_pb2.LatLng(latitude_deg=51.75, longitude_deg=0.0)])
    one.path.half_width_m = 25.0


def volume(one: pb.EntryQuestion) -> None:
    one.volume.circle.center.CopyFrom(HERE)
    one.volume.circle.radius_m = 400.0
    one.volume.floor.CopyFrom(limit(0.0))
    one.volume.ceiling.CopyFrom(limit(120.0))


def test_every_kind_of_place_is_read() -> None:
    at = changed(lambda one: one.highest.CopyFrom(limit(90.0)), "at")
    at.lowest.CopyFrom(limit(30.0, volumes_pb2.LIMIT_DATUM_HAE))
    asked = [at, changed(path, "along"), changed(volume, "in")]
    decoded = decode_questions(pb.AskEntryRequest(questions=asked), NOW_US)
    assert decoded.refused == {}
    point, along, inside = decoded.questions
    assert point.place == PlacePoint(51.5, -0.125, 50.0)
    assert point.lowest == VerticalLimit(30.0, LimitDatum.HAE)
    assert point.highest == VerticalLimit(90.0, LimitDatum.AMSL)
    assert (point.start_us, point.end_us) == (NOW_US, NOW_US + 1)
    assert point.aircraft_class is AircraftClass.HELICOPTER
    assert along.place == PlacePath(((51.5, -0.125), (51.75, 0.0)), 25.0)
    assert isinstance(inside.place, Volume)
    assert [one.question_id for one in decoded.questions] == ["at", "along", "in"]


def lost(one: pb.EntryQuestion) -> None:
    one.point.position.longitude_deg = math.nan


def lost_on_the_way(one: pb.EntryQuestion) -> None:
    one.path.waypoints[1].latitude_deg = math.inf


def both(first: Change, then: Change) -> Change:
    def change(one: pb.EntryQuestion) -> None:
        first(one)
        then(one)

    return change


BAD: list[tuple[str, Change]] = [
    ("point", lambda one: one.ClearField("where")),
    ("point.position.longitude_deg", lost),
    ("point.radius_m", lambda one: setattr(one.point, "radius_m", math.inf)),
    ("aircraft_class", lambda one: setattr(one, "aircraft_class", -1)),
    ("aircraft_class", lambda one: setattr(one, "aircraft_class", 99)),
    ("lowest.datum", lambda one: one.lowest.CopyFrom(limit(1.0, 0))),
    ("highest.value_m", lambda one: one.highest.CopyFrom(limit(math.nan))),
    ("path.waypoints[1].latitude_deg", both(path, lost_on_the_way)),
    ("path.half_width_m", both(path, lambda one: setattr(one.path, "half_width_m", math.nan))),
    ("volume.ceiling.datum", both(volume, lambda one: one.volume.ClearField("ceiling"))),
    ("lowest", both(volume, lambda one: one.lowest.CopyFrom(limit(1.0)))),
    ("lowest", both(volume, lambda one: one.highest.CopyFrom(limit(1.0)))),
]


@pytest.mark.parametrize(("field", "change"), BAD)
def test_a_bad_question_is_refused_alone_and_answered_in_its_place(
    field: str, change: Change
) -> None:
    # REQ-INPUT-001
    asked = [question("first"), changed(change), question("last")]
    decoded = decode_questions(pb.AskEntryRequest(questions=asked), NOW_US)
    picture = EntryPicture(NOW_US, None, (), ())
    response = encode_answers(decoded, Answers([[], []], picture, {}), "met")
    assert [one.question_id for one in response.answers] == ["first", "bad", "last"]
    assert [[each.field for each in one.refusals] for one in response.answers] == [
        [], [f"questions[1].{field}"], [],
    ]  # fmt: skip
    assert [one.verdict for one in response.answers] == [
        pb.ENTRY_VERDICT_NO_KNOWN_OBJECTION,
        pb.ENTRY_VERDICT_UNSPECIFIED,
        pb.ENTRY_VERDICT_NO_KNOWN_OBJECTION,
    ]


def test_ids_have_a_length_and_a_refused_one_is_told_shortened() -> None:
    asked = pb.AskEntryRequest(questions=[question("x" * 64), question("y" * 65)])
    decoded = decode_questions(asked, NOW_US)
    assert [one.question_id for one in decoded.questions] == ["x" * 64]
    assert decoded.refused[1].question_id == "y" * 64
    assert decoded.refused[1].refusals[0].field == "questions[1].question_id"


@pytest.mark.parametrize(
    ("count", "request_id", "field"),
    [
        (0, "", "questions"),
        (QUESTIONS_PER_BATCH_MAX + 1, "", "questions"),
        (1, "x" * 65, "request_id"),
        (QUESTIONS_PER_BATCH_MAX, "x" * 64, ""),
    ],
)
def test_a_batch_has_limits(count: int, request_id: str, field: str) -> None:
    asked = pb.AskEntryRequest(request_id=request_id, questions=[question()] * count)
    if not field:
        assert decode_questions(asked, NOW_US).count == count
        return
    with pytest.raises(Refused) as refused:
        decode_questions(asked, NOW_US)
    assert [one.field for one in refused.value.refusals] == [field]
