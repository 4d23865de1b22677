"""Agreements over MQTT: which message each topic takes, and how its answer is made."""

from typing import Final

from google.protobuf.message import Message

from broker.core.commands import ControlCommand
from broker.core.names import AgreementName, SystemName
from broker.gateways.mqtt.topics import Inbound
from broker.gateways.wire import agreements as wire
from broker.gateways.wire.requests import checked_request_id
from broker.service.agreements import AgreementReading
from keepclear.v1 import agreements_pb2 as pb
from keepclear.v1 import presence_pb2

REQUESTS: Final[dict[Inbound, type[Message]]] = {
    Inbound.PROPOSE_AGREEMENT: pb.ProposeAgreementRequest,
    Inbound.ACCEPT_AGREEMENT: pb.AcceptAgreementRequest,
    Inbound.END_AGREEMENT: pb.EndAgreementRequest,
    Inbound.GET_AGREEMENT: pb.GetAgreementRequest,
    Inbound.LIST_AGREEMENTS: pb.ListAgreementsRequest,
}


def command_of(request: Message, sender: SystemName) -> ControlCommand | None:
    """The command that a request asks for; None: it only asks. Refuses what cannot be read."""
    match request:
        case pb.ProposeAgreementRequest():
            return wire.propose_agreement(request, sender)
        case pb.AcceptAgreementRequest():
            return wire.accept_agreement(request, sender)
        case pb.EndAgreementRequest():
            return wire.end_agreement(request, sender)
        case _:
            return None


def answer(
    reading: AgreementReading,
    request: pb.GetAgreementRequest | pb.ListAgreementsRequest,
    sender: SystemName,
) -> presence_pb2.CommandAnswer:
    """The answer to what only asks. Engine thread only; raises Refused as the service would."""
    request_id = checked_request_id(request.request_id)
    if isinstance(request, pb.ListAgreementsRequest):
        listed = wire.encode_list(reading.of_party(sender.agency), request)
        return presence_pb2.CommandAnswer(request_id=request_id, agreements=listed)
    name = AgreementName.parse("name", request.name)
    version = wire.checked_version(request.version)
    found = wire.encode_agreement(reading.get(name, version, sender.agency))
    return presence_pb2.CommandAnswer(request_id=request_id, agreement=found)
