"""A QNH feed over a real web server and a real file, as a feed's table sets it up."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import structlog

from adapters.adsb.aircraft import Aircraft, Known
from adapters.adsb.pressure import Qnh
from adapters.clock import RealClock
from adapters.registry import build_feed
from adapters.settings import AdsbSettings, UnknownAdapter, read_table
from adapters.sources.polled import FileSource, HttpSource, Polling
from adapters.weather.reading import WeatherReading
from keepclear.client import Backoff
from keepclear.client.build import FOOT_M
from keepclear.v1 import common_pb2
from tests.adapters.sources.test_polled import Web
from tests.client.conftest import until

FAST = Polling(0.02, 256_000)


def metar(qnh: int, age_s: float = 600.0, station: str = "EGLC") -> bytes:
    at = time.gmtime(time.time() - age_s)
    return f"METAR {station} {time.strftime('%d%H%M', at)}Z 24008KT 10/07 Q{qnh:04}=\n".encode()


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()
    yield made
    made.stop()


def settings(address: str, **more: Any) -> AdsbSettings:
    table = {
        "kind": "readsb", "address": "x.json", "qnh_from": address, "qnh_stations": ["EGLC"], **more
    }  # fmt: skip
    made = read_table(AdsbSettings, "roof", table)
    assert isinstance(made, AdsbSettings)
    return made


@asynccontextmanager
async def kept(of: AdsbSettings) -> AsyncIterator[Callable[[], Qnh | None]]:
    """The feed's QNH now, while its place is polled without the usual minute between."""
    upkeep = of.upkeep(RealClock())
    assert isinstance(upkeep, WeatherReading)
    address = of.qnh_from
    source = (
        HttpSource(address, RealClock(), FAST)
        if address.startswith("http")
        else FileSource(Path(address), RealClock(), FAST)
    )
    reading = WeatherReading(upkeep.book, source, RealClock())
    task = asyncio.create_task(reading.keep_read(Backoff(0.02, 0.05)))
    try:
        yield lambda: of.qnh_at(RealClock().now_us())
        assert not task.done()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def hpa(of: Qnh | None) -> float | None:
    return None if of is None else of.qnh_hpa


async def test_a_qnh_is_read_renewed_and_outlives_its_server_until_it_is_old(web: Web) -> None:
    # REQ-ADAPT-022
    web.body = metar(1_004, station="EGKK") + metar(997)
    with structlog.testing.capture_logs() as logs:
        async with kept(settings(web.url)) as qnh:
            await until(lambda: hpa(qnh()) == 997.0)
            web.body = metar(998, age_s=60.0)
            await until(lambda: hpa(qnh()) == 998.0)
            web.status = 500
            await until(lambda: any("HTTP 500" in str(one) for one in logs))
            web.status, web.body = 200, b"\xff\x00 no report"
            await until(lambda: len(web.statuses) > 20)
            assert hpa(qnh()) == 998.0  # the last one stands
            web.body = metar(1_030, age_s=-120.0)  # its clock is a little ahead
            await until(lambda: hpa(qnh()) == 1_030.0)


async def test_an_old_report_is_no_qnh_and_is_said(web: Web) -> None:
    web.body = metar(997, age_s=6_000.0)
    with structlog.testing.capture_logs() as logs:
        async with kept(settings(web.url)) as qnh:
            await until(lambda: any("without a fresh QNH" in one["event"] for one in logs))
            assert qnh() is None


async def test_a_file_that_is_replaced_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "metar.txt"
    async with kept(settings(str(path))) as qnh:
        await asyncio.sleep(0.1)
        assert qnh() is None  # not there yet
        path.write_bytes(metar(1_020))
        await until(lambda: hpa(qnh()) == 1_020.0)
        path.write_bytes(metar(1_021, age_s=0.0))
        await until(lambda: hpa(qnh()) == 1_021.0)


async def test_a_helicopter_below_the_pressure_level_gets_its_altitude_and_the_doubt(
    web: Web,
) -> None:
    # REQ-ADAPT-006: 16 hPa below standard is 440 ft: the doubt of the QNH is in the accuracy.
    web.body = metar(997, age_s=0.0)
    own = settings(web.url)
    reporter = own.reporter()
    heard = Aircraft(
        address="404a2e",
        time_of_validity_us=RealClock().now_us(),
        latitude_deg=51.5,
        longitude_deg=-0.1,
        known=Known.ADSB,
        horizontal_accuracy_m=30.0,
        pressure_altitude_ft=1_500.0,
    )
    before = reporter.report(heard)
    assert before.altitude_datum == common_pb2.ALTITUDE_DATUM_PRESSURE
    async with kept(own) as qnh:
        await until(lambda: qnh() is not None)
        made = reporter.report(heard)
    assert made.altitude_datum == common_pb2.ALTITUDE_DATUM_AMSL
    assert made.altitude_m == pytest.approx((1_500.0 - 447.0) * FOOT_M, abs=3.0)
    assert made.vertical_accuracy_m > 150.0 * FOOT_M


def test_a_feed_hands_its_upkeep_to_who_runs_it(web: Web, tmp_path: Path) -> None:
    table = {"kind": "readsb", "address": web.url}
    assert build_feed("roof", table, RealClock()).upkeep is None
    table |= {"qnh_from": str(tmp_path / "metar.txt"), "qnh_stations": ["EGLC"]}  # type: ignore[dict-item]
    assert build_feed("roof", table, RealClock()).upkeep is not None


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"qnh_stations": []}, "given together"),
        ({"qnh_from": ""}, "given together"),
        ({"qnh_hpa": 1_010.0}, "exclude each other"),
        ({"qnh_stations": ["eglc"]}, "qnh_stations"),
        ({"qnh_stations": ["EGLC"] * 11}, "qnh_stations"),
    ],
)
def test_half_a_setting_is_refused(more: dict[str, Any], says: str) -> None:
    with pytest.raises(UnknownAdapter, match=says):
        settings("http://localhost/metar", **more)


def test_an_address_that_is_none_is_refused_and_a_key_in_it_is_not_shown() -> None:
    # REQ-ADAPT-005
    with pytest.raises(UnknownAdapter, match="not a URL"):
        settings("http://host:port/metar").upkeep(RealClock())
    upkeep = settings("https://user:secret@host/metar?key=secret").upkeep(RealClock())
    assert isinstance(upkeep, WeatherReading)
    assert upkeep.source.where == "https://host/metar"
