"""Control commands: restrictions, acknowledgements, policies and audiences."""

from typing import Final

from broker.core.agreements.handling import Agreements
from broker.core.aircraft.model import AircraftEntries
from broker.core.aircraft.register import AircraftRegister
from broker.core.alerting import Alerting
from broker.core.alerts import Acknowledgement
from broker.core.commands import (
    AcknowledgeAlert,
    CreateRestriction,
    ImportRestrictions,
    LoadGround,
    LoadPolicy,
    LoadSupplyChain,
    OpenAudience,
    RegisterAircraft,
    RemoveAircraft,
    RestrictionCommand,
    SetSharing,
    SetSharingDefault,
    WithdrawRestriction,
)
from broker.core.effects import (
    AlertChanged,
    PolicyLoaded,
    RestrictionChanged,
    SharingChanged,
    SupplyChainLoaded,
)
from broker.core.errors import Denied, NotFound, Refusal, Refused
from broker.core.names import Audience, Role
from broker.core.outcomes import Done, NotDone, Outcome
from broker.core.plain import Plain, items, mapping, text
from broker.core.publishing.handling import Publishing
from broker.core.requests import RequestMemory, not_done
from broker.core.restrictions.imports import SourceItems, import_items
from broker.core.restrictions.register import RestrictionRegister
from broker.core.separation.policy import Policy, check_version, parse_policy
from broker.core.sharing.controls import SharingControls
from broker.core.sharing.decision import may_change, may_register
from broker.core.sharing.hidden import HiddenFlights
from broker.core.supply_chain.model import SupplyChainPolicy
from broker.core.supply_chain.reading import parse_supply_chain

AUDIENCES_MAX: Final = 500


