"""Questions about entry and their answers, between the contract and the core."""

from dataclasses import dataclass
from typing import Final

from broker.core.errors import Refusal, Refused, refuse
from broker.core.requests import REQUEST_ID_LENGTH_MAX
from broker.core.restrictions.access import (
    FINDINGS_PER_ANSWER_MAX,
    QUESTIONS_PER_BATCH_MAX,
    RULES_VERSION,
    EntryPlace,
    EntryQuestion,
    Finding,
    PlacePath,
    PlacePoint,
    check_question,
)
from broker.core.sharing.entry_wording import (
    EntryPicture,
    asked_of,
    entry_text,
    verdict_of,
)
from broker.core.tracks.reports import AircraftClass
from broker.gateways.wire.acks import encode_refusals
from broker.gateways.wire.enums import (
    AIRCRAFT_CLASS_CODES,
    RESTRICTION_KIND_TO_WIRE,
    VERDICT_TO_WIRE,
)
from broker.gateways.wire.volumes import decode_limit, decode_point, decode_volume, finite
from broker.service.asking import Answers
from keepclear.v1 import access_pb2 as pb

QUESTION_ID_LENGTH_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class DecodedQuestions:
    """Questions that can be answered, and the answers of those that were refused, by place."""

    questions: list[EntryQuestion]
    refused: dict[int, pb.EntryAnswer]
    count: int


def decode_questions(request: pb.AskEntryRequest, now_us: int) -> DecodedQuestions:
    """Refuses what concerns the whole; a question that cannot be read is refused alone."""
    count = len(request.questions)
    if not 1 <= count <= QUESTIONS_PER_BATCH_MAX:
        raise refuse("questions", f"must be 1 to {QUESTIONS_PER_BATCH_MAX}")
    if len(request.request_id) > REQUEST_ID_LENGTH_MAX:
        raise refuse("request_id", f"must be at most {REQUEST_ID_LENGTH_MAX} characters")
    questions: list[EntryQuestion] = []
    refused: dict[int, pb.EntryAnswer] = {}
    for place, message in enumerate(request.questions):
        try:
            question = _question(message)
            refusals = check_question(question, now_us)
        except Refused as error:
            refusals = error.refusals
        if refusals:
            root = f"questions[{place}]"
            named = [Refusal(f"{root}.{one.field}", one.reason) for one in refusals]
            shown_id = message.question_id[:QUESTION_ID_LENGTH_MAX]
            refused[place] = pb.EntryAnswer(question_id=shown_id, refusals=encode_refusals(named))
        else:
            questions.append(question)
    return DecodedQuestions(questions, refused, count)


def _question(message: pb.EntryQuestion) -> EntryQuestion:
    if len(message.question_id) > QUESTION_ID_LENGTH_MAX:
        raise refuse("question_id", f"must be at most {QUESTION_ID_LENGTH_MAX} characters")
    if not 0 <= message.aircraft_class < AIRCRAFT_CLASS_CODES:
        raise refuse("aircraft_class", "is not a class of this contract")
    place = _place(message)
    has_own = message.WhichOneof("where") == "volume"
    if has_own and (message.HasField("lowest") or message.HasField("highest")):
        raise refuse("lowest", "a volume has its own floor and ceiling")
    return EntryQuestion(
        question_id=message.question_id,
        place=place,
        lowest=decode_limit("lowest", message.lowest) if message.HasField("lowest") else None,
        highest=decode_limit("highest", message.highest) if message.HasField("highest") else None,
        start_us=message.start_us,
        end_us=message.end_us,
        aircraft_class=AircraftClass(message.aircraft_class),
    )


def _place(message: pb.EntryQuestion) -> EntryPlace:
    match message.WhichOneof("where"):
        case "point":
            latitude_deg, longitude_deg = decode_point("point.position", message.point.position)
            radius_m = finite("point.radius_m", message.point.radius_m)
            return PlacePoint(latitude_deg, longitude_deg, radius_m)
        case "path":
            points = tuple(
                decode_point(f"path.waypoints[{place}]", point)
                for place, point in enumerate(message.path.waypoints)
            )
            return PlacePath(points, finite("path.half_width_m", message.path.half_width_m))
        case "volume":
            return decode_volume("volume", message.volume)
        case _:
            raise refuse("point", "is missing: ask about a point, a path or a volume")


def encode_answers(decoded: DecodedQuestions, answers: Answers, agency: str) -> pb.AskEntryResponse:
    """One answer for each question in the order it came."""
    found = iter(answers.found)
    asked = iter(decoded.questions)
    response = pb.AskEntryResponse(picture=_encode_picture(answers.picture))
    for place in range(decoded.count):
        refused = decoded.refused.get(place)
        if refused is None:
            refused = _encode_answer(next(asked), next(found), answers, agency)
        response.answers.append(refused)
    return response


def _encode_answer(
    question: EntryQuestion, found: list[Finding], answers: Answers, agency: str
) -> pb.EntryAnswer:
    shown = found[:FINDINGS_PER_ANSWER_MAX]
    return pb.EntryAnswer(
        question_id=question.question_id,
        verdict=VERDICT_TO_WIRE[verdict_of(found)],
        text=entry_text(found, answers.picture, answers.agency_names, agency),
        findings=[_encode_finding(one, question, answers) for one in shown],
        further_findings=len(found) - len(shown),
    )


def _encode_finding(finding: Finding, question: EntryQuestion, answers: Answers) -> pb.EntryFinding:
    restriction, draft = finding.restriction, finding.restriction.draft
    from_us, until_us = finding.span
    unread = draft.is_unread and draft.source is not None
    authority, contact = asked_of(finding, answers.agency_names)
    return pb.EntryFinding(
        verdict=VERDICT_TO_WIRE[finding.verdict],
        restriction_name=str(draft.name),
        restriction_version=restriction.version,
        title=draft.title,
        kind=RESTRICTION_KIND_TO_WIRE[draft.kind],
        authority=authority,
        contact=contact,
        talkgroup=draft.talkgroup if finding.desk is None else finding.desk.talkgroup,
        rule=finding.rule,
        from_us=from_us,
        until_us=None if until_us >= question.end_us else until_us,
        approximated=bool(restriction.approximations),
        source_text=draft.source.text if unread and draft.source is not None else "",
    )


def _encode_picture(picture: EntryPicture) -> pb.EntryPicture:
    return pb.EntryPicture(
        answered_us=picture.answered_us,
        picture_age_s=picture.picture_age_s,
        sources=[pb.SourceAge(source_id=name, age_s=age_s) for name, age_s in picture.sources],
        not_seen=picture.not_seen,
        rules_version=RULES_VERSION,
    )
