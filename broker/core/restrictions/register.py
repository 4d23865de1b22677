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

from broker.core.errors import BrokenInvariant, Refusal, Refused
from broker.core.geodesy.datum import LONDON_GROUND, GroundRange
from broker.core.names import RestrictionName
from broker.core.plain import Plain, items, mapping
from broker.core.restrictions.drafting import accept
from broker.core.restrictions.model import Restriction, RestrictionDraft, RestrictionState
from broker.core.restrictions.prism import prism_of
from broker.core.restrictions.samples import RestrictionSamples, Zone, ZoneSet, take_samples
from broker.core.restrictions.windows import next_change_us, state_at
from broker.core.tracks.table import TrackColumns

RESTRICTIONS_LIVE_MAX: Final = 1_000
"""Planned and active ones: sixteen times a busy day's keep-clear requests."""
RESTRICTIONS_ENDED_KEPT_MAX: Final = 1_000
"""Withdrawn and expired ones that can still be looked up; the longest ended goes first."""

_LIVE: Final = frozenset({RestrictionState.PLANNED, RestrictionState.ACTIVE})
_RECORD: Final = TypeAdapter(Restriction)


class RestrictionConflict(Refused):
    """The request does not fit what the resource is now: a used name, another version, ended."""


class RestrictionUnknown(Refused):
    """There is no such restriction."""


class RestrictionRegister:
    """Every restriction of one space. `ground` bounds heights above ground."""

    def __init__(self, ground: GroundRange = LONDON_GROUND) -> None:
        self._ground = ground
        self._all: dict[str, Restriction] = {}
        self._zones: dict[str, Zone] = {}
        """Geometry of the live ones; derived, so not part of the state."""
        self._in_force: ZoneSet | None = None
        """The active ones' geometry in columns; None after a change."""

    def create(
        self, draft: RestrictionDraft, now_us: int, known_agencies: Collection[str] | None = None
    ) -> Restriction:
        """Set a keep-clear request, at once active if a window is open.

        Raises Refused with every fault of the draft, RestrictionConflict where the name is live.
        """
        restriction = accept(draft, now_us, known_agencies, self._ground)
        old = self._all.get(str(draft.name))
        if old is not None and old.state in _LIVE:
            raise RestrictionConflict(Refusal("restriction.name", f"{draft.name} is in use"))
        if len(self.live()) >= RESTRICTIONS_LIVE_MAX:
            reason = f"{RESTRICTIONS_LIVE_MAX} restrictions are planned or active: none can be set"
            raise RestrictionConflict(Refusal("restriction", reason))
        if old is not None:
            restriction = replace(restriction, version=old.version + 1)
        self._keep(restriction)
        return restriction

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
        changed = []
        for old in self.live():
            state = state_at(old.draft.windows, now_us)
            if state is not old.state:
                changed.append(self._changed(old, state, now_us))
        return changed

    def next_change_us(self, now_us: int) -> int | None:
        """When `advance` will next have something to do."""
        times = (next_change_us(one.draft.windows, now_us) for one in self.live())
        return min((time for time in times if time is not None), default=None)

    def get(self, name: RestrictionName | str) -> Restriction | None:
        """One by its name, in either form; ended ones included while they are kept."""
        return self._all.get(str(name))

    def live(self) -> list[Restriction]:
        """Planned and active ones, by name."""
        return [self._all[name] for name in sorted(self._zones)]

    @property
    def any_in_force(self) -> bool:
        """Whether any restriction is active now."""
        return bool(self._zones_in_force().names)

    def active(self) -> list[Restriction]:
        """Those in force, by name."""
        return [one for one in self.live() if one.state is RestrictionState.ACTIVE]

    def approximated(self, name: RestrictionName) -> bool:
        """Whether what is checked is larger than what was published (heights above ground)."""
        zone = self._zones.get(str(name))
        return zone is not None and any(prism.approximated for prism in zone.prisms)

    def touched(
        self,
        columns: TrackColumns,
        slots: NDArray[np.int32],
        now_us: int,
        agency_names: Sequence[str],
    ) -> RestrictionSamples:
        """Judge the tracks in `slots` against the active restrictions.

        `agency_names[i]` is the agency whose `agency_index` is i.
        """
        return take_samples(self._zones_in_force(), columns, slots, now_us, agency_names)

    def _zones_in_force(self) -> ZoneSet:
        if self._in_force is None:
            self._in_force = ZoneSet.of([self._zones[str(one.draft.name)] for one in self.active()])
        return self._in_force

    def state(self) -> Plain:
        """For a snapshot: JSON values only, in the order in which the restrictions ended."""
        return [cast("Plain", _RECORD.dump_python(one, mode="json")) for one in self._all.values()]

    def restore(self, state: Plain) -> None:
        """Back to what `state` returned; what was here is forgotten."""
        self._all, self._zones, self._in_force = {}, {}, None
        for record in items(state):
            try:
                restriction = _RECORD.validate_python(mapping(record))
            except ValueError as error:
                raise BrokenInvariant(f"snapshot: not a restriction: {error}") from error
            self._keep(restriction)

    def _changed(self, old: Restriction, state: RestrictionState, now_us: int) -> Restriction:
        new = replace(old, state=state, version=old.version + 1, changed_us=now_us)
        self._keep(new)
        return new

    def _keep(self, restriction: Restriction) -> None:
        name = str(restriction.draft.name)
        self._in_force = None
        if restriction.state in _LIVE:
            self._all[name] = restriction
            if name not in self._zones:
                prisms = tuple(
                    prism_of(volume, self._ground) for volume in restriction.draft.volumes
                )
                self._zones[name] = Zone(name, restriction.draft, prisms)
            return
        # To the end of the dictionary, so that the longest ended comes first among the ended.
        self._all.pop(name, None)
        self._zones.pop(name, None)
        self._all[name] = restriction
        ended = [name for name in self._all if name not in self._zones]
        for oldest in ended[: max(0, len(ended) - RESTRICTIONS_ENDED_KEPT_MAX)]:
            del self._all[oldest]
