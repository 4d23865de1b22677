"""Batches of positions over MQTT: decoded, submitted, and acknowledged once they are applied."""

from typing import Final

from broker.core.errors import BrokenInvariant, Refused
from broker.core.names import SystemName
from broker.core.outcomes import BatchReply, Reply
from broker.gateways.mqtt.replies import Replies
from broker.gateways.wire.acks import acknowledgement, refused_batch
from broker.gateways.wire.reports import decode_batch
from broker.service.engine import Overloaded
from broker.service.intake import Intake
from keepclear.v1 import presence_pb2, tracks_pb2

CREDIT: Final = 32
"""MQTT has no stream to hold back; the figure is advice, as on gRPC."""


class PositionBatches:
    """Takes batches, in the network thread; their acknowledgements leave from there too."""

    def __init__(self, intake: Intake, replies: Replies) -> None:
        self._intake = intake
        self._replies = replies

    def submit(self, sender: SystemName, request: tracks_pb2.PublishTracksRequest) -> None:
        """Hand on what can be read; the acknowledgement names every report that was refused."""
        try:
            decoded = decode_batch(request, sender, self._intake.ground)
            self._intake.count_refused_reports(decoded.refusals)
        except Refused as refused:
            self._intake.count_refused_reports(refused.refusals)
            answer = refused_batch(request, refused, self._intake.clock.now_us())
            answer.credit = CREDIT
            self._acknowledge(sender, answer.batch_id, answer)
            return
        received_us = self._intake.clock.now_us()

        def on_reply(reply: Reply) -> None:
            if not isinstance(reply, BatchReply):
                raise BrokenInvariant(f"a batch reply was expected, not {reply!r}")
            self._replies.later(lambda: acknowledge(reply))

        def acknowledge(reply: BatchReply) -> None:
            age_s = self._intake.report_age_s(sender)
            answer = acknowledgement(request, decoded, reply, received_us, age_s, CREDIT)
            self._acknowledge(sender, request.batch_id, answer)

        try:
            self._intake.submit_reports(decoded.batch, on_reply)
        except Overloaded:
            self._replies.overloaded(sender, request.batch_id)

    def _acknowledge(
        self, sender: SystemName, batch_id: str, answer: tracks_pb2.PublishTracksResponse
    ) -> None:
        self._replies.send(sender, presence_pb2.CommandAnswer(request_id=batch_id, tracks=answer))
