"""The airspace: all that the broker knows of one space, and `apply`, the only way to change it.

`apply(commands, now_us)` takes one micro-batch and returns one Outcome per command. It is a pure
function of what came before: the same commands at the same times give the same outcomes, which is
what lets the log be the only truth.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from broker.core.agreements.commands import (
    AcceptAgreement,
    AgreementCommand,
    EndAgreement,
    LoadAgreementRules,
    ProposeAgreement,
)
from broker.core.alerting import Alerting
from broker.core.arrivals import Arrivals
from broker.core.clock_steps import TimeOfDay
from broker.core.commands import (
    AcknowledgeAlert,
    Command,
    ControlCommand,
    LoadPolicy,
    LoadSupplyChain,
    OpenAudience,
    PublisherGone,
    RegisterAircraft,
    RemoveAircraft,
    SetSharing,
    SetSharingDefault,
    SubmitReports,
    Tick,
)
from broker.core.control import Controls
from broker.core.coverage import SharedCoverage
from broker.core.effects import (
    Effect,
    RestrictionChanged,
    TrackState,
    TrackStateChanged,
    TracksUpdated,
)
from broker.core.geodesy.ground import FindTerrain, no_terrain
from broker.core.outcomes import Outcome
from broker.core.resharing import Resharing
from broker.core.restrictions.register import RestrictionRegister
from broker.core.separation.jit import Backend
from broker.core.separation.policy import Policy, parse_policy
from broker.core.sharing.hidden import HiddenFlights
from broker.core.sharing.settings import SharingLevel
from broker.core.supply_chain.judge import SupplyChain
from broker.core.tracks.correlation.correlator import Correlator
from broker.core.tracks.register import Slots, TrackRegister


@dataclass(frozen=True, slots=True)
class Setup:
    """What an airspace is made with; all of it stands in the log's header or its first records."""

    exercise: bool
    policy_toml: str
    backend: Backend = "numba"
    secret: bytes = field(default=b"", repr=False)
    """The log's, which alert ids are keyed with; empty where they are shown to nobody."""
    find_terrain: FindTerrain = no_terrain
    """Only its digest stands in the log."""


