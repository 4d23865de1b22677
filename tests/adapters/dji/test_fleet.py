"""Messages in, reports or refusals out: what a DJI message says, and what it does not."""

from typing import Any

import pytest

from adapters.dji.fleet import Fleet
from adapters.dji.settings import AircraftSettings, DjiSettings, HeightDatum
from adapters.model import Document
from keepclear.v1 import common_pb2
from keepclear.v1.tracks_pb2 import TrackReport
from tests.adapters.dji.messages import (
    DOCK,
    DRONE,
    NOW_US,
    OTHER_DOCK,
    PLACE,
    dock,
    document,
    envelope,
    event,
    flying,
    osd,
)

SECOND_US = 1_000_000


def fleet(**settings: Any) -> Fleet:
    return Fleet(DjiSettings(kind="dji", address="mqtt://localhost", **settings))


def one(of: Fleet, message: Document) -> TrackReport:
    decoded = of.decode(message)
    assert not decoded.refusals
    assert len(decoded.reports) == 1
    return decoded.reports[0]


def refused(of: Fleet, message: Document) -> tuple[str, str]:
    decoded = of.decode(message)
    assert not decoded.reports
    assert len(decoded.refusals) == 1
    return decoded.refusals[0].field, decoded.refusals[0].reason


def status_of(report: TrackReport) -> str:
    name = common_pb2.OperationalStatus.Name(report.operational_status)
    return name.removeprefix("OPERATIONAL_STATUS_")


def test_an_aircraft_is_reported_with_what_it_said() -> None:
    own = AircraftSettings(callsign="MET 07", registration="G-DRON", icao_address="43ABCD")
    made = one(
        fleet(aircraft={DRONE: own}, talkgroup="TG 5", duty_contact="020 7946 0000"),
        osd(DRONE, flying(), gateway=DOCK),
    )
    assert made.source_track_id == DRONE
    assert (made.latitude_deg, made.longitude_deg) == tuple(PLACE.values())
    assert made.vertical_speed_mps == -0.5
    assert made.source == common_pb2.REPORT_SOURCE_TELEMETRY
    assert status_of(made) == "AIRBORNE"
    assert made.description.aircraft_class == common_pb2.AIRCRAFT_CLASS_DRONE
    assert made.description.callsign == "MET 07"
    assert made.description.registration == "G-DRON"
    assert made.description.talkgroup == "TG 5"


def test_the_nose_is_not_the_track() -> None:
    # REQ-DJI-003: one fix gives a speed without a direction; two give the line between them.
    heard = fleet()
    first = one(heard, osd(DRONE, flying(attitude_head=90)))
    assert not first.HasField("velocity_east_mps")
    north = flying(attitude_head=90, latitude=PLACE["latitude"] + 0.000_216)
    second = one(heard, osd(DRONE, north, NOW_US + 2 * SECOND_US))
    assert second.velocity_north_mps == pytest.approx(12.0, abs=0.01)
    assert second.velocity_east_mps == pytest.approx(0.0, abs=0.01)
    assert second.velocity_accuracy_mps == pytest.approx(1.0 + 0.35 * 12.0)


def test_a_direction_is_not_guessed_from_fixes_far_apart_in_time_or_too_near() -> None:
    for latitude_deg, later_s in ((0.000_216, 20), (0.000_01, 2)):
        heard = fleet()
        one(heard, osd(DRONE, flying()))
        moved = flying(latitude=PLACE["latitude"] + latitude_deg)
        second = one(heard, osd(DRONE, moved, NOW_US + later_s * SECOND_US))
        assert not second.HasField("velocity_east_mps")


def test_standing_still_needs_no_direction() -> None:
    made = one(fleet(), osd(DRONE, flying(horizontal_speed=0.1)))
    assert (made.velocity_east_mps, made.velocity_north_mps) == (0.0, 0.0)
    assert made.HasField("velocity_east_mps")


def test_a_velocity_that_is_sent_is_taken() -> None:
    made = one(fleet(), osd(DRONE, flying(vel_ned_x=3.0, vel_ned_y=-4.0)))
    assert (made.velocity_north_mps, made.velocity_east_mps) == (3.0, -4.0)


