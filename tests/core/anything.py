"""Everything that may be asked of a core, at random and from a seed: sense and nonsense alike."""

from collections.abc import Callable
from random import Random
from types import UnionType
from typing import Any, Final, get_args

import numpy as np

from broker.cli.policies import policy_text
from broker.core.agreements.commands import (
    AcceptAgreement,
    EndAgreement,
    LoadAgreementRules,
    ProposeAgreement,
)
from broker.core.agreements.model import AgreementRules, AgreementState
from broker.core.aircraft.model import AircraftName
from broker.core.airspace import Airspace
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
from broker.core.geodesy.ground import LONDON_GROUND, AreaGround, DegreeBox, TerrainGrid
from broker.core.names import AgreementName, Audience, RestrictionName, Role, SystemName
from broker.core.publishing.commands import (
    AcknowledgeRestriction,
    ApproveRestriction,
    DiscardDraft,
    ExtendRestriction,
    LoadPublishingRules,
    NoteDelivery,
    PublishDraft,
    SaveDraft,
)
from broker.core.publishing.model import DeliveryStage, PublishingRules
from broker.core.restrictions.model import (
    AppliesTo,
    EntryRule,
    RestrictionDraft,
    RestrictionKind,
    Source,
)
from broker.core.restrictions.periods import DayEvent, DayTime, Recurrence, Weekday, Window
from broker.core.restrictions.shapes import Circle, LimitDatum, Polygon, VerticalLimit, Volume
from broker.core.sharing.settings import SharingLevel, SharingSubject, SubjectKind
from broker.core.tracks.reports import (
    AircraftClass,
    AircraftDescription,
    HeightBand,
    HeightReference,
    OperationalStatus,
    ReportSource,
)
from broker.core.units import DAY_US, MINUTE_US, SECOND_US
from tests.core.agreements.papers import POLICY_VERSION, SHARES, terms
from tests.core.supply_chain import policies
from tests.core.supply_chain.test_judge import record
from tests.core.tracks.batches import at, batch

START_US: Final = 1_795_200_000_000_000
AGENCIES: Final = ("met", "lfb", "las")
SYSTEMS: Final = (
    *(SystemName(agency, system) for agency in AGENCIES for system in ("drones", "desk")),
    SystemName("adsb", "receiver"),
)
DEFAULT: Final = policy_text("default")
OTHER_VERSION: Final = DEFAULT.replace('version = "', 'version = "other-', 1)
POLICIES: Final = (DEFAULT, OTHER_VERSION, policy_text("f3442-benchmark"), "version = 'broken'\n")
SUPPLY_CHAINS: Final = (
    "",
    policies.policy(policies.CLOUD_REFUSED, policies.MAKER_FLAGGED),
    policies.policy(policies.UNREGISTERED_FLAGGED, version="sites-2"),
    "[[rule]]\n",
)
TERRAIN: Final = {
    "flat": TerrainGrid.of(51.3, -0.3, 0.01, np.full((41, 61), 20.0, np.float32)),
}
GROUNDS: Final = (None, LONDON_GROUND, AreaGround(5.0, 80.0, DegreeBox(51.0, -1.0, 52.0, 1.0)))
NAMES: Final = tuple(RestrictionName(agency, f"area-{n}") for agency in AGENCIES for n in range(2))
AGREEMENTS: Final = tuple(AgreementName("met", name) for name in ("central", "north"))
RECURRENCES: Final = (
    Recurrence((), DayTime(DayEvent.MIDNIGHT, 0), DayTime(DayEvent.SUNRISE, 3_600)),
    Recurrence((Weekday.FRIDAY,), DayTime(DayEvent.MIDNIGHT, 3_600), DayTime(DayEvent.MIDNIGHT, 0)),
)
BLOCK: Final = Volume(
    Polygon(((51.499, -0.124), (51.499, -0.118), (51.502, -0.118), (51.5, -0.121))),
    VerticalLimit(80.0, LimitDatum.HAE),
    VerticalLimit(0.0, LimitDatum.UNLIMITED),
)
DRONES: Final = (AircraftClass.DRONE,) * 6
FROM_TAKEOFF: Final = (HeightReference.TAKEOFF,) * 9
BANDS: Final = (
    HeightBand(25.0, 75.0, HeightReference.TAKEOFF),
    HeightBand(80.0, 110.0, HeightReference.TAKEOFF),
    HeightBand(25.0, 75.0, HeightReference.GROUND),
)
METRES_NORTH_DEG: Final = 1.0 / 111_250.0
METRES_EAST_DEG: Final = 1.0 / 69_400.0


