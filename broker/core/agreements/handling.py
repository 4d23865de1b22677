"""Carrying out what is asked of agreements, and what each agency is told of them.

Only parties are told: to everybody else an agreement of others is not there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final, assert_never

from broker.core.agreements import wording
from broker.core.agreements.commands import (
    AcceptAgreement,
    AgreementCommand,
    AgreementRequest,
    EndAgreement,
    LoadAgreementRules,
    ProposeAgreement,
)
from broker.core.agreements.drafting import check_terms
from broker.core.agreements.model import (
    REASON_LENGTH_MAX,
    SIGNED_BY_LENGTH_MAX,
    Agreement,
    AgreementRules,
    AgreementState,
    Ending,
    Signature,
)
from broker.core.agreements.register import (
    AgreementConflict,
    AgreementRegister,
    AgreementUnknown,
)
from broker.core.effects import AgreementNotice
from broker.core.errors import Refusal, Refused
from broker.core.names import AgreementName
from broker.core.outcomes import Done, Outcome
from broker.core.plain import Plain, mapping, texts
from broker.core.requests import RequestMemory
from broker.core.restrictions.drafting_texts import check_text
from broker.core.sharing.decision import may_sign, sees_identity
from broker.core.sharing.roles import Terms
from broker.core.units import DAY_US

OVER_TOLD_FOR_US: Final = DAY_US
"""How long after its end an agreement stands in its parties' snapshots: the next shift reads it."""


