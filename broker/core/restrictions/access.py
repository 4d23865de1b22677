"""May I enter? What stands against it, for whoever asks."""

from enum import StrEnum


class EntryVerdict(StrEnum):
    """What is answered; of several findings the gravest counts."""

    NO_KNOWN_OBJECTION = "no_known_objection"
    ASK = "ask"
    OBJECTION = "objection"
    UNREAD = "unread"
