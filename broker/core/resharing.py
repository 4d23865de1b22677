"""What follows when others are shown something else of tracks: alerts, volumes and joins.

Nothing may link what was shown before a change with what is shown after it. So an alert of the
track ends and goes on under another id, and publishers of other agencies that were joined to a
track which is hidden now, or apart from theirs, are parted from it.
"""

from collections.abc import Iterable, Sequence

from broker.core.alerting import Alerting
from broker.core.alerts import Alert
from broker.core.effects import (
    AlertChanged,
    AlertRetold,
    Effect,
    SharingChanged,
    TracksMerged,
    TrackState,
    TrackStateChanged,
)
from broker.core.sharing.hidden import HiddenFlights
from broker.core.sharing.roles import Terms
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.correlation.correlator import Correlator
from broker.core.tracks.correlation.parting import part_others


def hides(change: SharingChanged) -> bool:
    """Whether all others are shown less than everything from now on."""
    return change.after != SharingLevel.OPEN and not change.reader


class Resharing:
    """Tells one airspace's alerts and joins what is shown now."""

    def __init__(self, hidden: HiddenFlights, correlator: Correlator, alerting: Alerting) -> None:
        self._hidden, self._correlator, self._alerting = hidden, correlator, alerting

    def told(self, alerts: Sequence[Alert], now_us: int) -> list[Effect]:
        """Alert revisions, after what must be known before them."""
        return [*self._hidden.alerted(alerts, now_us), *map(AlertChanged, alerts)]

    def changed(self, changes: Sequence[SharingChanged], now_us: int) -> list[Effect]:
        """Others are shown something else of these tracks: all that follows."""
        hidden = [change.slot for change in changes if hides(change)]
        return [*self.retold(changes, now_us), *self.parted(hidden, now_us)]

    def retold(self, changes: Sequence[SharingChanged], now_us: int) -> list[Effect]:
        """The same, but nobody is parted yet: alerts go on under other ids."""
        if not changes:
            return []
        before = {change.track_number: change.before for change in changes}
        # Others may be marked for it now, or not.
        self._correlator.possibly_same.changed = True
        effects = self._hidden.changed(changes, now_us)
        for track_number in before:
            ended, told = self._alerting.retell(track_number, now_us)
            for alert in ended:
                numbers = [one for one in (alert.track_a, alert.track_b) if one >= 0]
                levels = [
                    before.get(one, int(self._hidden.sharing.of_number(one)[1])) for one in numbers
                ]
                effects.append(AlertRetold(alert, tuple(levels)))
            effects += self.told(told, now_us)
        return effects

    def parted(self, slots: Iterable[int], now_us: int) -> list[Effect]:
        """What other agencies hear of these rows, which are hidden now, is theirs alone again."""
        effects: list[Effect] = []
        for slot in slots:
            effects += part_others(self._correlator, slot, now_us)
        return effects

    def terms_changed(self, terms: Terms, now_us: int) -> list[Effect]:
        """Other agreements hold: joined tracks may be of agencies that are shown apart now."""
        changes = self._hidden.sharing.set_terms(terms)
        effects = self.changed(changes, now_us)
        if changes:
            alike = self._hidden.sharing.pairs.are_alike
            for slot in sorted(self._correlator.hearers.shared):
                effects += part_others(self._correlator, slot, now_us, alike)
        return effects

    def joined(self, effects: list[Effect], now_us: int) -> list[Effect]:
        """These effects of joining, then the ends of alerts of tracks that went into another.

        A track that took another's words in may be named by another setting now.
        """
        sharing = self._hidden.sharing
        gone = [
            effect
            for effect in effects
            if isinstance(effect, TrackStateChanged) and effect.state is TrackState.MERGED
        ]
        merged = [effect for effect in effects if isinstance(effect, TracksMerged)]
        for one in merged:
            sharing.joined(one.track_number, one.gone_number)
        for change in gone:
            sharing.ended(change.track_number)
        levels: list[Effect] = []
        if merged:
            live = self._correlator.register.live_slots()
            levels = self.changed(sharing.described(live), now_us)
        return [*effects, *levels, *self.told(self._alerting.lost(gone, now_us), now_us)]
