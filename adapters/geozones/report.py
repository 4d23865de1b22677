"""What became of each item of a source: set as published, set coarser, or refused and why."""

from dataclasses import dataclass, field
from enum import StrEnum

from adapters.geozones.model import Zone


class Outcome(StrEnum):
    """What became of a source item."""

    ACCEPTED = "accepted"
    APPROXIMATED = "approximated"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why an item was refused, for the summary."""

    NOT_A_RESTRICTION = "not a restriction of airspace"
    ENDS_SOMETHING = "ends something and sets nothing"
    TRIGGER = "announces another publication"
    DUPLICATE = "repeats an item already read"
    SUPERSEDED = "replaced or cancelled by another item"
    EXPIRED = "over before now"
    MALFORMED = "cannot be read"
    TOO_LARGE = "larger than the limits"
    NO_AREA = "gives no area"


@dataclass(frozen=True, slots=True)
class SourceItem:
    """One row of the report. `zone` is there unless the item was refused."""

    source_id: str
    title: str
    outcome: Outcome
    zone: Zone | None = None
    refusal: Reason | None = None
    detail: str = ""
    """Why it was refused, in words."""
    coarser: tuple[str, ...] = ()
    """How what is set is larger, longer or higher than published."""
    deviations: tuple[str, ...] = ()
    """Where the item departs from its format's standard."""
    cancels: tuple[str, ...] = ()
    """References of earlier items that this one ends."""


@dataclass(slots=True)
class Notes:
    """Collected while one item is read: what became coarser, and what departs from the standard."""

    coarser: list[str] = field(default_factory=list)
    deviations: list[str] = field(default_factory=list)

    def coarse(self, how: str) -> None:
        """What is set covers more than what was published."""
        if how not in self.coarser:
            self.coarser.append(how)

    def deviate(self, what: str) -> None:
        """The source departs from its standard here."""
        if what not in self.deviations:
            self.deviations.append(what)


class Unreadable(Exception):
    """This item, or the whole source, cannot be read: reason and detail go to the report."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one source held, and what was wrong with the source as a whole."""

    format: str
    items: tuple[SourceItem, ...]
    deviations: tuple[str, ...] = ()


def read_item(zone: Zone, notes: Notes, cancels: tuple[str, ...] = ()) -> SourceItem:
    """The row for a zone that was read: approximated as soon as anything became coarser."""
    return SourceItem(
        source_id=zone.reference,
        title=zone.title,
        outcome=Outcome.APPROXIMATED if notes.coarser or zone.unread else Outcome.ACCEPTED,
        zone=zone,
        coarser=tuple(notes.coarser),
        deviations=tuple(notes.deviations),
        cancels=cancels,
    )


def refused_item(
    source_id: str,
    title: str,
    problem: Unreadable,
    notes: Notes | None = None,
    cancels: tuple[str, ...] = (),
) -> SourceItem:
    """The row for an item of which nothing is set."""
    return SourceItem(
        source_id=source_id,
        title=title,
        outcome=Outcome.REFUSED,
        refusal=problem.reason,
        detail=problem.detail,
        deviations=tuple(notes.deviations) if notes else (),
        cancels=cancels,
    )
