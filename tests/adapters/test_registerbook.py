"""The agency's own register, as feeds look it up: by address and serial number, nothing else."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from adapters import registerbook
from adapters.adsb.aircraft import Aircraft as Heard
from adapters.adsb.aircraft import Known
from adapters.adsb.report import Reporter
from adapters.airframes import read_airframes
from adapters.dji.fleet import Fleet
from adapters.dji.settings import AircraftSettings, DjiSettings
from adapters.registerbook import RegisterBook, keep_renewed
from adapters.remote_id.drones import Drones
from adapters.remote_id.location import Location
from adapters.remote_id.messages import SERIAL_NUMBER, BasicId
from keepclear.client import Backoff, UnavailableError
from keepclear.v1 import common_pb2
from keepclear.v1.aircraft_pb2 import Aircraft
from keepclear.v1.tracks_pb2 import AircraftDescription, TrackReport
from tests.adapters.dji.messages import DRONE, NOW_US, flying, osd
from tests.patience import PATIENCE_S

HELICOPTER = Aircraft(
    name="agencies/met/aircraft/npas-25",
    aircraft_class=common_pb2.AIRCRAFT_CLASS_HELICOPTER,
    registration="G-POLD",
    icao_address="404a2e",
)
OWN_DRONE = Aircraft(
    name="agencies/met/aircraft/met-07",
    aircraft_class=common_pb2.AIRCRAFT_CLASS_DRONE,
    registration="G-DRON",
    icao_address="43abcd",
    serials=[DRONE],
)
BOOK = RegisterBook([HELICOPTER, OWN_DRONE])


def heard(**changed: Any) -> AircraftDescription:
    fields = {
        "address": "404a2e", "time_of_validity_us": 5, "latitude_deg": 51.5, "longitude_deg": -0.1,
        "known": Known.ADSB, "horizontal_accuracy_m": 30.0, **changed,
    }  # fmt: skip
    listed, _ = read_airframes(b"ICAO,Registration,ICAO Type\n404A2E,G-OLD,C172\n")
    return Reporter(register=listed, book=BOOK).report(Heard(**fields)).description


def test_adsb_takes_class_and_registration_by_address() -> None:
    # REQ-ADAPT-020
    own = heard()
    assert own.aircraft_class == common_pb2.AIRCRAFT_CLASS_HELICOPTER
    assert own.registration == "G-POLD"
    assert heard(category="A1").aircraft_class == common_pb2.AIRCRAFT_CLASS_AEROPLANE


def test_a_callsign_or_another_address_finds_nothing() -> None:
    # REQ-ADAPT-020
    for other in (
        heard(address="400000", callsign="npas-25"),
        heard(address="~404a2e"),
        heard(address="400000", registration="G-POLD"),
    ):
        assert other.aircraft_class == common_pb2.AIRCRAFT_CLASS_UNSPECIFIED


def dji(report_of: DjiSettings) -> TrackReport:
    [report] = Fleet(report_of).decode(osd(DRONE, flying())).reports
    return report


def settings(**more: Any) -> DjiSettings:
    made = DjiSettings(kind="dji", address="mqtt://localhost", **more)
    made.book.take([OWN_DRONE])
    return made


def test_dji_takes_name_registration_and_address_by_serial_number() -> None:
    made = dji(settings(only_listed=True)).description
    assert (made.callsign, made.registration) == ("met-07", "G-DRON")
    assert (made.icao_address, made.serial_number) == ("43abcd", DRONE)
    own = AircraftSettings(callsign="MET 07", registration="G-OWNN")
    made = dji(settings(aircraft={DRONE: own})).description
    assert (made.callsign, made.registration, made.icao_address) == ("MET 07", "G-OWNN", "43abcd")


def test_each_feed_has_a_book_of_its_own() -> None:
    alone = DjiSettings(kind="dji", address="mqtt://localhost")
    assert settings().book.by_serial(DRONE) is not None
    assert alone.book.by_serial(DRONE) is None
    assert dji(alone).description.callsign.endswith(DRONE[-4:])


@pytest.mark.parametrize(("id_type", "wanted"), [(SERIAL_NUMBER, DRONE), (2, "")])
def test_remote_id_hands_on_a_serial_number_and_nothing_it_might_mean(
    id_type: int, wanted: str
) -> None:
    drones = Drones()
    drones.identify("aa", BasicId(id_type, 2, DRONE), NOW_US)
    made = drones.locate("aa", place(), NOW_US)
    assert isinstance(made, TrackReport)
    assert made.description.serial_number == wanted
    assert made.description.registration == made.description.callsign == ""


def place() -> Location:
    return Location(
        status=2, latitude_deg=51.5, longitude_deg=-0.1, geodetic_altitude_m=None,
        pressure_altitude_m=None, height_m=None, height_is_over_ground=False, speed_mps=0.0,
        direction_deg=None, vertical_speed_mps=None, horizontal_accuracy_m=None,
        vertical_accuracy_m=None, speed_accuracy_mps=None, second_of_hour_s=None,
    )  # fmt: skip


class Register:
    """Answers with what it is given, in turn, then nothing new."""

    def __init__(self, *answers: list[Aircraft] | Exception) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def list_aircraft(self) -> list[Aircraft]:
        self.asked += 1
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_the_book_is_renewed_and_outlives_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    # REQ-ADAPT-021
    monkeypatch.setattr(registerbook, "RENEWED_S", 0.01)
    failure = UnavailableError("no broker", "try again")
    register = Register([OWN_DRONE], failure, failure, [HELICOPTER])
    book = RegisterBook()
    task = asyncio.create_task(keep_renewed(book, register, Backoff(0.01, 0.02)))
    seen: dict[str, int] = {}
    async with asyncio.timeout(PATIENCE_S):
        while book.by_address("404a2e") is None:
            await asyncio.sleep(0.001)
            if book.by_serial(DRONE) is not None:
                seen["own"] = register.asked
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert seen["own"] >= 3  # while it could not be asked, the last copy stood
    assert book.by_serial(DRONE) is None
