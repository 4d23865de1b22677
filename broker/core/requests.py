"""Repeats of a request are harmless: the same id from the same system gets the first answer."""

from typing import Final

from broker.core.effects import Done, NotDone
from broker.core.names import SystemName
from broker.core.units import MINUTE_US

REMEMBERED_FOR_US: Final = 10 * MINUTE_US
REQUESTS_REMEMBERED_MAX: Final = 10_000
REQUEST_ID_LENGTH_MAX: Final = 64

ControlReply = Done | NotDone


class RequestMemory:
    """Answers given lately, by (system, request id), oldest first.

    It is not part of a snapshot: a restart replays the log's last minutes, and a repeat that
    comes later than that finds the resource itself under its name.
    """

    def __init__(self) -> None:
        self._answers: dict[tuple[SystemName, str], tuple[int, ControlReply]] = {}

    def recall(self, sender: SystemName, request_id: str, now_us: int) -> ControlReply | None:
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
