"""One source as a whole: duplicates, replacements, cancellations, what is over, what is listed."""

import pytest

from adapters.geozones import notam, refresh
from adapters.geozones.report import Outcome, Reason
from tests.adapters.geozones.documents import notam as written

MARCH_US = 1_772_323_200 * 1_000_000


def settled(*documents: bytes, now_us: int | None = None) -> list[tuple[str, Reason | None]]:
    rows = refresh.settle(notam.decode(b"\n".join(documents)).items, now_us)
    return [(row.source_id, row.refusal) for row in rows]


def test_duplicates_collapse() -> None:
    assert settled(written(), written()) == [("J0001/26", None), ("J0001/26", Reason.DUPLICATE)]


def test_one_identifier_for_two_things_is_two_items() -> None:
    other = written(text="WI 1NM RADIUS OF 513000N 0001000E")
    rows = refresh.settle(notam.decode(written() + other).items)
    assert [row.source_id for row in rows] == ["J0001/26", "J0001/26 (2)"]
    assert "used 2 times" in str(rows[1].deviations)


@pytest.mark.parametrize("kind", ["R", "C"])
@pytest.mark.parametrize("first", [True, False])
def test_what_is_replaced_or_cancelled_is_not_set_in_either_order(kind: str, first: bool) -> None:
    old = written()
    new = written(reference="J0002/26", kind=kind, refers="J0001/26")
    rows = dict(settled(old, new) if first else settled(new, old))
    assert rows["J0001/26"] is Reason.SUPERSEDED
    assert rows["J0002/26"] is (None if kind == "R" else Reason.ENDS_SOMETHING)


def test_what_is_over_is_refused_only_when_the_time_is_known() -> None:
    assert settled(written()) == [("J0001/26", None)]
    assert settled(written(), now_us=MARCH_US) == [("J0001/26", None)]
    later = MARCH_US + 31 * 86_400 * 1_000_000
    assert settled(written(), now_us=later) == [("J0001/26", Reason.EXPIRED)]


def test_an_item_that_could_not_be_read_this_time_is_still_listed() -> None:
    unread = written(reference="J0003/26", text="SEE AIP", disc="5130N00010E999")
    over = written(reference="J0004/26", kind="C", refers="J0001/26")
    aside = written(reference="J0005/26", subject="MXLC")
    rows = refresh.settle(notam.decode(written() + unread + over + aside).items)
    assert refresh.listed(rows) == ("J0003/26",)
    assert refresh.ended(rows) == ("J0001/26",)
    assert all((row.zone is None) == (row.outcome is Outcome.REFUSED) for row in rows)
