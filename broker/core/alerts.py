"""An alert: what it is about, how urgent, and the numbers behind it."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from broker.core.names import SystemName
from broker.core.tracks.reports import HeightBand


class AlertLevel(IntEnum):
    """How urgent. FLOOR is the hard minimum: inside it now."""

    NONE = 0
    ADVISORY = 1
    CAUTION = 2
    WARNING = 3
    FLOOR = 4


class AlertKind(StrEnum):
    """What the alert is about."""

    PROXIMITY = "proximity"
    RESTRICTION = "restriction"
    CLUSTER = "cluster"
    """Many alerts of one incident, told as one."""
    LAUNCH_HOLD = "launch-hold"
    """A drone in its dock is not to be launched yet: crewed traffic comes to where it climbs."""
    LEAVING_BAND = "leaving-band"
    """A drone leaves the height band that it was allotted, while others work its incident."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One desk's acknowledgement of one alert."""

    system: SystemName
    acknowledged_by: str
    acknowledged_us: int
    revision: int


@dataclass(frozen=True, slots=True)
class AlertGeometry:
    """The numbers behind an alert, at `evaluated_us`. b is seen from a; None where unknown."""

    range_m: float
    bearing_deg: float
    """True bearing from a to b, 0 to 360."""
    relative_height_m: float | None
    """b above a; None with the vertical position of either unknown."""
    relative_height_doubt_m: float | None
    time_to_loss_s: float | None
    """Seconds until the level's volume is entered; 0 inside; None when it is not entered."""
    time_to_closest_s: float
    closest_range_m: float
    closing_speed_mps: float
    picture_age_s: float
    """Age of the older of the two positions."""
    time_to_exit_s: float | None = None
    """Seconds until a restriction is left on this course; None: not foreseen, or a pair."""


@dataclass(frozen=True, slots=True)
class BandSeen:
    """A drone's height beside the band that it was allotted, above the band's reference."""

    band: HeightBand
    height_m: float
    doubt_m: float
    """95 %."""


@dataclass(frozen=True, slots=True)
class ReaderRevision:
    """A cluster's last revision for one agency that is not told of all its members."""

    agency: str
    revision: int
    """0: it was told of none yet."""
    raised_us: int
    changed_us: int
    highest_level: AlertLevel
    is_news: bool = True
    """Whether the cluster's own last revision is this one."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One encounter: a level change is a new revision of the same id. Level NONE = cleared."""

    alert_id: str
    revision: int
    kind: AlertKind
    level: AlertLevel
    highest_level: AlertLevel
    track_a: int
    track_b: int
    """Broker track numbers, a < b. For an alert of one aircraft, track_b is -1."""
    restriction_name: str
    raised_us: int
    changed_us: int
    evaluated_us: int
    rule_id: str
    policy_version: str
    capped_because: str
    """Why the level was held down ("vertical position unknown"), or empty."""
    geometry: AlertGeometry
    acknowledgements: tuple[Acknowledgement, ...] = ()
    incident_id: str = ""
    """The incident that the alert was counted for, see `core.clusters`."""
    members: tuple["Alert", ...] = ()
    """Of a cluster: its alerts, most urgent first, at most `clusters.MEMBERS_MAX`. The cluster's
    own tracks, level and numbers are those of the first, or the last that there was."""
    member_count: int = 0
    """Of a cluster: how many alerts are active in it."""
    told_to: tuple[str, ...] = ()
    """The only agencies that are told; empty: all, as far as what is hidden allows."""
    apart: tuple[ReaderRevision, ...] = ()
    """Of a cluster: those that are, or were, not told of all its members."""
    band: BandSeen | None = None
    """Of a band that is left."""
    held_track: int = -1
    """Of a launch hold: the track of the drone in its dock, whatever it is described as by now."""


def urgency_key(alert: Alert) -> tuple[int, float, float, str]:
    """Sorts alerts most urgent first: level, time to loss, range; the id makes it total."""
    time_s = alert.geometry.time_to_loss_s
    return (
        -alert.level,
        float("inf") if time_s is None else time_s,
        alert.geometry.range_m,
        alert.alert_id,
    )
