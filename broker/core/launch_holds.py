"""Launch holds: what tells the desk of a drone in its dock not to launch it yet.

Theory of operation. A drone in its dock has no separation volume. But from the word to launch until
it has climbed a minute and more goes by, so once a second every docked drone is judged against the
crewed aircraft that come to where it would climb, by the policy's `[[launch_hold]]` rules. A hold
is an alert of its own kind at caution, with the life of any other: raised by fresh reports, held
with larger volumes, cleared when the aircraft has passed, is lost, or the drone has left its dock.
In the air, the rules of traffic take over under ids of their own. Whose drone is held is found when
a hold is raised and kept with it: whatever either aircraft is described as from then on, the same
desk is told of the end.

It is a state beside the dock and stops nothing. The drone's own agency alone is told: the crew has
nothing to fear from a drone that stands, and is not counted among those who were alerted.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from broker.core.alerts import Acknowledgement, Alert, AlertKind, AlertLevel
from broker.core.errors import BrokenInvariant
from broker.core.plain import Plain, integer, items, mapping, text
from broker.core.separation.categories import DRONE_CLASSES
from broker.core.separation.encounters import Encounters
from broker.core.separation.engine import SeparationEngine
from broker.core.separation.hits import NO_SAMPLES
from broker.core.separation.jit import Backend
from broker.core.separation.policy import Policy
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AircraftClass

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Docked:
    """The drone that a hold keeps in its dock, and whose it was when the hold was raised."""

    track_number: int
    agency: str


class LaunchHolds:
    """The holds of one airspace. Deterministic; time is an argument."""

    def __init__(
        self, policy: Policy, tracks: TrackRegister, backend: Backend, secret: bytes
    ) -> None:
        """`secret` keys the alert ids."""
        self._tracks = tracks
        self._engine = SeparationEngine(policy.launch_holds, backend)
        self._encounters = Encounters(policy, secret, AlertKind.LAUNCH_HOLD)
        self._docked: dict[str, _Docked] = {}
        """By alert id, of the holds that stand."""
        self.load_policy(policy)

    def load_policy(self, policy: Policy) -> None:
        """Judge by another policy from the next second on; holds keep their ids."""
        self._engine.load_rules(policy.launch_holds)
        self._encounters.load_policy(policy)
        self._concerned: Flags = np.any(policy.launch_holds.rule_of >= 0, axis=(0, 1))
        """(categories,) whether some rule names it."""

    def step(self, now_us: int) -> list[Alert]:
        """Judge every docked drone as the table is now; new revisions, most urgent first."""
        columns, live = self._tracks.columns, self._tracks.live_slots()
        among = live[self._concerned[columns.category[live]]]
        drones = np.isin(columns.aircraft_class[among], sorted(DRONE_CLASSES))
        samples = NO_SAMPLES
        if drones.any() and not drones.all():
            samples = self._engine.full_pass(columns, self._tracks.high_water, now_us, among)
        return self._told(self._encounters.step(samples, live, columns, now_us, fresh=True))

    def track_gone(self, track_number: int, now_us: int) -> list[Alert]:
        """The track was lost or ended: its holds end."""
        return self._told(self._encounters.track_gone(track_number, now_us))

    def clock_set_back(self) -> None:
        """Times from here on may be before those until now."""
        self._encounters.clock_set_back()

    def retell(self, track_number: int, now_us: int) -> list[tuple[Alert, Alert]]:
        """The track's holds under new ids: (end of the old one, first of the new one) of each."""
        told = []
        for old, new in self._encounters.retell(track_number, now_us):
            self._docked[new.alert_id] = self._docked[old.alert_id]
            told += [(self._own(old), self._own(new))]
            del self._docked[old.alert_id]
        return told

    def acknowledge(self, alert_id: str, acknowledgement: Acknowledgement) -> Alert | None:
        """The hold with the acknowledgement added; None if there is no such hold."""
        alert = self._encounters.acknowledge(alert_id, acknowledgement)
        return None if alert is None else self._own(alert)

    def current(self, alert_id: str) -> Alert | None:
        """One hold with its numbers as they are now; None if there is no such hold."""
        alert = self._encounters.current(alert_id)
        return None if alert is None else self._own(alert)

    @property
    def active_count(self) -> int:
        """How many holds stand."""
        return self._encounters.active_count

    def active(self) -> list[Alert]:
        """The holds that stand, most urgent first."""
        return [self._own(alert) for alert in self._encounters.active()]

    def _told(self, alerts: list[Alert]) -> list[Alert]:
        """New revisions: what a hold's first one finds is kept until its last."""
        told = []
        for alert in alerts:
            if alert.alert_id not in self._docked:
                self._docked[alert.alert_id] = self._drone_of(alert)
            told.append(self._own(alert))
            if alert.level is AlertLevel.NONE:
                del self._docked[alert.alert_id]
        return told

    def _own(self, alert: Alert) -> Alert:
        """The hold with the docked drone and its agency, which alone is told."""
        docked = self._docked[alert.alert_id]
        return replace(alert, held_track=docked.track_number, told_to=(docked.agency,))

    def _drone_of(self, alert: Alert) -> _Docked:
        for number in (alert.track_a, alert.track_b):
            slot = self._tracks.slot_of_number[number]
            if AircraftClass(int(self._tracks.columns.aircraft_class[slot])) in DRONE_CLASSES:
                return _Docked(number, self._tracks.publisher_name(slot).agency)
        raise BrokenInvariant("a launch hold is raised between aircraft of which none is a drone")

    def state(self) -> Plain:
        """For a snapshot."""
        docked = self._docked.items()
        return {
            "encounters": self._encounters.state(),
            "docked": [[alert_id, one.track_number, one.agency] for alert_id, one in docked],
        }

    def restore(self, state: Plain) -> None:
        """From a snapshot, after the tracks were restored."""
        plain = mapping(state)
        self._encounters.restore(mapping(plain["encounters"]), self._tracks.columns)
        rows = map(items, items(plain["docked"]))
        self._docked = {
            text(alert_id): _Docked(integer(number), text(agency))
            for alert_id, number, agency in rows
        }
