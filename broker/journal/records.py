"""The record: one command as the log keeps it, in a format of the log's own.

Neither pickle nor the wire messages: the wire may change with the contract and pickle with the
code, but a log written today must be readable for years. Numbers below are stored: never reuse one.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from broker.core.commands import Command

PAYLOAD_BYTES_MAX: Final = 4_000_000
RECORDS_PER_MICRO_BATCH_MAX: Final = 10_000


class RecordKind(IntEnum):
    """One for each core command."""

    OPEN_AUDIENCE = 1
    LOAD_POLICY = 2
    SUBMIT_REPORTS = 3
    CREATE_RESTRICTION = 4
    WITHDRAW_RESTRICTION = 5
    ACKNOWLEDGE_ALERT = 6
    TICK = 7
    PUBLISHER_GONE = 8
    IMPORT_RESTRICTIONS = 9
    LOAD_GROUND = 10
    REGISTER_AIRCRAFT = 20
    REMOVE_AIRCRAFT = 21
    LOAD_SUPPLY_CHAIN = 22
    SAVE_DRAFT = 30
    DISCARD_DRAFT = 31
    PUBLISH_DRAFT = 32
    APPROVE_RESTRICTION = 33
    EXTEND_RESTRICTION = 34
    ACKNOWLEDGE_RESTRICTION = 35
    NOTE_DELIVERY = 36
    LOAD_PUBLISHING_RULES = 37
    SET_SHARING = 40
    SET_SHARING_DEFAULT = 41
    PROPOSE_AGREEMENT = 50
    ACCEPT_AGREEMENT = 51
    END_AGREEMENT = 52
    LOAD_AGREEMENT_RULES = 53


class DataClass(IntEnum):
    """What a record is about, as far as retention cares."""

    CONTROL = 1
    """Decisions by people: kept for years."""
    POSITION = 2
    """Where aircraft were: kept for hours."""
    CLOCK = 3
    POLICY = 4
    PRESENCE = 5
    """Which feeds were there."""


KEY_ID_NONE: Final = 0
"""No key protects the personal fields of this record."""


@dataclass(frozen=True, slots=True)
class Record:
    """One command with its stamps. `utc_us` and `monotonic_us` are its micro-batch's."""

    kind: RecordKind
    version: int
    utc_us: int
    monotonic_us: int
    data_class: DataClass
    key_id: int
    region_key: str
    """Which region cell owns it, for when one node no longer owns them all."""
    node_epoch: int
    """Which ownership of that region wrote it."""
    payload: bytes


@dataclass(frozen=True, slots=True)
class BatchPosition:
    """Where a micro-batch stands in the log, and whether it is known to be on the disk."""

    first_seq: int
    last_seq: int
    synced: bool


@dataclass(frozen=True, slots=True)
class MicroBatch:
    """What the core consumed at one instant, in order."""

    now_us: int
    monotonic_us: int
    commands: tuple[Command, ...]
    last_seq: int
