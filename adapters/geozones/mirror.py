"""A whole source as what the broker is told: rows, restrictions, and what to end."""

from dataclasses import dataclass, replace

from adapters.geozones import contract, refresh, wide
from adapters.geozones.report import Decoded, Outcome, SourceItem, Unreadable
from keepclear.v1.restrictions_pb2 import Restriction


@dataclass(frozen=True, slots=True)
class Mirrored:
    """Rows in the order of the source, the restrictions of those that are set, and what ends."""

    format: str
    rows: tuple[SourceItem, ...]
    restrictions: tuple[Restriction, ...]
    listed_item_ids: tuple[str, ...]
    """Of everything the source lists now: a refresh withdraws what is not among them."""
    ended_item_ids: tuple[str, ...]
    """Replaced or cancelled by items of this source."""
    deviations: tuple[str, ...] = ()


def mirror(decoded: Decoded, agency: str, source_id: str, now_us: int | None = None) -> Mirrored:
    """Rows and restrictions of one source. Nothing is judged by time without `now_us`."""
    rows: list[SourceItem] = []
    restrictions: list[Restriction] = []
    for item in refresh.settle(decoded.items, now_us):
        if item.zone is None:
            rows.append(item)
            continue
        try:
            row = wide.fitted(item)
            restrictions.append(contract.restriction(row, agency, source_id, decoded.format))
            rows.append(row)
        except Unreadable as problem:
            rows.append(_refused(item, problem))
    return Mirrored(
        format=decoded.format,
        rows=tuple(rows),
        restrictions=tuple(restrictions),
        listed_item_ids=refresh.listed(tuple(rows)),
        ended_item_ids=refresh.ended(decoded.items),
        deviations=decoded.deviations,
    )


def _refused(item: SourceItem, problem: Unreadable) -> SourceItem:
    return replace(
        item,
        outcome=Outcome.REFUSED,
        zone=None,
        refusal=problem.reason,
        detail=problem.detail,
        coarser=(),
    )
