"""What is refused about a draft, and what a checked draft becomes.

Every refusal is found, not only the first, and names its field as the contract does:
`restriction.volumes[0].polygon.vertices`.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final

from broker.core.errors import Refusal, Refused
from broker.core.geodesy.datum import LONDON_GROUND, GroundRange
from broker.core.names import identifier
from broker.core.restrictions.drafting_volumes import check_volume
from broker.core.restrictions.model import (
    RESTRICTION_DURATION_S_MAX,
    TEXT_LENGTH_MAX,
    VERTICES_PER_RESTRICTION_MAX,
    VOLUMES_PER_RESTRICTION_MAX,
    WINDOWS_PER_RESTRICTION_MAX,
    AppliesTo,
    LimitDatum,
    Polygon,
    Restriction,
    RestrictionDraft,
    RestrictionKind,
    VerticalLimit,
    Volume,
    Window,
)
from broker.core.restrictions.windows import state_at
from broker.core.units import SECOND_US

EXEMPT_AGENCIES_MAX: Final = 50
REFUSALS_PER_DRAFT_MAX: Final = 50
"""Further ones are not listed: whoever gets fifty has more to mend than a list can help with."""
ROOT: Final = "restriction"


def check(
    draft: RestrictionDraft,
    now_us: int,
    known_agencies: Collection[str] | None,
    ground: GroundRange = LONDON_GROUND,
) -> tuple[Refusal, ...]:
    """Everything wrong with a draft at `now_us`; empty when it may be accepted.

    `known_agencies` None: agencies are not checked against a list, only their spelling.
    """
    refusals = [
        *_check_name(draft),
        *_check_text("title", draft.title),
        *_check_text("reason", draft.reason),
        *_check_text("contact", draft.contact),
        *_check_volumes(draft.volumes, ground),
        *_check_windows(draft.windows, now_us),
        *_check_audience(draft, known_agencies),
    ]
    return tuple(refusals[:REFUSALS_PER_DRAFT_MAX])


def accept(
    draft: RestrictionDraft,
    now_us: int,
    known_agencies: Collection[str] | None,
    ground: GroundRange = LONDON_GROUND,
) -> Restriction:
    """The restriction a sound draft becomes, at version 1; raises Refused with every refusal."""
    refusals = check(draft, now_us, known_agencies, ground)
    if refusals:
        raise Refused(*refusals)
    kept = _canonical(draft)
    return Restriction(
        draft=kept,
        kind=RestrictionKind.KEEP_CLEAR_REQUEST,
        state=state_at(kept.windows, now_us),
        version=1,
        created_us=now_us,
        changed_us=now_us,
    )


def _canonical(draft: RestrictionDraft) -> RestrictionDraft:
    """The same draft in one spelling: sorted windows and names, no value where it is ignored."""
    return replace(
        draft,
        title=draft.title.strip(),
        reason=draft.reason.strip(),
        contact=draft.contact.strip(),
        volumes=tuple(
            replace(one, floor=_valued(one.floor), ceiling=_valued(one.ceiling))
            for one in draft.volumes
        ),
        windows=tuple(sorted(draft.windows, key=lambda window: window.start_us)),
        exempt_agencies=tuple(sorted(draft.exempt_agencies)),
    )


def _valued(limit: VerticalLimit) -> VerticalLimit:
    ignored = limit.datum in {LimitDatum.SURFACE, LimitDatum.UNLIMITED}
    return VerticalLimit(0.0, limit.datum) if ignored else limit


def _check_name(draft: RestrictionDraft) -> Iterator[Refusal]:
    for value in (draft.name.agency, draft.name.restriction):
        try:
            identifier(f"{ROOT}.name", value)
        except Refused as error:
            yield from error.refusals


def _check_text(field: str, value: str) -> Iterator[Refusal]:
    if not value.strip():
        yield Refusal(f"{ROOT}.{field}", "is required")
    elif len(value) > TEXT_LENGTH_MAX:
        yield Refusal(f"{ROOT}.{field}", f"must be at most {TEXT_LENGTH_MAX} characters")
    elif not value.replace("\n", " ").isprintable():
        yield Refusal(f"{ROOT}.{field}", "must not hold control characters")


def _check_volumes(volumes: tuple[Volume, ...], ground: GroundRange) -> Iterator[Refusal]:
    if not 1 <= len(volumes) <= VOLUMES_PER_RESTRICTION_MAX:
        reason = f"must be 1 to {VOLUMES_PER_RESTRICTION_MAX} volumes, are {len(volumes)}"
        yield Refusal(f"{ROOT}.volumes", reason)
        return
    shapes = [volume.shape for volume in volumes]
    counts = [len(shape.vertices) for shape in shapes if isinstance(shape, Polygon)]
    if len(counts) > 1 and sum(counts) > VERTICES_PER_RESTRICTION_MAX:
        reason = f"at most {VERTICES_PER_RESTRICTION_MAX} vertices in all, are {sum(counts)}"
        yield Refusal(f"{ROOT}.volumes", reason)
    for place, volume in enumerate(volumes):
        yield from check_volume(f"{ROOT}.volumes[{place}]", volume, ground)


def _check_windows(windows: tuple[Window, ...], now_us: int) -> Iterator[Refusal]:
    if not 1 <= len(windows) <= WINDOWS_PER_RESTRICTION_MAX:
        reason = f"must be 1 to {WINDOWS_PER_RESTRICTION_MAX} windows, are {len(windows)}"
        yield Refusal(f"{ROOT}.windows", reason)
        return
    latest_us = now_us + RESTRICTION_DURATION_S_MAX * SECOND_US
    for place, window in enumerate(windows):
        field = f"{ROOT}.windows[{place}]"
        if window.start_us < 0:
            yield Refusal(f"{field}.start_us", "must not be negative")
        if window.end_us <= window.start_us:
            yield Refusal(f"{field}.end_us", "must be after start_us")
        elif window.end_us <= now_us:
            yield Refusal(f"{field}.end_us", "the window is already over")
        elif window.end_us > latest_us:
            days = RESTRICTION_DURATION_S_MAX // 86_400
            yield Refusal(f"{field}.end_us", f"must be at most {days} days ahead")
    order = sorted(range(len(windows)), key=lambda place: (windows[place].start_us, place))
    for earlier, later in pairwise(order):
        if windows[later].start_us < windows[earlier].end_us:
            yield Refusal(f"{ROOT}.windows[{later}]", f"overlaps windows[{earlier}]")


def _check_audience(
    draft: RestrictionDraft, known_agencies: Collection[str] | None
) -> Iterator[Refusal]:
    if not isinstance(draft.applies_to, AppliesTo):
        yield Refusal(f"{ROOT}.applies_to", "is required: say who is asked to keep clear")
    exempt = draft.exempt_agencies
    if len(exempt) > EXEMPT_AGENCIES_MAX:
        yield Refusal(f"{ROOT}.exempt_agencies", f"must be at most {EXEMPT_AGENCIES_MAX}")
        return
    for place, agency in enumerate(exempt):
        field = f"{ROOT}.exempt_agencies[{place}]"
        try:
            identifier(field, agency)
        except Refused as error:
            yield from error.refusals
            continue
        if known_agencies is not None and agency not in known_agencies:
            yield Refusal(field, f"no agency is called {agency!r}")
        if agency in exempt[:place]:
            yield Refusal(field, "is listed twice")
