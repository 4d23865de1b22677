"""One airspace, and aircraft that are heard by several publishers."""

import math
from dataclasses import dataclass, field
from typing import Any

from broker.cli.policies import policy_text
from broker.core.airspace import Airspace, Setup
from broker.core.commands import SubmitReports, Tick
from broker.core.effects import Effect
from broker.core.names import SystemName
from broker.core.outcomes import BatchReply
from broker.core.tracks.reports import AircraftClass, AircraftDescription, ReportSource
from broker.core.units import SECOND_US
from tests.core.tracks.batches import NOW_US, at, batch

METRE_DEG = 1 / 111_320
DRONES = SystemName("met", "drones")
RECEIVER = SystemName("met", "receiver")
SECOND_RECEIVER = SystemName("lfb", "receiver")


@dataclass
class Scene:
    """What happened so far."""

    airspace: Airspace = field(
        default_factory=lambda: Airspace(Setup(exercise=False, policy_toml=policy_text("default")))
    )
    effects: list[Effect] = field(default_factory=list)
    described: set[tuple[SystemName, str]] = field(default_factory=set)

    def report(
        self,
        publisher: SystemName,
        track: str,
        seconds: float,
        east_m: float,
        north_m: float,
        *,
        words: AircraftDescription,
        source: ReportSource = ReportSource.TELEMETRY,
        **fields: Any,
    ) -> BatchReply:
        """One report, in metres from the middle of the scene."""
        row = at(
            seconds,
            track,
            latitude_deg=51.5 + north_m * METRE_DEG,
            longitude_deg=-0.12 + east_m * METRE_DEG / math.cos(math.radians(51.5)),
            source=source,
            **fields,
        )
        if (publisher, track) not in self.described:
            self.described.add((publisher, track))
            row["description"] = words
        now_us = NOW_US + round(seconds * SECOND_US)
        submission = SubmitReports(batch(row, publisher=publisher), now_us)
        (outcome,) = self.airspace.apply([submission], now_us)
        self.effects += outcome.effects
        assert isinstance(outcome.reply, BatchReply)
        return outcome.reply

    def tick(self, seconds: float) -> None:
        (outcome,) = self.airspace.apply([Tick(audit=True)], NOW_US + round(seconds * SECOND_US))
        self.effects += outcome.effects

    def of(self, kind: type) -> list[Any]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    @property
    def tracks(self) -> int:
        return self.airspace.tracks.live_count


def drone(**words: Any) -> AircraftDescription:
    return AircraftDescription(aircraft_class=AircraftClass.DRONE, **words)
