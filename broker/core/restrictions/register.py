"""The restriction register: what is set, what is in force now, and whom it touches.

Core-internal and mutable, but deterministic: names are kept sorted, and time is an argument.
What the next version of one is, is decided in `versions`.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from broker.core.bounded import forget_oldest
from broker.core.errors import BrokenInvariant, Refusal
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
from broker.core.restrictions.versions import (
    LIVE,
    RestrictionConflict,
    amended,
    in_state,
    judged_anew,
    made,
    mirrored,
    says_the_same,
    withdrawable,
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

_RECORD: Final = TypeAdapter(Restriction)


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
        restriction = made(
            self._all.get(str(draft.name)), draft, now_us, known_agencies, self.ground
        )
        self._need_room()
        self._keep(restriction)
        return restriction

    def amend(
        self, draft: RestrictionDraft, now_us: int, known_agencies: Collection[str] | None = None
    ) -> Restriction:
        """Give a live keep-clear request other content, as its next version.

        Raises Refused with every fault of the draft, RestrictionUnknown where none is live.
        """
        old = self._all.get(str(draft.name))
        restriction = amended(old, draft, now_us, known_agencies, self.ground)
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
        if old is None or old.state not in LIVE:
            self._need_room()
        elif says_the_same(old, draft):
            return old, False
        restriction = mirrored(old, draft, now_us, known_agencies, self.ground)
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
            new = judged_anew(old, self.ground, now_us)
            if new is not None:
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
        old = withdrawable(self._all.get(str(name)), name, version)
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
        new = in_state(old, state, now_us)
        self._keep(new)
        return new

    def _keep(self, restriction: Restriction) -> None:
        name, draft = str(restriction.draft.name), restriction.draft
        self._index = None
        if restriction.state in LIVE:
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
