"""Encounters in a snapshot: rows of pair memory and alerts, to plain values and back."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from broker.core.effects import Acknowledgement, Alert, AlertGeometry, AlertKind, AlertLevel
from broker.core.errors import BrokenInvariant
from broker.core.names import SystemName
from broker.core.plain import Plain, integer, items, mapping, text
from broker.core.separation import pair_memory as of
from broker.core.separation.encounter_step import CAPS
from broker.core.separation.pair_memory import PairMemory

OWN_INTEGERS: Final = {
    "track_a": of.TRACK_A,
    "track_b": of.TRACK_B,
    "slot_a": of.SLOT_A,
    "slot_b": of.SLOT_B,
}
"""Names in a snapshot and the columns of the state that they stand for."""
MACHINE_INTEGERS: Final = {
    "count_a": of.COUNT_A,
    "count_b": of.COUNT_B,
    "level": of.LEVEL,
    "level_since_us": of.LEVEL_SINCE_US,
    "lower_since_us": of.LOWER_SINCE_US,
    "lower_best": of.LOWER_BEST,
    "evidence_us": of.EVIDENCE_US,
    "interval_us": of.INTERVAL_US,
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the kernels foresaw of a pair; None where they gave no sample."""

    time_to_loss_s: float | None
    time_to_closest_s: float
    closest_range_m: float | None


@dataclass(frozen=True, slots=True)
class Encounter:
    """One pair as it stands in a snapshot."""

    state: dict[int, int]
    """By column of the state."""
    evidence: list[list[int]]
    numbers: Numbers
    rule_id: str
    alert: Alert | None


def numbers_of(foreseen: Sequence[float]) -> Numbers:
    """A row of what was foreseen."""
    loss_s, closest_s, closest_m = (None if math.isnan(value) else value for value in foreseen)
    return Numbers(loss_s, 0.0 if closest_s is None else closest_s, closest_m)


def packed(
    memory: PairMemory, rule_names: Sequence[str], alerts: Mapping[int, Alert]
) -> list[Plain]:
    """All pairs, in the order of their track numbers. `rule_names`: the last is for no rule."""
    rows = of.used_rows(memory)
    state, foreseen = memory.state[rows].tolist(), memory.foreseen[rows].tolist()
    evidence = memory.evidence[rows].tolist()
    return [
        _packed_pair(one, ahead, seen, rule_names[one[of.RULE]], alerts.get(row))
        for row, one, ahead, seen in zip(rows.tolist(), state, foreseen, evidence, strict=True)
    ]


def _packed_pair(
    state: list[int],
    foreseen: list[float],
    evidence: list[list[int]],
    rule_id: str,
    alert: Alert | None,
) -> dict[str, Plain]:
    plain: dict[str, Plain] = {name: state[column] for name, column in OWN_INTEGERS.items()}
    plain["rule_id"] = rule_id
    plain["numbers"] = _flat(numbers_of(foreseen))
    plain["machine"] = {name: state[column] for name, column in MACHINE_INTEGERS.items()}
    plain["evidence"] = [_packed_evidence(*one) for one in evidence[: state[of.EVIDENCE_COUNT]]]
    plain["alert"] = None if alert is None else _packed_alert(alert)
    return plain


def _packed_evidence(level: int, count_a: int, count_b: int, by_a: int, by_b: int) -> Plain:
    return {
        "level": level,
        "count_a": count_a,
        "count_b": count_b,
        "by_a": by_a != 0,
        "by_b": by_b != 0,
    }


def unpacked(value: Plain) -> Encounter:
    """One pair of what `packed` made."""
    plain = mapping(value)
    numbers, machine, alert = mapping(plain["numbers"]), mapping(plain["machine"]), plain["alert"]
    state = {column: integer(plain[name]) for name, column in OWN_INTEGERS.items()}
    state |= {column: integer(machine[name]) for name, column in MACHINE_INTEGERS.items()}
    return Encounter(
        state=state,
        evidence=[_unpacked_evidence(one) for one in items(plain["evidence"])],
        numbers=Numbers(
            _maybe_number(numbers["time_to_loss_s"]),
            _number(numbers["time_to_closest_s"]),
            _maybe_number(numbers["closest_range_m"]),
        ),
        rule_id=text(plain["rule_id"]),
        alert=None if alert is None else _unpacked_alert(mapping(alert)),
    )


