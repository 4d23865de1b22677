"""Arrivals: what one run of reports does to the picture, wave by wave.

Reports that stand next to each other in a micro-batch are taken together: one pass over columns and
one separation check per wave. An outcome's effects then stand with the last of them.
"""

from broker.core.admission import Admission, Wave
from broker.core.alerting import Alerting
from broker.core.commands import SubmitReports
from broker.core.coverage import SharedCoverage
from broker.core.effects import Effect, TracksUpdated
from broker.core.names import SystemName
from broker.core.outcomes import Outcome
from broker.core.resharing import Resharing, hides
from broker.core.sharing.hidden import HiddenFlights
from broker.core.supply_chain.judge import SupplyChain
from broker.core.tracks.correlation.correlator import Correlator
from broker.core.tracks.correlation.hearing import Hearing


class Arrivals:
    """Takes fresh reports into one airspace; keeps nothing between two runs of them."""

    def __init__(
        self,
        correlator: Correlator,
        hidden: HiddenFlights,
        alerting: Alerting,
        resharing: Resharing,
        coverage: SharedCoverage,
        supply_chain: SupplyChain,
        *,
        exercise: bool,
    ) -> None:
        """Reports of the other space, live or exercise, are refused."""
        self._correlator = correlator
        self._hidden = hidden
        self._alerting = alerting
        self._resharing = resharing
        self._coverage = coverage
        self._supply_chain = supply_chain
        self._exercise = exercise

    def take(self, run: list[SubmitReports], now_us: int) -> list[Outcome]:
        """One outcome for each command of a run."""
        if not run:
            return []
        admission = Admission(self._correlator, run, now_us, self._exercise, self._supply_chain)
        effects: list[Effect] = []
        hiding: dict[SystemName, bool] = {}
        hidden: dict[int, None] = {}
        for wave in admission.waves():
            effects += self._wave(wave, now_us, hidden)
            if not self._hidden.sharing.is_idle:
                self._hidden.note_hiding(wave.slots, hiding)
        effects += self._resharing.parted(hidden, now_us)
        effects += self._correlated(admission.parting, now_us)
        for publisher in admission.publishers:
            openly = not hiding.get(publisher, False)
            effects += self._coverage.heard(publisher, now_us, openly=openly)
        replies = admission.replies()
        quiet = [Outcome((), reply) for reply in replies[:-1]]
        return [*quiet, Outcome(tuple(effects), replies[-1])]

    def _wave(self, wave: Wave, now_us: int, hidden: dict[int, None]) -> list[Effect]:
        """One wave. Tracks of which others are shown less are added to `hidden`.

        What others hear of those is parted when the last wave is written: until then their reports
        have the slots that they were given.
        """
        if len(wave.slots) == 0:
            return []
        changes = self._hidden.sharing.described(wave.slots)
        hidden.update(dict.fromkeys(one.slot for one in changes if hides(one)))
        shared = self._resharing.retold(changes, now_us)
        self._supply_chain.moved(wave.slots)
        doubts = self._correlator.placed(wave.slots)
        alerts = self._alerting.moved(wave.slots, now_us)
        return [
            TracksUpdated(wave.slots),
            *wave.state_changes,
            *doubts,
            *shared,
            *self._correlator.implausible(wave.implausible, now_us),
            *self._resharing.told(alerts, now_us),
        ]

    def _correlated(self, parting: list[tuple[int, Hearing]], now_us: int) -> list[Effect]:
        """Part and join what this micro-batch showed: only now does nothing else stand in it."""
        effects: list[Effect] = []
        for slot, hearing in parting:
            if self._correlator.hearers.hears(slot, hearing):  # several reports may have told of it
                effects += self._correlator.split(slot, hearing, now_us)
        described = self._correlator.register.take_described()
        if described:
            effects += self._correlator.described(described, now_us)
        return self._resharing.joined(effects, now_us)
