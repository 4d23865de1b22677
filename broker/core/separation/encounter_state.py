"""Encounters in a snapshot: rows of pair memory and alerts, as columns and back.

Columns, as a broker in trouble has many alerts open: so many values one by one are tens of
milliseconds of work every few seconds, which reports feel even though another thread does it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from broker.core.alerts import Acknowledgement, Alert, AlertGeometry, AlertKind, AlertLevel
from broker.core.errors import BrokenInvariant
from broker.core.names import SystemName
from broker.core.plain import (
    Plain,
    array,
    integer,
    items,
    mapping,
    text,
    text_column,
    texts,
    texts_of_column,
)
from broker.core.separation import pair_memory as of
from broker.core.separation.cylinder import Floats
from broker.core.separation.encounter_step import CAPS
from broker.core.separation.pair_memory import Integers, PairMemory

_KEPT_COLUMNS: Final = (
    of.COUNT_A,
    of.COUNT_B,
    of.LEVEL,
    of.LEVEL_SINCE_US,
    of.LOWER_SINCE_US,
    of.LOWER_BEST,
    of.EVIDENCE_US,
    of.INTERVAL_US,
    of.EVIDENCE_COUNT,
)
"""Of a row's state, what is taken over as it stands; the rest is found again."""
_ALERT_INTEGERS: Final = (
    "revision",
    "level",
    "highest_level",
    "track_a",
    "track_b",
    "raised_us",
    "changed_us",
    "evaluated_us",
)
_ALERT_TEXTS: Final = (
    "alert_id",
    "kind",
    "restriction_name",
    "rule_id",
    "policy_version",
    "capped_because",
)
_GEOMETRY: Final = tuple(one.name for one in fields(AlertGeometry))
_GEOMETRY_MAYBE: Final = frozenset(
    one.name for one in fields(AlertGeometry) if one.type is not float
)
"""Numbers that may be unknown: NaN in a snapshot."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the kernels foresaw of a pair; None where they gave no sample."""

    time_to_loss_s: float | None
    time_to_closest_s: float
    closest_range_m: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """The pairs of a snapshot, n rows."""

    state: Integers
    """(n, 14): the columns before TOLD_LEVEL; rules are places in `rule_names`."""
    evidence: Integers
    foreseen: Floats
    rule_names: list[str]
    alerts: dict[int, Alert]
    """By row."""


def numbers_of(foreseen: Sequence[float]) -> Numbers:
    """A row of what was foreseen."""
    loss_s, closest_s, closest_m = (None if math.isnan(value) else value for value in foreseen)
    return Numbers(loss_s, 0.0 if closest_s is None else closest_s, closest_m)


def packed(memory: PairMemory, rule_names: Sequence[str], alerts: Mapping[int, Alert]) -> Plain:
    """All pairs, in the order of their track numbers, and the names of their rules, sorted."""
    rows = of.used_rows(memory)
    state = memory.state[rows, : of.TOLD_LEVEL]
    rules = np.unique(state[:, of.RULE])
    rules = rules[rules >= 0].tolist()
    used = sorted({rule_names[rule] for rule in rules})
    places = np.full(len(rule_names) + 1, of.NOTHING)  # the last: of pairs that no rule judges
    places[rules] = [used.index(rule_names[rule]) for rule in rules]
    state[:, of.RULE] = places[state[:, of.RULE]]
    told = [(place, alerts[row]) for place, row in enumerate(rows.tolist()) if row in alerts]
    counts = memory.state[rows, of.EVIDENCE_COUNT]
    seen = np.arange(counts.max(initial=0))
    is_seen = seen < counts[:, None]
    return {
        "state": state,
        "evidence": memory.evidence[rows][:, seen] * is_seen[:, :, None],
        "foreseen": memory.foreseen[rows],
        "rule_names": used,
        "alert_rows": np.array([place for place, _ in told], dtype=np.int64),
        "alerts": _packed_alerts([alert for _, alert in told]),
    }


def _packed_alerts(alerts: Sequence[Alert]) -> dict[str, Plain]:
    integers = [[int(getattr(one, name)) for name in _ALERT_INTEGERS] for one in alerts]
    seen = [[getattr(one.geometry, name) for name in _GEOMETRY] for one in alerts]
    acknowledgements: list[Plain] = [
        [place, str(one.system), one.acknowledged_by, one.acknowledged_us, one.revision]
        for place, alert in enumerate(alerts)
        for one in alert.acknowledgements
    ]
    return {
        "integers": np.array(integers, dtype=np.int64).reshape(-1, len(_ALERT_INTEGERS)),
        "geometry": np.array(seen, dtype=np.float64).reshape(-1, len(_GEOMETRY)),
        "texts": {
            name: text_column([str(getattr(one, name)) for one in alerts]) for name in _ALERT_TEXTS
        },
        "acknowledgements": acknowledgements,
    }


