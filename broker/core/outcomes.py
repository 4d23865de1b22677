"""What a command led to: its effects, and the reply to whoever sent it."""

from dataclasses import dataclass

from broker.core.agreements.model import Agreement
from broker.core.aircraft.model import AircraftEntries
from broker.core.alerts import Alert
from broker.core.effects import Effect
from broker.core.errors import Refusal
from broker.core.publishing.model import Delivery, SavedDraft
from broker.core.restrictions.imported import ImportReport
from broker.core.restrictions.model import Restriction
from broker.core.sharing.settings import SharingEntries


@dataclass(frozen=True, slots=True)
class BatchReply:
    """What became of one report batch: how many rows were applied, and which were refused."""

    accepted_count: int
    refusals: tuple[tuple[int, Refusal], ...]
    """(row, why)"""


@dataclass(frozen=True, slots=True)
class Done:
    """A control command was carried out; `resource` is what it made or changed, if anything."""

    resource: (
        Restriction
        | Alert
        | ImportReport
        | AircraftEntries
        | SavedDraft
        | Delivery
        | SharingEntries
        | Agreement
        | None
    ) = None


@dataclass(frozen=True, slots=True)
class NotDone:
    """A control command was refused and changed nothing."""

    refusals: tuple[Refusal, ...]
    not_found: bool = False
    conflict: bool = False
    denied: bool = False
    unavailable: bool = False


Reply = BatchReply | Done | NotDone


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one command led to."""

    effects: tuple[Effect, ...]
    reply: Reply | None