class Agreements:
    """All agreements of one airspace; each request happens whole or changes nothing."""

    def __init__(self, requests: RequestMemory, agency_names: Mapping[str, str]) -> None:
        self.register = AgreementRegister()
        self.rules = AgreementRules()
        self.policy_version = ""
        """Of the pair policy that is computed with."""
        self._requests = requests
        self._agency_names = agency_names

    def apply(self, command: AgreementCommand, now_us: int) -> Outcome:
        """Carry out one command."""
        if isinstance(command, LoadAgreementRules):
            self.rules = command.rules
            return Outcome((), Done())
        return self._requests.once(command, now_us, lambda: self._carried_out(command, now_us))

    def _carried_out(self, command: AgreementRequest, now_us: int) -> Outcome:
        changed = self._carry_out(command, now_us)
        return Outcome(tuple(self._told(one) for one in changed), Done(changed[-1]))

    def _carry_out(self, command: AgreementRequest, now_us: int) -> list[Agreement]:
        faults = list(
            check_text("signed_by", command.signed_by, SIGNED_BY_LENGTH_MAX, required=True)
        )
        by = Signature(command.sender, command.signed_by, now_us)
        match command:
            case ProposeAgreement():
                return self._propose(command, by, faults)
            case AcceptAgreement():
                self._check_known(command)
                self._check_policy(command)
                _raise(faults)
                return self.register.accept(command.name, command.version, by, now_us)
            case EndAgreement():
                self._check_known(command)
                faults += check_text("reason", command.reason, REASON_LENGTH_MAX, required=True)
                _raise(faults)
                ending = Ending(by, command.reason)
                return self.register.end(command.name, command.version, ending, now_us)
            case _:
                assert_never(command)

    def _propose(
        self, command: ProposeAgreement, by: Signature, faults: list[Refusal]
    ) -> list[Agreement]:
        terms = command.terms
        if not terms.policy_version:
            terms = replace(terms, policy_version=self.policy_version)
        decision = may_sign(command.sender, terms.agencies)
        if not decision.allowed:
            faults.append(decision.as_refusal("agreement.parties"))
        faults += check_terms(terms, by.signed_us, set(self._agency_names), self.policy_version)
        _raise(faults)
        return self.register.propose(terms, by, by.signed_us)

    def _check_known(self, command: AcceptAgreement | EndAgreement) -> None:
        """Who is no party is told that there is nothing."""
        if self.of_party(command.name, 0, command.sender.agency) is None:
            raise AgreementUnknown(Refusal("name", f"there is no agreement {command.name}"))

    def _check_policy(self, command: AcceptAgreement) -> None:
        """Nobody signs minima that are not computed with, also where they changed meanwhile."""
        offered = self.register.newest(command.name, AgreementState.PROPOSED)
        if offered is None or offered.version != command.version:
            return  # as the register says
        if offered.terms.policy_version != self.policy_version:
            raise AgreementConflict(
                Refusal("version", wording.not_to_be_signed(offered, self.policy_version))
            )

    def of_party(self, name: AgreementName, version: int, agency: str) -> Agreement | None:
        """A version that an agency is a party to; with 0 the one in force, else the newest."""
        known = [one for one in self.register.of_party(agency) if one.terms.name == name]
        if version:
            known = [one for one in known if one.version == version]
        standing = [one for one in known if one.state is AgreementState.IN_FORCE]
        return next(iter(standing or known), None)

    def advance(self, now_us: int) -> list[AgreementNotice]:
        """Time passed: what came into force and what expired."""
        return [self._told(one) for one in self.register.advance(now_us)]

    def policy_loaded(self, version: str) -> list[AgreementNotice]:
        """Another pair policy is computed with: who signed on another one must know."""
        self.policy_version = version
        return self._on_other_policy(self.register.not_over())

    def _on_other_policy(self, agreements: Iterable[Agreement]) -> list[AgreementNotice]:
        """Of those made on another policy than is computed with: they go on, and that is said."""
        version = self.policy_version
        return [
            AgreementNotice(
                one.terms.agencies,
                wording.OTHER_POLICY,
                wording.other_policy(one, version),
                one.terms.name,
            )
            for one in agreements
            if one.terms.policy_version != version
        ]

    def terms(self) -> Terms:
        """What the agreements in force come to, for the decision point."""
        return Terms(
            agencies=frozenset(self._agency_names),
            agreed=self.register.agreed(),
            assumed=not self.rules.required,
            once_signed=self.register.once_signed,
            public=frozenset(self.rules.public_agencies),
        )

    def standing(self, agency: str, now_us: int) -> list[AgreementNotice]:
        """What holds for an agency: part of its snapshots."""
        said = [
            self._told(one)
            for one in self.register.of_party(agency)
            if self._stands(one, agency, now_us)
        ]
        live = [one for one in self.register.not_over() if one.terms.party(agency)]
        said += self._on_other_policy(live)
        terms, others = self.terms(), sorted(set(self._agency_names) - {agency})
        hidden = [one for one in others if not sees_identity(agency, one, terms).allowed]
        if hidden:
            text = wording.missing(hidden, self._agency_names)
            said.append(AgreementNotice((agency,), wording.MISSING, text, None))
        elif terms.assumed and any((one, agency) not in terms.once_signed for one in others):
            notice = AgreementNotice((agency,), wording.ASSUMED, wording.ASSUMED_TEXT, None)
            said.append(notice)
        return said

    def _stands(self, one: Agreement, agency: str, now_us: int) -> bool:
        match one.state:
            case AgreementState.PROPOSED | AgreementState.ACCEPTED | AgreementState.IN_FORCE:
                return True
            case AgreementState.REPLACED:
                return False
            case AgreementState.ENDED | AgreementState.EXPIRED:
                # One of other parties, under the same name, is not there for this one.
                newest = self.of_party(one.terms.name, 0, agency)
                standing = newest is not None and newest.state is AgreementState.IN_FORCE
                return not standing and one.changed_us + OVER_TOLD_FOR_US > now_us

    def _told(self, agreement: Agreement) -> AgreementNotice:
        code, text = wording.told(agreement, self._agency_names)
        return AgreementNotice(agreement.terms.agencies, code, text, agreement.terms.name)

    def state(self) -> dict[str, Plain]:
        """For a snapshot; the policy's version stands with the policy."""
        return {
            "register": self.register.state(),
            "required": self.rules.required,
            "public_agencies": list(self.rules.public_agencies),
        }

    def restore(self, state: Plain) -> None:
        """From a snapshot."""
        known = mapping(state)
        self.register.restore(known["register"])
        public = tuple(texts(known["public_agencies"]))
        self.rules = AgreementRules(required=bool(known["required"]), public_agencies=public)


def _raise(faults: list[Refusal]) -> None:
    if faults:
        raise Refused(*faults)
