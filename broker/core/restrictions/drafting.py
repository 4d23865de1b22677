"""What is refused about a draft, and what a checked draft becomes.

Every refusal is found, not only the first, and names its field as the contract does:
`restriction.volumes[0].polygon.vertices`.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Final

from broker.core.errors import Refusal, Refused
from broker.core.geodesy.ground import LONDON, Ground
from broker.core.names import identifier
from broker.core.restrictions.drafting_parties import check_parties, check_source
from broker.core.restrictions.drafting_texts import check_text
from broker.core.restrictions.drafting_times import check_windows
from broker.core.restrictions.drafting_volumes import check_volume
from broker.core.restrictions.model import (
    TEXT_LENGTH_MAX,
    AppliesTo,
    EntryRule,
    Exemption,
    Restriction,
    RestrictionDraft,
    RestrictionKind,
)
from broker.core.restrictions.periods import Window
from broker.core.restrictions.prism import prism_of
from broker.core.restrictions.shapes import (
    CIRCLE_RADIUS_M_MAX,
    COARSE_RADIUS_M_MAX,
    VERTICES_PER_RESTRICTION_MAX,
    VOLUMES_PER_RESTRICTION_MAX,
    JudgedLimits,
    LimitDatum,
    Polygon,
    VerticalLimit,
)
from broker.core.restrictions.windows import Timetable, place_of

DESIGNATION_LENGTH_MAX: Final = 80
CONDITIONS_LENGTH_MAX: Final = 2_000
TALKGROUP_LENGTH_MAX: Final = 80
PRIORITY_MAX: Final = 1_000
REFUSALS_PER_DRAFT_MAX: Final = 50
"""Further ones are not listed: whoever gets fifty has more to mend than a list can help with."""
ROOT: Final = "restriction"


def check(
    draft: RestrictionDraft,
    now_us: int,
    known_agencies: Collection[str] | None,
    ground: Ground = LONDON,
) -> tuple[Refusal, ...]:
    """Everything wrong with a draft at `now_us`; empty when it may be accepted.

    `known_agencies` None: agencies are not checked against a list, only their spelling.
    """
    refusals = [
        *_check_name(draft),
        *_check_texts(draft),
        *_check_volumes(draft, ground),
        *check_windows(f"{ROOT}.windows", draft, now_us),
        *_check_choices(draft),
        *check_parties(ROOT, draft, known_agencies),
        *check_source(ROOT, draft),
    ]
    return tuple(refusals[:REFUSALS_PER_DRAFT_MAX])


def accept(
    draft: RestrictionDraft,
    now_us: int,
    known_agencies: Collection[str] | None,
    ground: Ground = LONDON,
) -> Restriction:
    """The restriction a sound draft becomes, at version 1; raises Refused with every refusal."""
    refusals = check(draft, now_us, known_agencies, ground)
    if refusals:
        raise Refused(*refusals)
    kept = canonical(draft)
    judged, approximations = judged_over(kept, ground)
    return Restriction(
        draft=kept,
        state=Timetable(kept.windows, place_of(kept.volumes)).state_at(now_us),
        version=1,
        created_us=now_us,
        changed_us=now_us,
        judged=judged,
        approximations=approximations,
    )


def judged_over(
    draft: RestrictionDraft, ground: Ground
) -> tuple[tuple[JudgedLimits, ...], tuple[str, ...]]:
    """The limits of each volume as they are judged, and how the whole is coarser than published."""
    prisms = [prism_of(volume, ground) for volume in draft.volumes]
    ours = dict.fromkeys(how for prism in prisms for how in prism.approximations)
    return tuple(prism.judged for prism in prisms), (*draft.reading.how, *ours)


def canonical(draft: RestrictionDraft) -> RestrictionDraft:
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
        windows=tuple(sorted(draft.windows, key=_by_start)),
        exempt_agencies=tuple(sorted(draft.exempt_agencies)),
        exemptions=tuple(_sorted_agencies(one) for one in draft.exemptions),
        published=tuple(sorted(draft.published)),
    )


def _by_start(window: Window) -> int:
    return window.start_us


def _sorted_agencies(exemption: Exemption) -> Exemption:
    return replace(exemption, agencies=tuple(sorted(exemption.agencies)))


def _valued(limit: VerticalLimit) -> VerticalLimit:
    ignored = limit.datum in {LimitDatum.SURFACE, LimitDatum.UNLIMITED}
    return replace(limit, value_m=0.0) if ignored else limit


def _check_name(draft: RestrictionDraft) -> Iterator[Refusal]:
    names = [("name", draft.name)]
    if draft.replaces is not None:
        names.append(("replaces", draft.replaces))
        if draft.replaces == draft.name:
            yield Refusal(f"{ROOT}.replaces", "must be another restriction")
        if draft.replaces.agency != draft.name.agency:
            yield Refusal(f"{ROOT}.replaces", "must be one of the same agency")
    for field, name in names:
        for value in (name.agency, name.restriction):
            try:
                identifier(f"{ROOT}.{field}", value)
            except Refused as error:
                yield from error.refusals


def _check_texts(draft: RestrictionDraft) -> Iterator[Refusal]:
    asked = not draft.is_mirrored
    yield from check_text(f"{ROOT}.title", draft.title, TEXT_LENGTH_MAX, required=True)
    yield from check_text(f"{ROOT}.reason", draft.reason, TEXT_LENGTH_MAX, required=asked)
    yield from check_text(f"{ROOT}.contact", draft.contact, TEXT_LENGTH_MAX, required=asked)
    for name, value, length_max in (
        ("talkgroup", draft.talkgroup, TALKGROUP_LENGTH_MAX),
        ("designation", draft.designation, DESIGNATION_LENGTH_MAX),
        ("conditions", draft.conditions, CONDITIONS_LENGTH_MAX),
    ):
        yield from check_text(f"{ROOT}.{name}", value, length_max, required=False)


def _check_choices(draft: RestrictionDraft) -> Iterator[Refusal]:
    if not isinstance(draft.applies_to, AppliesTo):
        yield Refusal(f"{ROOT}.applies_to", "is required: say who is asked to keep clear")
    if not isinstance(draft.kind, RestrictionKind):
        yield Refusal(f"{ROOT}.kind", "is not a kind of this contract")
    if not isinstance(draft.entry_rule, EntryRule):
        yield Refusal(f"{ROOT}.entry_rule", "is not a rule of this contract")
    if abs(draft.priority) > PRIORITY_MAX:
        yield Refusal(f"{ROOT}.priority", f"must be from -{PRIORITY_MAX} to {PRIORITY_MAX}")


def _check_volumes(draft: RestrictionDraft, ground: Ground) -> Iterator[Refusal]:
    volumes = draft.volumes
    if not 1 <= len(volumes) <= VOLUMES_PER_RESTRICTION_MAX:
        reason = f"must be 1 to {VOLUMES_PER_RESTRICTION_MAX} volumes, are {len(volumes)}"
        yield Refusal(f"{ROOT}.volumes", reason)
        return
    shapes = [volume.shape for volume in volumes]
    rings = [ring for shape in shapes if isinstance(shape, Polygon) for ring in shape.rings]
    count = sum(len(ring.vertices) for ring in rings)
    if len(rings) > 1 and count > VERTICES_PER_RESTRICTION_MAX:
        reason = f"at most {VERTICES_PER_RESTRICTION_MAX} vertices in all, are {count}"
        yield Refusal(f"{ROOT}.volumes", reason)
    unread = draft.is_mirrored and draft.is_unread
    alerts_nobody = unread and draft.entry_rule is EntryRule.INFORMATION
    radius_m_max = COARSE_RADIUS_M_MAX if alerts_nobody else CIRCLE_RADIUS_M_MAX
    for place, volume in enumerate(volumes):
        yield from check_volume(f"{ROOT}.volumes[{place}]", volume, ground, radius_m_max)
