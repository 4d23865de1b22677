"""The track register to and from a snapshot: plain lists, dictionaries and arrays."""

from dataclasses import fields, replace

from broker.core.names import SystemName
from broker.core.plain import Plain, array, integer, integers, items, mapping, pairs, text, texts
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AircraftClass, AircraftDescription
from broker.core.tracks.table import TrackColumns, empty_columns


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
        "source_track_ids": list(register.source_track_ids),
        "descriptions": [_description_state(one) for one in register.descriptions],
        "free": list(register.free_slots),
        "next_number": register.next_number,
    }


def _description_state(description: AircraftDescription) -> dict[str, Plain]:
    # Not `asdict`, which copies deeply: this runs between two micro-batches, for every track.
    return {name: getattr(description, name) for name in AircraftDescription.__slots__}


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
    register.source_track_ids = texts(state["source_track_ids"])
    register.descriptions = [_description(item) for item in items(state["descriptions"])]
    register.free_slots = integers(state["free"])
    register.next_number = integer(state["next_number"])
    register.index_live_slots()


def _description(value: Plain) -> AircraftDescription:
    known = mapping(value)
    words = {name: text(item) for name, item in known.items() if name != "aircraft_class"}
    aircraft_class = AircraftClass(integer(known["aircraft_class"]))
    return replace(AircraftDescription(**words), aircraft_class=aircraft_class)  # type: ignore[arg-type]
