"""Hidden flights: their levels, their volumes, and what their owners must know, kept together."""

from collections.abc import Sequence

from broker.core.alerts import Alert, AlertKind
from broker.core.cluster_readers import as_counted
from broker.core.effects import Effect, OwnerTold, SharingChanged, VolumeChanged
from broker.core.names import SystemName
from broker.core.plain import Plain, mapping
from broker.core.restrictions.model import Restriction
from broker.core.restrictions.register import RestrictionRegister
from broker.core.sharing import overlaps
from broker.core.sharing.guard import Guard
from broker.core.sharing.keep_clear import KeepClearVolume
from broker.core.sharing.levels import Sharing
from broker.core.sharing.remote_id import RemoteIdWatch
from broker.core.sharing.settings import SharingLevel
from broker.core.sharing.told import is_told
from broker.core.sharing.volumes import Volumes
from broker.core.tracks.register import Slots, TrackRegister


class HiddenFlights:
    """All that an airspace keeps about what is hidden in it."""

    def __init__(self, tracks: TrackRegister, restrictions: RestrictionRegister) -> None:
        self._tracks = tracks
        self._restrictions = restrictions
        self.sharing = Sharing(tracks)
        self.volumes = Volumes(tracks)
        self.guard = Guard(tracks, self.sharing)
        self._remote_id = RemoteIdWatch(tracks, self.sharing)

    def changed(self, changes: Sequence[SharingChanged], now_us: int) -> list[Effect]:
        """What follows for the volumes from changed levels, the changes included."""
        effects: list[Effect] = []
        for change in changes:
            effects.append(change)
            if change.before == SharingLevel.COVERT:
                effects += self._shown(self.volumes.end(change.track_number))
            if change.after == SharingLevel.COVERT:
                effects += self._opened(change.slot, now_us)
        return effects

    def is_told(self, alert: Alert, agency: str, levels: tuple[int, ...] = ()) -> bool:
        """Whether an agency is told of an alert; of a cluster, whether it ever was.

        `levels`: of its aircraft, in place of today's.
        """
        if alert.kind is AlertKind.CLUSTER:
            return self.cluster_as_told(alert, agency) is not None
        is_withheld = self.guard.is_withheld(alert, agency)
        return not is_withheld and is_told(alert, agency, self.sharing, levels)

    def cluster_as_told(self, cluster: Alert, agency: str) -> tuple[Alert, bool] | None:
        """A cluster without what an agency is not told of, and whether that is news to it."""

        def kept_from(member: Alert) -> tuple[str, ...]:
            return () if is_told(member, agency, self.sharing) else (agency,)

        return as_counted(cluster, agency, kept_from)

    def alerted(self, alerts: Sequence[Alert], now_us: int) -> list[Effect]:
        """What leaves before these alerts: volumes they speak of, and words to owners."""
        if self.sharing.is_idle:
            return []
        effects: list[Effect] = []
        for alert in alerts:
            for slot in self._met_by_others(alert):
                if self.sharing.level(slot) is SharingLevel.COVERT:
                    effects += self._opened(slot, now_us)
        return [*effects, *self.guard.alerted(alerts, now_us)]

    def _met_by_others(self, alert: Alert) -> list[int]:
        """Rows of a pair of two agencies: what one agency's own flights do shows in no volume."""
        slots = [
            self._tracks.slot_of_number[number]
            for number in (alert.track_a, alert.track_b)
            if number in self._tracks.slot_of_number
        ]
        agencies = {self._tracks.publisher_name(slot).agency for slot in slots}
        return slots if len(agencies) == 2 else []

    def time_passed(self, now_us: int, *, audit: bool) -> list[Effect]:
        """Volumes move at their steps; broadcasts are listened for once a second."""
        if self.sharing.is_idle:
            return []
        covert = {slot: self._key(slot) for slot in self.sharing.covert_slots()}
        effects = self._shown(self.volumes.advance(covert, now_us))
        told: list[OwnerTold] = self._remote_id.advance(now_us) if audit else []
        return [*effects, *told]

    def restrictions_changed(self, changed: Sequence[Restriction]) -> list[Effect]:
        """What agencies are told of volumes over what they ask others to keep clear of."""
        volumes = self.volumes.current()
        return [*overlaps.requests_changed(changed, volumes, self._restrictions)]

    def note_hiding(self, slots: Slots, hiding: dict[SystemName, bool]) -> None:
        """Add the publishers of these rows: whether all that they reported was hidden."""
        open_slots = set(self.sharing.open_slots(slots).tolist())
        for slot in slots.tolist():
            publisher = self._tracks.publisher_name(slot)
            hiding[publisher] = slot not in open_slots and hiding.get(publisher, True)

    def may_join(self, slot_a: int, slot_b: int) -> bool:
        """Whether two tracks may be shown as one: not another agency's that is shown otherwise."""
        if self.sharing.is_idle:
            return True
        one, other = (self._tracks.publisher_name(slot).agency for slot in (slot_a, slot_b))
        levels = (self.sharing.level(slot_a), self.sharing.level(slot_b))
        if max(levels) is SharingLevel.OPEN:
            return self.sharing.pairs.are_alike(one, other)
        return one == other

    def _opened(self, slot: int, now_us: int) -> list[Effect]:
        return self._shown(self.volumes.open(slot, self._key(slot), now_us))

    def _shown(self, volumes: Sequence[KeepClearVolume]) -> list[Effect]:
        told = overlaps.volumes_changed(volumes, self._restrictions)
        return [*map(VolumeChanged, volumes), *told]

    def _key(self, slot: int) -> int:
        """As of an agency that does not exist, so of everybody but the owner."""
        return self.sharing.keys.of_number(int(self._tracks.columns.track_number[slot]), "")

    def state(self) -> dict[str, Plain]:
        """For a snapshot."""
        return {
            "sharing": self.sharing.state(),
            "volumes": self.volumes.state(),
            "guard": self.guard.state(),
            "remote_id": self._remote_id.state(),
        }

    def restore(self, state: Plain) -> None:
        """From a snapshot, after the tracks were restored."""
        known = mapping(state)
        self.sharing.restore(mapping(known["sharing"]))
        self.volumes.restore(mapping(known["volumes"]))
        self.guard.restore(known["guard"])
        self._remote_id.restore(known["remote_id"])
