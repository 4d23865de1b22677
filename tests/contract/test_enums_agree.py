"""The core's enumerations and the contract's say the same, name by name."""

from collections.abc import Mapping
from enum import Enum

import pytest
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper

from broker.core.agreements.model import AgreementState
from broker.core.aircraft.model import DataPath
from broker.core.alerts import AlertKind, AlertLevel
from broker.core.effects import TrackState
from broker.core.names import Role
from broker.core.publishing.model import DraftState
from broker.core.restrictions.access import EntryVerdict
from broker.core.restrictions.imported import ImportOutcome
from broker.core.restrictions.model import (
    AppliesTo,
    AuthorityPurpose,
    EntryRule,
    PublishingEvent,
    ReadingQuality,
    RestrictionKind,
    RestrictionState,
)
from broker.core.restrictions.periods import DayEvent, Weekday
from broker.core.restrictions.shapes import ArcDirection, LimitDatum, LimitUnit
from broker.core.sharing.settings import AlertDetail, SharingLevel, SubjectKind
from broker.core.tracks.reports import (
    AircraftClass,
    AltitudeDatum,
    HeightReference,
    OperationalStatus,
    ReportSource,
)
from broker.gateways.wire import enums
from broker.service.feed.items import ItemKind
from keepclear.v1 import (
    access_pb2,
    agreements_pb2,
    aircraft_pb2,
    alerts_pb2,
    common_pb2,
    feed_pb2,
    publishing_pb2,
    restrictions_pb2,
    schedules_pb2,
    sharing_pb2,
    volumes_pb2,
)
from tests.contract.contract import current

# The core's words for the contract's 0, and what the core never sends.
# By name: integer enumerations of two kinds are equal where their numbers are.
NOT_GIVEN = {
    "AircraftClass.UNKNOWN",
    "AltitudeDatum.NONE",
    "HeightReference.NONE",
    "AlertLevel.NONE",
    "DataPath.UNKNOWN",
}
NEVER_SENT = {"TrackState.ENDED"}

PAIRS: list[tuple[type[Enum], EnumTypeWrapper]] = [
    (AircraftClass, common_pb2.AircraftClass),
    (AltitudeDatum, common_pb2.AltitudeDatum),
    (HeightReference, common_pb2.HeightReference),
    (OperationalStatus, common_pb2.OperationalStatus),
    (ReportSource, common_pb2.ReportSource),
    (AlertLevel, common_pb2.AlertLevel),
    (AlertKind, alerts_pb2.AlertKind),
    (TrackState, feed_pb2.TrackState),
    (Role, feed_pb2.Role),
    (LimitDatum, volumes_pb2.LimitDatum),
    (RestrictionKind, restrictions_pb2.RestrictionKind),
    (RestrictionState, restrictions_pb2.RestrictionState),
    (AppliesTo, restrictions_pb2.AppliesTo),
    (LimitUnit, volumes_pb2.LimitUnit),
    (ArcDirection, volumes_pb2.ArcDirection),
    (Weekday, schedules_pb2.Weekday),
    (DayEvent, schedules_pb2.DayEvent),
    (EntryRule, restrictions_pb2.EntryRule),
    (AuthorityPurpose, restrictions_pb2.AuthorityPurpose),
    (ReadingQuality, restrictions_pb2.ReadingQuality),
    (PublishingEvent, restrictions_pb2.PublishingEvent),
    (DraftState, publishing_pb2.DraftState),
    (ImportOutcome, restrictions_pb2.ImportOutcome),
    (EntryVerdict, access_pb2.EntryVerdict),
    (DataPath, aircraft_pb2.DataPath),
    (SharingLevel, sharing_pb2.SharingLevel),
    (SubjectKind, sharing_pb2.SharingSubjectKind),
    (AlertDetail, alerts_pb2.AlertDetail),
    (AgreementState, agreements_pb2.AgreementState),
]
ELSEWHERE = {"Space", "FeedKind"}
"""Space is a setting, FeedKind is checked against the feed's own kinds below."""


def prefix(wire: EnumTypeWrapper) -> str:
    """`ALTITUDE_DATUM_` of AltitudeDatum: what the zero value is called before UNSPECIFIED."""
    return str(wire.Name(0)).removesuffix("UNSPECIFIED")


def name_of(one: Enum) -> str:
    return f"{type(one).__name__}.{one.name}"


def wire_name(one: Enum, wire: EnumTypeWrapper) -> str:
    """What the contract should call a value of the core."""
    return prefix(wire) + ("UNSPECIFIED" if name_of(one) in NOT_GIVEN else one.name)


def id_of(value: object) -> str:
    return value.__name__ if isinstance(value, type) else ""


def test_every_enum_of_the_contract_is_compared() -> None:
    names = {enum.name for file in current().file for enum in file.enum_type}
    assert {wire.DESCRIPTOR.name for _, wire in PAIRS} | ELSEWHERE == names


@pytest.mark.parametrize(("core", "wire"), PAIRS, ids=id_of)
def test_both_have_the_same_names(core: type[Enum], wire: EnumTypeWrapper) -> None:
    ours = {wire_name(one, wire) for one in core if name_of(one) not in NEVER_SENT}
    theirs = {name for name, _ in wire.items()}
    assert ours | {wire.Name(0)} == theirs


