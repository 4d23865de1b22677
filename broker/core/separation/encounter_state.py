"""One pair's encounter, and its form in a snapshot."""

from dataclasses import dataclass, fields

from broker.core.effects import Acknowledgement, Alert, AlertGeometry, AlertKind, AlertLevel
from broker.core.errors import BrokenInvariant
from broker.core.names import SystemName
from broker.core.plain import Plain, integer, items, mapping, text
from broker.core.separation.confirmation import Evidence, LevelMachine


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the kernels foresaw of a pair; None where they gave no sample."""

    time_to_loss_s: float | None
    time_to_closest_s: float
    closest_range_m: float | None


@dataclass(slots=True)
class Encounter:
    """One pair's memory; `alert` is its last revision while the level is not zero."""

    track_a: int
    track_b: int
    slot_a: int
    slot_b: int
    rule_id: str
    numbers: Numbers
    machine: LevelMachine
    alert: Alert | None = None


def packed(encounter: Encounter) -> dict[str, Plain]:
    """The encounter as plain values."""
    machine = encounter.machine
    plain: dict[str, Plain] = {name: getattr(encounter, name) for name in _OWN_INTEGERS}
    plain["rule_id"] = encounter.rule_id
    plain["numbers"] = _flat(encounter.numbers)
    plain["machine"] = {name: getattr(machine, name) for name in _MACHINE_INTEGERS}
    plain["evidence"] = [_flat(one) for one in machine.evidence]
    plain["alert"] = None if encounter.alert is None else _packed_alert(encounter.alert)
    return plain


def unpacked(value: Plain) -> Encounter:
    """The inverse of `packed`."""
    plain = mapping(value)
    numbers, alert = mapping(plain["numbers"]), plain["alert"]
    machine = {name: integer(mapping(plain["machine"])[name]) for name in _MACHINE_INTEGERS}
    return Encounter(
        **{name: integer(plain[name]) for name in _OWN_INTEGERS},
        rule_id=text(plain["rule_id"]),
        numbers=Numbers(
            _maybe_number(numbers["time_to_loss_s"]),
            _number(numbers["time_to_closest_s"]),
            _maybe_number(numbers["closest_range_m"]),
        ),
        machine=LevelMachine(
            **machine, evidence=[_unpacked_evidence(one) for one in items(plain["evidence"])]
        ),
        alert=None if alert is None else _unpacked_alert(mapping(alert)),
    )


_OWN_INTEGERS = ("track_a", "track_b", "slot_a", "slot_b")
_MACHINE_INTEGERS = tuple(one.name for one in fields(LevelMachine) if one.name != "evidence")
_ALERT_INTEGERS = ("revision", "track_a", "track_b", "raised_us", "changed_us", "evaluated_us")
_ALERT_TEXTS = ("alert_id", "restriction_name", "rule_id", "policy_version", "capped_because")
_GEOMETRY_MAYBE = ("relative_height_m", "relative_height_doubt_m", "time_to_loss_s")


def _flat(record: Numbers | Evidence | AlertGeometry) -> dict[str, Plain]:
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


def _unpacked_evidence(value: Plain) -> Evidence:
    plain = mapping(value)
    return Evidence(
        level=integer(plain["level"]),
        count_a=integer(plain["count_a"]),
        count_b=integer(plain["count_b"]),
        by_a=plain["by_a"] is True,
        by_b=plain["by_b"] is True,
    )


def _number(value: Plain) -> float:
    if not isinstance(value, int | float):
        raise BrokenInvariant("snapshot: a number was expected")
    return float(value)


def _maybe_number(value: Plain) -> float | None:
    return None if value is None else _number(value)