def command_types(union: Any = Command) -> set[type]:
    """Every type that is a command, however the unions are nested."""
    if isinstance(union, UnionType):
        return set().union(*(command_types(one) for one in get_args(union)))
    return {union}


class Anything:
    """A source of micro-batches; the same seed asks the same of the same airspace."""

    def __init__(self, seed: int, *, set_back: bool = False) -> None:
        """`set_back`: now and then the clock is."""
        self.random = Random(seed)
        self._set_back = set_back
        self.now_us = START_US
        self._requests = 0
        self._places: dict[tuple[SystemName, str], list[float]] = {}
        self._words: dict[tuple[SystemName, str], AircraftDescription] = {}
        self._makers: dict[type, Callable[[Airspace], Command]] = {
            OpenAudience: self._open_audience,
            LoadPolicy: lambda _: LoadPolicy(self.random.choice(POLICIES)),
            LoadSupplyChain: lambda _: LoadSupplyChain(self.random.choice(SUPPLY_CHAINS)),
            LoadGround: self._load_ground,
            SubmitReports: self._reports,
            CreateRestriction: self._create,
            WithdrawRestriction: self._withdraw,
            ImportRestrictions: self._import,
            AcknowledgeAlert: self._acknowledge,
            RegisterAircraft: self._register,
            RemoveAircraft: self._remove,
            SetSharing: self._share,
            SetSharingDefault: lambda _: SetSharingDefault(self._agency(), self._level()),
            PublisherGone: lambda _: PublisherGone(self._system()),
            Tick: self._tick,
            SaveDraft: self._save,
            DiscardDraft: self._discard,
            PublishDraft: self._publish,
            ApproveRestriction: self._approve,
            ExtendRestriction: self._extend,
            AcknowledgeRestriction: self._read,
            NoteDelivery: self._deliver,
            LoadPublishingRules: self._publishing_rules,
            ProposeAgreement: self._propose,
            AcceptAgreement: self._accept,
            EndAgreement: self._end,
            LoadAgreementRules: self._agreement_rules,
        }

    @property
    def covered(self) -> set[type]:
        """The commands that may be asked for."""
        return set(self._makers)

    def opening(self) -> list[Command]:
        """Everybody is there."""
        return [OpenAudience(Audience(one, role), one) for one in AGENCIES for role in Role]

    def batch(self, airspace: Airspace) -> list[Command]:
        """One micro-batch of a moment later: reports for the most part, and a tick in its time."""
        self.now_us += self.random.choice((50_000, 250_000, 500_000, SECOND_US))
        if self.random.random() < 0.01:
            self.now_us += self.random.choice((10, 30, 90, 3_600)) * SECOND_US
        if self._set_back and self.random.random() < 0.03:
            self.now_us -= self.random.choice((1, 4, 7, 60, 600)) * SECOND_US
        kinds: list[type] = [SubmitReports]
        if self.random.random() < 0.5:
            kinds.append(Tick)
        if self.random.random() < 0.7:
            kinds.append(self.random.choice(sorted(self._makers, key=lambda kind: kind.__name__)))
        self.random.shuffle(kinds)
        return [self._makers[kind](airspace) for kind in kinds]

    def _reports(self, _airspace: Airspace) -> Command:
        publisher = self._system()
        rows = [self._row(publisher) for _ in range(self.random.randint(1, 5))]
        return SubmitReports(batch(*rows, publisher=publisher), self.now_us)

    def _row(self, publisher: SystemName) -> dict[str, Any]:
        """Aircraft cross a square of a kilometre, so that everybody meets everybody."""
        number = self.random.randrange(4)
        track = f"t{number}"
        place = self._places.setdefault(
            (publisher, track),
            [self.random.uniform(-500, 500), self.random.uniform(-500, 500), 120.0],
        )
        east_mps, north_mps = (self.random.choice((-20.0, -5.0, 0.0, 5.0, 20.0)) for _ in range(2))
        place[0] = max(-600.0, min(600.0, place[0] + 2 * east_mps))
        place[1] = max(-600.0, min(600.0, place[1] + 2 * north_mps))
        place[2] = max(60.0, min(300.0, place[2] + self.random.choice((-10.0, 0.0, 10.0))))
        row = at(0, track)
        row.update(
            time_of_validity_us=self.now_us - self.random.choice((0, 0, 0, 400_000, 3_000_000)),
            latitude_deg=51.5 + place[1] * METRES_NORTH_DEG,
            longitude_deg=-0.12 + place[0] * METRES_EAST_DEG,
            altitude_hae_m=self.random.choice((place[2], place[2], place[2], np.nan)),
            height_m=place[2] - 60.0,
            height_reference=self.random.choice((*FROM_TAKEOFF, *HeightReference)),
            velocity_east_mps=self.random.choice((east_mps, east_mps, np.nan)),
            vertical_speed_mps=self.random.choice((0.0, -3.0, np.nan)),
            operational_status=self.random.choice((0, 0, 0, self._status())),
            source=ReportSource.ADSB if publisher.agency == "adsb" else ReportSource.TELEMETRY,
        )
        row["velocity_north_mps"] = np.nan if np.isnan(row["velocity_east_mps"]) else north_mps
        if self.random.random() < 0.3:
            if self.random.random() < 0.3:  # else the same words again
                self._words.pop((publisher, track), None)
            words = self._words.get((publisher, track)) or self._description(publisher, number)
            row["description"] = self._words[publisher, track] = words
        return row

    def _status(self) -> int:
        return int(self.random.choice(tuple(OperationalStatus)))

    def _description(self, publisher: SystemName, number: int) -> AircraftDescription:
        kind = self.random.choice((*DRONES, *AircraftClass))
        incident = self.random.choice(("", "CAD-1", "CAD-1", "CAD-1", "CAD-2"))
        may_have_band = incident and kind is AircraftClass.DRONE and publisher.agency != "adsb"
        return AircraftDescription(
            aircraft_class=kind,
            callsign=f"{publisher.agency.upper()} {number}",
            icao_address=self.random.choice(("", f"40000{number}")),
            serial_number=self.random.choice(("", f"SERIAL-m{number}")),
            flight_id=self.random.choice(("", "F-1", "F-2")),
            incident_id=incident,
            allotted_band=self.random.choice((None, *BANDS)) if may_have_band else None,
        )

    def _tick(self, _airspace: Airspace) -> Command:
        return Tick(self.random.random() < 0.4, self.random.choice(tuple(TickPart)))

    def _open_audience(self, _airspace: Airspace) -> Command:
        agency = self.random.choice((*AGENCIES, "adsb", "atc"))
        return OpenAudience(Audience(agency, self.random.choice(tuple(Role))), agency.title())

    def _load_ground(self, _airspace: Airspace) -> Command:
        return LoadGround(self.random.choice(GROUNDS), self.random.choice(("", *TERRAIN)))

    def _draft(self, name: RestrictionName) -> RestrictionDraft:
        circle = Circle(
            51.5 + self.random.uniform(-400, 400) * METRES_NORTH_DEG,
            -0.12 + self.random.uniform(-400, 400) * METRES_EAST_DEG,
            self.random.choice((80.0, 200.0, 400.0)),
        )
        ceiling = VerticalLimit(self.random.choice((90.0, 150.0)), LimitDatum.AGL)
        volume = Volume(circle, VerticalLimit(0.0, LimitDatum.SURFACE), ceiling)
        start_us = self.now_us + self.random.choice((-MINUTE_US, 0, 20 * SECOND_US))
        end_us = start_us + self.random.choice((1, 2, 5)) * MINUTE_US
        later = Window(end_us + MINUTE_US, end_us + 2 * MINUTE_US)
        weekly = Window(start_us, start_us + DAY_US, RECURRENCES)
        return RestrictionDraft(
            name=name,
            title="Fire",
            reason="crews at work",
            volumes=(volume, *self.random.choice(((), (BLOCK,)))),
            windows=self.random.choice(
                ((Window(start_us, end_us),),) * 2 + ((Window(start_us, end_us), later), (weekly,))
            ),
            applies_to=self.random.choice(tuple(AppliesTo)),
            exempt_agencies=self.random.choice(((), ("met",))),
            contact="020 7946 0000",
        )

    def _import(self, _airspace: Airspace) -> Command:
        drafts = []
        for number in range(self.random.randrange(3)):
            made = self._draft(RestrictionName("ais", f"item-{number}"))
            changes = {
                "kind": RestrictionKind.STATUTORY,
                "source": Source("pib", f"A{number}/26"),
                "entry_rule": self.random.choice(tuple(EntryRule)),
            }
            fields = {name: getattr(made, name) for name in made.__dataclass_fields__}
            drafts.append(RestrictionDraft(**(fields | changes)))
        listed = tuple(one.source.item_id for one in drafts if one.source is not None)
        return ImportRestrictions(
            SystemName("ais", "importer"), self._request(), "pib", tuple(drafts),
            self.random.random() < 0.5, listed,
        )  # fmt: skip

    def _withdraw(self, airspace: Airspace) -> Command:
        name = self._live(airspace)
        version = self.random.choice((0, 0, 1, 2))
        return WithdrawRestriction(*self._asker(name.agency), name, version)

    def _acknowledge(self, airspace: Airspace) -> Command:
        ids = [alert.alert_id for alert in airspace.alerting.active()]
        return AcknowledgeAlert(*self._asker(), self.random.choice([*ids, "none"]), "PC 42")

    def _register(self, _airspace: Airspace) -> Command:
        name, sender = self._aircraft()
        expires_us = self.now_us + self.random.choice((20 * SECOND_US, DAY_US))
        serials = (f"SERIAL-{name.aircraft}",)
        one = record(name=name, serials=serials, expires_us=expires_us)
        return RegisterAircraft(sender, self._request(), (one,))

    def _remove(self, _airspace: Airspace) -> Command:
        name, sender = self._aircraft()
        return RemoveAircraft(sender, self._request(), name)

    def _aircraft(self) -> tuple[AircraftName, SystemName]:
        sender = self._system()
        agency = self.random.choice((sender.agency, self._agency()))
        return AircraftName(agency, f"m{self.random.randrange(2)}"), sender

    def _share(self, _airspace: Airspace) -> Command:
        kind = self.random.choice(tuple(SubjectKind))
        name = self.random.choice(("t0", "t1", "F-1", "F-2", "MET 1"))
        sender = self._system()
        level = self.random.choice((None, *SharingLevel))
        until_us = self.now_us + self.random.choice((5, 60, 600)) * SECOND_US
        subject = SharingSubject(sender.agency, kind, name)
        return SetSharing(sender, self._request(), subject, level, until_us, "Inspector")

    def _create(self, _airspace: Airspace) -> Command:
        name = self._name()
        return CreateRestriction(*self._asker(name.agency), self._draft(name))

    def _save(self, _airspace: Airspace) -> Command:
        name = self._name()
        return SaveDraft(*self._asker(name.agency), self._draft(name), "seen")

    def _discard(self, airspace: Airspace) -> Command:
        name, _ = self._drafted(airspace)
        return DiscardDraft(*self._asker(name.agency), name)

    def _publish(self, airspace: Airspace) -> Command:
        name, revision = self._drafted(airspace)
        emergency = self.random.random() < 0.3
        return PublishDraft(*self._asker(name.agency), name, revision, emergency)

    def _approve(self, airspace: Airspace) -> Command:
        """A draft that waits, or an emergency that is live."""
        if self.random.random() < 0.7:
            name, revision = self._drafted(airspace)
        else:
            name, revision = self._live(airspace), 0
        return ApproveRestriction(*self._asker(name.agency), name, revision, self._version())

    def _extend(self, airspace: Airspace) -> Command:
        name = self._live(airspace)
        end_us = self.now_us + self.random.choice((1, 5, 20)) * MINUTE_US
        return ExtendRestriction(*self._asker(name.agency), name, self._version(), end_us)

    def _read(self, airspace: Airspace) -> Command:
        name = self._live(airspace)
        return AcknowledgeRestriction(*self._asker(), name, self._version(), "PC 42")

    def _deliver(self, airspace: Airspace) -> Command:
        stage = self.random.choice(tuple(DeliveryStage))
        return NoteDelivery(self._system(), "", stage, ((self._live(airspace), self._version()),))

    def _publishing_rules(self, _airspace: Airspace) -> Command:
        agencies = self.random.choice(((), ("lfb", "las"), AGENCIES))
        return LoadPublishingRules(PublishingRules(agencies, 500.0, 60, 5, self._agency()))

    def _propose(self, _airspace: Airspace) -> Command:
        changes = {
            "name": self.random.choice(AGREEMENTS),
            "from_us": self.random.choice((0, self.now_us + 10 * SECOND_US)),
            "until_us": self.now_us + self.random.choice((60 * SECOND_US, 30 * DAY_US)),
            "policy_version": self.random.choice(("", "", POLICY_VERSION)),
            "shares": self.random.choice((SHARES, SHARES[:1], ())),
        }
        sender, request_id = self._asker(self.random.choice(("met", "lfb")))
        return ProposeAgreement(sender, request_id, terms(**changes), "Duty officer")

    def _accept(self, airspace: Airspace) -> Command:
        """An offer, if there is one, by a party that has not signed it."""
        name, version, agency = self.random.choice(AGREEMENTS), 1, ""
        offered = airspace.controls.agreements.register.newest(name, AgreementState.PROPOSED)
        if offered is not None:
            version, agency = offered.version, offered.unsigned[0]
        return AcceptAgreement(*self._asker(agency), name, version, "Duty officer")

    def _end(self, _airspace: Airspace) -> Command:
        version, name = self.random.choice((0, 1, 2)), self.random.choice(AGREEMENTS)
        return EndAgreement(*self._asker("lfb"), name, version, "Duty officer", "staff")

    def _agreement_rules(self, _airspace: Airspace) -> Command:
        return LoadAgreementRules(AgreementRules(self.random.random() < 0.5, ("adsb",)))

    def _asker(self, agency: str = "") -> tuple[SystemName, str]:
        """Of the agency whose business it is, more often than not."""
        if agency and self.random.random() < 0.8:
            return SystemName(agency, self.random.choice(("drones", "desk"))), self._request()
        return self._system(), self._request()

    def _request(self) -> str:
        """A new one, but for a repeat now and then."""
        self._requests += self.random.random() < 0.9
        return f"request-{self._requests}"

    def _system(self) -> SystemName:
        return self.random.choice(SYSTEMS)

    def _agency(self) -> str:
        return self.random.choice(AGENCIES)

    def _level(self) -> SharingLevel:
        level: SharingLevel = self.random.choice((SharingLevel.OPEN, *SharingLevel))
        return level

    def _name(self) -> RestrictionName:
        return self.random.choice(NAMES)

    def _live(self, airspace: Airspace) -> RestrictionName:
        """Of a request that is live, if there is one."""
        live = [one.draft.name for one in airspace.restrictions.live() if one.publication]
        return self.random.choice(live) if live else self._name()

    def _drafted(self, airspace: Airspace) -> tuple[RestrictionName, int]:
        """Name and revision of a draft, if there is one."""
        drafts = airspace.controls.publishing.drafts
        known = [one for agency in AGENCIES for one in drafts.of_agency(agency, self.now_us)]
        if not known:
            return self._name(), 0
        saved = self.random.choice(known)
        return saved.draft.name, self.random.choice((0, 1, saved.revision, saved.revision))

    def _version(self) -> int:
        return self.random.choice((0, 0, 1, 2, 3))
