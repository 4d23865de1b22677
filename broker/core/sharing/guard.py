"""What the owner of a covert flight is told of others: disclosures, and probing.

A crewed aircraft's desk is given the true relative position at warning, without identity. Every
time is an effect of its own, so that it is in the owner's feed, in the log of the service, and
counted; a replay of the log counts the same.

Probing: an agency whose tracks meet others' covert flights again and again may have made them up to
find them. Alerts and launch holds are counted by the agency that publishes them, whichever of its
systems does: systems are cheap. Beyond PROBES_MAX in PROBE_WINDOW_US the owner is told, once a
window, and no more is told of what begins then to that agency's tracks that come from unsigned
radio; the covert side, and everybody who flies, still is. Who was told that an alert began is told
how it ends.
"""

from collections.abc import Sequence
from typing import Final

from broker.core.alerts import Alert, AlertKind, AlertLevel
from broker.core.bounded import forget_oldest
from broker.core.effects import OwnerReason, OwnerTold
from broker.core.plain import Plain, integer, integers, items, mapping, text
from broker.core.separation.categories import is_crewed
from broker.core.sharing.levels import Sharing
from broker.core.sharing.parties import label_of
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AircraftClass
from broker.core.units import MINUTE_US

PROBES_MAX: Final = 5
"""Alerts with covert flights that one agency may raise in a window without a word about it."""
PROBE_WINDOW_US: Final = 10 * MINUTE_US
AGENCIES_WATCHED_MAX: Final = 1_000
MEETINGS_KEPT_MAX: Final = 10_000
_OF_PAIRS: Final = (AlertKind.PROXIMITY, AlertKind.LAUNCH_HOLD)

Meeting = tuple[str, str]
"""(alert, agency that is not the covert flight's)"""


class Guard:
    """Watches over the covert flights of one airspace."""

    def __init__(self, tracks: TrackRegister, sharing: Sharing) -> None:
        self._tracks = tracks
        self._sharing = sharing
        self._withheld: dict[Meeting, bool] = {}
        """What was counted, the eldest first: whether that agency is told nothing of it."""
        self._probes: dict[str, list[int]] = {}
        """Agency -> when its alerts with covert flights were raised, oldest first."""
        self._warned_us: dict[str, int] = {}

    def alerted(self, alerts: Sequence[Alert], now_us: int) -> list[OwnerTold]:
        """What owners must know of these revisions."""
        if self._sharing.is_idle:
            return []
        told: list[OwnerTold] = []
        for alert in alerts:
            for one in alert.members or (alert,):
                if one.level is not AlertLevel.NONE and one.kind in _OF_PAIRS:
                    told += self._met(one, one.track_a, one.track_b, now_us)
                    told += self._met(one, one.track_b, one.track_a, now_us)
        return told

    def is_withheld(self, alert: Alert, agency: str) -> bool:
        """Whether an agency, on the other side of a covert flight, is told nothing of an alert."""
        return self._withheld.get((alert.alert_id, agency), False)

    def clock_set_back(self) -> None:
        """Count from nothing: old times would hold a publisher to its limit for too long."""
        self._probes.clear()
        self._warned_us.clear()

    def _met(self, alert: Alert, covert: int, other: int, now_us: int) -> list[OwnerTold]:
        """One side of a pair, if it is covert and the other is another agency's that is told."""
        owner, level = self._sharing.of_number(covert)
        slot = self._tracks.slot_of_number.get(other)
        if level is not SharingLevel.COVERT or slot is None:
            return []
        agency = self._tracks.publisher_name(slot).agency
        is_told = agency in alert.told_to or not alert.told_to
        if agency == owner or not is_told:
            return []
        told = self._probed(alert, agency, owner, now_us)
        is_signed = bool(self._tracks.columns.trusted[slot])
        self._judge(alert, agency, now_us, may_withhold=not is_signed)
        crewed = is_crewed(AircraftClass(int(self._tracks.columns.aircraft_class[slot])))
        if crewed and alert.level >= AlertLevel.WARNING:
            text = (
                f"{agency} was given the relative position of {label_of(self._tracks, covert)}, "
                f"without identity, for a crewed aircraft at warning (alert {alert.alert_id})"
            )
            told.append(OwnerTold(owner, OwnerReason.POSITION_DISCLOSED, text))
        return told

    def _judge(self, alert: Alert, agency: str, now_us: int, *, may_withhold: bool) -> None:
        """Settle whether an agency is told of an alert; who was told of it once always is."""
        meeting = (alert.alert_id, agency)
        raised = self._probes.get(agency, [])
        count = sum(at_us > now_us - PROBE_WINDOW_US for at_us in raised)
        is_limited = may_withhold and count > PROBES_MAX
        self._withheld[meeting] = is_limited and self._withheld.get(meeting, True)
        forget_oldest(self._withheld, MEETINGS_KEPT_MAX)

    def _probed(self, alert: Alert, agency: str, owner: str, now_us: int) -> list[OwnerTold]:
        """Count what an agency's tracks met, once each."""
        if (alert.alert_id, agency) in self._withheld:
            return []
        self._withheld[alert.alert_id, agency] = True  # nothing was told of it yet
        raised = [at for at in self._probes.pop(agency, []) if at > now_us - PROBE_WINDOW_US]
        raised.append(now_us)
        self._probes[agency] = raised[-(PROBES_MAX + 1) :]
        while len(self._probes) > AGENCIES_WATCHED_MAX:
            gone = next(iter(self._probes))
            del self._probes[gone]
            self._warned_us.pop(gone, None)
        warned_us = self._warned_us.get(agency)
        is_known = warned_us is not None and now_us - warned_us < PROBE_WINDOW_US
        if len(raised) <= PROBES_MAX or is_known:
            return []
        self._warned_us[agency] = now_us
        return [OwnerTold(owner, OwnerReason.PROBING_SUSPECTED, _suspicion(agency))]

    def state(self) -> dict[str, Plain]:
        """For a snapshot."""
        return {
            "probes": [
                [agency, list(raised), self._warned_us.get(agency, 0)]
                for agency, raised in self._probes.items()
            ],
            "withheld": [[what, agency, is_so] for (what, agency), is_so in self._withheld.items()],
        }

    def restore(self, state: Plain) -> None:
        """From a snapshot."""
        known = mapping(state)
        for item in items(known["probes"]):
            agency, raised, warned_us = items(item)
            self._probes[text(agency)] = integers(raised)
            if integer(warned_us):
                self._warned_us[text(agency)] = integer(warned_us)
        for item in items(known["withheld"]):
            what, agency, is_so = items(item)
            self._withheld[text(what), text(agency)] = bool(is_so)


def _suspicion(agency: str) -> str:
    """What the owner reads."""
    return (
        f"{agency} raised more than {PROBES_MAX} alerts with covert flights in "
        f"{PROBE_WINDOW_US // MINUTE_US} minutes: its traffic may be made up to find them"
    )
