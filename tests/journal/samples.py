"""Commands, headers and comparisons that the journal's tests share."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from broker.core.agreements.commands import (
    AcceptAgreement,
    AgreementCommand,
    EndAgreement,
    LoadAgreementRules,
    ProposeAgreement,
)
from broker.core.agreements.model import (
    FROM_SURFACE,
    UNLIMITED,
    AgreedShare,
    AgreementParty,
    AgreementRules,
    AgreementTerms,
)
from broker.core.aircraft.model import AircraftName, AircraftRecord, DataPath
from broker.core.commands import (
    AcknowledgeAlert,
    Command,
    CreateRestriction,
    ImportRestrictions,
    LoadGround,
    LoadPolicy,
    LoadSupplyChain,
    OpenAudience,
    PublisherGone,
    RegisterAircraft,
    RemoveAircraft,
    SetSharing,
    SetSharingDefault,
    SubmitReports,
    Tick,
    TickPart,
    WithdrawRestriction,
)
from broker.core.geodesy.ground import AreaGround, DegreeBox
from broker.core.names import AgreementName, Audience, RestrictionName, Role, SystemName
from broker.core.publishing.commands import (
    AcknowledgeRestriction,
    ApproveRestriction,
    DiscardDraft,
    ExtendRestriction,
    LoadPublishingRules,
    NoteDelivery,
    PublishDraft,
    PublishingCommand,
    SaveDraft,
)
from broker.core.publishing.model import DeliveryStage, PublishingRules
from broker.core.restrictions.model import (
    AppliesTo,
    Authority,
    AuthorityPurpose,
    EntryRule,
    Exemption,
    Reading,
    ReadingQuality,
    RestrictionDraft,
    RestrictionKind,
    Source,
)
from broker.core.restrictions.periods import DayEvent, DayTime, Recurrence, Weekday, Window
from broker.core.restrictions.shapes import (
    Arc,
    ArcDirection,
    Circle,
    LimitDatum,
    LimitUnit,
    Polygon,
    PublishedLimit,
    Ring,
    VerticalLimit,
    Volume,
)
from broker.core.sharing.settings import SharingLevel, SharingSubject, SubjectKind
from broker.core.tracks import reports
from broker.core.tracks.reports import (
    AircraftClass,
    AircraftDescription,
    HeightBand,
    HeightReference,
    ReportBatch,
)
from broker.journal.header import RunInfo, Space
from broker.journal.log import Journal, SegmentLimits
from broker.journal.records import MicroBatch

NOW_US = 1_700_000_000_000_000
POLICE = SystemName("met", "drone-desk")
ALL_COLUMNS = reports.INT_COLUMNS + reports.FLOAT_COLUMNS + reports.CODE_COLUMNS


def run_info(**changes: object) -> RunInfo:
    """A header as the service would give it."""
    values: dict[str, object] = {
        "engine_version": "0.1.0",
        "geoid_version": "egm96-1",
        "space": Space.LIVE,
        "log_id": "log-1",
        "region_key": "london",
        "node_epoch": 1,
        "feed_epoch": 1,
        "boot_id": "boot-1",
        "secret": bytes(range(32)),
    }
    return RunInfo(**(values | changes))  # type: ignore[arg-type]


def acknowledgement(number: int) -> AcknowledgeAlert:
    """A small control command that says which one it is."""
    return AcknowledgeAlert(POLICE, f"request-{number}", f"alert-{number}", "PC 42")


def report_batch(rows: int, seed: int = 1) -> ReportBatch:
    """Positions with gaps: some values are not given."""
    row = np.arange(rows) + seed
    floats: dict[str, Any] = {
        name: row * 0.125 + place for place, name in enumerate(reports.FLOAT_COLUMNS, start=50)
    }
    floats["height_m"][::2] = np.nan
    codes: dict[str, Any] = {name: (row % 3).astype(np.int8) for name in reports.CODE_COLUMNS}
    return ReportBatch(
        publisher=POLICE,
        batch_id=f"batch-{seed}",
        source_track_ids=tuple(f"drone-{row}" for row in range(rows)),
        time_of_validity_us=NOW_US + np.arange(rows, dtype=np.int64),
        **floats,
        **codes,
        descriptions={0: AircraftDescription(AircraftClass.DRONE, callsign="Écho 1")},
    )


def draft() -> RestrictionDraft:
    """A restriction with both shapes."""
    ground = VerticalLimit(0.0, LimitDatum.SURFACE)
    return RestrictionDraft(
        name=RestrictionName("met", "bridge"),
        title="Cordon",
        reason="Incident on the bridge – keep clear",
        volumes=(
            Volume(Circle(51.5, -0.1, 500.0), ground, VerticalLimit(120.0, LimitDatum.AGL)),
            Volume(
                Polygon(((51.5, -0.1), (51.6, -0.1), (51.6, 0.1))),
                ground,
                VerticalLimit(304.8, LimitDatum.AMSL),
            ),
        ),
        windows=(Window(NOW_US, NOW_US + 3_600_000_000),),
        applies_to=AppliesTo.DRONES,
        exempt_agencies=("lfb",),
        contact="020 7946 0000",
    )


def mirrored() -> RestrictionDraft:
    """A draft with everything a restriction can say."""
    night = Recurrence(
        days=(Weekday.SATURDAY,),
        start=DayTime(DayEvent.SUNSET, -1_800),
        end=DayTime(DayEvent.MIDNIGHT, 7_200),
        time_zone="Europe/London",
    )
    hole = Ring(((51.52, -0.08), (51.53, -0.08)), (Arc(0, 51.525, -0.08, ArcDirection.CLOCKWISE),))
    ring = Polygon(
        ((51.5, -0.1), (51.6, -0.1), (51.6, 0.1)),
        (Arc(1, 51.6, 0.0, ArcDirection.COUNTERCLOCKWISE),),
        (hole,),
    )
    level = PublishedLimit(75.0, LimitUnit.FLIGHT_LEVEL, "FL075")
    ceiling = VerticalLimit(2_286.0, LimitDatum.FLIGHT_LEVEL, level)
    return replace(
        draft(),
        name=RestrictionName("ais", "area-1"),
        volumes=(Volume(ring, VerticalLimit(0.0, LimitDatum.SURFACE), ceiling, "core"),),
        windows=(Window(NOW_US, None, (night,)),),
        talkgroup="TG 1",
        kind=RestrictionKind.STATUTORY,
        entry_rule=EntryRule.ASK,
        designation="RA(T)",
        conditions="prior permission",
        exemptions=(Exemption("the services", "by agreement", ("met",), "london-1"),),
        authorities=(
            Authority(
                "NSF",
                "ops",
                "duty",
                "020",
                "a@b.uk",
                "https://b.uk",
                "TG 2",
                AuthorityPurpose.AUTHORIZATION,
                3_600,
            ),
        ),
        priority=5,
        replaces=RestrictionName("ais", "area-0"),
        source=Source("pib", "A1/26", "pib-xml", "the words", NOW_US, "https://c.uk"),
        reading=Reading(ReadingQuality.APPROXIMATED, ("arc closed",)),
        published=(("region", "7"),),
    )


def aircraft() -> AircraftRecord:
    """A drone with everything known."""
    return AircraftRecord(
        name=AircraftName("met", "met-07"),
        aircraft_class=AircraftClass.DRONE,
        registration="G-DRON",
        icao_address="43abcd",
        serials=("1581F0000000A1",),
        maker="Écho",
        model="M4TD",
        country="CN",
        firmware="10.01",
        ground_application="Pilot 2",
        data_path=DataPath.OWN_SERVER,
        purpose="police",
        expires_us=NOW_US + 1,
    )


def publishing() -> list[PublishingCommand]:
    """One publishing command of every kind."""
    bridge = RestrictionName("met", "bridge")
    return [
        SaveDraft(POLICE, "request-6", draft(), "seen from the bridge"),
        DiscardDraft(POLICE, "request-7", bridge),
        PublishDraft(POLICE, "request-8", bridge, 2, emergency=True),
        ApproveRestriction(POLICE, "request-9", bridge, 2, 0),
        ExtendRestriction(POLICE, "request-10", bridge, 3, NOW_US),
        AcknowledgeRestriction(POLICE, "request-11", bridge, 3, "PC 42"),
        NoteDelivery(POLICE, "", DeliveryStage.RECEIVED, ((bridge, 3),)),
        LoadPublishingRules(PublishingRules(("met",), 500.0, 600, 60, "lfb")),
    ]


def agreed_terms() -> AgreementTerms:
    """Terms with everything they can say."""
    return AgreementTerms(
        name=AgreementName("met", "central"),
        title="Écho",
        parties=(
            AgreementParty("met", "Air desk", "020 7946 0001", "OPS 1"),
            AgreementParty("lfb", "Control", "", "OPS 2"),
        ),
        areas=(
            Volume(Circle(51.5, -0.1, 500.0), FROM_SURFACE, UNLIMITED, "core"),
            Volume(
                Polygon(((51.5, -0.1), (51.6, -0.1), (51.6, 0.1))),
                VerticalLimit(30.0, LimitDatum.AGL),
                VerticalLimit(304.8, LimitDatum.AMSL),
            ),
        ),
        shares=(AgreedShare("met", "lfb", SharingLevel.OPEN),),
        policy_version="pairs-1",
        from_us=NOW_US,
        until_us=NOW_US + 1,
        outage_script="Land.",
    )


def agreements() -> list[AgreementCommand]:
    """One agreement command of every kind."""
    name = AgreementName("met", "central")
    return [
        ProposeAgreement(POLICE, "request-12", agreed_terms(), "PC 42"),
        AcceptAgreement(POLICE, "request-13", name, 2, "PC 42"),
        EndAgreement(POLICE, "request-14", name, 0, "PC 42", "staff"),
        LoadAgreementRules(AgreementRules(True, ("adsb",))),
    ]


def one_of_each() -> list[Command]:
    """One command of every kind."""
    return [
        OpenAudience(Audience("met", Role.DESK), "Metropolitan Police"),
        LoadPolicy("version = 'pairs-1'\n"),
        SubmitReports(report_batch(3), NOW_US),
        CreateRestriction(POLICE, "request-1", draft()),
        WithdrawRestriction(POLICE, "request-2", RestrictionName("met", "bridge"), 1),
        acknowledgement(3),
        RegisterAircraft(POLICE, "request-4", (aircraft(),)),
        RemoveAircraft(POLICE, "request-5", AircraftName("met", "met-07")),
        SetSharing(
            POLICE,
            "request-6",
            SharingSubject("met", SubjectKind.FLIGHT, "F-1"),
            SharingLevel.COVERT,
            NOW_US + 1,
            "Superintendent, duty",
        ),
        SetSharingDefault("met", SharingLevel.MASKED),
        PublisherGone(POLICE),
        ImportRestrictions(
            SystemName("ais", "importer"), "request-4", "pib", (mirrored(),), True, ("A1/26",)
        ),
        Tick(True, TickPart.JUDGING),
        LoadSupplyChain("version = 'sites-1'\n"),
        LoadGround(AreaGround(0.0, 295.0, DegreeBox(51.0, -1.0, 52.0, 0.5)), "0123ab"),
        *publishing(),
        *agreements(),
    ]


def same(left: Command, right: Command) -> bool:
    """Equality, bit for bit in the arrays: NaN equals the same NaN."""
    if not isinstance(left, SubmitReports) or not isinstance(right, SubmitReports):
        return left == right
    ours, theirs = left.batch, right.batch
    return (
        left.received_us == right.received_us
        and ours.publisher == theirs.publisher
        and ours.batch_id == theirs.batch_id
        and ours.source_track_ids == theirs.source_track_ids
        and ours.descriptions == theirs.descriptions
        and all(_same_column(ours, theirs, name) for name in ALL_COLUMNS)
    )


def _same_column(ours: ReportBatch, theirs: ReportBatch, name: str) -> bool:
    left, right = getattr(ours, name), getattr(theirs, name)
    return bool(left.dtype == right.dtype and left.tobytes() == right.tobytes())


def write_log(
    directory: Path, count: int, *, limits: SegmentLimits | None = None, rows: int = 2
) -> None:
    """Append `count` control commands, each in a batch with positions, and close."""
    with Journal.open(directory, run_info(), limits=limits) as journal:
        for number in range(journal.last_seq // 2, journal.last_seq // 2 + count):
            positions = SubmitReports(report_batch(rows, number), NOW_US + number)
            journal.append([acknowledgement(number), positions], NOW_US + number, number)


def request_ids(batches: list[MicroBatch]) -> list[str]:
    """Which acknowledgements a read gave, in order."""
    return [
        command.request_id
        for batch in batches
        for command in batch.commands
        if isinstance(command, AcknowledgeAlert)
    ]


texts = st.text(max_size=30)
whole = st.integers(-(2**63), 2**63 - 1)
finite = st.floats(allow_nan=False, allow_infinity=False)
systems = st.builds(SystemName, texts, texts)
limits = st.builds(VerticalLimit, finite, st.sampled_from(LimitDatum))
shapes = st.one_of(
    st.builds(Circle, finite, finite, finite),
    st.builds(Polygon, st.lists(st.tuples(finite, finite), max_size=6).map(tuple)),
)
volumes = st.lists(st.builds(Volume, shapes, limits, limits), max_size=3).map(tuple)
drafts = st.builds(
    RestrictionDraft,
    name=st.builds(RestrictionName, texts, texts),
    title=texts,
    reason=texts,
    volumes=volumes,
    windows=st.lists(st.builds(Window, whole, whole), max_size=3).map(tuple),
    applies_to=st.sampled_from(AppliesTo),
    exempt_agencies=st.lists(texts, max_size=3).map(tuple),
    contact=texts,
)
bands = st.builds(HeightBand, finite, finite, st.sampled_from(HeightReference))
descriptions = st.builds(
    AircraftDescription,
    st.sampled_from(AircraftClass),
    *([texts] * 8),
    allotted_band=st.none() | bands,
)

agreement_names = st.builds(AgreementName, texts, texts)
agreement_terms = st.builds(
    AgreementTerms,
    agreement_names,
    texts,
    st.lists(st.builds(AgreementParty, texts, texts, texts, texts), max_size=3).map(tuple),
    volumes,
    st.lists(st.builds(AgreedShare, texts, texts, st.sampled_from(SharingLevel)), max_size=3).map(
        tuple
    ),
    texts,
    whole,
    whole,
    texts,
)


@st.composite
def report_batches(draw: st.DrawFn) -> ReportBatch:
    """Any batch: every float there is, NaN payloads and infinities included."""
    rows = draw(st.integers(0, 5))
    columns = {name: draw(hnp.arrays(np.float64, rows)) for name in reports.FLOAT_COLUMNS}
    columns |= {name: draw(hnp.arrays(np.int8, rows)) for name in reports.CODE_COLUMNS}
    columns |= {name: draw(hnp.arrays(np.int64, rows)) for name in reports.INT_COLUMNS}
    return ReportBatch(
        publisher=draw(systems),
        batch_id=draw(texts),
        source_track_ids=tuple(draw(st.lists(texts, min_size=rows, max_size=rows))),
        descriptions=draw(st.dictionaries(st.integers(0, 2000), descriptions, max_size=3)),
        **columns,
    )


commands: st.SearchStrategy[Command] = st.one_of(
    st.builds(OpenAudience, st.builds(Audience, texts, st.sampled_from(Role)), texts),
    st.builds(LoadPolicy, texts),
    st.builds(LoadSupplyChain, texts),
    st.builds(
        LoadGround,
        st.none() | st.builds(AreaGround, finite, finite, st.builds(DegreeBox, *[finite] * 4)),
        texts,
    ),
    st.builds(SubmitReports, report_batches(), whole),
    st.builds(CreateRestriction, systems, texts, drafts),
    st.builds(WithdrawRestriction, systems, texts, st.builds(RestrictionName, texts, texts), whole),
    st.builds(AcknowledgeAlert, systems, texts, texts, texts),
    st.builds(PublisherGone, systems),
    st.builds(SaveDraft, systems, texts, drafts, texts),
    st.builds(
        NoteDelivery,
        systems,
        texts,
        st.sampled_from(DeliveryStage),
        st.lists(st.tuples(st.builds(RestrictionName, texts, texts), whole)).map(tuple),
    ),
    st.builds(
        ExtendRestriction, systems, texts, st.builds(RestrictionName, texts, texts), whole, whole
    ),
    st.builds(ProposeAgreement, systems, texts, agreement_terms, texts),
    st.builds(AcceptAgreement, systems, texts, agreement_names, whole, texts),
    st.builds(EndAgreement, systems, texts, agreement_names, whole, texts, texts),
    st.builds(Tick, st.booleans(), st.sampled_from(TickPart)),
)