def test_sent_is_not_when_the_position_was_true() -> None:
    # REQ-DJI-004: the time is earlier by what the fleet is set to, and the accuracy grows by it.
    made = one(fleet(fix_age_s=0.8), osd(DRONE, flying()))
    assert made.time_of_validity_us == NOW_US - 800_000
    assert made.horizontal_accuracy_m == pytest.approx(3.0 + 12.0 * 0.8)


def test_the_height_is_not_used_before_somebody_checked_the_fleet() -> None:
    # REQ-DJI-005
    unchecked = one(fleet(), osd(DRONE, flying()))
    assert not unchecked.HasField("altitude_m")
    assert unchecked.height_m == 60.0
    assert unchecked.height_reference == common_pb2.HEIGHT_REFERENCE_TAKEOFF
    for datum, wire in (
        (HeightDatum.HAE, common_pb2.ALTITUDE_DATUM_HAE),
        (HeightDatum.AMSL, common_pb2.ALTITUDE_DATUM_AMSL),
    ):
        made = one(fleet(height_datum=datum), osd(DRONE, flying()))
        assert (made.altitude_m, made.altitude_datum) == (120.5, wire)
        assert made.height_m == 60.0


@pytest.mark.parametrize(
    ("changed", "absent"),
    [
        ({"elevation": 3276.7}, "height_m"),
        ({"elevation": 65535}, "height_m"),
        ({"vertical_speed": 32767}, "vertical_speed_mps"),
        ({"vertical_speed": ""}, "vertical_speed_mps"),
        ({"vertical_speed": None}, "vertical_speed_mps"),
        ({"elevation": True}, "height_m"),
        ({"vertical_speed": 1e400}, "vertical_speed_mps"),
    ],
)
def test_marks_for_no_value_are_not_values(changed: dict[str, Any], absent: str) -> None:
    # REQ-DJI-006
    made = one(fleet(), osd(DRONE, flying(**changed)))
    assert not made.HasField(absent)


def test_a_value_that_is_gone_is_forgotten_and_not_kept() -> None:
    heard = fleet()
    assert one(heard, osd(DRONE, flying())).HasField("height_m")
    later = osd(DRONE, {**PLACE, "elevation": 65535}, NOW_US + SECOND_US)
    assert not one(heard, later).HasField("height_m")


def test_partial_messages_add_up() -> None:
    heard = fleet()
    one(heard, osd(DRONE, flying()))
    # A message without a position is merged and makes no report of its own.
    partial = heard.decode(osd(DRONE, {"elevation": 90.0}, NOW_US + SECOND_US))
    assert not partial.reports
    assert not partial.refusals
    made = one(heard, osd(DRONE, dict(PLACE), NOW_US + 2 * SECOND_US))
    assert made.height_m == 90.0
    assert made.vertical_speed_mps == -0.5
    # What nobody said for half a minute is not known any more.
    old = one(heard, osd(DRONE, dict(PLACE), NOW_US + 40 * SECOND_US))
    assert not old.HasField("height_m")


def test_an_older_message_overwrites_nothing() -> None:
    heard = fleet()
    one(heard, osd(DRONE, flying(elevation=50.0)))
    heard.decode(osd(DRONE, {"elevation": 10.0}, NOW_US - SECOND_US))
    assert one(heard, osd(DRONE, dict(PLACE), NOW_US + SECOND_US)).height_m == 50.0


@pytest.mark.parametrize(
    "changed", [{"latitude": 0, "longitude": 0}, {"latitude": 0.0, "longitude": -0.0}]
)
def test_nought_nought_is_no_fix(changed: dict[str, Any]) -> None:
    assert refused(fleet(), osd(DRONE, flying(**changed)))[1] == "0,0 is no fix"


def test_without_satellites_there_is_no_fix() -> None:
    state = {"is_fixed": 0, "quality": 0, "gps_number": 0, "rtk_number": 0}
    assert "no satellites" in refused(fleet(), osd(DRONE, flying(position_state=state)))[1]


def test_a_position_off_the_earth_is_no_position() -> None:
    swapped = flying(latitude=113.4, longitude=23.4)
    assert fleet().decode(osd(DRONE, swapped)).reports == ()


