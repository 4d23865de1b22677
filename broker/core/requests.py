"""Repeats of a request are harmless: the same id from the same system gets the first answer.

The same id with something else asked is no repeat. It is refused: whoever counts its requests from
one again after a restart would be answered that all is done, and nothing would be.
"""

from collections.abc import Callable
from hashlib import blake2b
from typing import Final, NamedTuple, Protocol, cast

from pydantic import TypeAdapter

from broker.core.errors import Conflict, Denied, NotFound, Refused, refuse
from broker.core.names import SystemName
from broker.core.outcomes import Done, NotDone, Outcome
from broker.core.plain import Plain, integer, items, text
from broker.core.publishing.commands import SaveDraft
from broker.core.units import MINUTE_US

REMEMBERED_FOR_US: Final = 10 * MINUTE_US
REQUESTS_REMEMBERED_MAX: Final = 10_000
REQUEST_ID_LENGTH_MAX: Final = 64
DIGEST_BYTES: Final = 8

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


class _Answered(NamedTuple):
    """The answer to a request, and what it was."""

    at_us: int
    asked: str
    reply: Done


class RequestMemory:
    """Answers given lately, by (system, request id), oldest first.

    It is part of the state: whether a repeat is answered from memory or carried out again decides
    what is shown, so a replay from a snapshot must remember what the broker remembered.
    """

    def __init__(self) -> None:
        self._answers: dict[tuple[SystemName, str], _Answered] = {}

    def once(self, command: Request, now_us: int, carry_out: Callable[[], Outcome]) -> Outcome:
        """Carry out a command whose replies are Done; a repeat gets the first answer again."""
        try:
            seen = self.recall(command, now_us)
            if seen is not None:
                return Outcome((), seen)
            outcome = carry_out()
        except Refused as refused:
            return not_done(refused)
        if isinstance(outcome.reply, Done):
            self.remember(command, outcome.reply, now_us)
        return outcome

    def recall(self, command: Request, now_us: int) -> Done | None:
        """The first answer, if this request was seen in the last ten minutes.

        Raises Refused where its id was another request's.
        """
        if not command.request_id:
            return None
        known = self._answers.get((command.sender, command.request_id))
        if known is None or now_us - known.at_us > REMEMBERED_FOR_US:
            return None
        if known.asked != _asked(command):
            minutes = REMEMBERED_FOR_US // MINUTE_US
            raise refuse("request_id", f"was another request's in the last {minutes} minutes")
        return known.reply

    def remember(self, command: Request, reply: ControlReply, now_us: int) -> None:
        """Keep a successful answer; a refusal may be tried again under the same id."""
        if not command.request_id or isinstance(reply, NotDone):
            return
        key = command.sender, command.request_id
        self._answers.pop(key, None)  # so that the oldest stay in front
        self._answers[key] = _Answered(now_us, _asked(command), reply)
        while self._answers:
            oldest = next(iter(self._answers))
            expired = now_us - self._answers[oldest].at_us > REMEMBERED_FOR_US
            if not expired and len(self._answers) <= REQUESTS_REMEMBERED_MAX:
                break
            del self._answers[oldest]

    def state(self) -> list[Plain]:
        """For a snapshot: JSON values only, oldest first."""
        return [
            [sender.agency, sender.system, request_id, one.at_us, one.asked, _plain(one.reply)]
            for (sender, request_id), one in self._answers.items()
        ]

    def restore(self, state: Plain) -> None:
        """From a snapshot."""
        for item in items(state):
            agency, system, request_id, at_us, asked, reply = items(item)
            sender = SystemName(text(agency), text(system))
            answered = _Answered(integer(at_us), text(asked), _DONE.validate_python(reply))
            self._answers[sender, text(request_id)] = answered


def _asked(command: Request) -> str:
    """A digest of what was asked."""
    # Of a draft its name alone: a proposal that is sent again is made round where its drone is now.
    what = command.draft.name if isinstance(command, SaveDraft) else command
    words = f"{type(command).__name__} {what!r}"
    return blake2b(words.encode(), digest_size=DIGEST_BYTES).hexdigest()


def _plain(reply: Done) -> Plain:
    return cast("Plain", _DONE.dump_python(reply, mode="json"))
