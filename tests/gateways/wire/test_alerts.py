"""The numbers of an alert on the wire: what is not known is not set."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.alerts import AlertGeometry, AlertKind
from broker.core.sharing.settings import AlertDetail
from broker.core.sharing.views import AlertView, PartyView
from broker.core.tracks.reports import AircraftClass
from broker.gateways.wire.alerts import alert_body, alert_with_ids, blank_alert, encode_alert
from tests.core.alert_samples import sample_alert


def view(time_to_exit_s: float | None, detail: AlertDetail = AlertDetail.FULL) -> AlertView:
    geometry = AlertGeometry(0.0, 90.0, None, None, 0.0, 0.0, 0.0, 0.0, 1.0, time_to_exit_s)
    alert = sample_alert(
        kind=AlertKind.RESTRICTION,
        track_b=-1,
        restriction_name="agencies/lfb/restrictions/fire",
        rule_id="restriction-entry",
        geometry=geometry,
    )
    return AlertView(alert, (), "", "", detail=detail)


def test_when_a_restriction_is_left_is_told() -> None:
    # REQ-RES-010
    message = encode_alert(view(12.34))
    assert message.time_to_exit_s == pytest.approx(12.3)
    assert message.time_to_loss_s == 0.0
    assert message.HasField("time_to_loss_s")


@pytest.mark.parametrize("detail", [AlertDetail.SECTOR, AlertDetail.EXISTENCE])
def test_it_is_not_told_where_it_is_not_known_or_not_the_readers(detail: AlertDetail) -> None:
    assert not encode_alert(view(None)).HasField("time_to_exit_s")
    assert not encode_alert(view(12.34, detail)).HasField("time_to_exit_s")


@pytest.mark.parametrize("detail", list(AlertDetail))
def test_a_member_tells_the_range_that_an_alert_of_its_own_would(detail: AlertDetail) -> None:
    # REQ-SHARE-005: where nothing is told of where, nothing reads as 0 m.
    one = view(None, detail)
    [member] = encode_alert(replace(view(None), members=(one,))).members
    alone = encode_alert(one)
    assert member.HasField("range_m") == alone.HasField("range_m")
    assert alone.HasField("range_m") == (detail is not AlertDetail.EXISTENCE)


ids = st.integers(0, 2**48 - 1).map(lambda number: f"{number:012x}")
words = st.text(max_size=30)
parties = st.builds(
    PartyView,
    ids,
    words,
    words,
    st.sampled_from(AircraftClass),
    words,
    words,
    st.integers(1, 2**40),
)
members = st.builds(
    lambda sides, text: replace(view(None), parties=sides, headline=text),
    st.lists(parties, max_size=2).map(tuple),
    words,
)
told = st.builds(
    lambda sides, inside, text: replace(
        view(1.0), parties=sides, members=inside, headline=text, advice=text
    ),
    st.lists(parties, max_size=2).map(tuple),
    st.lists(members, max_size=4).map(tuple),
    words | ids,
)


@given(told, st.data())
def test_a_body_with_ids_written_in_is_the_one_with_these_ids(
    one: AlertView, data: st.DataObject
) -> None:
    own = data.draw(st.lists(ids, min_size=len(one.sides), max_size=len(one.sides)))
    as_if = iter(own)
    theirs = replace(
        one,
        parties=tuple(replace(side, track_id=next(as_if)) for side in one.parties),
        members=tuple(
            replace(
                member,
                parties=tuple(replace(side, track_id=next(as_if)) for side in member.parties),
            )
            for member in one.members
        ),
    )
    assert alert_with_ids(blank_alert(one), own) == alert_body(encode_alert(theirs))
    assert alert_with_ids(blank_alert(theirs), own) == alert_with_ids(blank_alert(one), own)
