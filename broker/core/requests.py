"""Repeats of a request are harmless: the same id from the same system gets the first answer."""

from collections.abc import Callable
from typing import Final, Protocol, cast

from pydantic import TypeAdapter

from broker.core.errors import Conflict, Denied, NotFound, Refused
from broker.core.names import SystemName
from broker.core.outcomes import Done, NotDone, Outcome
from broker.core.plain import Plain, integer, items, text
from broker.core.units import MINUTE_US

REMEMBERED_FOR_US: Final = 10 * MINUTE_US
REQUESTS_REMEMBERED_MAX: Final = 10_000
REQUEST_ID_LENGTH_MAX: Final = 64

ControlReply = Done | NotDone

_DONE: Final = TypeAdapter(Done)


class Request(Protocol):
    """Any command that may be repeated."""

    @property
    def sender(self) -> SystemName:
        """Who asks."""
        ...

    @property
    def request_id(self) -> str:
        """Its own; empty where it is never repeated."""
        ...


def not_done(refused: Refused) -> Outcome:
    """What a refused command led to: nothing but its answer."""
    reply = NotDone(
        refused.refusals,
        not_found=isinstance(refused, NotFound),
        conflict=isinstance(refused, Conflict),
        denied=isinstance(refused, Denied),
    )
    return Outcome((), reply)


class RequestMemory:
    """Answers given lately, by (system, request id), oldest first.

    It is part of the state: whether a repeat is answered from memory or carried out again decides
    what is shown, so a replay from a snapshot must remember what the broker remembered.
    """

    def __init__(self) -> None:
        self._answers: dict[tuple[SystemName, str], tuple[int, Done]] = {}

    def once(self, command: Request, now_us: int, carry_out: Callable[[], Outcome]) -> Outcome:
        """Carry out a command whose replies are Done; a repeat gets the first answer again."""
        seen = self.recall(command.sender, command.request_id, now_us)
        if seen is not None:
            return Outcome((), seen)
        try:
            outcome = carry_out()
        except Refused as refused:
            return not_done(refused)
        if isinstance(outcome.reply, Done):
            self.remember(command.sender, command.request_id, outcome.reply, now_us)
        return outcome

    def recall(self, sender: SystemName, request_id: str, now_us: int) -> Done | None:
        """The first answer, if this request was seen in the last ten minutes."""
        known = self._answers.get((sender, request_id)) if request_id else None
        if known is None or now_us - known[0] > REMEMBERED_FOR_US:
            return None
        return known[1]

    def remember(
        self, sender: SystemName, request_id: str, reply: ControlReply, now_us: int
    ) -> None:
        """Keep a successful answer; a refusal may be tried again under the same id."""
        if not request_id or isinstance(reply, NotDone):
            return
        self._answers.pop((sender, request_id), None)  # so that the oldest stay in front
        self._answers[sender, request_id] = (now_us, reply)
        while self._answers:
            oldest = next(iter(self._answers))
            expired = now_us - self._answers[oldest][0] > REMEMBERED_FOR_US
            if not expired and len(self._answers) <= REQUESTS_REMEMBERED_MAX:
                break
            del self._answers[oldest]

    def state(self) -> list[Plain]:
        """For a snapshot: JSON values only, oldest first."""
        return [
            [sender.agency, sender.system, request_id, at_us, _plain(reply)]
            for (sender, request_id), (at_us, reply) in self._answers.items()
        ]

    def restore(self, state: Plain) -> None:
        """From a snapshot."""
        for item in items(state):
            agency, system, request_id, at_us, reply = items(item)
            sender = SystemName(text(agency), text(system))
            answer = _DONE.validate_python(reply)
            self._answers[sender, text(request_id)] = (integer(at_us), answer)


def _plain(reply: Done) -> Plain:
    return cast("Plain", _DONE.dump_python(reply, mode="json"))
