"""What a system is answered over MQTT when its command was carried out."""

from collections.abc import Callable

from google.rpc import code_pb2

from broker.core.agreements.model import Agreement
from broker.core.aircraft.model import AircraftEntries
from broker.core.alerts import Alert
from broker.core.commands import ControlCommand
from broker.core.errors import BrokenInvariant
from broker.core.names import Audience, Role, SystemName
from broker.core.outcomes import Done
from broker.core.publishing.model import Delivery, SavedDraft
from broker.core.restrictions.imported import ImportReport
from broker.core.restrictions.model import Restriction
from broker.core.sharing.settings import SharingEntries
from broker.gateways.wire.agreements import encode_agreement
from broker.gateways.wire.aircraft import aircraft_answer
from broker.gateways.wire.alerts import encode_alert
from broker.gateways.wire.publishing import encode_acknowledged, encode_saved
from broker.gateways.wire.sharing import sharing_answer
from broker.gateways.wire.signed import SignedRestrictions
from broker.service.reading import Reading
from keepclear.v1 import presence_pb2, publishing_pb2, restrictions_pb2

EncodeImport = Callable[[ImportReport], restrictions_pb2.ImportRestrictionsResponse]


class AnswerMaker:
    """Makes answers. Engine thread only: an alert is worded for its reader."""

    def __init__(self, reading: Reading, signed: SignedRestrictions) -> None:
        self._reading = reading
        self._signed = signed

    def answer(
        self,
        command: ControlCommand,
        sender: SystemName,
        request_id: str,
        done: Done,
        encode_import: EncodeImport | None,
    ) -> presence_pb2.CommandAnswer:
        """The answer to a command that was carried out."""
        answer = presence_pb2.CommandAnswer(request_id=request_id)
        match done.resource:
            case Restriction() as restriction:
                answer.restriction.CopyFrom(self._signed.message(restriction))
            case ImportReport() as report if encode_import is not None:
                answer.imported.CopyFrom(encode_import(report))
            case Alert() as alert:
                view = self._reading.view(alert, Audience(sender.agency, Role.DESK))
                if view is None:  # what is shared of it changed since
                    return _no_longer_shown(request_id)
                answer.alert.CopyFrom(encode_alert(view))
            case AircraftEntries() as written:
                return aircraft_answer(command, request_id, written)
            case SharingEntries() as shared:
                return sharing_answer(request_id, shared)
            case Agreement() as agreement:
                answer.agreement.CopyFrom(encode_agreement(agreement))
            case SavedDraft() as saved:
                answer.draft.CopyFrom(encode_saved(saved))
            case Delivery() as delivery:
                answer.restriction_acknowledged.CopyFrom(encode_acknowledged(delivery, sender))
            case None:
                answer.confirmed.CopyFrom(publishing_pb2.ConfirmRestrictionsResponse())
            case _:
                raise BrokenInvariant(f"no answer for {done!r}")
        return answer


def _no_longer_shown(request_id: str) -> presence_pb2.CommandAnswer:
    message = "the alert is no longer shown to you"
    refused = presence_pb2.RefusedCommand(code=code_pb2.NOT_FOUND, message=message)
    return presence_pb2.CommandAnswer(request_id=request_id, refused=refused)
