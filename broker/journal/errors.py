"""What can go wrong with the log on disk, one type for each thing a caller does about it."""

from dataclasses import dataclass


class JournalError(Exception):
    """Any trouble with the log on disk."""


class JournalInUse(JournalError):
    """Another broker has this directory open: stop, two writers would destroy the order."""


class JournalUnavailable(JournalError):
    """The disk refused a write (full, read-only, failing): not acknowledged, may be retried."""


class JournalMismatch(JournalError):
    """The directory holds another log: other space, other log id, other end, newer format."""


class RecordUnreadable(JournalError):
    """An undamaged record that this version cannot read, such as one from a newer release."""


class JournalDamaged(JournalError):
    """Stored bytes are not those that were written. Never repaired by guessing."""

    def __init__(self, segment: str, seq: int, reason: str) -> None:
        super().__init__(f"{segment}, record {seq}: {reason}")
        self.segment = segment
        self.seq = seq
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Damage:
    """A lost tail: the log now ends before `first_lost_seq` and the feed needs a new epoch."""

    segment: str
    first_lost_seq: int
    last_lost_seq: int | None
    """None when it is not known how far the log had got."""
    control_lost: bool
    """True when a command that had been synced and acknowledged is, or may be, among the lost."""
    reason: str
