"""Versions grow whatever a name goes through, and what does not fit what stands is refused."""

from dataclasses import replace

import pytest

from broker.core.errors import Refused
from broker.core.geodesy.ground import LONDON
from broker.core.restrictions.model import (
    Restriction,
    RestrictionDraft,
    RestrictionKind,
    RestrictionState,
    Source,
)
from broker.core.restrictions.versions import (
    LIVE,
    RestrictionConflict,
    RestrictionUnknown,
    amended,
    in_state,
    judged_anew,
    made,
    mirrored,
    says_the_same,
    withdrawable,
)
from tests.core.restrictions.scenes import AGENCIES, NOW_US, draft

LATER_US = NOW_US + 1
ENDED = [state for state in RestrictionState if state not in LIVE]


def listed(source_id: str = "pib", **changes: object) -> RestrictionDraft:
    """One item of a statutory source."""
    source = Source(source_id, "FIRE")
    return replace(draft(**changes), kind=RestrictionKind.STATUTORY, source=source)  # type: ignore[arg-type]


def standing(of: RestrictionDraft, version: int = 4) -> Restriction:
    """A live restriction of an earlier day."""
    first = mirrored(None, of, NOW_US, AGENCIES, LONDON)
    return replace(first, version=version)


def test_a_free_name_begins_at_one_and_one_that_ended_goes_on_counting() -> None:
    first = made(None, draft(), NOW_US, AGENCIES, LONDON)
    assert (first.version, first.created_us) == (1, NOW_US)
    for state in ENDED:
        old = replace(first, state=state, version=7)
        again = made(old, draft(), LATER_US, AGENCIES, LONDON)
        assert (again.version, again.created_us) == (8, LATER_US)


@pytest.mark.parametrize("state", sorted(LIVE))
def test_a_live_name_is_in_use_for_everybody_but_its_own_source(state: RestrictionState) -> None:
    old = replace(standing(draft()), state=state)
    for take in (
        lambda: made(old, draft(), LATER_US, AGENCIES, LONDON),
        lambda: says_the_same(old, listed()),
        lambda: says_the_same(standing(listed()), draft()),
        lambda: says_the_same(standing(listed()), listed("other")),
    ):
        with pytest.raises(RestrictionConflict):
            take()


def test_what_is_mirrored_is_not_made_or_amended_by_hand() -> None:
    with pytest.raises(Refused, match="mirrored"):
        made(None, listed(), NOW_US, AGENCIES, LONDON)
    for old, asked in ((standing(listed()), draft()), (standing(draft()), listed())):
        with pytest.raises(RestrictionUnknown):
            amended(old, asked, LATER_US, AGENCIES, LONDON)


def test_other_content_is_the_next_version_of_the_same_restriction() -> None:
    old = standing(draft())
    new = amended(old, draft(title="Warehouse fire, east side"), LATER_US, AGENCIES, LONDON)
    assert (new.version, new.created_us, new.changed_us) == (5, NOW_US, LATER_US)
    for gone in (None, *(replace(old, state=state) for state in ENDED)):
        with pytest.raises(RestrictionUnknown):
            amended(gone, draft(), LATER_US, AGENCIES, LONDON)


def test_a_source_that_says_the_same_changes_nothing() -> None:
    old = standing(listed())
    assert says_the_same(old, listed())
    assert not says_the_same(old, listed(title="Warehouse fire, east side"))
    new = mirrored(old, listed(title="Pond"), LATER_US, AGENCIES, LONDON)
    assert (new.version, new.created_us) == (5, NOW_US)
    ended = replace(old, state=RestrictionState.WITHDRAWN)
    assert mirrored(ended, listed(), LATER_US, AGENCIES, LONDON).created_us == LATER_US


def test_the_same_ground_makes_no_new_version() -> None:
    assert judged_anew(standing(draft()), LONDON, LATER_US) is None


def test_only_a_live_one_is_withdrawn_and_only_at_the_version_that_is_meant() -> None:
    old, name = standing(draft()), draft().name
    assert withdrawable(old, name, 0) is withdrawable(old, name, 4) is old
    with pytest.raises(RestrictionConflict, match="version 3 is not the current one, 4"):
        withdrawable(old, name, 3)
    with pytest.raises(RestrictionUnknown):
        withdrawable(None, name, 0)
    gone = in_state(old, RestrictionState.WITHDRAWN, LATER_US)
    assert (gone.version, gone.changed_us) == (5, LATER_US)
    with pytest.raises(RestrictionConflict, match="already"):
        withdrawable(gone, name, 0)
