"""The track register to and from a snapshot: plain lists, dictionaries and arrays."""

from collections.abc import Sequence
from dataclasses import fields
from functools import partial
from typing import Final

import numpy as np

from broker.core.names import SystemName
from broker.core.plain import (
    Later,
    Plain,
    array,
    integer,
    integers,
    mapping,
    pairs,
    settled,
    text_column,
    texts,
    texts_of_column,
)
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AircraftClass, AircraftDescription
from broker.core.tracks.table import TrackColumns, empty_columns

_DESCRIPTION_TEXTS: Final = tuple(
    name for name in AircraftDescription.__slots__ if name != "aircraft_class"
)


def register_state(register: TrackRegister) -> dict[str, Plain]:
    """Everything the register knows; retired rows must have been released."""
    used = register.high_water
    return {
        "columns": {
            column.name: getattr(register.columns, column.name)[:used].copy()
            for column in fields(TrackColumns)
        },
        "publishers": [[name.agency, name.system] for name in register.publishers.values()],
        "agencies": list(register.agencies.values()),
        "incidents": list(register.incidents.values()),
        "words": Later(
            partial(_words, tuple(register.source_track_ids), tuple(register.descriptions))
        ),
        "free": list(register.free_slots),
        "next_number": register.next_number,
    }


def _words(source_track_ids: Sequence[str], descriptions: Sequence[AircraftDescription]) -> Plain:
    """What is known of each row in words, by column."""
    classes = (int(one.aircraft_class) for one in descriptions)
    return {
        "source_track_ids": text_column(source_track_ids),
        "aircraft_class": np.fromiter(classes, dtype=np.int8, count=len(descriptions)),
        **{
            name: text_column([getattr(one, name) for one in descriptions])
            for name in _DESCRIPTION_TEXTS
        },
    }


def restore_register(register: TrackRegister, state: dict[str, Plain]) -> None:
    """Fill a new register from a snapshot's state."""
    arrays = mapping(state["columns"])
    used = len(array(arrays["active"]))
    register.columns = empty_columns(max(len(register.columns.active), used))
    for column in fields(TrackColumns):
        getattr(register.columns, column.name)[:used] = array(arrays[column.name])
    register.high_water = used
    for agency, system in pairs(state["publishers"]):
        register.open_publisher(SystemName(agency, system))
    for agency in texts(state["agencies"]):
        register.agencies.intern(agency)
    for incident in texts(state["incidents"]):
        register.incidents.intern(incident)
    words = mapping(settled(state["words"]))
    register.source_track_ids = texts_of_column(words["source_track_ids"])
    register.descriptions = _descriptions(words)
    register.free_slots = integers(state["free"])
    register.next_number = integer(state["next_number"])
    register.index_live_slots()


def _descriptions(words: dict[str, Plain]) -> list[AircraftDescription]:
    columns = [texts_of_column(words[name]) for name in _DESCRIPTION_TEXTS]
    classes = map(AircraftClass, array(words["aircraft_class"]).tolist())
    return [
        AircraftDescription(aircraft_class, **dict(zip(_DESCRIPTION_TEXTS, row, strict=True)))
        for aircraft_class, *row in zip(classes, *columns, strict=True)
    ]
