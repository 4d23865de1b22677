"""What an adapter has done: a wedged adapter must not look like a healthy one."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from adapters.clock import MICROSECONDS
from adapters.model import SILENT_AFTER_S

MAX_REASONS = 100  # different reasons counted one by one
OTHER_REASON = "other"


class AdapterState(StrEnum):
    """What the adapter is doing now."""

    STARTING = "starting"
    RUNNING = "running"
    WAITING = "waiting"  # for its source to come back
    ENDED = "ended"  # a recording has been played


@dataclass(slots=True)
class AdapterStats:
    """Counters since the start; times are Unix microseconds UTC, None before the first.

    `last_input_us` is when the source last gave something new, `last_output_us` when the broker
    last acknowledged something.
    """

    name: str
    started_us: int = 0
    silent_after_s: float = SILENT_AFTER_S
    state: AdapterState = AdapterState.STARTING
    last_input_us: int | None = None
    last_output_us: int | None = None
    documents: int = 0
    dropped: int = 0  # documents thrown away unread for want of room
    input_bytes: int = 0
    records: int = 0
    reports: int = 0
    repeated: int = 0  # the position had been published already
    superseded: int = 0  # a newer position came before this one could be sent
    expired: int = 0  # too old by the time the broker could be reached
    shed: int = 0  # more aircraft waiting than there is room for
    accepted: int = 0
    source_failures: int = 0
    publish_failures: int = 0
    crashes: int = 0
    source_error: str = ""  # empty: the source is being read
    broker_error: str = ""  # empty: the last batch was acknowledged
    refused: Counter[str] = field(default_factory=Counter)  # by reason; records
    unread: Counter[str] = field(default_factory=Counter)  # by reason; single fields
    refused_by_broker: Counter[str] = field(default_factory=Counter)  # by field

    def input_age_s(self, now_us: int) -> float | None:
        """Seconds since the source last gave something new."""
        return _age_s(self.last_input_us, now_us)

    def output_age_s(self, now_us: int) -> float | None:
        """Seconds since the broker last acknowledged something."""
        return _age_s(self.last_output_us, now_us)

    def silent(self, now_us: int) -> bool:
        """Whether nothing has come for as long as this feed allows, from the start on."""
        since_us = self.started_us if self.last_input_us is None else self.last_input_us
        return (now_us - since_us) / MICROSECONDS > self.silent_after_s

    def line(self, now_us: int) -> str:
        """One line for people."""
        refused = sum(self.refused.values()) + sum(self.refused_by_broker.values())
        return (
            f"{self.name}: {self.state}, input {_words(self.input_age_s(now_us))}, "
            f"output {_words(self.output_age_s(now_us))}, {self.accepted} accepted, "
            f"{refused} refused"
            + (f", source: {self.source_error}" if self.source_error else "")
            + (f", broker: {self.broker_error}" if self.broker_error else "")
        )


def count(counter: Counter[str], reason: str) -> None:
    """Count one reason; what does not fit any more is counted together."""
    known = reason in counter or len(counter) < MAX_REASONS
    counter[reason if known else OTHER_REASON] += 1


def _age_s(then_us: int | None, now_us: int) -> float | None:
    return None if then_us is None else (now_us - then_us) / MICROSECONDS


def _words(age_s: float | None) -> str:
    return "never" if age_s is None else f"{age_s:.1f} s ago"
