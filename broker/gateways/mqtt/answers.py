"""What a system is answered over MQTT when its command was carried out."""

from collections.abc import Callable

from broker.core.aircraft.model import AircraftEntries
from broker.core.commands import ControlCommand
from broker.core.effects import Alert, Done
from broker.core.errors import BrokenInvariant
from broker.core.names import Audience, Role, SystemName
from broker.core.publishing.model import Delivery, SavedDraft
from broker.core.restrictions.imported import ImportReport
from broker.core.restrictions.model import Restriction
from broker.gateways.wire.aircraft import aircraft_answer
from broker.gateways.wire.alerts import encode_alert
from broker.gateways.wire.publishing import encode_acknowledged, encode_saved
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
                answer.alert.CopyFrom(encode_alert(view))
            case AircraftEntries() as written:
                return aircraft_answer(command, request_id, written)
            case SavedDraft() as saved:
                answer.draft.CopyFrom(encode_saved(saved))
            case Delivery() as delivery:
                answer.restriction_acknowledged.CopyFrom(encode_acknowledged(delivery, sender))
            case None:
                answer.confirmed.CopyFrom(publishing_pb2.ConfirmRestrictionsResponse())
            case _:
                raise BrokenInvariant(f"no answer for {done!r}")
        return answer
