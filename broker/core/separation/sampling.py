"""The kernels' pair samples as plain rows, and how far each may raise an alert."""

import math
from dataclasses import dataclass
from typing import Final

from broker.core.effects import AlertLevel
from broker.core.separation.encounter_state import Numbers
from broker.core.separation.policy import AlertingParameters
from broker.core.separation.rules import PairSamples
from broker.core.tracks.table import TrackColumns

VERTICAL_UNKNOWN: Final = "vertical position unknown"
UNSIGNED_SOURCE: Final = "single unsigned radio source"

Pair = tuple[int, int]
"""Track numbers, the smaller first."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of PairSamples as plain numbers."""

    slot_a: int
    slot_b: int
    rule: int
    level: int
    hold_level: int
    numbers: Numbers
    vertical_known: bool
    trusted: bool


def absent(slot_a: int, slot_b: int) -> Sample:
    """A pair that no rule judges close."""
    return Sample(slot_a, slot_b, -1, 0, 0, Numbers(None, 0.0, None), True, True)


def sample_rows(samples: PairSamples, columns: TrackColumns) -> dict[Pair, Sample]:
    """The samples by pair of track numbers, in their order."""
    if len(samples) == 0:
        return {}
    numbers = columns.track_number
    pairs = zip(numbers[samples.slot_a].tolist(), numbers[samples.slot_b].tolist(), strict=True)
    rows = zip(
        samples.slot_a.tolist(),
        samples.slot_b.tolist(),
        samples.rule.tolist(),
        samples.level.tolist(),
        samples.hold_level.tolist(),
        samples.time_to_loss_s.tolist(),
        samples.time_to_closest_s.tolist(),
        samples.closest_range_m.tolist(),
        samples.vertical_known.tolist(),
        samples.trusted.tolist(),
        strict=True,
    )
    return {
        pair: Sample(
            slot_a=row[0],
            slot_b=row[1],
            rule=row[2],
            level=row[3],
            hold_level=row[4],
            numbers=Numbers(row[5] if math.isfinite(row[5]) else None, row[6], row[7]),
            vertical_known=bool(row[8]),
            trusted=bool(row[9]),
        )
        for pair, row in zip(pairs, rows, strict=True)
    }


def level_cap(row: Sample, parameters: AlertingParameters) -> tuple[AlertLevel, str]:
    """The highest level the sample may raise, and why not more."""
    if row.vertical_known and row.trusted:
        return AlertLevel.FLOOR, ""
    caps = [(AlertLevel.FLOOR, "")]
    if not row.vertical_known:
        caps.append((parameters.unknown_vertical_cap, VERTICAL_UNKNOWN))
    if not row.trusted:
        caps.append((parameters.unsigned_source_cap, UNSIGNED_SOURCE))
    return min(caps, key=lambda one: one[0])
