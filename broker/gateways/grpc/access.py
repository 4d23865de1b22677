"""AccessService."""

from broker.core.errors import Refused
from broker.gateways.grpc.errors import Context, abort_refused
from broker.gateways.grpc.restrictions import known_system
from broker.gateways.wire.access import decode_questions, encode_answers
from broker.service.asking import Asking
from broker.service.intake import Intake
from keepclear.v1 import access_pb2 as pb
from keepclear.v1 import access_pb2_grpc


class AccessServicer(access_pb2_grpc.AccessServiceServicer):
    """Questions about entry."""

    def __init__(self, intake: Intake, asking: Asking) -> None:
        self._intake = intake
        self._asking = asking

    async def AskEntry(  # noqa: N802
        self, request: pb.AskEntryRequest, context: Context
    ) -> pb.AskEntryResponse:
        """Answer a batch."""
        system = await known_system(context, self._intake)
        try:
            decoded = decode_questions(request, self._intake.clock.now_us())
        except Refused as refused:
            self._intake.count_refused_request()
            await abort_refused(context, refused.refusals)
        answers = await self._asking.answer(decoded.questions, system.agency)
        return encode_answers(decoded, answers, system.agency)
