"""Every code of the contract has its meaning in the core, and back."""

from enum import IntEnum
from typing import Any

import pytest

from broker.core.alerts import AlertKind, AlertLevel
from broker.core.effects import TrackState
from broker.core.names import Role
from broker.core.restrictions.model import (
    AppliesTo,
    RestrictionKind,
    RestrictionState,
)
from broker.core.restrictions.shapes import (
    LimitDatum,
)
from broker.core.tracks.reports import (
    AircraftClass,
    AltitudeDatum,
    HeightReference,
    OperationalStatus,
    ReportSource,
)
from broker.gateways.wire import enums
from broker.service.feed.items import ItemKind
from keepclear.v1 import common_pb2, feed_pb2, restrictions_pb2, volumes_pb2


@pytest.mark.parametrize(
    ("core", "wire", "prefix", "zero"),
    [
        (AircraftClass, common_pb2.AircraftClass, "AIRCRAFT_CLASS_", "UNKNOWN"),
        (AltitudeDatum, common_pb2.AltitudeDatum, "ALTITUDE_DATUM_", "NONE"),
        (HeightReference, common_pb2.HeightReference, "HEIGHT_REFERENCE_", "NONE"),
    ],
)
def test_shared_numbers_mean_the_same(
    core: type[IntEnum], wire: Any, prefix: str, zero: str
) -> None:
    names = {
        number: name.removeprefix(prefix).replace("UNSPECIFIED", zero)
        for name, number in wire.items()
    }
    assert names == {member.value: member.name for member in core}


@pytest.mark.parametrize(
    ("to_core", "to_wire", "wire", "prefix", "core"),
    [
        (
            enums.STATUS_TO_CORE,
            enums.STATUS_TO_WIRE,
            common_pb2.OperationalStatus,
            "OPERATIONAL_STATUS_",
            OperationalStatus,
        ),
        (
            enums.SOURCE_TO_CORE,
            enums.SOURCE_TO_WIRE,
            common_pb2.ReportSource,
            "REPORT_SOURCE_",
            ReportSource,
        ),
    ],
)
def test_tables_by_code_are_whole_and_go_both_ways(
    to_core: Any, to_wire: dict[Any, int], wire: Any, prefix: str, core: type[IntEnum]
) -> None:
    assert len(to_core) == len(wire.values())
    for name, number in wire.items():
        if number == 0:
            assert to_core[0] == to_core[1]
        else:
            assert core(to_core[number]).name == name.removeprefix(prefix)
            assert to_wire[core(to_core[number])] == number
    assert set(to_wire) == set(core)


@pytest.mark.parametrize(
    ("table", "core"),
    [
        (enums.LEVEL_TO_WIRE, AlertLevel),
        (enums.ALERT_KIND_TO_WIRE, AlertKind),
        (enums.LIMIT_DATUM_TO_WIRE, LimitDatum),
        (enums.APPLIES_TO_TO_WIRE, AppliesTo),
        (enums.RESTRICTION_STATE_TO_WIRE, RestrictionState),
        (enums.RESTRICTION_KIND_TO_WIRE, RestrictionKind),
    ],
)
def test_every_member_has_a_code_of_its_own(table: dict[Any, int], core: Any) -> None:
    assert set(table) == set(core)
    assert len(set(table.values())) == len(table)


def test_every_track_state_is_told() -> None:
    assert set(enums.TRACK_STATE_TO_WIRE) == set(TrackState)


def test_roles_and_kinds_of_the_feed() -> None:
    assert set(enums.ROLE_TO_CORE) == set(feed_pb2.Role.values())
    assert set(enums.ROLE_TO_CORE.values()) == set(Role)
    for name, number in feed_pb2.FeedKind.items():
        if number:
            assert ItemKind(number).name == name.removeprefix("FEED_KIND_")


def test_unspecified_limits_and_scopes_have_no_reading() -> None:
    assert volumes_pb2.LIMIT_DATUM_UNSPECIFIED not in enums.LIMIT_DATUM_TO_CORE
    assert restrictions_pb2.APPLIES_TO_UNSPECIFIED not in enums.APPLIES_TO_TO_CORE
