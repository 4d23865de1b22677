"""The `[alerting]` table of a pair policy: how samples become alerts, and how many are told."""

from dataclasses import dataclass
from typing import Final

from broker.core.alerts import AlertLevel
from broker.core.errors import refuse
from broker.core.separation import policy_fields as read
from broker.core.separation.policy_rules import LEVEL_NAMES
from broker.core.units import SECOND_US

CONFIRM_OF_MAX: Final = 20
INCIDENT_ALERTS_MAX: Final = 100
_KEYS: Final = (
    "confirm_count",
    "confirm_of",
    "imminent_within",
    "imminent_confirm_count",
    "history_at_least",
    "history_intervals",
    "persistence",
    "clear_factor",
    "clear_hold",
    "accuracy_weight",
    "growth_at_most",
    "skip_confirmation_when_first_seen_inside_warning",
    "unknown_vertical_at_most",
    "unsigned_source_at_most",
    "doubt_alone_at_most",
    "height_doubt_at_most",
    "climb_ends",
    "incident_alerts_at_most",
    "incident_window",
    "cluster_told_every",
)


@dataclass(frozen=True, slots=True)
class FloodLimits:
    """How many alerts one incident may raise before they are told as one."""

    alerts_max: int
    """Alerts raised for one incident, the cluster included, in any ..."""
    window_us: int
    told_every_us: int
    """News of a cluster that is not urgent is gathered for this long."""


@dataclass(frozen=True, slots=True)
class DoubtLimits:
    """What levels may stand on, see `separation.tempered`."""

    cap: AlertLevel
    """What growth or a vague height alone may raise."""
    height_doubt_m: float
    """More doubt than this in a pair's height is vague."""
    climb_ends_m: float
    """Above take-off, or ground: a climbing drone is foreseen up to here."""


@dataclass(frozen=True, slots=True)
class AlertingParameters:
    """How samples become alerts."""

    confirm_count: int
    """A level is raised when this many ..."""
    confirm_of: int
    """... of the last this many fresh samples reached it."""
    imminent_within_s: float
    """A sample that enters its volume this soon ..."""
    imminent_confirm_count: int
    """... needs only this many."""
    history_at_least_us: int
    history_intervals: float
    """Samples are forgotten after a gap of this many intervals of the feed, or the least time."""
    persistence_us: int
    clear_hold_us: int
    skip_first_seen_inside_warning: bool
    unknown_vertical_cap: AlertLevel
    unsigned_source_cap: AlertLevel
    doubt: DoubtLimits
    flood: FloodLimits


def alerting_table(root: read.Table) -> read.Table:
    """The table itself, with known keys only; Refused names the TOML path of what is wrong."""
    return read.table(read.required(root, "", "alerting"), "alerting", _KEYS)


def alerting_parameters(source: read.Table) -> AlertingParameters:
    """Read the `[alerting]` table."""
    path = "alerting"
    count = read.whole(source, path, "confirm_count", CONFIRM_OF_MAX)
    of = read.whole(source, path, "confirm_of", CONFIRM_OF_MAX)
    if count > of:
        raise refuse("alerting.confirm_count", "must not be more than confirm_of")
    imminent_count = read.whole(source, path, "imminent_confirm_count", CONFIRM_OF_MAX)
    if imminent_count > count:
        raise refuse("alerting.imminent_confirm_count", "must not be more than confirm_count")
    return AlertingParameters(
        confirm_count=count,
        confirm_of=of,
        imminent_within_s=read.quantity(source, path, "imminent_within", read.TIME_UNITS),
        imminent_confirm_count=imminent_count,
        history_at_least_us=_microseconds(source, "history_at_least"),
        history_intervals=read.number(source, path, "history_intervals", 1.0, 100.0),
        persistence_us=_microseconds(source, "persistence"),
        clear_hold_us=_microseconds(source, "clear_hold"),
        skip_first_seen_inside_warning=read.flag(
            source, path, "skip_confirmation_when_first_seen_inside_warning"
        ),
        unknown_vertical_cap=_cap(source, "unknown_vertical_at_most"),
        unsigned_source_cap=_cap(source, "unsigned_source_at_most"),
        doubt=DoubtLimits(
            cap=_cap(source, "doubt_alone_at_most"),
            height_doubt_m=read.quantity(source, path, "height_doubt_at_most", read.LENGTH_UNITS),
            climb_ends_m=read.quantity(source, path, "climb_ends", read.LENGTH_UNITS),
        ),
        flood=FloodLimits(
            alerts_max=read.whole(source, path, "incident_alerts_at_most", INCIDENT_ALERTS_MAX),
            window_us=_microseconds(source, "incident_window"),
            told_every_us=_microseconds(source, "cluster_told_every"),
        ),
    )


def _microseconds(source: read.Table, key: str) -> int:
    return round(read.quantity(source, "alerting", key, read.TIME_UNITS) * SECOND_US)


def _cap(source: read.Table, key: str) -> AlertLevel:
    """A level that people hear: capping at advisory would silence, and is refused."""
    name, heard = read.text(source, "alerting", key), LEVEL_NAMES[1:]
    if name not in heard:
        raise refuse(f"alerting.{key}", f"must be one of {', '.join(heard)}")
    return AlertLevel(LEVEL_NAMES.index(name) + 1)
