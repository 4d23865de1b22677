"""Control commands that are repeated: each gets its first answer, whatever has happened since."""

from broker.core.aircraft.model import AircraftName, AircraftRecord, DataPath
from broker.core.commands import Command, RegisterAircraft, RemoveAircraft
from broker.core.names import SystemName
from broker.core.outcomes import Done, NotDone
from broker.core.tracks.reports import AircraftClass
from broker.core.units import HOUR_US
from tests.core.sharing.worlds import MET, START_US, World

NAME = AircraftName("met", "d1")
RECORD = AircraftRecord(
    NAME, AircraftClass.DRONE, "", "", ("SERIAL1",), "DJI", "M4", "CN", "1", "Pilot",
    DataPath.LOCAL, "police", START_US + HOUR_US,
)  # fmt: skip


def answer(world: World, command: Command) -> object:
    [outcome] = world.do(command)
    return outcome.reply


def test_an_aircraft_that_was_taken_out_is_taken_out_for_a_repeat_too() -> None:
    # The first answer may have been lost on its way: "there is no such aircraft" would be wrong.
    world = World()
    assert isinstance(answer(world, RegisterAircraft(MET, "r-1", (RECORD,))), Done)
    removed = answer(world, RemoveAircraft(MET, "r-2", NAME))
    assert isinstance(removed, Done)
    assert answer(world, RemoveAircraft(MET, "r-2", NAME)) == removed
    again = answer(world, RemoveAircraft(MET, "r-3", NAME))
    assert isinstance(again, NotDone)
    assert again.not_found


def test_a_repeat_writes_no_aircraft_over_what_was_written_since() -> None:
    world = World()
    first = RegisterAircraft(MET, "r-1", (RECORD,))
    written = answer(world, first)
    answer(world, RemoveAircraft(MET, "r-2", NAME))
    assert answer(world, first) == written
    assert world.airspace.controls.aircraft.of_agency("met", world.now_us) == []


def test_another_agencys_aircraft_are_denied_by_name() -> None:
    lfb = SystemName("lfb", "drones")
    for command, field in (
        (RegisterAircraft(lfb, "r-1", (RECORD,)), "aircraft[0].name"),
        (RemoveAircraft(lfb, "r-2", NAME), "name"),
    ):
        denied = answer(World(), command)
        assert isinstance(denied, NotDone)
        assert (denied.denied, [one.field for one in denied.refusals]) == (True, [field])
