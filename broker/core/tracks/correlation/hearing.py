"""One publisher's hearing of an aircraft, and the choice between several."""

import math
from dataclasses import dataclass, field
from typing import Final

from broker.core.tracks.reports import RADIO_SOURCES, AircraftDescription, ReportSource
from broker.core.tracks.source_ids import Handle
from broker.core.units import SECOND_US

SILENT_AFTER_US: Final = 3 * SECOND_US
"""A leading source that says nothing for so long hands over ..."""
SILENT_INTERVALS: Final = 2.5
"""... unless it never reports more often."""
BETTER_FACTOR: Final = 2.0
"""Another source takes the lead only if it is clearly more accurate: no flicker."""
SETTLED_REPORTS: Final = 5
"""Reports before a source may take the lead by its accuracy."""
DEFAULT_ACCURACY_M: Final[dict[int, float]] = {
    ReportSource.TELEMETRY: 10.0,
    ReportSource.ADSB: 30.0,
    ReportSource.REMOTE_ID: 30.0,
    ReportSource.RADAR: 100.0,
    ReportSource.MLAT: 150.0,
    ReportSource.TISB: 200.0,
    ReportSource.SIMULATED: 10.0,
}
"""95 %, where a source states none [J]."""


def accuracy_or_usual_m(stated_m: float, source: int) -> float:
    """95 %; the source's usual one for NaN."""
    return DEFAULT_ACCURACY_M[source] if math.isnan(stated_m) else stated_m


@dataclass(slots=True)
class Hearing:
    """What one publisher's reports of the aircraft were last."""

    handle: Handle
    source: int
    description: AircraftDescription
    time_us: int
    x_m: float
    y_m: float
    accuracy_m: float
    basis: str
    """Why it counts as this aircraft: `first`, `identity` or `motion`."""
    confidence: float
    count: int = 0
    interval_us: int = 0
    apart_since_us: int = 0
    """Since when its reports have been too far from the track; 0 while they agree."""

    @property
    def is_radio(self) -> bool:
        """Unsigned: it shows presence and never proves identity."""
        return self.source in RADIO_SOURCES

    def stated_accuracy_m(self) -> float:
        """95 %; the source's usual one where none is stated."""
        return accuracy_or_usual_m(self.accuracy_m, self.source)

    def is_silent(self, now_us: int) -> bool:
        """Whether another source has to stand in."""
        limit_us = max(SILENT_AFTER_US, round(SILENT_INTERVALS * self.interval_us))
        return now_us - self.time_us > limit_us

    def heard(self, time_us: int, x_m: float, y_m: float, accuracy_m: float, source: int) -> None:
        """Take a newer report."""
        gap_us = time_us - self.time_us
        self.interval_us = gap_us if self.count < 2 else (3 * self.interval_us + gap_us) // 4
        self.time_us, self.x_m, self.y_m = time_us, x_m, y_m
        self.accuracy_m, self.source = accuracy_m, source
        self.count += 1


@dataclass(slots=True)
class SharedTrack:
    """An aircraft that several publishers hear."""

    hearings: list[Hearing] = field(default_factory=list)
    """The first is the owner's: whose agency flies it, and whose words come first."""
    lead: Handle = (-1, "")
    """Whose positions are shown and judged."""

    def find(self, handle: Handle) -> Hearing | None:
        """This publisher's hearing."""
        return next((one for one in self.hearings if one.handle == handle), None)

    def takes_lead(self, hearing: Hearing) -> bool:
        """Whether this hearing's newest report is to be shown; it leads from then on."""
        if hearing.handle == self.lead:
            return True
        lead = self.find(self.lead)
        settled = hearing.count >= SETTLED_REPORTS
        better = (
            lead is not None
            and settled
            and BETTER_FACTOR * hearing.stated_accuracy_m() < lead.stated_accuracy_m()
        )
        if lead is None or lead.is_silent(hearing.time_us) or better:
            self.lead = hearing.handle
            return True
        return False

    def order(self) -> None:
        """Put the owner first: an operator's own telemetry before any radio, then the eldest."""
        self.hearings.sort(key=lambda one: one.is_radio)

    def is_trusted(self, now_us: int) -> bool:
        """Whether it may raise a warning: own telemetry, or two publishers that hear it now."""
        present = [one for one in self.hearings if not one.is_silent(now_us)]
        publishers = {one.handle[0] for one in present}
        return len(publishers) > 1 or any(not one.is_radio for one in present)
