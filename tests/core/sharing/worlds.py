"""A whole core with its feed, driven by hand: what every audience is shown, byte for byte."""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from broker.cli.policies import policy_text
from broker.core.airspace import Airspace, Setup
from broker.core.airspace_memory import airspace_state, restored
from broker.core.alerts import Alert, AlertLevel
from broker.core.commands import (
    Command,
    OpenAudience,
    SetSharing,
    SetSharingDefault,
    SubmitReports,
    Tick,
)
from broker.core.effects import Effect
from broker.core.names import Audience, Role, SystemName
from broker.core.outcomes import Outcome
from broker.core.sharing.settings import SharingLevel, SharingSubject, SubjectKind
from broker.core.tracks.reports import AircraftClass, AircraftDescription
from broker.core.units import HOUR_US, SECOND_US
from broker.gateways.wire.feed import WireEncoder
from broker.service.feed.items import Item
from broker.service.feed.projection import News, Projection
from keepclear.v1 import alerts_pb2, feed_pb2
from tests.core.alert_samples import sample_alert
from tests.core.tracks.batches import at, batch

START_US: Final = 1_795_200_000_000_000
SECRET: Final = bytes(range(32))
TOML: Final = policy_text("default")
AGENCIES: Final = ("met", "lfb", "las")
NAMES: Final = {
    "met": "Metropolitan Police",
    "lfb": "London Fire Brigade",
    "las": "London Ambulance Service",
}
MET: Final = SystemName("met", "drones")
LFB: Final = SystemName("lfb", "drones")
LAS: Final = SystemName("las", "tracker")
MET_DESK, LFB_DESK, LAS_DESK = (Audience(one, Role.DESK) for one in AGENCIES)
DRONE: Final = AircraftDescription(
    AircraftClass.DRONE, callsign="MET 7", registration="G-M007", flight_id="F-7",
    incident_id="CAD-77", duty_contact="020 7000 0000", talkgroup="OPS-9",
)  # fmt: skip
LATITUDE_DEG: Final = 51.5044
LONGITUDE_DEG: Final = -0.0871
METRES_NORTH_DEG: Final = 1.0 / 111_250.0
METRES_EAST_DEG: Final = 1.0 / 69_400.0


class World:
    """One airspace and its feeds, from the start."""

    def __init__(self, secret: bytes = SECRET) -> None:
        self.secret = secret
        self.airspace = Airspace(Setup(exercise=False, policy_toml=TOML, secret=secret))
        self.encoder = WireEncoder(exercise=False)
        self.projection = Projection(self.airspace, self.secret, self.encoder, "log.1")
        self.now_us = START_US
        self.shown: dict[Audience, list[Item]] = {}
        self.effects: list[Effect] = []
        for agency in AGENCIES:
            for role in Role:
                self.do(OpenAudience(Audience(agency, role), NAMES[agency]))

    def do(self, *commands: Command) -> list[Outcome]:
        """One micro-batch now."""
        outcomes = self.airspace.apply(commands, self.now_us)
        effects = [effect for outcome in outcomes for effect in outcome.effects]
        self.effects += effects
        due = any(isinstance(one, Tick) for one in commands)
        self._show(self.projection.project(effects, self.now_us, frames_due=due))
        return outcomes

    def fly(self, publisher: SystemName, *rows: dict[str, Any]) -> None:
        """Reports now."""
        one = batch(*rows, publisher=publisher)
        times = np.full(len(one), self.now_us, dtype=np.int64)
        one.time_of_validity_us[:] = times
        self.do(SubmitReports(one, self.now_us))

    def wait(self, seconds: float = 1.0) -> None:
        """Time passes, with a tick, the full pass and heartbeats."""
        self.now_us += int(seconds * SECOND_US)
        self.do(Tick(audit=True))
        self._show(self.projection.heartbeats(self.now_us))

    def share(
        self, level: SharingLevel | None, name: str = "t7", agency: str = "met", hours: int = 2
    ) -> Outcome:
        """Set how an aircraft is shown."""
        return self._set_sharing(SharingSubject(agency, SubjectKind.AIRCRAFT, name), level, hours)

    def share_flight(self, level: SharingLevel, name: str, agency: str = "met") -> Outcome:
        """Set how a flight is shown."""
        return self._set_sharing(SharingSubject(agency, SubjectKind.FLIGHT, name), level, 2)

    def _set_sharing(
        self, subject: SharingSubject, level: SharingLevel | None, hours: int
    ) -> Outcome:
        sender = SystemName(subject.agency, "control")
        until_us = self.now_us + hours * HOUR_US
        return self.do(SetSharing(sender, "", subject, level, until_us, "Inspector, duty"))[0]

    def share_all(self, level: SharingLevel, agency: str = "met") -> None:
        """Set an agency's default."""
        self.do(SetSharingDefault(agency, level))

    def restart(self) -> None:
        """Go on from a snapshot of itself."""
        self.airspace = restored(airspace_state(self.airspace), secret=self.secret)
        numbers = self.projection.state()
        self.projection = Projection(self.airspace, self.secret, self.encoder, "log.1")
        self.projection.restore(numbers)

    def messages(self, audience: Audience) -> list[feed_pb2.FeedMessage]:
        """All that an audience was shown."""
        return [
            feed_pb2.FeedMessage.FromString(item.message) for item in self.shown.get(audience, [])
        ]

    def joined(self, audience: Audience) -> list[feed_pb2.FeedMessage]:
        """What a late joiner is shown now."""
        items = self.projection.snapshots.whole(audience, "test", self.now_us)
        return [feed_pb2.FeedMessage.FromString(item.message) for item in items]

    def bytes_of(self, audience: Audience) -> list[bytes]:
        """All that an audience was shown and would be on joining, as bytes."""
        items = self.projection.snapshots.whole(audience, "test", self.now_us)
        return [item.message for item in [*self.shown.get(audience, []), *items]]

    def _show(self, news: News) -> None:
        for audience, items in news:
            self.shown.setdefault(audience, []).extend(items)


def row(
    track: str = "t7",
    *,
    north_m: float = 0.0,
    east_m: float = 0.0,
    east_mps: float = 0.0,
    north_mps: float = 0.0,
    description: AircraftDescription = DRONE,
    **more: Any,
) -> dict[str, Any]:
    """A report of an aircraft so far from the middle of things."""
    fields = {
        "latitude_deg": LATITUDE_DEG + north_m * METRES_NORTH_DEG,
        "longitude_deg": LONGITUDE_DEG + east_m * METRES_EAST_DEG,
        "altitude_hae_m": 125.0,
        "velocity_east_mps": east_mps,
        "velocity_north_mps": north_mps,
        "description": description,
    }
    return at(0, track, **{**fields, **more})


def met_beside_lfb(level: SharingLevel) -> tuple[World, Alert]:
    """A police drone at this level, a fire drone that is open, and an alert between them."""
    world = World()
    world.fly(MET, row())
    world.fly(LFB, row("x1", north_m=5_000.0))
    world.share_all(level)
    one, other = sorted(world.airspace.tracks.slot_of_number)
    alert = sample_alert(level=AlertLevel.CAUTION, at_us=START_US, track_a=one, track_b=other)
    return world, alert


def tracks_of(messages: Iterable[feed_pb2.FeedMessage]) -> list[feed_pb2.TrackView]:
    """Every track entry of some messages."""
    return [track for message in messages for track in message.tracks.tracks]


def alerts(world: World, audience: Audience) -> list[alerts_pb2.Alert]:
    """Every revision of an alert that an audience was told."""
    return [one.alert for one in world.messages(audience) if one.HasField("alert")]
