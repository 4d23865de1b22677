"""Versions: what the next one of a restriction is, and what may not become one.

A name that ended may be set again; its version goes on growing: no reader sees it fall back.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from broker.core.errors import Conflict, NotFound, Refusal, refuse
from broker.core.geodesy.ground import Ground
from broker.core.names import RestrictionName
from broker.core.restrictions.drafting import accept, canonical, judged_over
from broker.core.restrictions.model import Restriction, RestrictionDraft, RestrictionState

LIVE: Final = frozenset({RestrictionState.PLANNED, RestrictionState.ACTIVE})


class RestrictionConflict(Conflict):
    """The request does not fit what the resource is now: a used name, another version, ended."""


class RestrictionUnknown(NotFound):
    """There is no such restriction."""


def made(
    old: Restriction | None,
    draft: RestrictionDraft,
    now_us: int,
    known_agencies: Collection[str] | None,
    ground: Ground,
) -> Restriction:
    """A keep-clear request, under a name that is free; `old` is what last bore it.

    Raises Refused with every fault of the draft, RestrictionConflict where the name is live.
    """
    if draft.is_mirrored:
        raise refuse("restriction.kind", "statutory ones are mirrored from their source, not made")
    restriction = accept(draft, now_us, known_agencies, ground)
    if old is None:
        return restriction
    if old.state in LIVE:
        raise RestrictionConflict(Refusal("restriction.name", f"{draft.name} is in use"))
    return replace(restriction, version=old.version + 1)


def amended(
    old: Restriction | None,
    draft: RestrictionDraft,
    now_us: int,
    known_agencies: Collection[str] | None,
    ground: Ground,
) -> Restriction:
    """A live keep-clear request with other content.

    Raises Refused with every fault of the draft, RestrictionUnknown where none is live.
    """
    if old is None or old.state not in LIVE or old.draft.is_mirrored or draft.is_mirrored:
        reason = f"there is no planned or active keep-clear request {draft.name}"
        raise RestrictionUnknown(Refusal("name", reason))
    return replace(
        accept(draft, now_us, known_agencies, ground),
        version=old.version + 1,
        created_us=old.created_us,
    )


def says_the_same(old: Restriction, draft: RestrictionDraft) -> bool:
    """Whether a live restriction is what a statutory source says now.

    Raises RestrictionConflict where it is not that source's.
    """
    if old.draft.source is None or draft.source is None:
        raise RestrictionConflict(Refusal("restriction.name", f"{draft.name} is in use"))
    if old.draft.source.source_id != draft.source.source_id:
        reason = f"{draft.name} is mirrored from {old.draft.source.source_id}"
        raise RestrictionConflict(Refusal("restriction.name", reason))
    return old.draft == draft or old.draft == canonical(draft)


def mirrored(
    old: Restriction | None,
    draft: RestrictionDraft,
    now_us: int,
    known_agencies: Collection[str] | None,
    ground: Ground,
) -> Restriction:
    """One item of a statutory source, as a new version of what last bore its name."""
    restriction = accept(draft, now_us, known_agencies, ground)
    if old is None:
        return restriction
    created_us = old.created_us if old.state in LIVE else now_us
    return replace(restriction, version=old.version + 1, created_us=created_us)


def judged_anew(old: Restriction, ground: Ground, now_us: int) -> Restriction | None:
    """The restriction over another ground; None where that makes no difference to it."""
    judged, approximations = judged_over(old.draft, ground)
    if (judged, approximations) == (old.judged, old.approximations):
        return None
    return replace(
        old,
        judged=judged,
        approximations=approximations,
        version=old.version + 1,
        changed_us=now_us,
    )


def withdrawable(old: Restriction | None, name: RestrictionName, version: int) -> Restriction:
    """The one that is to be withdrawn; raises where there is none, or not at this version.

    `version` 0 stands for whatever version is current.
    """
    if old is None:
        raise RestrictionUnknown(Refusal("name", f"there is no restriction {name}"))
    if old.state not in LIVE:
        raise RestrictionConflict(Refusal("name", f"{name} is already {old.state.value}"))
    if version not in {0, old.version}:
        reason = f"version {version} is not the current one, {old.version}"
        raise RestrictionConflict(Refusal("etag", reason))
    return old


def in_state(old: Restriction, state: RestrictionState, now_us: int) -> Restriction:
    """The restriction begun or ended."""
    return replace(old, state=state, version=old.version + 1, changed_us=now_us)