@pytest.mark.parametrize(
    ("core", "wire", "codes"),
    [
        (AircraftClass, common_pb2.AircraftClass, enums.AIRCRAFT_CLASS_CODES),
        (AltitudeDatum, common_pb2.AltitudeDatum, enums.ALTITUDE_DATUM_CODES),
        (HeightReference, common_pb2.HeightReference, enums.HEIGHT_REFERENCE_CODES),
    ],
    ids=id_of,
)
def test_these_have_the_same_numbers_and_need_no_table(
    core: type[Enum], wire: EnumTypeWrapper, codes: int
) -> None:
    for one in core:
        assert wire.Value(wire_name(one, wire)) == one.value
    assert sorted(wire.values()) == list(range(codes))


@pytest.mark.parametrize(
    ("table", "core", "wire"),
    [
        (enums.STATUS_TO_WIRE, OperationalStatus, common_pb2.OperationalStatus),
        (enums.SOURCE_TO_WIRE, ReportSource, common_pb2.ReportSource),
        (enums.LEVEL_TO_WIRE, AlertLevel, common_pb2.AlertLevel),
        (enums.ALERT_KIND_TO_WIRE, AlertKind, alerts_pb2.AlertKind),
        (enums.TRACK_STATE_TO_WIRE, TrackState, feed_pb2.TrackState),
        (enums.LIMIT_DATUM_TO_WIRE, LimitDatum, volumes_pb2.LimitDatum),
        (enums.APPLIES_TO_TO_WIRE, AppliesTo, restrictions_pb2.AppliesTo),
        (enums.RESTRICTION_STATE_TO_WIRE, RestrictionState, restrictions_pb2.RestrictionState),
        (enums.RESTRICTION_KIND_TO_WIRE, RestrictionKind, restrictions_pb2.RestrictionKind),
        (enums.LIMIT_UNIT_TO_WIRE, LimitUnit, volumes_pb2.LimitUnit),
        (enums.ARC_DIRECTION_TO_WIRE, ArcDirection, volumes_pb2.ArcDirection),
        (enums.WEEKDAY_TO_WIRE, Weekday, schedules_pb2.Weekday),
        (enums.DAY_EVENT_TO_WIRE, DayEvent, schedules_pb2.DayEvent),
        (enums.ENTRY_RULE_TO_WIRE, EntryRule, restrictions_pb2.EntryRule),
        (enums.PURPOSE_TO_WIRE, AuthorityPurpose, restrictions_pb2.AuthorityPurpose),
        (enums.READING_QUALITY_TO_WIRE, ReadingQuality, restrictions_pb2.ReadingQuality),
        (enums.IMPORT_OUTCOME_TO_WIRE, ImportOutcome, restrictions_pb2.ImportOutcome),
        (enums.VERDICT_TO_WIRE, EntryVerdict, access_pb2.EntryVerdict),
    ],
    ids=id_of,
)
def test_what_is_sent_keeps_its_name(
    table: Mapping[Enum, int], core: type[Enum], wire: EnumTypeWrapper
) -> None:
    assert set(table) == {one for one in core if name_of(one) not in NEVER_SENT}
    for ours, theirs in table.items():
        assert wire.Name(theirs) == wire_name(ours, wire)


@pytest.mark.parametrize(
    ("codes", "core", "wire"),
    [
        (enums.STATUS_TO_CORE.tolist(), OperationalStatus, common_pb2.OperationalStatus),
        (enums.SOURCE_TO_CORE.tolist(), ReportSource, common_pb2.ReportSource),
    ],
    ids=id_of,
)
def test_what_is_received_in_columns_keeps_its_name(
    codes: list[int], core: type[Enum], wire: EnumTypeWrapper
) -> None:
    assert len(codes) == len(wire.values())
    for theirs, ours in list(enumerate(codes))[1:]:
        assert wire.Name(theirs) == wire_name(core(ours), wire)


def test_a_status_or_source_that_is_not_given_is_the_most_demanding_or_the_usual_one() -> None:
    assert OperationalStatus(enums.STATUS_TO_CORE[0]) is OperationalStatus.AIRBORNE
    assert ReportSource(enums.SOURCE_TO_CORE[0]) is ReportSource.TELEMETRY


def test_a_role_that_is_not_given_is_a_desk() -> None:
    named = {"ROLE_UNSPECIFIED": Role.DESK, "ROLE_DESK": Role.DESK, "ROLE_OBSERVER": Role.OBSERVER}
    assert {feed_pb2.Role.Name(wire): core for wire, core in enums.ROLE_TO_CORE.items()} == named


def test_what_is_refused_without_a_value_has_no_entry_for_zero() -> None:
    assert 0 not in enums.LIMIT_DATUM_TO_CORE
    assert 0 not in enums.APPLIES_TO_TO_CORE


def test_the_kinds_a_reader_may_choose_are_the_feeds_own_numbers() -> None:
    kinds = dict(feed_pb2.FeedKind.items())
    assert kinds.pop("FEED_KIND_UNSPECIFIED") == 0
    assert {name.removeprefix("FEED_KIND_"): number for name, number in kinds.items()} == {
        kind.name: kind.value for kind in ItemKind if kind <= ItemKind.NOTICE
    }
