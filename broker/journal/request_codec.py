"""Who asked for a command, and under which request id: the same in every record of one."""

from typing import Protocol

from broker.core.names import SystemName
from broker.journal.canonical import Fields


class Request(Protocol):
    """What a system asks for, under an id of its own."""

    @property
    def sender(self) -> SystemName:
        """Who asks."""

    @property
    def request_id(self) -> str:
        """Its own id for it."""


def request_to_json(command: Request) -> dict[str, object]:
    """Entries of a command's record."""
    return {
        "request_id": command.request_id,
        "sender_agency": command.sender.agency,
        "sender_system": command.sender.system,
    }


def sender_from_json(fields: Fields) -> SystemName:
    """Who asked."""
    return SystemName(fields.text("sender_agency"), fields.text("sender_system"))