def unpacked(value: Plain) -> Kept:
    """What `packed` made."""
    plain = mapping(value)
    rows = array(plain["alert_rows"]).tolist()
    alerts = _unpacked_alerts(mapping(plain["alerts"]))
    if len(rows) != len(alerts):
        raise BrokenInvariant("snapshot: alerts and their rows differ in number")
    return Kept(
        state=array(plain["state"]).astype(np.int64),
        evidence=array(plain["evidence"]).astype(np.int64),
        foreseen=array(plain["foreseen"]).astype(np.float64),
        rule_names=texts(plain["rule_names"]),
        alerts=dict(zip(rows, alerts, strict=True)),
    )


def memory_of(kept: Kept, rules: Mapping[str, int], confirm_of: int) -> PairMemory:
    """The memory that holds these pairs, in rows 0 onwards."""
    state, count = kept.state, len(kept.state)
    slots = int(state[:, [of.SLOT_A, of.SLOT_B]].max(initial=-1)) + 1
    seen = int(state[:, of.EVIDENCE_COUNT].max(initial=0))
    memory = of.empty_memory(slots, max(confirm_of, seen))
    memory = of.with_room(memory, 0, 0, count)
    for row in range(count):
        track_a, track_b, slot_a, slot_b, rule, *_ = state[row].tolist()
        at = of.take(memory, (slot_a, slot_b), (track_a, track_b))
        if at != row:
            raise BrokenInvariant("an empty pair memory gives its rows out of order")
        if rule >= 0:
            memory.state[row, of.RULE] = rules.get(kept.rule_names[rule], of.NOTHING)
    memory.state[:count, _KEPT_COLUMNS] = state[:, _KEPT_COLUMNS]
    memory.evidence[:count, :seen] = kept.evidence[:, :seen]
    memory.foreseen[:count] = kept.foreseen
    for row, alert in kept.alerts.items():
        memory.state[row, of.TOLD_LEVEL] = alert.level
        memory.state[row, of.TOLD_CAP] = _cap_number(alert.capped_because)
    return memory


def _cap_number(because: str) -> int:
    if because not in CAPS:
        raise BrokenInvariant(f"snapshot: an alert is capped because of {because!r}")
    return CAPS.index(because)


def _unpacked_alerts(plain: dict[str, Plain]) -> list[Alert]:
    words = mapping(plain["texts"])
    columns = [texts_of_column(words[name]) for name in _ALERT_TEXTS]
    acknowledged: dict[int, list[Acknowledgement]] = {}
    for one in map(items, items(plain["acknowledgements"])):
        acknowledged.setdefault(integer(one[0]), []).append(_unpacked_acknowledgement(one[1:]))
    rows = zip(
        array(plain["integers"]).tolist(),
        array(plain["geometry"]).tolist(),
        zip(*columns, strict=True),
        strict=True,
    )
    return [
        _alert(
            dict(zip(_ALERT_INTEGERS, integers, strict=True)),
            dict(zip(_GEOMETRY, geometry, strict=True)),
            dict(zip(_ALERT_TEXTS, text_row, strict=True)),
            tuple(acknowledged.get(place, ())),
        )
        for place, (integers, geometry, text_row) in enumerate(rows)
    ]


def _alert(
    integers: dict[str, int],
    geometry: dict[str, float],
    words: dict[str, str],
    acknowledgements: tuple[Acknowledgement, ...],
) -> Alert:
    seen = {
        name: None if name in _GEOMETRY_MAYBE and math.isnan(value) else value
        for name, value in geometry.items()
    }
    return Alert(
        alert_id=words["alert_id"],
        revision=integers["revision"],
        kind=AlertKind(words["kind"]),
        level=AlertLevel(integers["level"]),
        highest_level=AlertLevel(integers["highest_level"]),
        track_a=integers["track_a"],
        track_b=integers["track_b"],
        restriction_name=words["restriction_name"],
        raised_us=integers["raised_us"],
        changed_us=integers["changed_us"],
        evaluated_us=integers["evaluated_us"],
        rule_id=words["rule_id"],
        policy_version=words["policy_version"],
        capped_because=words["capped_because"],
        geometry=AlertGeometry(**seen),  # type: ignore[arg-type]
        acknowledgements=acknowledgements,
    )


def _unpacked_acknowledgement(row: list[Plain]) -> Acknowledgement:
    return Acknowledgement(
        system=SystemName.parse("system", text(row[0])),
        acknowledged_by=text(row[1]),
        acknowledged_us=integer(row[2]),
        revision=integer(row[3]),
    )