def test_a_remote_controller_never_becomes_an_aircraft() -> None:
    # REQ-DJI-002: it has a position, a height of 0 and the topic of a device.
    controller = {**PLACE, "height": 0, "capacity_percent": 80, "wireless_link": {}}
    field, reason = refused(fleet(), osd("5YSZK000000C01", controller))
    assert (field, reason) == ("data", "not an aircraft or dock: unknown")
    listing = {**flying(), "drone_list": [{"sn": DRONE}], "sn": "TH7825000000"}
    assert "remote controller" in refused(fleet(), osd("TH7825000000", listing))[1]
    heard = fleet()
    topology = {"domain": "2", "sub_devices": []}
    status = envelope(topology, method="update_topo")
    heard.decode(document("sys/product/5YSZK000000C01/status", status))
    assert "remote controller" in refused(heard, osd("5YSZK000000C01", flying()))[1]


def test_an_autel_aircraft_that_lists_itself_is_an_aircraft() -> None:
    listing = {**flying(), "drone_list": [{"sn": DRONE}], "sn": DRONE}
    assert one(fleet(), osd(DRONE, listing)).source_track_id == DRONE


def test_the_serial_number_inside_must_be_the_topics() -> None:
    assert refused(fleet(), osd(DRONE, flying(sn="somebody-else")))[0] == "data.sn"


def test_a_second_gateway_is_refused_while_the_first_is_heard() -> None:
    # REQ-DJI-007
    heard = fleet()
    one(heard, osd(DRONE, flying(), gateway=DOCK))
    second = osd(DRONE, flying(), NOW_US + SECOND_US, gateway=OTHER_DOCK)
    assert refused(heard, second)[0] == "gateway"
    much_later = osd(DRONE, flying(), NOW_US + 120 * SECOND_US, gateway=OTHER_DOCK)
    assert one(heard, much_later).source_track_id == DRONE


def test_only_listed_aircraft_where_that_is_asked() -> None:
    heard = fleet(only_listed=True, aircraft={"1581F0000000B2": AircraftSettings()})
    assert refused(heard, osd(DRONE, flying()))[1] == "not a listed aircraft"
    one(heard, osd("1581F0000000B2", flying()))
    assert refused(heard, osd(DOCK, dock()))[1] == "not a listed aircraft"


@pytest.mark.parametrize(
    ("sent_us", "reports"),
    [(NOW_US - 61 * SECOND_US, 0), (NOW_US - 59 * SECOND_US, 1), (NOW_US + 60 * SECOND_US, 1)],
)
def test_a_clock_that_is_ahead_costs_no_aircraft_but_history_is_no_traffic(
    sent_us: int, reports: int
) -> None:
    decoded = fleet().decode(osd(DRONE, flying(), sent_us, received_us=NOW_US))
    assert len(decoded.reports) == reports
    assert all(made.time_of_validity_us <= NOW_US for made in decoded.reports)


def test_a_message_without_a_time_is_taken_at_the_time_it_came() -> None:
    body = {"data": flying()}
    decoded = fleet().decode(document(f"thing/product/{DRONE}/osd", body))
    assert decoded.reports[0].time_of_validity_us == NOW_US - 500_000
    assert decoded.unread[0].field == "timestamp"


@pytest.mark.parametrize(
    ("mode", "more", "status"),
    [
        (0, {"horizontal_speed": 0, "elevation": 0}, "ON_GROUND"),
        (0, {"horizontal_speed": 5, "elevation": 0}, "AIRBORNE"),
        (0, {"horizontal_speed": 0, "elevation": 40}, "AIRBORNE"),
        (1, {"horizontal_speed": 0, "elevation": 0}, "ROTORS_TURNING"),
        (3, {}, "AIRBORNE"),
        (4, {}, "LANDING_OR_LIFTING"),
        (10, {}, "LANDING_OR_LIFTING"),
        (17, {}, "AIRBORNE"),
        (999, {}, "AIRBORNE"),
        (None, {}, "UNSPECIFIED"),
    ],
)
def test_what_an_aircraft_does(mode: int | None, more: dict[str, Any], status: str) -> None:
    assert status_of(one(fleet(), osd(DRONE, flying(mode_code=mode, **more)))) == status


def test_an_aircraft_that_is_not_connected_repeats_old_values() -> None:
    assert refused(fleet(), osd(DRONE, flying(mode_code=14)))[0] == "data.mode_code"


def test_an_aircraft_in_its_dock_is_shown_at_its_dock() -> None:
    made = one(fleet(), osd(DOCK, dock()))
    assert made.source_track_id == DRONE
    assert status_of(made) == "AT_DOCK"
    assert made.description.callsign == "Matrice 4TD …00A1"


