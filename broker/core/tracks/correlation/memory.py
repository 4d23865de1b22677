"""The correlator to and from a snapshot."""

from dataclasses import astuple, fields

from broker.core.plain import Plain, integer, items, mapping, number, text
from broker.core.tracks.correlation.correlator import Correlator
from broker.core.tracks.correlation.evidence import Evidence
from broker.core.tracks.correlation.hearing import Hearing, SharedTrack
from broker.core.tracks.correlation.possibly_same import PossiblySame
from broker.core.tracks.memory import (
    band_from_plain,
    band_to_plain,
    path_point_from_plain,
    path_point_to_plain,
)
from broker.core.tracks.reports import DESCRIPTION_TEXTS, AircraftClass, AircraftDescription
from broker.core.tracks.source_ids import Handle

_NOT_STATED = -1.0
"""Accuracy: JSON has no NaN."""


def correlator_state(correlator: Correlator) -> dict[str, Plain]:
    """Everything that does not follow from the register."""
    return {
        "shared": [
            [slot, list(one.lead), [_hearing_to_plain(hearing) for hearing in one.hearings]]
            for slot, one in sorted(correlator.hearers.shared.items())
        ],
        "evidence": [
            [*pair, _evidence_to_plain(one)]
            for pair, one in sorted(correlator.looks.evidence.items())
        ],
        "banned": [
            [*one, *other, until_us]
            for (one, other), until_us in sorted(correlator.hearers.banned.items())
        ],
        "passing": [[*one, at_us] for one, at_us in sorted(correlator.doubts.passing_us.items())],
        "possibly_same": _held_to_plain(correlator.possibly_same),
        "doubts": [
            [slot, list(marks)] for slot, marks in sorted(correlator.register.marks.doubts.items())
        ],
        "next_compare_us": correlator.next_compare_us,
    }


def restore_correlator(correlator: Correlator, value: Plain) -> None:
    """Become what the state was taken from; the register has been restored."""
    state = mapping(value)
    register = correlator.register
    for entry in items(state["shared"]):
        slot, lead, hearings = items(entry)
        made = [_hearing_from_plain(mapping(one)) for one in items(hearings)]
        correlator.hearers.shared[integer(slot)] = SharedTrack(made, _handle(lead))
        register.ids.redirect(-1, integer(slot), [one.handle for one in made])
        correlator.hearers.show(integer(slot))
    for entry in items(state["evidence"]):
        low, high, sums = items(entry)
        correlator.looks.evidence[integer(low), integer(high)] = _evidence_from_plain(mapping(sums))
    for entry in items(state["banned"]):
        *handles, until_us = items(entry)
        pair = _handle(handles[:2]), _handle(handles[2:])
        correlator.hearers.banned[pair] = integer(until_us)
    for entry in items(state["passing"]):
        slot, mark, at_us = items(entry)
        correlator.doubts.passing_us[integer(slot), text(mark)] = integer(at_us)
    _restore_held(correlator.possibly_same, state["possibly_same"])
    for entry in items(state["doubts"]):
        slot, marks = items(entry)
        register.set_doubts(integer(slot), tuple(text(mark) for mark in items(marks)))
    correlator.next_compare_us = integer(state["next_compare_us"])
    correlator.list_again()


def _held_to_plain(same: PossiblySame) -> dict[str, Plain]:
    """What is dropped first stands first: the order is part of the state."""
    return {
        "held": [list(pair) for pair in same.held],
        "let_go": [[*one, *other] for one, other in same.let_go],
        "ended_beside": [
            [*handle, [list(other) for other in others]]
            for handle, others in same.ended_beside.items()
        ],
        "changed": same.changed,
    }


def _restore_held(same: PossiblySame, value: Plain) -> None:
    state = mapping(value)
    for entry in items(state["held"]):
        slot_a, slot_b = items(entry)
        same.hold(integer(slot_a), integer(slot_b))
    for entry in items(state["let_go"]):
        handles = items(entry)
        same.let_go[_handle(handles[:2]), _handle(handles[2:])] = None
    for entry in items(state["ended_beside"]):
        *handle, others = items(entry)
        same.ended_beside[_handle(handle)] = tuple(_handle(other) for other in items(others))
    same.changed = bool(state.get("changed", True))


def _handle(value: Plain) -> Handle:
    publisher, source_track_id = items(value)
    return integer(publisher), text(source_track_id)


def _hearing_to_plain(one: Hearing) -> dict[str, Plain]:
    return {
        "handle": list(one.handle),
        "source": one.source,
        "words": [
            int(one.description.aircraft_class),
            *(getattr(one.description, name) for name in DESCRIPTION_TEXTS),
        ],
        "path_stated_us": one.description.planned_path_stated_us,
        "path": [path_point_to_plain(point) for point in one.description.planned_path],
        "band": band_to_plain(one.description.allotted_band),
        "time_us": one.time_us,
        "x_m": one.x_m,
        "y_m": one.y_m,
        "accuracy_m": _NOT_STATED if one.accuracy_m != one.accuracy_m else one.accuracy_m,
        "basis": one.basis,
        "confidence": one.confidence,
        "count": one.count,
        "interval_us": one.interval_us,
        "apart_since_us": one.apart_since_us,
    }


def _hearing_from_plain(value: dict[str, Plain]) -> Hearing:
    aircraft_class, *texts = items(value["words"])
    accuracy_m = number(value["accuracy_m"])
    return Hearing(
        handle=_handle(value["handle"]),
        source=integer(value["source"]),
        description=AircraftDescription(
            AircraftClass(integer(aircraft_class)),
            planned_path=tuple(path_point_from_plain(point) for point in items(value["path"])),
            planned_path_stated_us=integer(value["path_stated_us"]),
            allotted_band=band_from_plain(value["band"]),
            **dict(zip(DESCRIPTION_TEXTS, map(text, texts), strict=True)),
        ),
        time_us=integer(value["time_us"]),
        x_m=number(value["x_m"]),
        y_m=number(value["y_m"]),
        accuracy_m=float("nan") if accuracy_m == _NOT_STATED else accuracy_m,
        basis=text(value["basis"]),
        confidence=number(value["confidence"]),
        count=integer(value["count"]),
        interval_us=integer(value["interval_us"]),
        apart_since_us=integer(value["apart_since_us"]),
    )


def _evidence_to_plain(one: Evidence) -> dict[str, Plain]:
    names = [field.name for field in fields(Evidence)]
    return {
        name: value
        for name, value in zip(names, astuple(one), strict=True)
        if value == value  # noqa: PLR0124 - JSON has no NaN: an unknown course is left out
    }


def _evidence_from_plain(value: dict[str, Plain]) -> Evidence:
    made = Evidence(integer(value["first_us"]), integer(value["last_us"]))
    for field in fields(Evidence)[2:]:
        if field.name in value:
            whole = field.name in {"looks", "up_count", "course_count"}
            read = integer(value[field.name]) if whole else number(value[field.name])
            setattr(made, field.name, read)
    return made
