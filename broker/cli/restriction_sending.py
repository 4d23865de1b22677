"""Sending what was read of a source to a broker, in parts that fit its limits."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from adapters.geozones.mirror import Mirrored
from keepclear.client import Client
from keepclear.v1 import restrictions_pb2 as pb

ITEMS_PER_PART: Final = 200
BYTES_PER_PART: Final = 1_000_000
LISTED_MAX: Final = 5_000
_OUTCOMES: Final = {
    int(pb.IMPORT_OUTCOME_CREATED): "created",
    int(pb.IMPORT_OUTCOME_CHANGED): "changed",
    int(pb.IMPORT_OUTCOME_UNCHANGED): "unchanged",
    int(pb.IMPORT_OUTCOME_REFUSED): "refused",
}


@dataclass(slots=True)
class Sent:
    """What the broker answered: by restriction name, and what it withdrew."""

    outcomes: dict[str, str] = field(default_factory=dict)
    refusals: dict[str, tuple[str, ...]] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)


async def send(
    client: Client, source_id: str, mirrored: Mirrored, *, withdraw_unlisted: bool
) -> Sent:
    """Mirror all of it, then end what is replaced, cancelled or no longer listed.

    A source in which nothing could be read withdraws nothing: it is more likely broken than empty.
    """
    sent = Sent()
    refresh = withdraw_unlisted and bool(mirrored.restrictions)
    refresh = refresh and len(mirrored.listed_item_ids) <= LISTED_MAX
    parts = list(_parts(mirrored.restrictions))
    for place, part in enumerate(parts, start=1):
        request = pb.ImportRestrictionsRequest(source_id=source_id, restrictions=part)
        if refresh and place == len(parts):
            request.withdraw_unlisted = True
            request.listed_item_ids.extend(mirrored.listed_item_ids)
        _note(sent, await client.import_restrictions(request))
    if not refresh and mirrored.ended_item_ids:
        await _withdraw_ended(client, source_id, mirrored, sent)
    return sent


def _parts(restrictions: tuple[pb.Restriction, ...]) -> Iterator[list[pb.Restriction]]:
    part: list[pb.Restriction] = []
    size = 0
    for restriction in restrictions:
        size += restriction.ByteSize()
        if part and (len(part) == ITEMS_PER_PART or size > BYTES_PER_PART):
            yield part
            part, size = [], restriction.ByteSize()
        part.append(restriction)
    if part:
        yield part


def _note(sent: Sent, answer: pb.ImportRestrictionsResponse) -> None:
    for item in answer.items:
        sent.outcomes[item.name] = _OUTCOMES.get(item.outcome, "answered")
        if item.refusals:
            sent.refusals[item.name] = tuple(f"{r.field}: {r.reason}" for r in item.refusals)
    sent.withdrawn.extend(answer.withdrawn)


async def _withdraw_ended(client: Client, source_id: str, mirrored: Mirrored, sent: Sent) -> None:
    """Single NOTAMs end others by their number."""
    ended = set(mirrored.ended_item_ids)
    for restriction in await client.list_restrictions():
        source = restriction.source
        if source.source_id == source_id and source.item_id in ended:
            await client.withdraw_restriction(restriction.name)
            sent.withdrawn.append(restriction.name)
