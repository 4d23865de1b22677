"""The agreements of one broker: every version, and what is in force at the moment.

Theory of operation. A version is proposed with the proposer's signature. When the last party has
signed it, it is in force from its time on, and every earlier version of its name is replaced in
that moment, not before: while people read an amendment, what they signed goes on. A party ends a
version at once. What once was in force between two agencies is remembered beyond the agreement:
nothing is assumed between them any more, so that ending one never shows more than it did.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from pydantic import TypeAdapter

from broker.core.agreements.model import (
    AGREEMENTS_PER_AGENCY_MAX,
    OVER,
    VERSIONS_KEPT_MAX,
    Agreement,
    AgreementParty,
    AgreementState,
    AgreementTerms,
    Ending,
    Signature,
)
from broker.core.errors import Conflict, NotFound, Refusal, refuse
from broker.core.names import AgreementName
from broker.core.plain import Plain, items, mapping, pairs
from broker.core.sharing.settings import SharingLevel

_RECORD: Final = TypeAdapter(Agreement)
Pair = tuple[str, str]


class AgreementUnknown(NotFound):
    """There is no such agreement, or none that the asker is a party to."""


class AgreementConflict(Conflict):
    """The version is not the one that stands."""


class AgreementRegister:
    """All versions by name, the newest last."""

    def __init__(self) -> None:
        self._versions: dict[AgreementName, list[Agreement]] = {}
        self._once_signed: dict[Pair, None] = {}
        self._in_force: tuple[Agreement, ...] | None = ()
        """Worked out again when a version changed."""

    def propose(self, terms: AgreementTerms, by: Signature, now_us: int) -> list[Agreement]:
        """Offer terms; an earlier offer under the name is replaced. Raises Refused."""
        known = self._versions.get(terms.name, [])
        self._check_name(terms.name, known, by.system.agency)
        _check_room(known)
        self._make_room(terms.name)
        version = known[-1].version + 1 if known else 1
        changed = [
            self._put(replace(one, state=AgreementState.REPLACED, changed_us=now_us))
            for one in known
            if one.state is AgreementState.PROPOSED
        ]
        proposed = Agreement(terms, version, AgreementState.PROPOSED, (by,), now_us)
        return [*changed, self._put(proposed)]

    def accept(
        self, name: AgreementName, version: int, by: Signature, now_us: int
    ) -> list[Agreement]:
        """Sign an offer; with the last signature it counts. Raises Refused."""
        offered = self.newest(name, AgreementState.PROPOSED)
        if offered is None:
            raise AgreementConflict(Refusal("name", f"{name} has no version to accept"))
        if offered.version != version:
            reason = f"version {offered.version} is offered: read that one"
            raise AgreementConflict(Refusal("version", reason))
        if by.system.agency not in offered.terms.agencies:
            reason = f"{by.system.agency} is not a party to version {version}"
            raise AgreementConflict(Refusal("version", reason))
        if by.system.agency not in offered.unsigned:
            raise AgreementConflict(Refusal("name", f"{by.system.agency} has signed it already"))
        if offered.terms.until_us <= now_us:
            raise AgreementConflict(Refusal("version", f"version {version} has expired"))
        signed = replace(offered, signatures=(*offered.signatures, by), changed_us=now_us)
        if signed.unsigned:
            return [self._put(signed)]
        accepted = self._put(replace(signed, state=AgreementState.ACCEPTED))
        if accepted.terms.from_us > now_us:
            return [accepted]
        return list(self._enter_into_force(accepted, now_us))

    def end(
        self, name: AgreementName, version: int, ending: Ending, now_us: int
    ) -> list[Agreement]:
        """End one version, or with 0 all that are not over, now. Raises Refused."""
        agency = ending.signature.system.agency
        meant = [
            one
            for one in self._versions.get(name, [])
            if one.state not in OVER
            and agency in one.terms.agencies
            and version in (0, one.version)
        ]
        if not meant:
            which = "nothing of it" if version == 0 else f"version {version} is not there, or"
            raise AgreementConflict(Refusal("version", f"{which} is over already"))
        return [
            self._put(replace(one, state=AgreementState.ENDED, changed_us=now_us, ending=ending))
            for one in meant
        ]

    def advance(self, now_us: int) -> list[Agreement]:
        """Time passed: what has expired, been replaced, and come into force."""
        changed: list[Agreement] = []
        for versions in list(self._versions.values()):
            for one in list(versions):
                if one.state not in OVER and one.terms.until_us <= now_us:
                    over = replace(one, state=AgreementState.EXPIRED, changed_us=now_us)
                    changed.append(self._put(over))
                elif one.state is AgreementState.ACCEPTED and one.terms.from_us <= now_us:
                    changed.extend(self._enter_into_force(one, now_us))
        return changed

    def _enter_into_force(self, one: Agreement, now_us: int) -> Iterator[Agreement]:
        for earlier in list(self._versions[one.terms.name]):
            if earlier.version < one.version and earlier.state not in OVER:
                state = AgreementState.REPLACED
                yield self._put(replace(earlier, state=state, changed_us=now_us))
        agencies = one.terms.agencies
        self._once_signed |= dict.fromkeys((a, b) for a in agencies for b in agencies if a != b)
        yield self._put(replace(one, state=AgreementState.IN_FORCE, changed_us=now_us))

    def in_force(self) -> tuple[Agreement, ...]:
        """What counts now, by name."""
        if self._in_force is None:
            self._in_force = tuple(
                one
                for name in sorted(self._versions)
                for one in self._versions[name]
                if one.state is AgreementState.IN_FORCE
            )
        return self._in_force

    def not_over(self) -> list[Agreement]:
        """Offered, signed and in force, by name."""
        return [
            one
            for name in sorted(self._versions)
            for one in self._versions[name]
            if one.state not in OVER
        ]

    def contact(self, agency: str, reader: str) -> AgreementParty | None:
        """How a reader that has an agreement in force with an agency reaches its desk."""
        parties = (one.terms.party(agency) for one in self.in_force() if one.terms.party(reader))
        return next((one for one in parties if one is not None), None)

    def agreed(self) -> frozenset[Pair]:
        """(owner, reader) of whom some agreement in force shows the owner's flights by name."""
        return frozenset(
            (share.owner, share.reader)
            for one in self.in_force()
            for share in one.terms.shares
            if share.level is SharingLevel.OPEN
        )

    @property
    def once_signed(self) -> frozenset[Pair]:
        """Pairs that have, or had, an agreement in force."""
        return frozenset(self._once_signed)

    def newest(self, name: AgreementName, state: AgreementState) -> Agreement | None:
        """The newest version in a state."""
        found = [one for one in self._versions.get(name, []) if one.state is state]
        return found[-1] if found else None

    def of_party(self, agency: str) -> list[Agreement]:
        """Every version that an agency is a party to, by name, the newest first."""
        return [
            one
            for name in sorted(self._versions)
            for one in reversed(self._versions[name])
            if agency in one.terms.agencies
        ]

    def _check_name(self, name: AgreementName, known: list[Agreement], agency: str) -> None:
        """A name is its agency's; an agreement that stands is amended by any of its parties."""
        live = [one for one in known if one.state not in OVER]
        if any(agency in one.terms.agencies for one in live):
            return
        if live or name.agency != agency:  # in the same words: others are not told what there is
            reason = f"must be of {agency}, or of an agreement that it is a party to"
            raise refuse("agreement.name", reason)
        own = [one for one in self._versions if one.agency == agency and self._is_live(one)]
        if len(own) >= AGREEMENTS_PER_AGENCY_MAX:
            raise refuse("agreement.name", f"at most {AGREEMENTS_PER_AGENCY_MAX} an agency")

    def _is_live(self, name: AgreementName) -> bool:
        return any(one.state not in OVER for one in self._versions[name])

    def _make_room(self, name: AgreementName) -> None:
        """Forget the agency's agreements that are over, the longest first, beyond the limit."""
        own = [one for one in self._versions if one.agency == name.agency and one != name]
        over = [one for one in own if not self._is_live(one)]
        over.sort(key=lambda one: self._newest_of(one).changed_us)
        for one in over[: max(0, len(own) + 1 - AGREEMENTS_PER_AGENCY_MAX)]:
            del self._versions[one]

    def _newest_of(self, name: AgreementName) -> Agreement:
        return self._versions[name][-1]

    def _put(self, agreement: Agreement) -> Agreement:
        self._in_force = None
        versions = self._versions.setdefault(agreement.terms.name, [])
        for place, one in enumerate(versions):
            if one.version == agreement.version:
                versions[place] = agreement
                break
        else:
            versions.append(agreement)
        while len(versions) > VERSIONS_KEPT_MAX:
            oldest = next(one for one in versions if one.state in OVER)
            versions.remove(oldest)
        return agreement

    def state(self) -> dict[str, Plain]:
        """For a snapshot."""
        return {
            "versions": [
                _RECORD.dump_python(one, mode="json")
                for versions in self._versions.values()
                for one in versions
            ],
            "once_signed": [list(pair) for pair in self._once_signed],
        }

    def restore(self, state: Plain) -> None:
        """From a snapshot."""
        known = mapping(state)
        for item in items(known["versions"]):
            self._put(_RECORD.validate_python(item))
        self._once_signed = dict.fromkeys(pairs(known["once_signed"]))


def _check_room(known: list[Agreement]) -> None:
    """What is signed is never forgotten for an offer; an offer that stands gives its place."""
    signed = (AgreementState.ACCEPTED, AgreementState.IN_FORCE)
    if sum(one.state in signed for one in known) >= VERSIONS_KEPT_MAX:
        reason = f"has {VERSIONS_KEPT_MAX} versions that are signed and not over: end one"
        raise refuse("agreement.name", reason)
