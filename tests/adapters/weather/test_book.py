"""An old QNH grows doubtful, and then is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.weather.book import (
    AHEAD_US,
    HOURLY_CHANGE_HPA,
    MAX_AGE_US,
    REPORTED_ERROR_HPA,
    QnhBook,
)
from adapters.weather.metar import Pressure

NOW_US = 1_795_000_000_000_000
HOUR_US = 3_600_000_000


def book(*reports: tuple[str, float, float]) -> QnhBook:
    """Of (station, hours old, hectopascals)."""
    made = QnhBook(("EGLC", "EGLL"))
    made.take(
        Pressure(station, NOW_US - round(hours * HOUR_US), qnh_hpa)
        for station, hours, qnh_hpa in reports
    )
    return made


def test_the_error_of_a_report_grows_with_its_age_until_it_is_not_used() -> None:
    # REQ-ADAPT-022
    fresh, old = book(("EGLC", 0.0, 1_010.0)).at(NOW_US), book(("EGLC", 1.0, 1_010.0)).at(NOW_US)
    assert fresh is not None
    assert old is not None
    assert (fresh.qnh_hpa, fresh.error_hpa) == (1_010.0, REPORTED_ERROR_HPA)
    assert old.error_hpa == REPORTED_ERROR_HPA + HOURLY_CHANGE_HPA
    one = book(("EGLC", 0.0, 1_010.0))
    assert one.at(NOW_US + MAX_AGE_US) is not None
    assert one.at(NOW_US + MAX_AGE_US + 1) is None
    assert one.at(NOW_US - AHEAD_US) is not None
    assert one.at(NOW_US - AHEAD_US - 1) is None


def test_nothing_reported_is_nothing_known() -> None:
    assert QnhBook().at(NOW_US) is None
    assert QnhBook(("EGLC",)).age_s(NOW_US) is None
    assert book(("EGKK", 0.0, 1_010.0)).at(NOW_US) is None  # not asked for


def test_the_newest_of_a_station_counts_in_whatever_order_they_come() -> None:
    known = book(("EGLC", 0.5, 1_012.0), ("EGLC", 1.0, 1_030.0))
    found = known.at(NOW_US)
    assert found is not None
    assert found.qnh_hpa == 1_012.0
    assert known.age_s(NOW_US) == 1_800.0


spans = st.lists(
    st.tuples(st.sampled_from(["EGLC", "EGLL"]), st.floats(0.0, 1.4), st.floats(950.0, 1_050.0)),
    min_size=1,
    max_size=2,
    unique_by=lambda one: one[0],
)


@given(spans)
def test_what_any_station_leaves_possible_stays_possible(
    reports: list[tuple[str, float, float]],
) -> None:
    found = book(*reports).at(NOW_US)
    assert found is not None
    for station, hours, qnh_hpa in reports:
        alone = book((station, hours, qnh_hpa)).at(NOW_US)
        assert alone is not None
        assert found.qnh_hpa - found.error_hpa <= qnh_hpa - alone.error_hpa + 1e-6
        assert found.qnh_hpa + found.error_hpa >= qnh_hpa + alone.error_hpa - 1e-6
    assert found.qnh_hpa == pytest.approx(
        sum(found.qnh_hpa + sign * found.error_hpa for sign in (-1, 1)) / 2
    )
