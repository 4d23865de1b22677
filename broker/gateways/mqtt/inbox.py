"""What systems write: decode, ask whether they may, submit, and answer (`replies`)."""

from collections.abc import Callable

from google.protobuf.message import Message
from google.rpc import code_pb2

from broker.core.commands import ControlCommand
from broker.core.errors import BrokenInvariant, Refused, refuse
from broker.core.names import SystemName
from broker.core.outcomes import Done, NotDone, Reply
from broker.core.requests import REQUEST_ID_LENGTH_MAX
from broker.core.sharing.decision import Decision
from broker.gateways.grpc.errors import code_of
from broker.gateways.mqtt.answers import AnswerMaker, EncodeImport
from broker.gateways.mqtt.asked import Asked
from broker.gateways.mqtt.payloads import read_payload
from broker.gateways.mqtt.positions import PositionBatches
from broker.gateways.mqtt.replies import Replies
from broker.gateways.mqtt.requests import REQUESTS, Questions, command_of
from broker.gateways.mqtt.server_config import MQTT_PAYLOAD_LIMIT_BYTES
from broker.gateways.mqtt.topics import Address, Inbound, Topics
from broker.gateways.wire.actions import TOPIC_ACTIONS
from broker.gateways.wire.aircraft import register_aircraft, remove_aircraft
from broker.gateways.wire.imports import encode_report
from broker.gateways.wire.reports import BATCH_ID_LENGTH_MAX
from broker.gateways.wire.requests import (
    DecodedImport,
    acknowledge_alert,
    create_restriction,
    import_restrictions,
    withdraw_restriction,
)
from broker.gateways.wire.sharing import set_sharing
from broker.service.access import TooMuch
from broker.service.asking import Asking
from broker.service.engine import Overloaded
from broker.service.intake import Intake
from keepclear.v1 import (
    access_pb2,
    aircraft_pb2,
    alerts_pb2,
    presence_pb2,
    restrictions_pb2,
    sharing_pb2,
    tracks_pb2,
)


