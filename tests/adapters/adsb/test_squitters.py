import math
import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.adsb import squitters as module
from adapters.adsb.aircraft import Aircraft, Known
from adapters.adsb.squitters import Frame, SquitterDecoder
from sim.radio import squitters as sent

NOW_US = 1_700_000_000_000_000
LATITUDE, LONGITUDE = 51.5074, -0.1278
M_PER_DEG = 111_195.0


def pair(**options: int) -> list[bytes]:
    return [
        sent.position("4009d1", LATITUDE, LONGITUDE, odd=odd, **options) for odd in (False, True)
    ]


def frames(messages: list[bytes], spacing_us: int = 500_000) -> list[Frame]:
    return [Frame(data, NOW_US + place * spacing_us) for place, data in enumerate(messages)]


def decoded(messages: list[bytes], spacing_us: int = 500_000) -> list[Aircraft]:
    return list(SquitterDecoder().decode(frames(messages, spacing_us)).aircraft)


def test_an_even_and_an_odd_half_make_one_position_at_the_time_of_the_second() -> None:
    (made,) = decoded(pair())
    assert made.address == "4009d1"
    assert made.time_of_validity_us == NOW_US + 500_000
    assert math.isclose(made.latitude_deg, LATITUDE, abs_tol=5.0 / M_PER_DEG)
    assert math.isclose(made.longitude_deg, LONGITUDE, abs_tol=8.0 / M_PER_DEG)
    assert (made.known, made.pressure_altitude_ft) == (Known.ADSB, 1_000)


def test_velocity_identity_and_the_satellite_difference_are_joined() -> None:
    (made,) = decoded(
        [
            sent.identity("4009d1", "UKP13"),
            sent.velocity("4009d1", 60, -80, 640, above_ft=325),
            *pair(),
        ]
    )
    assert (made.callsign, made.category) == ("UKP13", "A7")
    assert made.ground_speed_kt == pytest.approx(100.0)
    assert made.track_deg == pytest.approx(math.degrees(math.atan2(60, -80)))
    assert made.climb_fpm == 640
    assert made.geometric_altitude_ft == 1_325


def test_a_satellite_altitude_is_not_taken_for_a_pressure_altitude() -> None:
    (made,) = decoded(pair(type_code=20))
    assert (made.geometric_altitude_ft, made.pressure_altitude_ft) == (1_000, None)


@pytest.mark.parametrize(
    ("control", "address", "known"),
    [(0, "4009d1", Known.ADSB), (1, "~4009d1", Known.ADSB), (2, "4009d1", Known.TISB),
     (5, "~4009d1", Known.TISB), (6, "4009d1", Known.ADSB)],
)  # fmt: skip
def test_rebroadcasts_are_told_apart(control: int, address: str, known: Known) -> None:
    (made,) = decoded(pair(downlink=18, low_bits=control))
    assert (made.address, made.known) == (address, known)
    assert made.horizontal_accuracy_m == pytest.approx({0: 92.6, 1: 92.6}.get(control, 926.0))


def test_a_multilaterated_position_says_so() -> None:
    both = [Frame(data, NOW_US + place * 500_000, True) for place, data in enumerate(pair())]
    (made,) = SquitterDecoder().decode(both).aircraft
    assert made.known is Known.MLAT


def test_halves_too_far_apart_in_time_make_no_position() -> None:
    assert decoded(pair(), 20_000_000) == []


def test_a_flipped_bit_is_refused_and_costs_only_its_frame() -> None:
    first, second = pair()
    broken = bytes([*first[:6], first[6] ^ 4, *first[7:]])
    found = SquitterDecoder().decode(frames([first, broken, second]))
    assert len(found.aircraft) == 1
    assert [each.reason for each in found.refusals] == ["wrong checksum or not readable"]


def test_vehicles_on_the_ground_are_no_aircraft() -> None:
    found = SquitterDecoder().decode(frames([sent.identity("4009d1", "FIRE1", 1, 2), *pair()]))
    assert (found.aircraft, [each.field for each in found.refusals]) == ((), ["category"])


def flight(seconds: int, seed: int) -> Iterator[tuple[bytes, int, float, float]]:
    """A helicopter at 100 kt eastwards, two position squitters a second, jittered."""
    chance = random.Random(seed)
    for step in range(seconds * 2):
        time_us = NOW_US + step * 500_000 + chance.randrange(100_000)
        longitude_deg = LONGITUDE + (time_us - NOW_US) / 1e6 * 51.4 / (M_PER_DEG * 0.6225)
        data = sent.position("4009d1", LATITUDE, longitude_deg, odd=bool(step % 2))
        yield data, time_us, LATITUDE, longitude_deg


@pytest.mark.parametrize("piece", [1, 3, 50])
def test_the_answer_does_not_depend_on_how_the_stream_is_cut(piece: int) -> None:
    sent_frames = [Frame(data, time_us) for data, time_us, *_ in flight(30, 1)]
    truth = {time_us: longitude_deg for _, time_us, _, longitude_deg in flight(30, 1)}
    decoder = SquitterDecoder()
    found: list[Aircraft] = []
    for place in range(0, len(sent_frames), piece):
        found += decoder.decode(sent_frames[place : place + piece]).aircraft
    assert len(found) == len(sent_frames) - 1
    for each in found:
        error_m = abs(each.longitude_deg - truth[each.time_of_validity_us]) * M_PER_DEG * 0.6225
        assert error_m < 10.0


@given(st.lists(st.binary(max_size=15), max_size=12), st.booleans())
def test_any_bytes_give_aircraft_or_refusals(messages: list[bytes], repair: bool) -> None:
    if repair:  # with the right checksum noise gets further in
        messages = [
            sent.with_checksum(bytes([0x8D]) + data[:10].ljust(10, b"\x58")) for data in messages
        ]
    for made in decoded(messages):
        assert -90.0 <= made.latitude_deg <= 90.0
        assert -180.0 <= made.longitude_deg <= 180.0


def test_a_decoder_that_gives_up_costs_one_frame_not_the_stream(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class PanicException(BaseException):
        pass

    class Library:
        @staticmethod
        def decode(*_: object, **__: object) -> None:
            raise PanicException

    monkeypatch.setattr(module, "rs1090", Library)
    found = SquitterDecoder().decode(frames(pair()))
    assert len(found.refusals) == 2


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_KEPT_AIRCRAFT", 5)
    decoder = SquitterDecoder()
    for number in range(20):
        address = f"{0x400000 + number:06x}"
        for step in range(12):
            data = sent.position(address, 51.0, 0.1, odd=bool(step % 2))
            decoder.decode([Frame(data, NOW_US + step * 500_000)])
    assert len(decoder._kept) == 5
    assert max(len(kept.frames) for kept in decoder._kept.values()) == module.KEPT_POSITIONS
