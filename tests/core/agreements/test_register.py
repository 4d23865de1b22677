"""The life of an agreement: offered, signed, in force, amended, ended, expired."""

from dataclasses import replace

import pytest

from broker.core.agreements.model import (
    AGREEMENTS_PER_AGENCY_MAX,
    VERSIONS_KEPT_MAX,
    Agreement,
    AgreementState,
    Ending,
)
from broker.core.agreements.register import AgreementConflict, AgreementRegister
from broker.core.errors import Refused
from broker.core.names import AgreementName
from broker.core.plain import settled
from broker.core.sharing.settings import SharingLevel
from broker.core.units import HOUR_US
from tests.core.agreements.papers import NAME, NOW_US, PARTIES, SHARES, signature, terms

IN_FORCE, PROPOSED = AgreementState.IN_FORCE, AgreementState.PROPOSED


def signed(register: AgreementRegister, *agencies: str, **changes: object) -> list[Agreement]:
    """Offered by the first and signed by the rest."""
    first, *others = agencies
    changed = register.propose(terms(**changes), signature(first), NOW_US)
    for agency in others:
        changed = register.accept(NAME, changed[-1].version, signature(agency), NOW_US)
    return changed


def test_it_counts_with_the_last_signature() -> None:
    # REQ-AGR-001
    register = AgreementRegister()
    offered = signed(register, "met")[-1]
    assert (offered.state, offered.version, offered.unsigned) == (PROPOSED, 1, ("lfb",))
    assert register.in_force() == ()
    assert register.agreed() == frozenset()
    accepted = register.accept(NAME, 1, signature("lfb"), NOW_US)[-1]
    assert accepted.state is IN_FORCE
    assert [one.system.agency for one in accepted.signatures] == ["met", "lfb"]
    assert register.agreed() == {("met", "lfb"), ("lfb", "met")}
    masked = (replace(SHARES[0], level=SharingLevel.MASKED), SHARES[1])
    assert signed(register, "met", "lfb", shares=masked, from_us=NOW_US)[-1].state is IN_FORCE
    assert register.agreed() == {("lfb", "met")}


def test_nobody_signs_what_they_have_not_read() -> None:
    # REQ-AGR-001
    register = AgreementRegister()
    signed(register, "met")
    register.propose(replace(terms(), title="Other words"), signature("met"), NOW_US)
    with pytest.raises(AgreementConflict, match="version 2 is offered"):
        register.accept(NAME, 1, signature("lfb"), NOW_US)
    with pytest.raises(AgreementConflict, match="signed it already"):
        register.accept(NAME, 2, signature("met"), NOW_US)
    with pytest.raises(AgreementConflict, match="not a party to version 2"):
        register.accept(NAME, 2, signature("las"), NOW_US)
    assert [one.state for one in register.of_party("lfb")] == [PROPOSED, AgreementState.REPLACED]


def test_before_its_time_it_waits_and_after_it_is_over() -> None:
    register = AgreementRegister()
    signed(register, "met", "lfb", from_us=NOW_US + HOUR_US, until_us=NOW_US + 3 * HOUR_US)
    assert register.in_force() == ()
    assert register.advance(NOW_US + HOUR_US - 1) == []
    assert [one.state for one in register.advance(NOW_US + HOUR_US)] == [IN_FORCE]
    assert register.advance(NOW_US + 2 * HOUR_US) == []
    [over] = register.advance(NOW_US + 3 * HOUR_US)
    assert (over.state, over.changed_us) == (AgreementState.EXPIRED, NOW_US + 3 * HOUR_US)
    assert register.agreed() == frozenset()
    assert ("met", "lfb") in register.once_signed


def test_an_offer_that_has_expired_is_not_signed() -> None:
    # REQ-AGR-001: a tick late or not, it never was in force, so nothing follows from it.
    for late_us, agreed in ((-1, True), (0, False)):
        register = AgreementRegister()
        signed(register, "met", until_us=NOW_US + HOUR_US)
        if agreed:
            register.accept(NAME, 1, signature("lfb"), NOW_US + HOUR_US + late_us)
        else:
            with pytest.raises(AgreementConflict, match="version 1 has expired"):
                register.accept(NAME, 1, signature("lfb"), NOW_US + HOUR_US + late_us)
        assert bool(register.once_signed) is agreed


def test_of_two_that_came_due_together_the_newer_counts() -> None:
    # REQ-AGR-002: as after a night without the broker.
    register = AgreementRegister()
    signed(register, "met", "lfb", until_us=NOW_US + HOUR_US)
    for hours in (2, 1):
        signed(register, "met", "lfb", from_us=NOW_US + hours * HOUR_US)
    changed = register.advance(NOW_US + 3 * HOUR_US)
    assert [(one.version, one.state) for one in changed] == [
        (1, AgreementState.EXPIRED),
        (2, IN_FORCE),
        (2, AgreementState.REPLACED),
        (3, IN_FORCE),
    ]
    assert register.advance(NOW_US + 3 * HOUR_US) == []


