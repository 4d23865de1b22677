"""The restriction register: what is set, what is in force now, and whom it touches.

Core-internal and mutable, but deterministic: names are kept sorted, and time is an argument. A
name that ended may be set again; its version goes on growing, so that no reader sees it fall back.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from broker.core.bounded import forget_oldest
from broker.core.errors import BrokenInvariant, Conflict, NotFound, Refusal, refuse
from broker.core.geodesy.ground import (
    LONDON,
    AreaGround,
    DegreeBox,
    FindTerrain,
    Ground,
    no_terrain,
)
from broker.core.names import RestrictionName
from broker.core.plain import Plain, integer, items, mapping, text
from broker.core.restrictions.access_places import EntryIndex, IndexEntry
from broker.core.restrictions.drafting import accept, canonical, judged_over
from broker.core.restrictions.live_zones import LiveZones
from broker.core.restrictions.model import (
    Publication,
    Restriction,
    RestrictionDraft,
    RestrictionState,
)
from broker.core.restrictions.samples import (
    RestrictionSamples,
    take_samples,
)
from broker.core.separation.jit import BACKEND, Backend
from broker.core.separation.packing import KernelRules
from broker.core.tracks.table import TrackColumns

RESTRICTIONS_LIVE_MAX: Final = 4_000
"""Planned and active ones: a whole country's notified areas and sixteen times a busy day's
keep-clear requests."""
SOURCES_MAX: Final = 200
RESTRICTIONS_ENDED_KEPT_MAX: Final = 1_000
"""Withdrawn and expired ones that can still be looked up; the longest ended goes first."""

_LIVE: Final = frozenset({RestrictionState.PLANNED, RestrictionState.ACTIVE})
_RECORD: Final = TypeAdapter(Restriction)


class RestrictionConflict(Conflict):
    """The request does not fit what the resource is now: a used name, another version, ended."""


class RestrictionUnknown(NotFound):
    """There is no such restriction."""


class RestrictionRegister:
    """Every restriction of one space."""

    def __init__(self, backend: Backend = BACKEND, find_terrain: FindTerrain = no_terrain) -> None:
        self.ground: Ground = LONDON
        """Bounds heights above ground; see `load_ground`."""
        self._find_terrain = find_terrain
        self._backend = backend
        self._all: dict[str, Restriction] = {}
        self._zones = LiveZones()
        """Geometry and hours of the live ones; derived, so not part of the state."""
        self._index: EntryIndex | None = None
        """For questions about entry; None after a change."""
        self._refreshed_us: dict[str, int] = {}
        """When each statutory source was last read."""

    def create(
        self, draft: RestrictionDraft, now_us: int, known_agencies: Collection[str] | None = None
    ) -> Restriction:
        """Set a keep-clear request, at once active if a window is open.

        Raises Refused with every fault of the draft, RestrictionConflict where the name is live.
        """
        if draft.is_mirrored:
            raise refuse(
                "restriction.kind", "statutory ones are mirrored from their source, not made"
            )
        restriction = accept(draft, now_us, known_agencies, self.ground)
        old = self._all.get(str(draft.name))
        if old is not None and old.state in _LIVE:
            raise RestrictionConflict(Refusal("restriction.name", f"{draft.name} is in use"))
        self._need_room()
        if old is not None:
            restriction = replace(restriction, version=old.version + 1)
        self._keep(restriction)
        return restriction

    def amend(
        self, draft: RestrictionDraft, now_us: int, known_agencies: Collection[str] | None = None
    ) -> Restriction:
        """Give a live keep-clear request other content, as its next version.

        Raises Refused with every fault of the draft, RestrictionUnknown where none is live.
        """
        old = self._all.get(str(draft.name))
        if old is None or old.state not in _LIVE or old.draft.is_mirrored or draft.is_mirrored:
            reason = f"there is no planned or active keep-clear request {draft.name}"
            raise RestrictionUnknown(Refusal("name", reason))
        restriction = replace(
            accept(draft, now_us, known_agencies, self.ground),
            version=old.version + 1,
            created_us=old.created_us,
        )
        self._forget(str(draft.name))
        self._keep(restriction)
        return restriction

    def set_publication(self, restriction: Restriction, publication: Publication) -> Restriction:
        """Write down who made this version of a restriction public."""
        published = replace(restriction, publication=publication)
        self._keep(published)
        return published

    def mirror(
        self, draft: RestrictionDraft, now_us: int, known_agencies: Collection[str] | None = None
    ) -> tuple[Restriction, bool]:
        """Take in one item of a statutory source, and whether that changed anything.

        A live one of the same name and source becomes a new version. Raises as `create` does.
        """
        old = self._all.get(str(draft.name))
        live = old is not None and old.state in _LIVE
        if old is not None and live:
            if old.draft.source is None or draft.source is None:
                raise RestrictionConflict(Refusal("restriction.name", f"{draft.name} is in use"))
            if old.draft.source.source_id != draft.source.source_id:
                reason = f"{draft.name} is mirrored from {old.draft.source.source_id}"
                raise RestrictionConflict(Refusal("restriction.name", reason))
            if old.draft == draft or old.draft == canonical(draft):
                return old, False
        else:
            self._need_room()
        restriction = accept(draft, now_us, known_agencies, self.ground)
        if old is not None:
            created_us = old.created_us if live else now_us
            restriction = replace(restriction, version=old.version + 1, created_us=created_us)
        self._forget(str(draft.name))
        self._keep(restriction)
        return restriction, True

    def load_ground(
        self, area: AreaGround | None, terrain_digest: str, now_us: int
    ) -> list[Restriction]:
        """Judge by another ground from now on; the live ones that are another now, by name."""
        self.ground = Ground.found(area, terrain_digest, self._find_terrain)
        self._index = None
        changed = []
        for name in sorted(self._zones):
            old = self._all[name]
            judged, approximations = judged_over(old.draft, self.ground)
            if (judged, approximations) != (old.judged, old.approximations):
                new = replace(
                    old,
                    judged=judged,
                    approximations=approximations,
                    version=old.version + 1,
                    changed_us=now_us,
                )
                self._zones.remove(name)
                self._keep(new)
                changed.append(new)
        return changed

    def note_refreshed(self, source_id: str, now_us: int) -> None:
        """A source was read; the longest unread one beyond the limit is forgotten."""
        self._refreshed_us.pop(source_id, None)
        self._refreshed_us[source_id] = now_us
        forget_oldest(self._refreshed_us, SOURCES_MAX)

    def refreshed(self) -> dict[str, int]:
        """When each statutory source was last read."""
        return dict(sorted(self._refreshed_us.items()))

    def mirrored_from(self, source_id: str) -> list[Restriction]:
        """Live ones of a source, by name."""
        return [
            one
            for one in self.live()
            if one.draft.source is not None and one.draft.source.source_id == source_id
        ]

    def withdraw(self, name: RestrictionName, version: int, now_us: int) -> Restriction:
        """End one for everybody. `version` 0 withdraws whatever version is current."""
        old = self._all.get(str(name))
        if old is None:
            raise RestrictionUnknown(Refusal("name", f"there is no restriction {name}"))
        if old.state not in _LIVE:
            raise RestrictionConflict(Refusal("name", f"{name} is already {old.state.value}"))
        if version not in {0, old.version}:
            reason = f"version {version} is not the current one, {old.version}"
            raise RestrictionConflict(Refusal("etag", reason))
        return self._changed(old, RestrictionState.WITHDRAWN, now_us)

    def advance(self, now_us: int) -> list[Restriction]:
        """Open and close windows up to `now_us`; what changed, by name."""
        if not self._zones.is_due(now_us):
            return []
        changed = []
        for name in sorted(self._zones):
            state, old = self._zones.standing(name, now_us).state, self._all[name]
            if state is not old.state:
                changed.append(self._changed(old, state, now_us))
        self._zones.looked(now_us)
        return changed

    def clock_set_back(self) -> None:
        """Find anew which are in force: what is known holds from a later time on."""
        self._zones.clock_set_back()

    def next_change_us(self, now_us: int) -> int | None:
        """When `advance` will next have something to look at."""
        looks = [self._zones.standing(name, now_us).look_us for name in self._zones]
        return min((look for look in looks if look is not None), default=None)

    def get(self, name: RestrictionName | str) -> Restriction | None:
        """One by its name, in either form; ended ones included while they are kept."""
        return self._all.get(str(name))

    def is_live(self, name: RestrictionName) -> bool:
        """Whether it is planned or active."""
        return str(name) in self._zones

    def boxes(self, name: RestrictionName) -> list[DegreeBox]:
        """The boxes round the volumes of one that is planned or active."""
        zone = self._zones.get(str(name))
        return [] if zone is None else [prism.degree_box for prism in zone.prisms]

    def live(self) -> list[Restriction]:
        """Planned and active ones, by name."""
        return [self._all[name] for name in sorted(self._zones)]

    def any_near(self, now_us: int) -> bool:
        """Whether any restriction is in force, or will be within the look-ahead."""
        return bool(self._zones.near(now_us).names)

    def active(self) -> list[Restriction]:
        """Those in force, by name."""
        return [one for one in self.live() if one.state is RestrictionState.ACTIVE]

    def touched(
        self,
        columns: TrackColumns,
        slots: NDArray[np.int32],
        now_us: int,
        agency_names: Sequence[str],
        rules: KernelRules,
    ) -> RestrictionSamples:
        """Judge the tracks in `slots`, predicted by `rules`, against what holds or is about to.

        `agency_names[i]` is the agency whose `agency_index` is i.
        """
        near = self._zones.near(now_us)
        return take_samples(near, columns, slots, now_us, agency_names, rules, self._backend)

    def entry_index(self) -> EntryIndex:
        """Every live restriction, for questions about entry; never changed once it is made."""
        if self._index is None:
            entries = [
                IndexEntry(self._all[name], self._zones[name]) for name in sorted(self._zones)
            ]
            self._index = EntryIndex.of(entries, self.ground)
        return self._index

    def state(self) -> Plain:
        """For a snapshot: JSON values only, in the order in which the restrictions ended."""
        restrictions = [
            cast("Plain", _RECORD.dump_python(one, mode="json")) for one in self._all.values()
        ]
        refreshed: list[Plain] = [[name, at_us] for name, at_us in self._refreshed_us.items()]
        return {
            "restrictions": restrictions,
            "refreshed": refreshed,
            "ground": self.ground.state(),
        }

    def restore(self, state: Plain) -> None:
        """Back to what `state` returned; what was here is forgotten."""
        self._all, self._zones, self._index, self._refreshed_us = {}, LiveZones(), None, {}
        if "ground" in mapping(state):
            self.ground = Ground.restored(mapping(state)["ground"], self._find_terrain)
        for pair in items(mapping(state)["refreshed"]):
            name, at_us = items(pair)
            self._refreshed_us[text(name)] = integer(at_us)
        for record in items(mapping(state)["restrictions"]):
            try:
                restriction = _RECORD.validate_python(mapping(record))
            except ValueError as error:
                raise BrokenInvariant(f"snapshot: not a restriction: {error}") from error
            self._keep(restriction)

    def _need_room(self) -> None:
        if len(self._zones) >= RESTRICTIONS_LIVE_MAX:
            reason = f"{RESTRICTIONS_LIVE_MAX} restrictions are planned or active: none can be set"
            raise RestrictionConflict(Refusal("restriction", reason))

    def _changed(self, old: Restriction, state: RestrictionState, now_us: int) -> Restriction:
        new = replace(old, state=state, version=old.version + 1, changed_us=now_us)
        self._keep(new)
        return new

    def _keep(self, restriction: Restriction) -> None:
        name, draft = str(restriction.draft.name), restriction.draft
        self._index = None
        if restriction.state in _LIVE:
            self._all[name] = restriction
            self._zones.keep(name, draft, self.ground)
            return
        # To the end of the dictionary, so that the longest ended comes first among the ended.
        self._forget(name)
        self._all[name] = restriction
        ended = [name for name in self._all if name not in self._zones]
        for oldest in ended[: max(0, len(ended) - RESTRICTIONS_ENDED_KEPT_MAX)]:
            del self._all[oldest]

    def _forget(self, name: str) -> None:
        self._all.pop(name, None)
        self._zones.remove(name)