@pytest.mark.parametrize(
    "changed",
    [{"cover_state": 1}, {"cover_state": 2}, {"flighttask_step_code": 0},
     {"flighttask_step_code": 1}],
)  # fmt: skip
def test_a_dock_that_opens_or_begins_a_task_warns_of_a_launch(changed: dict[str, Any]) -> None:
    # REQ-DJI-008
    assert status_of(one(fleet(), osd(DOCK, dock(**changed)))) == "LAUNCHING"


@pytest.mark.parametrize(
    "changed", [{"cover_state": 1, "flighttask_step_code": 2}, {"cover_state": 3}]
)
def test_a_dock_that_takes_its_aircraft_back_warns_of_none(changed: dict[str, Any]) -> None:
    assert status_of(one(fleet(), osd(DOCK, dock(**changed)))) == "AT_DOCK"


def test_events_before_a_launch_warn_for_as_long_as_a_dock_looks_ahead() -> None:
    heard = fleet()
    one(heard, osd(DOCK, dock()))
    heard.decode(event("flighttask_ready", {"flight_ids": ["f-1"]}))
    assert status_of(one(heard, osd(DOCK, dock(), NOW_US + 60 * SECOND_US))) == "LAUNCHING"
    assert status_of(one(heard, osd(DOCK, dock(), NOW_US + 91 * SECOND_US))) == "AT_DOCK"


def test_a_docks_three_partial_messages_add_up() -> None:
    heard = fleet()
    whole = dock(flighttask_step_code=None, cover_state=1)
    parts = [
        {"electric_supply_voltage": 229, "job_number": 3},
        {"flighttask_step_code": 255},
        whole,
    ]
    made = [heard.decode(osd(DOCK, part)) for part in parts]
    assert [len(one_of.reports) for one_of in made] == [0, 0, 1]
    assert status_of(made[2].reports[0]) == "LAUNCHING"


def test_an_empty_dock_and_a_dock_without_a_place_report_nothing() -> None:
    assert fleet().decode(osd(DOCK, dock(drone_in_dock=0))).reports == ()
    assert fleet().decode(osd(DOCK, dock(latitude=0, longitude=0))).reports == ()
    refusal = refused(fleet(), osd(DOCK, dock(home_position_is_valid=0)))
    assert refusal[0] == "data.home_position_is_valid"


def test_an_aircraft_that_speaks_is_not_put_back_into_its_dock() -> None:
    heard = fleet()
    heard.decode(osd(DOCK, dock(drone_in_dock=0)))
    one(heard, osd(DRONE, flying(), gateway=DOCK))
    assert heard.decode(osd(DOCK, dock(), NOW_US + SECOND_US)).reports == ()
    assert len(heard.decode(osd(DOCK, dock(), NOW_US + 20 * SECOND_US)).reports) == 1


def test_an_aircraft_warming_up_in_an_opening_dock_warns_by_itself() -> None:
    heard = fleet()
    heard.decode(osd(DOCK, dock(cover_state=1)))
    warm = flying(mode_code=1, horizontal_speed=0, elevation=0)
    assert status_of(one(heard, osd(DRONE, warm, NOW_US + SECOND_US, gateway=DOCK))) == "LAUNCHING"


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (document("thing/product/x/osd", {}), "topic"),
        (document("elsewhere", {}), "topic"),
        (document(f"thing/product/{DRONE}/services", {}), "topic"),
        (document(f"thing/product/{DRONE}/requests", {}), "topic"),
        (document(f"thing/product/{DRONE}/osd", b"\xff{"), ""),
        (document(f"thing/product/{DRONE}/osd", b"[]"), ""),
        (document(f"thing/product/{DRONE}/osd", b'{"data":' + b"[" * 100_000), ""),
        (document(f"thing/product/{DRONE}/osd", b"9" * 300_000), ""),
        (osd(DRONE, None), "data"),
        (osd(DRONE, []), "data"),
        (event("hms", {}), "method"),
        (event("flighttask_ready", {}, serial="unheard-dock"), "topic"),
    ],
)
def test_what_has_no_reading_is_refused_by_field(message: Document, field: str) -> None:
    assert refused(fleet(), message)[0] == field


def test_the_memory_is_bounded() -> None:
    heard = fleet()
    for number in range(4_100):
        heard.decode(osd(f"1581F{number:07d}", flying()))
    assert len(heard.devices) == 4_000
    assert heard.devices.forgotten == 100