def test_what_was_signed_goes_on_until_its_amendment_is() -> None:
    # REQ-AGR-002
    register = AgreementRegister()
    signed(register, "met", "lfb")
    later = terms(title="Amended", from_us=NOW_US + HOUR_US)
    register.propose(later, signature("lfb"), NOW_US)  # any party amends
    assert [one.version for one in register.in_force()] == [1]
    register.accept(NAME, 2, signature("met"), NOW_US)
    assert [one.version for one in register.in_force()] == [1]
    changed = register.advance(NOW_US + HOUR_US)
    assert [(one.version, one.state) for one in changed] == [
        (1, AgreementState.REPLACED),
        (2, IN_FORCE),
    ]
    assert [one.terms.title for one in register.in_force()] == ["Amended"]


def test_either_side_ends_it_at_once() -> None:
    # REQ-AGR-003
    for agency in ("met", "lfb"):
        register = AgreementRegister()
        signed(register, "met", "lfb")
        ending = Ending(signature(agency), "staff withdrawn")
        ended = register.end(NAME, 0, ending, NOW_US)
        assert [(one.state, one.ending) for one in ended] == [(AgreementState.ENDED, ending)]
        assert register.in_force() == ()
        with pytest.raises(AgreementConflict, match="over already"):
            register.end(NAME, 0, ending, NOW_US)


def test_nobody_ends_what_they_are_no_party_to() -> None:
    # REQ-AGR-003
    register = AgreementRegister()
    signed(register, "met", "lfb")
    others = (PARTIES[0], replace(PARTIES[1], agency="las"))
    register.propose(terms(parties=others, shares=()), signature("met"), NOW_US)
    register.end(NAME, 0, Ending(signature("lfb"), "staff"), NOW_US + 1)
    states = [(one.state, one.changed_us) for one in register.of_party("met")]
    assert states == [(PROPOSED, NOW_US), (AgreementState.ENDED, NOW_US + 1)]


def test_refusing_an_offer_leaves_what_is_in_force() -> None:
    register = AgreementRegister()
    signed(register, "met", "lfb")
    register.propose(terms(title="Amended"), signature("met"), NOW_US)
    register.end(NAME, 2, Ending(signature("lfb"), "no"), NOW_US)
    assert [one.version for one in register.in_force()] == [1]
    with pytest.raises(AgreementConflict, match="no version to accept"):
        register.accept(NAME, 2, signature("lfb"), NOW_US)
    assert signed(register, "met", "lfb")[-1].version == 3


def test_a_name_is_its_agencys_and_an_agreement_its_parties() -> None:
    # REQ-AGR-004
    register = AgreementRegister()
    for _ in range(2):  # the same words whether it is there or not
        with pytest.raises(Refused, match="must be of las, or of an agreement"):
            register.propose(terms(), signature("las"), NOW_US)
        signed(register, "met")


def test_the_register_is_bounded() -> None:
    register = AgreementRegister()
    names = [AgreementName("met", f"a{number}") for number in range(AGREEMENTS_PER_AGENCY_MAX)]
    for name in names:
        register.propose(terms(name=name), signature("met"), NOW_US)
    with pytest.raises(Refused, match="at most"):
        register.propose(terms(name=AgreementName("met", "more")), signature("met"), NOW_US)
    for late, place in ((2, 3), (1, 5)):
        register.end(names[place], 0, Ending(signature("met"), "old"), NOW_US + late)
    register.propose(terms(name=AgreementName("met", "more")), signature("met"), NOW_US)
    known = {one.terms.name for one in register.of_party("met")}
    assert {names[3], names[5]} - known == {names[5]}  # the longest over
    for _ in range(VERSIONS_KEPT_MAX + 5):
        register.propose(terms(name=names[0]), signature("met"), NOW_US)
    kept = [one for one in register.of_party("met") if one.terms.name == names[0]]
    assert len(kept) == VERSIONS_KEPT_MAX
    assert [one.state for one in kept[:2]] == [PROPOSED, AgreementState.REPLACED]


def test_what_is_signed_is_never_forgotten_for_an_offer() -> None:
    # REQ-AGR-002
    register = AgreementRegister()
    for number in range(VERSIONS_KEPT_MAX):
        signed(register, "met", "lfb", from_us=NOW_US + HOUR_US + number)
    for _ in range(2):
        with pytest.raises(Refused, match="signed and not over: end one"):
            register.propose(terms(), signature("lfb"), NOW_US)
    register.end(NAME, 3, Ending(signature("lfb"), "too many"), NOW_US)
    for _ in range(2):  # an offer gives its place to the next
        register.propose(terms(from_us=NOW_US + 2 * HOUR_US), signature("lfb"), NOW_US)
    register.accept(NAME, VERSIONS_KEPT_MAX + 2, signature("met"), NOW_US)
    kept = [one.version for one in register.of_party("met") if one.state is AgreementState.ACCEPTED]
    assert len(kept) == VERSIONS_KEPT_MAX


def test_an_agreed_desk_is_named_between_its_parties_only() -> None:
    register = AgreementRegister()
    signed(register, "met", "lfb")
    desk = register.contact("met", "lfb")
    assert desk is not None
    assert desk.talkgroup == "MET-OPS"
    assert register.contact("met", "las") is None


def test_a_snapshot_holds_everything() -> None:
    # REQ-AGR-005
    register = AgreementRegister()
    signed(register, "met", "lfb")
    register.propose(terms(title="Amended"), signature("lfb"), NOW_US)
    register.end(NAME, 1, Ending(signature("met"), "staff"), NOW_US)
    again = AgreementRegister()
    again.restore(settled(register.state()))
    assert again.of_party("met") == register.of_party("met")
    assert again.once_signed == register.once_signed
    assert again.state() == register.state()
