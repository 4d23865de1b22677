"""Rows and ids lead to each other, whatever is kept, replaced and dropped."""

from hypothesis import given
from hypothesis import strategies as st

from broker.core.alerts_by_row import AlertsByRow
from tests.core.alert_samples import sample_alert

steps = st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=40)


@given(steps)
def test_it_is_what_a_dictionary_and_a_search_would_say(changes: list[tuple[int, bool]]) -> None:
    alerts, plain = AlertsByRow(), {}
    for place, (row, stays) in enumerate(changes):
        if stays:
            plain[row] = sample_alert(alert_id=f"alr-{place}")
            alerts.keep(row, plain[row])
        else:
            plain.pop(row, None)
            alerts.drop(row)
        assert dict(alerts) == plain
        assert list(alerts) == list(plain)
        for number in range(place + 1):
            rows = [at for at, one in plain.items() if one.alert_id == f"alr-{number}"]
            assert alerts.row_of(f"alr-{number}") == (rows[0] if rows else None)


def test_another_revision_keeps_its_place_and_its_id() -> None:
    alerts = AlertsByRow()
    alerts.keep(1, sample_alert(alert_id="a"))
    alerts.keep(2, sample_alert(alert_id="b"))
    alerts.keep(1, sample_alert(alert_id="a", revision=2))
    assert (list(alerts), alerts[1].revision, alerts.row_of("a")) == ([1, 2], 2, 1)


def test_a_snapshot_s_alerts_are_all_that_stand() -> None:
    alerts = AlertsByRow()
    alerts.keep(1, sample_alert(alert_id="a"))
    alerts.replace_all({3: sample_alert(alert_id="b")})
    assert (alerts.row_of("a"), alerts.row_of("b"), len(alerts)) == (None, 3, 1)
