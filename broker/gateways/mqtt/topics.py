"""Topic names, both ways. The list with qualities of service is in presence.proto.

Who published is known from the topic alone: the MQTT server's access list lets a system write only
below `in/{agency}/{system}/`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from broker.core.errors import Refused, refuse
from broker.core.names import Audience, SystemName, identifier
from broker.service.feed.items import Item, ItemKind

LIVE_ROOT: Final = "keepclear/v1"
EXERCISE_ROOT: Final = "keepclear-exercise/v1"
JSON_LEAF: Final = "json"


class Inbound(StrEnum):
    """What a system may write, by the rest of its topic."""

    TRACKS = "tracks"
    CREATE_RESTRICTION = "restrictions/create"
    WITHDRAW_RESTRICTION = "restrictions/withdraw"
    IMPORT_RESTRICTIONS = "restrictions/import"
    SAVE_DRAFT = "restrictions/draft"
    DISCARD_DRAFT = "restrictions/discard"
    LIST_DRAFTS = "restrictions/drafts"
    PROPOSE_RESTRICTION = "restrictions/propose"
    PREVIEW_RESTRICTION = "restrictions/preview"
    PUBLISH_DRAFT = "restrictions/publish"
    APPROVE_RESTRICTION = "restrictions/approve"
    EXTEND_RESTRICTION = "restrictions/extend"
    ACKNOWLEDGE_RESTRICTION = "restrictions/acknowledge"
    CONFIRM_RESTRICTIONS = "restrictions/confirm"
    RECEIPTS = "restrictions/receipts"
    SIGNING_KEY = "restrictions/key"
    ASK_ENTRY = "access/ask"
    ACKNOWLEDGE_ALERT = "alerts/acknowledge"
    UPSERT_AIRCRAFT = "aircraft/upsert"
    REMOVE_AIRCRAFT = "aircraft/remove"
    SET_SHARING = "sharing/set"
    PROPOSE_AGREEMENT = "agreements/propose"
    ACCEPT_AGREEMENT = "agreements/accept"
    END_AGREEMENT = "agreements/end"
    GET_AGREEMENT = "agreements/get"
    LIST_AGREEMENTS = "agreements/list"
    RESUME = "resume"
    PRESENCE = "presence"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message came from and what it is."""

    sender: SystemName
    kind: Inbound
    is_json: bool


class Topics:
    """The topics of one space."""

    def __init__(self, *, exercise: bool) -> None:
        self.root = EXERCISE_ROOT if exercise else LIVE_ROOT

    def subscriptions(self) -> list[tuple[str, int]]:
        """(filter, quality of service) for everything that may be written to us."""
        inbound = [
            (f"{self.root}/in/+/+/{kind}", 0 if kind is Inbound.TRACKS else 1) for kind in Inbound
        ]
        return inbound + [(f"{topic}/{JSON_LEAF}", qos) for topic, qos in inbound]

    def presence_filters(self) -> list[str]:
        """The subscriptions to who is there."""
        topic = f"{self.root}/in/+/+/{Inbound.PRESENCE}"
        return [topic, f"{topic}/{JSON_LEAF}"]

    def parse(self, topic: str) -> Address:
        """Read an inbound topic; refuses any other."""
        head = f"{self.root}/in/"
        parts = topic.removeprefix(head).split("/", 2)
        if not topic.startswith(head) or len(parts) != 3:
            raise _not_inbound()
        rest, is_json = parts[2], False
        if rest.endswith(f"/{JSON_LEAF}"):
            rest, is_json = rest.removesuffix(f"/{JSON_LEAF}"), True
        if rest not in set(Inbound):
            raise _not_inbound()
        agency, system = identifier("topic", parts[0]), identifier("topic", parts[1])
        return Address(SystemName(agency, system), Inbound(rest), is_json)

    def outbound(self, audience: Audience, item: Item) -> str:
        """Where an audience's message goes."""
        base = f"{self.root}/out/{audience.agency}/{audience.role}"
        match item.kind:
            case ItemKind.ALERT:
                return f"{base}/alerts/{item.key}"
            case ItemKind.VOLUME:
                return f"{base}/volumes/{item.key}"
            case ItemKind.RESTRICTION:
                return f"{base}/restrictions/{self.restriction_leaf(item.key)}"
            case _:
                return f"{base}/{item.kind.name.lower()}"

    def restriction_leaf(self, name: str) -> str:
        """`{agency}/{restriction}` of a resource name."""
        _, agency, _, restriction = name.split("/")
        return f"{agency}/{restriction}"

    def retained_filters(self) -> list[str]:
        """Everything the broker itself retains."""
        base = f"{self.root}/out/+/+"
        return [f"{base}/alerts/#", f"{base}/restrictions/#", f"{base}/volumes/#"]

    def acks(self, system: SystemName) -> str:
        """The system's private topic for answers."""
        return f"{self.root}/private/{system.agency}/{system.system}/acks"

    def resumes(self, system: SystemName) -> str:
        """The system's private topic for resumed messages."""
        return f"{self.root}/private/{system.agency}/{system.system}/resume"


def _not_inbound() -> Refused:
    return refuse("topic", "is not one that systems write to")
