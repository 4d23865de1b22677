from adapters.adsb.aircraft import Aircraft
from adapters.adsb.memory import ALTITUDE_AGE_US, IDENTITY_AGE_US, Heard, Memory, at_position

NOW_US = 1_700_000_000_000_000


def placed(heard: Heard, time_us: int = NOW_US, *, on_ground: bool = False) -> Aircraft:
    return at_position(
        "4009d1", heard, latitude_deg=51.5, longitude_deg=-0.1, time_us=time_us, on_ground=on_ground
    )


def test_what_was_said_holds_for_its_time_and_no_longer() -> None:
    heard = Heard()
    heard.hear("pressure_altitude_ft", 1_000, NOW_US)
    heard.hear("callsign", "UKP13", NOW_US)
    assert placed(heard, NOW_US + ALTITUDE_AGE_US).pressure_altitude_ft == 1_000
    later = placed(heard, NOW_US + ALTITUDE_AGE_US + 1)
    assert (later.pressure_altitude_ft, later.callsign) == (None, "UKP13")
    assert placed(heard, NOW_US + IDENTITY_AGE_US + 1).callsign == ""


def test_not_known_takes_back_what_was_known() -> None:
    heard = Heard()
    heard.hear("ground_speed_kt", 100, NOW_US)
    heard.hear("ground_speed_kt", None, NOW_US + 1)
    assert placed(heard).ground_speed_kt is None


def test_the_satellite_altitude_follows_from_the_difference() -> None:
    heard = Heard()
    heard.hear("pressure_altitude_ft", 1_000, NOW_US)
    heard.hear("geometric_less_pressure_ft", 325, NOW_US)
    assert placed(heard).geometric_altitude_ft == 1_325
    assert placed(heard, on_ground=True).geometric_altitude_ft is None


def test_the_aircraft_longest_silent_makes_room() -> None:
    memory = Memory(most=2)
    first = memory.of("a")
    memory.of("b")
    assert memory.of("a") is first
    memory.of("c")  # b goes
    assert memory.of("a") is first
    assert len(memory) == 2
