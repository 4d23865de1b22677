"""The track register to and from a snapshot: plain lists, dictionaries and arrays."""

from collections.abc import Sequence
from dataclasses import fields, replace
from functools import partial

import numpy as np

from broker.core.names import SystemName
from broker.core.plain import (
    Later,
    Plain,
    array,
    integer,
    integers,
    items,
    mapping,
    number,
    pairs,
    settled,
    text_column,
    texts,
    texts_of_column,
)
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import (
    DESCRIPTION_TEXTS,
    AircraftClass,
    AircraftDescription,
    AltitudeDatum,
    HeightBand,
    HeightReference,
    PathPoint,
)
from broker.core.tracks.table import TrackColumns, empty_columns


def register_state(register: TrackRegister) -> dict[str, Plain]:
    """Everything the register knows; retired rows must have been released."""
    used = register.high_water
    return {
        "columns": {
            column.name: getattr(register.columns, column.name)[:used].copy()
            for column in fields(TrackColumns)
        },
        "publishers": [[name.agency, name.system] for name in register.ids.publishers.values()],
        "agencies": list(register.agencies.values()),
        "incidents": list(register.incidents.values()),
        "words": Later(
            partial(_words, tuple(register.source_track_ids), tuple(register.descriptions))
        ),
        "free": list(register.free_slots),
        "next_number": register.next_number,
    }


def _words(source_track_ids: Sequence[str], descriptions: Sequence[AircraftDescription]) -> Plain:
    """What is known of each row in words, by column; paths and bands, which few have, by row."""
    classes = (int(one.aircraft_class) for one in descriptions)
    paths: list[Plain] = [
        [
            slot,
            one.planned_path_stated_us,
            [path_point_to_plain(point) for point in one.planned_path],
        ]
        for slot, one in enumerate(descriptions)
        if one.planned_path
    ]
    return {
        "source_track_ids": text_column(source_track_ids),
        "aircraft_class": np.fromiter(classes, dtype=np.int8, count=len(descriptions)),
        "paths": paths,
        "bands": [
            [slot, band_to_plain(one.allotted_band)]
            for slot, one in enumerate(descriptions)
            if one.allotted_band is not None
        ],
        **{
            name: text_column([getattr(one, name) for one in descriptions])
            for name in DESCRIPTION_TEXTS
        },
    }


def path_point_to_plain(point: PathPoint) -> Plain:
    """One point of a planned path, for a snapshot."""
    return [point.latitude_deg, point.longitude_deg, point.altitude_m, int(point.altitude_datum)]


def band_to_plain(band: HeightBand | None) -> Plain:
    """A height band, for a snapshot."""
    return None if band is None else [band.lower_m, band.upper_m, int(band.reference)]


def restore_register(register: TrackRegister, state: dict[str, Plain]) -> None:
    """Fill a new register from a snapshot's state."""
    arrays = mapping(state["columns"])
    used = len(array(arrays["active"]))
    register.columns = empty_columns(max(len(register.columns.active), used))
    for column in fields(TrackColumns):
        getattr(register.columns, column.name)[:used] = array(arrays[column.name])
    register.high_water = used
    for agency, system in pairs(state["publishers"]):
        register.ids.open_publisher(SystemName(agency, system))
    for agency in texts(state["agencies"]):
        register.agencies.intern(agency)
    for incident in texts(state["incidents"]):
        register.incidents.intern(incident)
    words = mapping(settled(state["words"]))
    register.source_track_ids = texts_of_column(words["source_track_ids"])
    register.descriptions = _descriptions(words)
    register.free_slots = integers(state["free"])
    register.next_number = integer(state["next_number"])
    _index(register)


def _index(register: TrackRegister) -> None:
    """Make again what is derived from the columns."""
    register.text_versions = np.zeros(len(register.columns.active), dtype=np.int64)
    live = register.live_slots()
    register.live_count = len(live)
    for slot in live.tolist():
        publisher = int(register.columns.publisher_index[slot])
        register.ids.add((publisher, register.source_track_ids[slot]), slot)
        register.slot_of_number[int(register.columns.track_number[slot])] = slot


def _descriptions(words: dict[str, Plain]) -> list[AircraftDescription]:
    columns = [texts_of_column(words[name]) for name in DESCRIPTION_TEXTS]
    classes = map(AircraftClass, array(words["aircraft_class"]).tolist())
    described = [
        replace(
            AircraftDescription(aircraft_class),
            **dict(zip(DESCRIPTION_TEXTS, row, strict=True)),
        )
        for aircraft_class, *row in zip(classes, *columns, strict=True)
    ]
    for path in items(words.get("paths", [])):
        slot, stated_us, points = items(path)
        described[integer(slot)] = replace(
            described[integer(slot)],
            planned_path=tuple(path_point_from_plain(point) for point in items(points)),
            planned_path_stated_us=integer(stated_us),
        )
    for entry in items(words["bands"]):
        slot, band = items(entry)
        place = integer(slot)
        described[place] = replace(described[place], allotted_band=band_from_plain(band))
    return described


def path_point_from_plain(value: Plain) -> PathPoint:
    """The point again."""
    latitude_deg, longitude_deg, altitude_m, datum = items(value)
    return PathPoint(
        number(latitude_deg),
        number(longitude_deg),
        None if altitude_m is None else number(altitude_m),
        AltitudeDatum(integer(datum)),
    )


def band_from_plain(value: Plain) -> HeightBand | None:
    """The band again."""
    if value is None:
        return None
    lower_m, upper_m, reference = items(value)
    return HeightBand(number(lower_m), number(upper_m), HeightReference(integer(reference)))