class Controls:
    """Carries out control commands: each either happens whole or is refused and changes nothing."""

    def __init__(
        self, restrictions: RestrictionRegister, alerting: Alerting, hidden: HiddenFlights
    ) -> None:
        self._restrictions = restrictions
        self._alerting = alerting
        self._hidden = hidden
        self.sharing = SharingControls(hidden.sharing)
        self._requests = RequestMemory()
        self.aircraft = AircraftRegister()
        self.audiences: dict[Audience, None] = {}
        self.agency_names: dict[str, str] = {}
        """Agency -> the name people know it by."""
        self.publishing = Publishing(
            restrictions, self._requests, self.agency_names, self.audiences
        )
        self.agreements = Agreements(self._requests, self.agency_names)

    def open_audience(self, command: OpenAudience) -> Outcome:
        """Begin an audience; opening it again only renews the agency's display name."""
        if command.audience not in self.audiences and len(self.audiences) >= AUDIENCES_MAX:
            refusal = Refusal("audience", f"at most {AUDIENCES_MAX} audiences")
            return Outcome((), NotDone((refusal,)))
        self.audiences[command.audience] = None
        self.agency_names[command.audience.agency] = command.agency_name
        return Outcome((), Done())

    def load_policy(self, command: LoadPolicy, running_toml: str) -> tuple[Outcome, Policy | None]:
        """Read a policy; a bad one is refused and the running one stays."""
        try:
            policy = parse_policy(command.toml_text)
            check_version(command.toml_text, running_toml)
        except Refused as refused:
            return not_done(refused), None
        return Outcome((PolicyLoaded(policy.version),), Done()), policy

    def load_supply_chain(
        self, command: LoadSupplyChain
    ) -> tuple[Outcome, SupplyChainPolicy | None]:
        """Read a supply-chain policy; a bad one is refused and the running one stays."""
        try:
            policy = parse_supply_chain(command.toml_text)
        except Refused as refused:
            return not_done(refused), None
        return Outcome((SupplyChainLoaded(policy.version),), Done()), policy

    def change_restrictions(self, command: RestrictionCommand, now_us: int) -> Outcome:
        """Carry out what may make restrictions others than they were."""
        match command:
            case LoadGround():
                return self.load_ground(command, now_us)
            case CreateRestriction() | ImportRestrictions() | WithdrawRestriction():
                return self._requests.once(command, now_us, lambda: self._set(command, now_us))
            case _:
                return self.publishing.apply(command, now_us)

    def _set(
        self, command: CreateRestriction | ImportRestrictions | WithdrawRestriction, now_us: int
    ) -> Outcome:
        match command:
            case CreateRestriction():
                return self._create(command, now_us)
            case ImportRestrictions():
                return self._import(command, now_us)
            case WithdrawRestriction():
                return self._withdraw(command, now_us)

    def load_ground(self, command: LoadGround, now_us: int) -> Outcome:
        """Judge every restriction by another ground from now on."""
        changed = self._restrictions.load_ground(command.area, command.terrain_digest, now_us)
        return Outcome(tuple(map(RestrictionChanged, changed)), Done())

    def _create(self, command: CreateRestriction, now_us: int) -> Outcome:
        """Set a keep-clear request for the sender's own agency."""
        decision = may_change(command.sender, command.draft.name.agency)
        if not decision.allowed:
            raise Denied(decision.as_refusal("restriction.name"))
        live = self.publishing.live
        if live.rules.needs_approval(command.draft.name.agency):
            reason = "needs a second system's approval: save a draft, and have it approved"
            raise Denied(Refusal("restriction", reason))
        changed = live.create(command.draft, command.sender, now_us)
        return Outcome(tuple(RestrictionChanged(one) for one in changed), Done(changed[0]))

    def _import(self, command: ImportRestrictions, now_us: int) -> Outcome:
        """Mirror items of a statutory source; each is refused alone."""
        given = SourceItems(
            agency=command.sender.agency,
            source_id=command.source_id,
            drafts=command.drafts,
            withdraw_unlisted=command.withdraw_unlisted,
            listed_item_ids=command.listed_item_ids,
        )
        known = set(self.agency_names)
        report, changed = import_items(self._restrictions, given, now_us, known)
        return Outcome(tuple(RestrictionChanged(one) for one in changed), Done(report))

    def _withdraw(self, command: WithdrawRestriction, now_us: int) -> Outcome:
        """End a keep-clear request of the sender's own agency."""
        decision = may_change(command.sender, command.name.agency)
        if not decision.allowed:
            raise Denied(decision.as_refusal("name"))
        withdrawn = self.publishing.live.withdraw(
            command.name, command.version, command.sender, now_us
        )
        return Outcome((RestrictionChanged(withdrawn),), Done(withdrawn))

    def acknowledge(self, command: AcknowledgeAlert, now_us: int) -> Outcome:
        """Note that a desk has read an alert."""
        return self._requests.once(command, now_us, lambda: self._acknowledge(command, now_us))

    def _acknowledge(self, command: AcknowledgeAlert, now_us: int) -> Outcome:
        alert = None
        if self._is_told(command):
            acknowledgement = Acknowledgement(command.sender, command.acknowledged_by, now_us, 0)
            alert = self._alerting.acknowledge(command.alert_id, acknowledgement)
        if alert is None:
            reason = f"there is no active alert {command.alert_id}"
            raise NotFound(Refusal("alert_id", reason))
        return Outcome((AlertChanged(alert, is_news=False),), Done(alert))

    def _is_told(self, command: AcknowledgeAlert) -> bool:
        """Whether the sender's agency is shown the alert, if there is one: else it is not there."""
        alert = self._alerting.find(command.alert_id)
        return alert is None or self._hidden.is_told(alert, command.sender.agency)

    def register_aircraft(self, command: RegisterAircraft, now_us: int) -> Outcome:
        """Write the sender's agency's aircraft; the same again changes nothing."""
        return self._requests.once(command, now_us, lambda: self._register(command, now_us))

    def _register(self, command: RegisterAircraft, now_us: int) -> Outcome:
        for place, record in enumerate(command.records):
            decision = may_register(command.sender, record.name.agency)
            if not decision.allowed:
                raise Denied(decision.as_refusal(f"aircraft[{place}].name"))
        written = self.aircraft.upsert(command.records, now_us)
        return Outcome((), Done(AircraftEntries(written)))

    def remove_aircraft(self, command: RemoveAircraft, now_us: int) -> Outcome:
        """Take one of the sender's agency's aircraft out."""
        return self._requests.once(command, now_us, lambda: self._remove(command))

    def _remove(self, command: RemoveAircraft) -> Outcome:
        decision = may_register(command.sender, command.name.agency)
        if not decision.allowed:
            raise Denied(decision.as_refusal("name"))
        return Outcome((), Done(AircraftEntries((self.aircraft.remove(command.name),))))

    def set_sharing(self, command: SetSharing, now_us: int) -> tuple[Outcome, list[SharingChanged]]:
        """Show an aircraft or flight at another level."""
        changes: list[SharingChanged] = []

        def carry_out() -> Outcome:
            outcome, changed = self.sharing.set(command, now_us)
            changes.extend(changed)
            return outcome

        return self._requests.once(command, now_us, carry_out), changes

    def set_sharing_default(
        self, command: SetSharingDefault
    ) -> tuple[Outcome, list[SharingChanged]]:
        """What an agency shows where no setting says otherwise."""
        return self.sharing.set_default(command)

    def state(self) -> dict[str, Plain]:
        """For a snapshot."""
        return {
            "audiences": [[one.agency, str(one.role)] for one in self.audiences],
            "agency_names": dict(self.agency_names),
            "requests": self._requests.state(),
            "aircraft": self.aircraft.state(),
            "publishing": self.publishing.state(),
            "agreements": self.agreements.state(),
        }

    def restore(self, state: dict[str, Plain]) -> None:
        """From a snapshot."""
        for item in items(state["audiences"]):
            agency, role = items(item)
            self.audiences[Audience(text(agency), Role(text(role)))] = None
        for agency, name in mapping(state["agency_names"]).items():
            self.agency_names[agency] = text(name)
        self._requests.restore(state["requests"])
        self.aircraft.restore(state.get("aircraft", []))
        if "publishing" in state:
            self.publishing.restore(state["publishing"])
        if "agreements" in state:
            self.agreements.restore(state["agreements"])
