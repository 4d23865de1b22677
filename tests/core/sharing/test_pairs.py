"""Who is shown whose flights by name: arrays against asking one pair after the other."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from broker.core.sharing.pairs import Pairs
from broker.core.sharing.roles import Relation, Terms
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.interning import Interned

AGENCIES = ("adsb", "las", "lfb", "met")
PAIRS = tuple(itertools.permutations(AGENCIES, 2))

terms = st.builds(
    Terms,
    agencies=st.just(frozenset(AGENCIES)),
    agreed=st.frozensets(st.sampled_from(PAIRS)),
    assumed=st.booleans(),
    once_signed=st.frozensets(st.sampled_from(PAIRS)),
    public=st.frozensets(st.sampled_from(AGENCIES), max_size=1),
)


def agencies() -> Interned[str]:
    known: Interned[str] = Interned()
    for agency in AGENCIES:
        known.intern(agency)
    return known


def shown_by_name(of: Terms, owner: str, reader: str) -> bool:
    """In words of the decision: own, public, agreed, or assumed where there never was one."""
    if owner == reader or owner in of.public or (owner, reader) in of.agreed:
        return True
    return of.assumed and (owner, reader) not in of.once_signed


@given(st.lists(terms, min_size=1, max_size=4))
def test_the_arrays_say_what_one_pair_after_the_other_does(history: list[Terms]) -> None:
    # REQ-AGR-006
    pairs = Pairs(agencies())
    turns = dict.fromkeys(PAIRS, 0)
    pairs.change(Terms(frozenset(AGENCIES), assumed=True))
    before = Terms(frozenset(AGENCIES), assumed=True)
    for one in history:
        changed = pairs.change(one)
        expected = [
            pair for pair in PAIRS if shown_by_name(before, *pair) != shown_by_name(one, *pair)
        ]
        assert changed == expected
        for pair in changed:
            turns[pair] += 1
        before = one
        for reader in AGENCIES:
            full = [shown_by_name(one, owner, reader) for owner in AGENCIES]
            assert pairs.full_to(reader).tolist() == full
            assert pairs.sees_everybody(reader) is all(full)
            others = [turns.get((owner, reader), 0) for owner in AGENCIES]
            assert pairs.turns_to(reader).tolist() == others
        for place, owner in enumerate(AGENCIES):
            to_all = all(shown_by_name(one, owner, reader) for reader in AGENCIES)
            assert bool(pairs.full_to_all()[place]) is to_all
            readers = dict(pairs.turns_of(owner))
            assert all(
                readers.get(reader, 0) == turns.get((owner, reader), 0) for reader in readers
            )
    again = Pairs(agencies())
    again.adopt(before)
    again.restore(pairs.state())
    assert again.state() == pairs.state()
    assert [again.turn(*pair) for pair in PAIRS] == [turns[pair] for pair in PAIRS]


@given(terms, st.sampled_from(SharingLevel))
def test_an_agreement_never_shows_more_than_the_owner(of: Terms, level: SharingLevel) -> None:
    # REQ-AGR-006
    pairs = Pairs(agencies())
    pairs.change(of)
    for owner, reader in PAIRS:
        shown = pairs.shown(level, owner, reader)
        assert shown == (level if shown_by_name(of, owner, reader) else max(level, 2))
        assert pairs.shown(level, owner, owner) is SharingLevel.OPEN


@given(terms)
def test_alike_is_alike_to_everybody(of: Terms) -> None:
    pairs = Pairs(agencies())
    pairs.change(of)
    for one, other in PAIRS:
        alike = all(
            shown_by_name(of, one, reader) == shown_by_name(of, other, reader)
            for reader in AGENCIES
        )
        assert pairs.are_alike(one, other) is alike
        assert pairs.are_alike(one, one)


def test_an_agency_that_publishes_first_after_the_change_is_judged_too() -> None:
    known: Interned[str] = Interned()
    pairs = Pairs(known)
    pairs.change(Terms(frozenset(AGENCIES)))
    assert pairs.full_to("met").tolist() == []
    known.intern("lfb")
    known.intern("met")
    assert pairs.full_to("met").tolist() == [False, True]
    assert pairs.full_to_all().tolist() == [False, False]


def test_a_pair_is_agreed_assumed_or_neither() -> None:
    of = Terms(frozenset(AGENCIES), frozenset({("met", "lfb")}), True, frozenset({("met", "las")}))
    assert of.relation("lfb", "met") is Relation.AGREED
    assert of.relation("las", "met") is Relation.OTHER
    assert of.relation("met", "las") is Relation.AGREED
    assert not of.assumes_all
