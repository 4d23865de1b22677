"""Watches in a snapshot: rows of watch memory with their alerts, as records and back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, cast

import numpy as np
from pydantic import TypeAdapter

from broker.core.alerts import Alert, AlertLevel
from broker.core.errors import BrokenInvariant
from broker.core.plain import Plain, integer, items
from broker.core.restrictions import watch_memory as of
from broker.core.restrictions.watch_memory import WatchMemory

_BELOW: Final = {
    int(AlertLevel.WARNING): of.WARNING_BELOW_US,
    int(AlertLevel.CAUTION): of.CAUTION_BELOW_US,
}


@dataclass(slots=True)
class Watch:
    """One aircraft against one restriction, as a snapshot holds it."""

    slot: int
    reports_seen: int = 0
    predicted_in_a_row: int = 0
    below_since_us: dict[int, int] = field(default_factory=dict)
    """Level -> since when the samples have been below it."""
    alert: Alert | None = None


@dataclass(slots=True)
class MachineState:
    """What a snapshot holds."""

    episodes: int
    watches: list[tuple[int, str, Watch]]


_RECORD: Final = TypeAdapter(MachineState)


def packed(
    memory: WatchMemory, names: tuple[str, ...], alerts: Mapping[int, Alert], episodes: int
) -> dict[str, Plain]:
    """For a snapshot: JSON values only, by (track number, restriction). Alerts stand by row."""
    watches = [_watch(memory, names, row, alerts.get(row)) for row in of.used_rows(memory).tolist()]
    state = MachineState(episodes, sorted(watches, key=lambda watch: watch[:2]))
    return cast("dict[str, Plain]", _RECORD.dump_python(state, mode="json"))


def unpacked(state: dict[str, Plain]) -> MachineState:
    """What was packed; BrokenInvariant for anything else."""
    try:
        return _RECORD.validate_python(
            {"episodes": integer(state["episodes"]), "watches": items(state["watches"])}
        )
    except (KeyError, ValueError) as error:
        raise BrokenInvariant(f"snapshot: not restriction alerts: {error}") from error


def write_row(memory: WatchMemory, row: int, watch: Watch) -> None:
    """Fill the row that was taken for a watch, but for what it is found by."""
    state = memory.state
    state[row, of.REPORTS], state[row, of.PREDICTED] = (
        watch.reports_seen,
        watch.predicted_in_a_row,
    )
    for level, column in _BELOW.items():
        state[row, column] = watch.below_since_us.get(level, of.NEVER)
    alert = watch.alert
    if alert is None:
        return
    seen = alert.geometry
    state[row, of.LEVEL], state[row, of.EVALUATED_US] = alert.level, alert.evaluated_us
    memory.seen[row] = (
        seen.range_m,
        seen.bearing_deg,
        np.nan if seen.time_to_loss_s is None else seen.time_to_loss_s,
        seen.closing_speed_mps,
        seen.picture_age_s,
        np.inf if seen.time_to_exit_s is None else seen.time_to_exit_s,
    )


def _watch(
    memory: WatchMemory, names: tuple[str, ...], row: int, alert: Alert | None
) -> tuple[int, str, Watch]:
    state = memory.state[row].tolist()
    below = {level: state[column] for level, column in _BELOW.items()}
    watch = Watch(
        slot=state[of.SLOT],
        reports_seen=state[of.REPORTS],
        predicted_in_a_row=state[of.PREDICTED],
        below_since_us={level: us for level, us in below.items() if us != of.NEVER},
        alert=alert,
    )
    return state[of.TRACK], names[state[of.ZONE]], watch
