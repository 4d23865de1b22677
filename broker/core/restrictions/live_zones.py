"""The zones of planned and active restrictions: geometry, hours, and which matter now.

All of it follows from the drafts. What is due is asked of a zone's timetable only when its standing
may have changed, and the set that tracks are judged by is made anew only then.
"""

from collections.abc import Iterator, Mapping

from broker.core.geodesy.ground import Ground
from broker.core.restrictions.clocks import DAY_US
from broker.core.restrictions.model import EntryRule, RestrictionDraft
from broker.core.restrictions.prism import prism_of
from broker.core.restrictions.samples import LOOK_AHEAD_S, OpenZone, Zone, ZoneSet
from broker.core.restrictions.windows import Standing, Timetable, place_of
from broker.core.units import SECOND_US


class LiveZones(Mapping[str, Zone]):
    """Zones by the name of their restriction."""

    def __init__(self) -> None:
        self._zones: dict[str, Zone] = {}
        self._standing: dict[str, Standing] = {}
        """As worked out when it was last due."""
        self._look_us = 0
        """Before then no standing changes; 0 after a change."""
        self._near: ZoneSet | None = None
        """In force, or within the look-ahead, until `_near_until_us`; None after a change."""
        self._near_until_us = 0

    def __len__(self) -> int:
        return len(self._zones)

    def __iter__(self) -> Iterator[str]:
        return iter(self._zones)

    def __getitem__(self, name: str) -> Zone:
        return self._zones[name]

    def keep(self, name: str, draft: RestrictionDraft, ground: Ground) -> None:
        """Note a change of a live restriction; its zone stays what it is until it is removed."""
        self._changed()
        if name not in self._zones:
            prisms = tuple(prism_of(volume, ground) for volume in draft.volumes)
            timetable = Timetable(draft.windows, place_of(draft.volumes))
            self._zones[name] = Zone(name, draft, prisms, timetable)

    def remove(self, name: str) -> None:
        """Forget one that has ended, or is about to have another zone."""
        self._changed()
        self._zones.pop(name, None)
        self._standing.pop(name, None)

    def _changed(self) -> None:
        self._near, self._look_us = None, 0

    def clock_set_back(self) -> None:
        """Ask all timetables again: what is known holds from a later time on."""
        self._changed()
        self._standing = {}

    def is_due(self, now_us: int) -> bool:
        """Whether the standing of any may have changed since they were looked at."""
        return now_us >= self._look_us

    def looked(self, now_us: int) -> None:
        """All were looked at: nothing is due before the first of them is."""
        looks = [one.look_us for one in self._standing.values() if one.look_us is not None]
        self._look_us = min(looks, default=now_us + DAY_US)

    def standing(self, name: str, now_us: int) -> Standing:
        """How one stands now."""
        known = self._standing.get(name)
        if known is None or (known.look_us is not None and now_us >= known.look_us):
            known = self._standing[name] = self._zones[name].timetable.standing(now_us)
        return known

    def near(self, now_us: int) -> ZoneSet:
        """Those in force, or within the look-ahead, that ask something of anybody."""
        if self._near is None or now_us >= self._near_until_us:
            look_ahead_us = int(LOOK_AHEAD_S * SECOND_US)
            near, until_us = [], now_us + DAY_US
            for name in sorted(self._zones):
                span = self.standing(name, now_us).span
                informs = self._zones[name].draft.entry_rule is EntryRule.INFORMATION
                if span is None or informs:
                    continue
                if span[0] - look_ahead_us <= now_us:
                    near.append(OpenZone(self._zones[name], *span))
                    until_us = min(until_us, span[1])
                else:
                    until_us = min(until_us, span[0] - look_ahead_us)
            self._near, self._near_until_us = ZoneSet.of(near), until_us
        return self._near
