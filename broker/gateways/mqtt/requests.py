"""Requests over MQTT that are a command or a question: what each topic takes, and its answer."""

from typing import Final

from google.protobuf.message import Message

from broker.core.commands import ControlCommand
from broker.core.names import SystemName
from broker.gateways.mqtt import agreements, publishing
from broker.gateways.mqtt.topics import Inbound
from broker.service.agreements import AgreementReading
from keepclear.v1 import agreements_pb2, presence_pb2

REQUESTS: Final[dict[Inbound, type[Message]]] = publishing.REQUESTS | agreements.REQUESTS


def command_of(request: Message, sender: SystemName) -> ControlCommand | None:
    """The command that a request asks for; None: it only asks. Refuses what cannot be read."""
    if type(request) in agreements.REQUESTS.values():
        return agreements.command_of(request, sender)
    return publishing.command_of(request, sender)


class Questions:
    """Answers what only asks. Engine thread only."""

    def __init__(
        self, of_publishing: publishing.PublishingQuestions, of_agreements: AgreementReading
    ) -> None:
        self._publishing = of_publishing
        self._agreements = of_agreements
        self.proposal = of_publishing.proposal

    def answer(self, request: Message, sender: SystemName) -> presence_pb2.CommandAnswer:
        """The answer; raises Refused as the command line's own would."""
        asked = agreements_pb2.GetAgreementRequest | agreements_pb2.ListAgreementsRequest
        if isinstance(request, asked):
            return agreements.answer(self._agreements, request, sender)
        return self._publishing.answer(request, sender)
