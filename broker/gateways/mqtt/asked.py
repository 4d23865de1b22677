"""What systems ask: answered in the thread that may read the core, or in one beside it.

An answer that fails is owned up to and ends neither thread; where too much is asked already, the
sender is told to come back.
"""

from collections.abc import Callable

from google.protobuf.message import Message
from google.rpc import code_pb2

from broker.core.commands import ControlCommand
from broker.core.errors import NotFound, Refused
from broker.core.names import SystemName
from broker.core.requests import REQUEST_ID_LENGTH_MAX
from broker.gateways.mqtt.replies import Replies
from broker.gateways.mqtt.requests import Questions
from broker.gateways.wire.access import decode_questions, encode_answers
from broker.service.asking import Answers, Asking
from broker.service.engine import Overloaded
from broker.service.intake import Intake
from keepclear.v1 import access_pb2, presence_pb2, publishing_pb2

OnFailure = Callable[[Exception], None]


class Asked:
    """Puts questions, and sends their answers when they are there."""

    def __init__(
        self, intake: Intake, asking: Asking, questions: Questions, replies: Replies
    ) -> None:
        self._intake = intake
        self._asking = asking
        self._questions = questions
        self._replies = replies

    def look(
        self,
        sender: SystemName,
        request: Message,
        request_id: str,
        carry_out: Callable[[ControlCommand], None],
    ) -> None:
        """About publishing and agreements; a proposal is looked up, then carried out."""
        shown_id = request_id[:REQUEST_ID_LENGTH_MAX]

        def answer() -> None:
            try:
                if isinstance(request, publishing_pb2.ProposeRestrictionRequest):
                    carry_out(self._questions.proposal(request, sender))
                else:
                    self._replies.send(sender, self._questions.answer(request, sender))
            except Refused as refused:
                unknown = isinstance(refused, NotFound)
                code = code_pb2.NOT_FOUND if unknown else code_pb2.INVALID_ARGUMENT
                self._replies.refuse(sender, shown_id, refused.refusals, code)

        self._put(sender, shown_id, lambda failed: self._intake.query(answer, failed))

    def entry(self, sender: SystemName, request: access_pb2.AskEntryRequest) -> None:
        """May it enter? The picture is taken at once, the answer worked out beside the engine."""
        shown_id = request.request_id[:REQUEST_ID_LENGTH_MAX]
        try:
            decoded = decode_questions(request, self._intake.clock.now_us())
        except Refused as refused:
            self._intake.count_refused_request()
            self._replies.refuse(sender, shown_id, refused.refusals, code_pb2.INVALID_ARGUMENT)
            return

        def on_answer(answers: Answers) -> None:
            response = encode_answers(decoded, answers, sender.agency)
            self._replies.send(
                sender, presence_pb2.CommandAnswer(request_id=shown_id, entry=response)
            )

        self._put(
            sender,
            shown_id,
            lambda failed: self._asking.answer_later(
                decoded.questions, sender.agency, on_answer, failed
            ),
        )

    def _put(self, sender: SystemName, shown_id: str, ask: Callable[[OnFailure], None]) -> None:
        try:
            ask(lambda error: self._replies.failed(sender, shown_id, error))
        except Overloaded:
            self._replies.overloaded(sender, shown_id)