def memory_of(
    encounters: Sequence[Encounter], rules: Mapping[str, int], confirm_of: int
) -> PairMemory:
    """The memory that holds these pairs, in rows 0 onwards."""
    slots = [max(one.state[of.SLOT_A], one.state[of.SLOT_B]) for one in encounters]
    kept = max((len(one.evidence) for one in encounters), default=0)
    memory = of.empty_memory(max(slots, default=-1) + 1, max(confirm_of, kept))
    memory = of.with_room(memory, 0, 0, len(encounters))
    for row, one in enumerate(encounters):
        state = one.state
        at = of.take(
            memory,
            (state[of.SLOT_A], state[of.SLOT_B]),
            (state[of.TRACK_A], state[of.TRACK_B]),
        )
        if at != row:
            raise BrokenInvariant("an empty pair memory gives its rows out of order")
        for column, value in state.items():
            memory.state[row, column] = value
        memory.state[row, of.RULE] = rules.get(one.rule_id, of.NOTHING)
        memory.state[row, of.EVIDENCE_COUNT] = len(one.evidence)
        if one.evidence:
            memory.evidence[row, : len(one.evidence)] = one.evidence
        if one.alert is not None:
            memory.state[row, of.TOLD_LEVEL] = one.alert.level
            memory.state[row, of.TOLD_CAP] = _cap_number(one.alert.capped_because)
        numbers = (
            one.numbers.time_to_loss_s,
            one.numbers.time_to_closest_s,
            one.numbers.closest_range_m,
        )
        memory.foreseen[row] = [np.nan if value is None else value for value in numbers]
    return memory


_ALERT_INTEGERS = ("revision", "track_a", "track_b", "raised_us", "changed_us", "evaluated_us")
_ALERT_TEXTS = ("alert_id", "restriction_name", "rule_id", "policy_version", "capped_because")
_GEOMETRY_MAYBE = (
    "relative_height_m",
    "relative_height_doubt_m",
    "time_to_loss_s",
    "time_to_exit_s",
)


def _cap_number(because: str) -> int:
    if because not in CAPS:
        raise BrokenInvariant(f"snapshot: an alert is capped because of {because!r}")
    return CAPS.index(because)


def _flat(record: Numbers | AlertGeometry) -> dict[str, Plain]:
    # Not `asdict`, which copies deeply: this runs between two micro-batches, for every pair.
    return {name: getattr(record, name) for name in record.__slots__}


def _packed_alert(alert: Alert) -> dict[str, Plain]:
    plain: dict[str, Plain] = {
        name: getattr(alert, name) for name in (*_ALERT_INTEGERS, *_ALERT_TEXTS)
    }
    plain["kind"] = alert.kind.value
    plain["level"], plain["highest_level"] = int(alert.level), int(alert.highest_level)
    plain["geometry"] = _flat(alert.geometry)
    plain["acknowledgements"] = [
        [str(one.system), one.acknowledged_by, one.acknowledged_us, one.revision]
        for one in alert.acknowledgements
    ]
    return plain


def _unpacked_alert(plain: dict[str, Plain]) -> Alert:
    geometry = mapping(plain["geometry"])
    sure = [one.name for one in fields(AlertGeometry) if one.name not in _GEOMETRY_MAYBE]
    return Alert(
        revision=integer(plain["revision"]),
        track_a=integer(plain["track_a"]),
        track_b=integer(plain["track_b"]),
        raised_us=integer(plain["raised_us"]),
        changed_us=integer(plain["changed_us"]),
        evaluated_us=integer(plain["evaluated_us"]),
        alert_id=text(plain["alert_id"]),
        restriction_name=text(plain["restriction_name"]),
        rule_id=text(plain["rule_id"]),
        policy_version=text(plain["policy_version"]),
        capped_because=text(plain["capped_because"]),
        kind=AlertKind(text(plain["kind"])),
        level=AlertLevel(integer(plain["level"])),
        highest_level=AlertLevel(integer(plain["highest_level"])),
        geometry=AlertGeometry(
            **{name: _number(geometry[name]) for name in sure},
            relative_height_m=_maybe_number(geometry["relative_height_m"]),
            relative_height_doubt_m=_maybe_number(geometry["relative_height_doubt_m"]),
            time_to_loss_s=_maybe_number(geometry["time_to_loss_s"]),
            time_to_exit_s=_maybe_number(geometry.get("time_to_exit_s")),
        ),
        acknowledgements=tuple(
            _unpacked_acknowledgement(items(one)) for one in items(plain["acknowledgements"])
        ),
    )


def _unpacked_acknowledgement(row: list[Plain]) -> Acknowledgement:
    return Acknowledgement(
        system=SystemName.parse("system", text(row[0])),
        acknowledged_by=text(row[1]),
        acknowledged_us=integer(row[2]),
        revision=integer(row[3]),
    )


def _unpacked_evidence(value: Plain) -> list[int]:
    plain = mapping(value)
    seen = [integer(plain[name]) for name in ("level", "count_a", "count_b")]
    return [*seen, int(plain["by_a"] is True), int(plain["by_b"] is True)]


def _number(value: Plain) -> float:
    if not isinstance(value, int | float):
        raise BrokenInvariant("snapshot: a number was expected")
    return float(value)


def _maybe_number(value: Plain) -> float | None:
    return None if value is None else _number(value)
