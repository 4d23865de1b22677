"""Weather reports: three groups are read, and nothing of a forecast."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.model import Refusal
from adapters.weather.metar import (
    HIGHEST_HPA,
    LOWEST_HPA,
    MAX_REPORTS,
    MAX_WEATHER_BYTES,
    Pressure,
    read_metars,
)


def us(*when: int) -> int:
    return round(datetime(*when, tzinfo=UTC).timestamp()) * 1_000_000  # type: ignore[misc, arg-type]


NOW_US = us(2026, 11, 21, 10, 35)
CITY = "METAR EGLC 211020Z AUTO 24008KT 9999 BKN021 10/07 Q1013="


def read(text: str, now_us: int = NOW_US) -> list[Pressure | Refusal]:
    return list(read_metars(text.encode(), now_us))


@pytest.mark.parametrize(
    "text",
    [
        CITY,
        "EGLC 211020Z 24008KT CAVOK 10/07 Q1013",
        "2026/11/21 10:20\nEGLC 211020Z 24008KT 9999 10/07 Q1013\n",
        "SPECI COR EGLC 211020Z 24008G20KT 9999\r\n  10/07 Q1013 NOSIG=",
        "METAR EGLC 211020Z 24008KT 10/07 Q1013 TEMPO 4000 Q0990=",
        "METAR EGLC 211020Z 24008KT 10/07 Q1013 RMK A2870=",
        "TAF EGLC 211100Z 2112/2121 24008KT QNH2992INS=\n" + CITY,
        "raw_text,station_id\nEGLC 211020Z 24008KT 10/07 Q1013,EGLC",
    ],
    ids=["usual", "no word", "noaa", "split", "trend", "remark", "forecast", "table"],
)
def test_a_report_says_whose_when_and_how_much(text: str) -> None:
    [found] = [one for one in read(text) if isinstance(one, Pressure)]
    assert found == Pressure("EGLC", us(2026, 11, 21, 10, 20), 1013.0)


def test_inches_of_mercury_are_hectopascals_too() -> None:
    [found] = read("KJFK 211020Z 24008KT 10SM 10/07 A2992")
    assert isinstance(found, Pressure)
    assert found.qnh_hpa == pytest.approx(1013.21, abs=0.01)


@pytest.mark.parametrize(
    ("text", "now", "observed"),
    [
        ("211020Z", (2026, 11, 21, 10, 20), (2026, 11, 21, 10, 20)),
        ("312350Z", (2027, 1, 1, 0, 5), (2026, 12, 31, 23, 50)),
        ("302350Z", (2026, 12, 1, 0, 5), (2026, 11, 30, 23, 50)),
        ("010005Z", (2026, 11, 30, 23, 58), (2026, 11, 1, 0, 5)),
        ("211044Z", (2026, 11, 21, 10, 35), (2026, 11, 21, 10, 44)),
        ("211050Z", (2026, 11, 21, 10, 35), (2026, 10, 21, 10, 50)),
    ],
)
def test_the_day_is_the_last_one_of_that_number(
    text: str, now: tuple[int, ...], observed: tuple[int, ...]
) -> None:
    [found] = read(f"EGLC {text} 24008KT Q1013", us(*now))
    assert isinstance(found, Pressure)
    assert found.observed_us == us(*observed)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("METAR EGLC 211020Z NIL=", "no pressure in it"),
        ("METAR EGLC 211020Z 24008KT Q////=", "no pressure in it"),
        ("METAR EGLC 211020Z 24008KT NOSIG Q1013=", "no pressure in it"),
        ("METAR EGLC 211020Z 24008KT Q0500=", "no pressure that can be"),
        ("METAR EGLC 211020Z 24008KT Q10133=", "no pressure in it"),
        ("METAR EGLC 391020Z 24008KT Q1013=", "no time that can be"),
        ("METAR EGLC 212561Z 24008KT Q1013=", "no time that can be"),
        ("TAF AMD EGLC 211100Z 2112/2121 24008KT Q1013=", "a forecast"),
        ("<html>Not found</html>", "no weather report in it"),
        ("", "no weather report in it"),
        (CITY * (MAX_WEATHER_BYTES // len(CITY) + 1), f"over {MAX_WEATHER_BYTES} bytes"),
    ],
)
def test_what_says_nothing_is_refused_with_its_reason(text: str, reason: str) -> None:
    [found] = read(text)
    assert isinstance(found, Refusal)
    assert found.reason == reason


def test_a_pressure_stands_with_its_own_station_alone() -> None:
    found = read("EGLL 211020Z 24008KT 9999\nEGLC 211020Z 24008KT Q1013\n")
    assert [one for one in found if isinstance(one, Pressure)] == [
        Pressure("EGLC", us(2026, 11, 21, 10, 20), 1013.0)
    ]


def test_too_many_reports_are_not_all_read() -> None:
    found = read("EGLC 211020Z Q1013 " * (MAX_REPORTS + 5))
    assert Refusal("document", f"over {MAX_REPORTS} reports") in found
    assert sum(isinstance(one, Pressure) for one in found) == MAX_REPORTS


_PIECES = st.sampled_from(
    [
        "METAR ",
        "TAF ",
        "EGLC ",
        "211020Z ",
        "990000Z ",
        "Q1013",
        "A2992 ",
        "=",
        " RMK ",
        "\x00",
        "é",
    ]
)


@given(st.one_of(st.binary(max_size=400), st.lists(_PIECES).map(lambda one: "".join(one).encode())))
def test_any_bytes_give_pressures_that_can_be_or_refusals(data: bytes) -> None:
    # REQ-ADAPT-003
    for one in read_metars(data, NOW_US):
        assert isinstance(one, Refusal) or LOWEST_HPA <= one.qnh_hpa <= HIGHEST_HPA
