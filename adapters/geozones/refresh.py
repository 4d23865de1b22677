"""One source as a whole: what repeats, what replaces or cancels what, and what is over."""

from dataclasses import replace
from typing import Final

from adapters.geozones.model import Zone
from adapters.geozones.report import Outcome, Reason, SourceItem


def settle(items: tuple[SourceItem, ...], now_us: int | None = None) -> tuple[SourceItem, ...]:
    """The same rows in the same order, each as it stands beside the others.

    A row that repeats an earlier one, or that another one replaces or cancels, is refused; so is
    one that is over at `now_us` (not judged without). An identifier used for two different things
    stays two items, and the second says so.
    """
    ended = {reference for item in items for reference in item.cancels}
    seen: dict[str, list[Zone]] = {}
    settled: list[SourceItem] = []
    for item in items:
        if item.zone is None:
            settled.append(item)
        elif item.source_id in ended and item.source_id not in item.cancels:
            settled.append(
                _refused(item, Reason.SUPERSEDED, "replaced or cancelled in this source")
            )
        elif now_us is not None and _is_over(item.zone, now_us):
            settled.append(_refused(item, Reason.EXPIRED, "every period of validity is over"))
        else:
            settled.append(_once(item, item.zone, seen.setdefault(item.source_id, [])))
    return tuple(settled)


_NOT_LISTED: Final = {
    Reason.NOT_A_RESTRICTION,
    Reason.TRIGGER,
    Reason.ENDS_SOMETHING,
    Reason.SUPERSEDED,
    Reason.EXPIRED,
}


def listed(rows: tuple[SourceItem, ...]) -> tuple[str, ...]:
    """Identifiers of what the source lists now, for a refresh to keep.

    An item that could not be read this time is among them: what was read of it before stays.
    """
    return tuple(dict.fromkeys(row.source_id for row in rows if row.refusal not in _NOT_LISTED))


def ended(items: tuple[SourceItem, ...]) -> tuple[str, ...]:
    """Identifiers that the source replaces or cancels."""
    return tuple(dict.fromkeys(reference for item in items for reference in item.cancels))


def _refused(item: SourceItem, reason: Reason, detail: str) -> SourceItem:
    return replace(
        item, outcome=Outcome.REFUSED, zone=None, refusal=reason, detail=detail, coarser=()
    )


def _once(item: SourceItem, zone: Zone, earlier: list[Zone]) -> SourceItem:
    if zone in earlier:
        return _refused(item, Reason.DUPLICATE, "the same item came before")
    earlier.append(zone)
    if len(earlier) == 1:
        return item
    said = f"identifier used {len(earlier)} times, for different zones"
    return replace(
        item,
        source_id=f"{item.source_id} ({len(earlier)})",
        deviations=(*item.deviations, said),
    )


def _is_over(zone: Zone, now_us: int) -> bool:
    return all(w.end_us is not None and w.end_us <= now_us for w in zone.windows)