class Airspace:
    """One space's tracks, restrictions and alerts."""

    def __init__(self, setup: Setup, policy: Policy | None = None) -> None:
        """`policy` is what the set-up's text says, where the caller has read it already."""
        self.exercise = setup.exercise
        self.policy: Policy = policy or parse_policy(setup.policy_toml)
        self.policy_toml = setup.policy_toml
        self.tracks = TrackRegister(
            self.policy.category_of, self.policy.filter_settings, self.policy.phase_limits
        )
        self.correlator = Correlator(self.tracks)
        self.restrictions = RestrictionRegister(setup.backend, setup.find_terrain)
        self.hidden = HiddenFlights(self.tracks, self.restrictions)
        self.correlator.allowed = self.hidden.may_join
        self.alerting = Alerting(
            self.policy,
            self.tracks,
            self.restrictions,
            setup.backend,
            self.correlator.possibly_same.holds,
            self.hidden.sharing,
            setup.secret,
        )
        self.resharing = Resharing(self.hidden, self.correlator, self.alerting)
        self.coverage = SharedCoverage()
        self.controls = Controls(self.restrictions, self.alerting, self.hidden)
        self.controls.agreements.policy_version = self.policy.version
        self.supply_chain = SupplyChain(self.tracks, self.controls.aircraft)
        self.time = TimeOfDay()
        self._arrivals = Arrivals(
            self.correlator,
            self.hidden,
            self.alerting,
            self.resharing,
            self.coverage,
            self.supply_chain,
            exercise=setup.exercise,
        )

    def apply(self, commands: Sequence[Command], now_us: int) -> list[Outcome]:
        """Carry out one micro-batch at `now_us`; outcomes stand in the order of the commands."""
        self.tracks.release_retired()
        self.time.read(now_us)
        outcomes: list[Outcome] = []
        run: list[SubmitReports] = []
        for command in commands:
            if isinstance(command, SubmitReports):
                run.append(command)
                continue
            outcomes += self._arrivals.take(run, self.time.now_us)
            run = []
            outcomes.append(self._apply_one(command, self.time.now_us))
        return outcomes + self._arrivals.take(run, self.time.now_us)

    def _apply_one(self, command: ControlCommand | PublisherGone | Tick, now_us: int) -> Outcome:
        match command:
            case Tick():
                return Outcome(tuple(self._tick(command)), None)
            case PublisherGone():
                return Outcome(tuple(self.coverage.gone(command.publisher)), None)
            case LoadPolicy():
                return self._load_policy(command)
            case LoadSupplyChain():
                return self._load_supply_chain(command)
            case (
                OpenAudience()
                | ProposeAgreement()
                | AcceptAgreement()
                | EndAgreement()
                | LoadAgreementRules()
            ):
                return self._agree(command, now_us)
            case AcknowledgeAlert():
                return self.controls.acknowledge(command, now_us)
            case RegisterAircraft() | RemoveAircraft():
                return self._keep_aircraft(command, now_us)
            case SetSharing() | SetSharingDefault():
                return self._set_sharing(command, now_us)
            case _:
                outcome = self.controls.change_restrictions(command, now_us)
                self.tracks.ground = self.restrictions.ground
        alerts = self._after_restriction_change(outcome.effects, now_us)
        return Outcome((*outcome.effects, *alerts), outcome.reply)

    def _set_sharing(self, command: SetSharing | SetSharingDefault, now_us: int) -> Outcome:
        if isinstance(command, SetSharing):
            outcome, changes = self.controls.set_sharing(command, now_us)
        else:
            outcome, changes = self.controls.set_sharing_default(command)
        return Outcome((*outcome.effects, *self.resharing.changed(changes, now_us)), outcome.reply)

    def _agree(self, command: OpenAudience | AgreementCommand, now_us: int) -> Outcome:
        """Who takes part and who agreed; what agencies are shown of each other follows."""
        if isinstance(command, OpenAudience):
            outcome = self.controls.open_audience(command)
        else:
            outcome = self.controls.agreements.apply(command, now_us)
        terms = self.controls.agreements.terms()
        shown = self.resharing.terms_changed(terms, now_us)
        return Outcome((*outcome.effects, *shown), outcome.reply)

    def _tick(self, tick: Tick) -> list[Effect]:
        effects = self._aged(tick.audit) if tick.shows else []
        now_us = self.time.now_us
        if tick.judges:
            found, alerts = self.alerting.time_passed(now_us, tick.audit)
            effects += [*found, *self.resharing.told(alerts, now_us)]
        if tick.shows:
            effects += self.coverage.advance(now_us)
            self.controls.aircraft.advance(now_us)
            effects += self.controls.publishing.escalation.advance(now_us)
            effects += _shown_again(self.supply_chain.settle())
        return effects

    def _aged(self, audit: bool) -> list[Effect]:
        """Tracks go stale and are lost, settings and windows begin and end."""
        changes = self._timed_anew() if self.time.is_set_back else self._silent()
        now_us = self.time.now_us
        lost = [change for change in changes if change.state is TrackState.LOST]
        self.correlator.forget([change.slot for change in lost])
        effects: list[Effect] = list(changes)
        effects += self.resharing.told(self.alerting.lost(lost, now_us), now_us)
        effects += self.resharing.joined(self.correlator.time_passed(now_us), now_us)
        for change in lost:
            self.hidden.sharing.ended(change.track_number)
        effects += self.resharing.changed(self.hidden.sharing.advance(now_us), now_us)
        agreements = self.controls.agreements.advance(now_us)
        if agreements:
            terms = self.controls.agreements.terms()
            effects += [*agreements, *self.resharing.terms_changed(terms, now_us)]
        effects += self.hidden.time_passed(now_us, audit=audit)
        changed = [RestrictionChanged(one) for one in self.restrictions.advance(now_us)]
        return [*effects, *changed, *self._after_restriction_change(tuple(changed), now_us)]

    def _silent(self) -> list[TrackStateChanged]:
        """Tracks that went stale or were lost."""
        policy = self.policy
        return self.tracks.advance(self.time.now_us, policy.stale_after_s, policy.lost_after_s)

    def _timed_anew(self) -> list[TrackStateChanged]:
        """What was measured by a clock that was set back ends, see `clock_steps`: every track."""
        changes = self.tracks.lose_all(self.time.now_us)
        self.time.go_back()
        self.alerting.clock_set_back()
        self.correlator.clock_set_back(self.time.now_us)
        self.restrictions.clock_set_back()
        self.hidden.guard.clock_set_back()
        self.coverage.clock_set_back(self.time.now_us)
        return changes

    def _after_restriction_change(self, effects: tuple[Effect, ...], now_us: int) -> list[Effect]:
        """Warn those already inside one that went live; clear the alerts of one that ended."""
        changed = [one.restriction for one in effects if isinstance(one, RestrictionChanged)]
        if not changed:
            return []
        alerts = self.resharing.told(self.alerting.restrictions_changed(now_us), now_us)
        return [*self.hidden.restrictions_changed(changed), *alerts]

    def _load_policy(self, command: LoadPolicy) -> Outcome:
        outcome, policy = self.controls.load_policy(command, self.policy_toml)
        if policy is not None:
            self.policy, self.policy_toml = policy, command.toml_text
            self.tracks.set_phases(policy.category_of, policy.phase_limits)
            self.tracks.set_filter(policy.filter_settings)
            self.alerting.load_policy(policy)
            told = self.controls.agreements.policy_loaded(policy.version)
            return Outcome((*outcome.effects, *told), outcome.reply)
        return outcome

    def _load_supply_chain(self, command: LoadSupplyChain) -> Outcome:
        outcome, policy = self.controls.load_supply_chain(command)
        if policy is None:
            return outcome
        marked = self.supply_chain.load(policy, command.toml_text)
        return Outcome((*outcome.effects, *_shown_again(marked)), outcome.reply)

    def _keep_aircraft(self, command: RegisterAircraft | RemoveAircraft, now_us: int) -> Outcome:
        """The aircraft register may be another: so may be what policy says of tracks."""
        if isinstance(command, RegisterAircraft):
            outcome = self.controls.register_aircraft(command, now_us)
        else:
            outcome = self.controls.remove_aircraft(command, now_us)
        marked = self.supply_chain.settle()
        return Outcome((*outcome.effects, *_shown_again(marked)), outcome.reply)

    def picture(self, agency: str) -> tuple[int | None, int]:
        """Time of the newest position that an agency is shown, None with none, and their count."""
        live: Slots = self.tracks.live_slots()
        if not self.hidden.sharing.is_idle:
            own = self.tracks.agencies.index(agency)
            covert = self.hidden.sharing.levels(live.astype(np.int64)) == SharingLevel.COVERT
            is_own = self.tracks.columns.agency_index[live] == (-1 if own is None else own)
            live = live[is_own | ~covert]
        if len(live) == 0:
            return None, 0
        return int(np.max(self.tracks.columns.time_of_validity_us[live])), len(live)


def _shown_again(slots: Slots) -> list[Effect]:
    """Tracks whose marks changed without a report."""
    return [TracksUpdated(slots)] if len(slots) else []