class Inbox:
    """Handles every inbound message. Runs in the network thread, where answers leave from too."""

    def __init__(
        self,
        intake: Intake,
        answers: AnswerMaker,
        questions: Questions,
        asking: Asking,
        topics: Topics,
        json_agencies: frozenset[str],
        on_resume: Callable[[SystemName, presence_pb2.ResumeRequest], None],
        on_presence: Callable[[SystemName, presence_pb2.Presence], None],
    ) -> None:
        self._intake = intake
        self._answers = answers
        self._topics = topics
        self.replies = Replies(topics, json_agencies)
        self._asked = Asked(intake, asking, questions, self.replies)
        self._positions = PositionBatches(intake, self.replies)
        self._json_agencies = json_agencies
        self._on_resume = on_resume
        self._on_presence = on_presence
        self.unreadable_count = 0

    def on_message(self, topic: str, payload: bytes, retained: bool) -> None:
        """One message. Nothing a sender writes may raise out of here."""
        try:
            address = self._topics.parse(topic)
        except Refused:
            self.unreadable_count += 1
            return
        try:
            self._handle(address, payload, retained)
        except Refused as refused:
            self.replies.refuse(address.sender, "", refused.refusals, code_pb2.INVALID_ARGUMENT)
        except Overloaded:
            self.replies.overloaded(address.sender, "")
        except TooMuch as too_much:
            self.replies.overloaded(address.sender, "", str(too_much))
        except Exception as error:  # noqa: BLE001 - told, and the next message is read
            self.replies.failed(address.sender, "", error)

    def _handle(self, address: Address, payload: bytes, retained: bool) -> None:
        self._check_form(address, payload, retained)
        decision = self._decision(address)
        if decision.allowed:
            self._dispatch(address, payload)
        else:
            refusal = decision.as_refusal("topic")
            self.replies.refuse(address.sender, "", [refusal], code_pb2.PERMISSION_DENIED)

    def _dispatch(self, address: Address, payload: bytes) -> None:
        sender, is_json = address.sender, address.is_json
        if address.kind is not Inbound.TRACKS:
            self._count(sender, 0, len(payload))
        match address.kind:
            case Inbound.TRACKS:
                batch = read_payload(tracks_pb2.PublishTracksRequest(), payload, is_json)
                self._submit(sender, batch, len(payload))
            case Inbound.CREATE_RESTRICTION:
                create = read_payload(restrictions_pb2.CreateRestrictionRequest(), payload, is_json)
                self._control(sender, create.request_id, lambda: create_restriction(create, sender))
            case Inbound.WITHDRAW_RESTRICTION:
                withdraw = read_payload(
                    restrictions_pb2.WithdrawRestrictionRequest(), payload, is_json
                )
                self._control(
                    sender, withdraw.request_id, lambda: withdraw_restriction(withdraw, sender)
                )
            case Inbound.IMPORT_RESTRICTIONS:
                given = read_payload(restrictions_pb2.ImportRestrictionsRequest(), payload, is_json)
                self._import(sender, given)
            case Inbound.ASK_ENTRY:
                asked = read_payload(access_pb2.AskEntryRequest(), payload, is_json)
                self._asked.entry(sender, asked)
            case Inbound.ACKNOWLEDGE_ALERT:
                read = read_payload(alerts_pb2.AcknowledgeAlertRequest(), payload, is_json)
                self._control(sender, read.request_id, lambda: acknowledge_alert(read, sender))
            case Inbound.UPSERT_AIRCRAFT | Inbound.REMOVE_AIRCRAFT | Inbound.SET_SHARING:
                self._own_flights(address, payload)
            case Inbound.RESUME:
                self._on_resume(
                    sender, read_payload(presence_pb2.ResumeRequest(), payload, is_json)
                )
            case Inbound.PRESENCE:
                self._on_presence(sender, read_payload(presence_pb2.Presence(), payload, is_json))
            case _:
                self._request(sender, read_payload(REQUESTS[address.kind](), payload, is_json))

    def _submit(
        self, sender: SystemName, batch: tracks_pb2.PublishTracksRequest, size_bytes: int
    ) -> None:
        try:
            self._count(sender, len(batch.reports), size_bytes)
        except TooMuch as too_much:
            shown_id = batch.batch_id[:BATCH_ID_LENGTH_MAX]
            self.replies.overloaded(sender, shown_id, str(too_much))
        else:
            self._positions.submit(sender, batch)

    def _request(self, sender: SystemName, request: Message) -> None:
        """Publishing and agreements: a command, or a question to the engine's thread."""
        request_id: str = request.request_id  # type: ignore[attr-defined]  # all of them have one
        shown_id = request_id[:REQUEST_ID_LENGTH_MAX]
        try:
            command = command_of(request, sender)
        except Refused as refused:
            self._intake.count_refused_request()
            self.replies.refuse(sender, shown_id, refused.refusals, code_pb2.INVALID_ARGUMENT)
            return
        if command is not None:
            self._control(sender, request_id, lambda: command)
            return

        self._asked.look(
            sender,
            request,
            request_id,
            lambda found: self._control(sender, request_id, lambda: found),
        )

    def _own_flights(self, address: Address, payload: bytes) -> None:
        """What an agency says of its own aircraft and flights."""
        sender, is_json = address.sender, address.is_json
        if address.kind is Inbound.UPSERT_AIRCRAFT:
            upsert = read_payload(aircraft_pb2.UpsertAircraftRequest(), payload, is_json)
            self._control(sender, upsert.request_id, lambda: register_aircraft(upsert, sender))
        elif address.kind is Inbound.REMOVE_AIRCRAFT:
            remove = read_payload(aircraft_pb2.RemoveAircraftRequest(), payload, is_json)
            self._control(sender, remove.request_id, lambda: remove_aircraft(remove, sender))
        else:
            sharing = read_payload(sharing_pb2.SetSharingRequest(), payload, is_json)
            self._control(sender, sharing.request_id, lambda: set_sharing(sharing, sender))

    def _check_form(self, address: Address, payload: bytes, retained: bool) -> None:
        if len(payload) > MQTT_PAYLOAD_LIMIT_BYTES:
            raise refuse("payload", f"must be at most {MQTT_PAYLOAD_LIMIT_BYTES} bytes")
        if retained and address.kind is not Inbound.PRESENCE:
            raise refuse("retain", "must not be set: a retained request would be repeated")
        if address.is_json and address.sender.agency not in self._json_agencies:
            raise refuse("topic", "JSON is not switched on for this agency")

    def _decision(self, address: Address) -> Decision:
        """The MQTT server's rights say the same; this holds where it checks nobody, or not yet."""
        known = self._intake.publishing(address.sender)
        if not known.allowed:
            return known
        return self._intake.access.decide(address.sender, TOPIC_ACTIONS[address.kind])

    def _count(self, sender: SystemName, reports: int, size_bytes: int) -> None:
        """Count a message against its sender's limits; raises TooMuch."""
        now_us = self._intake.clock.now_us()
        reason = self._intake.access.over_limit(
            sender, now_us, reports=reports, size_bytes=size_bytes
        )
        if reason:
            raise TooMuch(reason)

    def _import(
        self, sender: SystemName, request: restrictions_pb2.ImportRestrictionsRequest
    ) -> None:
        decoded: list[DecodedImport] = []

        def decode() -> ControlCommand:
            decoded.append(import_restrictions(request, sender))
            return decoded[0].command

        self._control(
            sender, request.request_id, decode, lambda report: encode_report(report, decoded[0])
        )

    def _control(
        self,
        sender: SystemName,
        request_id: str,
        decode: Callable[[], ControlCommand],
        encode: EncodeImport | None = None,
    ) -> None:
        try:
            command = decode()
        except Refused as refused:
            self._intake.count_refused_request()
            shown_id = request_id[:REQUEST_ID_LENGTH_MAX]
            self.replies.refuse(sender, shown_id, refused.refusals, code_pb2.INVALID_ARGUMENT)
            return

        def on_reply(reply: Reply) -> None:
            match reply:
                case Done():
                    self._say_done(command, sender, request_id, reply, encode)
                case NotDone():
                    self.replies.refuse(sender, request_id, reply.refusals, code_of(reply))
                case _:
                    raise BrokenInvariant(f"no answer for {reply!r}")

        try:
            self._intake.submit_control(command, on_reply)
        except Overloaded:
            self.replies.overloaded(sender, request_id)

    def _say_done(
        self,
        command: ControlCommand,
        sender: SystemName,
        request_id: str,
        reply: Done,
        encode: EncodeImport | None,
    ) -> None:
        try:
            answer = self._answers.answer(command, sender, request_id, reply, encode)
        except Exception as error:  # noqa: BLE001 - it is done: only the words for it are missing
            self.replies.failed(sender, request_id, error)
        else:
            self.replies.send(sender, answer)

    def refuse(self, sender: SystemName, refused: Refused) -> None:
        """Tell a sender that a request was refused after it had been taken."""
        self.replies.refuse(sender, "", refused.refusals, code_pb2.INVALID_ARGUMENT)
