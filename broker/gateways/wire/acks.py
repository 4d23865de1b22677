"""Acknowledgements of report batches, the same over both transports."""

from collections.abc import Sequence

from broker.core.errors import Refusal, Refused
from broker.core.outcomes import BatchReply
from broker.gateways.wire.reports import BATCH_ID_LENGTH_MAX, DecodedBatch, at_request_places
from keepclear.v1 import common_pb2, tracks_pb2


def acknowledgement(
    request: tracks_pb2.PublishTracksRequest,
    decoded: DecodedBatch,
    reply: BatchReply,
    received_us: int,
    report_age_s: float | None,
    credit: int,
) -> tracks_pb2.PublishTracksResponse:
    """What became of one batch, refusals named by their place in the request."""
    response = tracks_pb2.PublishTracksResponse(
        batch_id=request.batch_id,
        accepted_count=reply.accepted_count,
        refusals=encode_refusals(at_request_places(decoded, reply.refusals)),
        received_us=received_us,
        credit=credit,
    )
    if report_age_s is not None:
        response.report_age_s = round(report_age_s, 3)
    return response


def refused_batch(
    request: tracks_pb2.PublishTracksRequest, refused: Refused, now_us: int
) -> tracks_pb2.PublishTracksResponse:
    """The answer to a batch of which nothing was applied."""
    return tracks_pb2.PublishTracksResponse(
        batch_id=request.batch_id[:BATCH_ID_LENGTH_MAX],
        refusals=encode_refusals(refused.refusals),
        received_us=now_us,
    )


def deciding_rule(refusals: Sequence[Refusal]) -> str:
    """The rule by which a request was denied; empty where no rule was."""
    return next((one.rule for one in refusals if one.rule), "")


def encode_refusals(refusals: list[Refusal] | tuple[Refusal, ...]) -> list[common_pb2.Refusal]:
    """The contract's messages for refusals."""
    return [common_pb2.Refusal(field=one.field, reason=one.reason) for one in refusals]
