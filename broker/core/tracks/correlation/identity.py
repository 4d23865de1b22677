"""What names an aircraft beyond doubt, and whether two descriptions can be of one aircraft."""

from collections.abc import Iterator
from dataclasses import replace

from broker.core.tracks.reports import AircraftClass, AircraftDescription

Key = tuple[str, str]
"""Kind of identity, and its value in one spelling."""

_VAGUE = frozenset({AircraftClass.UNKNOWN, AircraftClass.UNKNOWN_DRONE})
_DRONES = frozenset({AircraftClass.DRONE, AircraftClass.UNKNOWN_DRONE})


def keys_of(description: AircraftDescription) -> Iterator[Key]:
    """The identities a description states. A callsign is none: several aircraft may use one."""
    if description.icao_address:
        yield "icao_address", description.icao_address.lower()
    if description.registration:
        yield "registration", "".join(filter(str.isalnum, description.registration)).upper()
    if description.serial_number:
        yield "serial_number", description.serial_number.strip().upper()


def contradict(one: AircraftDescription, other: AircraftDescription) -> bool:
    """Whether they cannot be one aircraft: the same kind of identity differs, or the class."""
    mine, theirs = dict(keys_of(one)), dict(keys_of(other))
    if any(mine[kind] != theirs[kind] for kind in mine.keys() & theirs.keys()):
        return True
    classes = {one.aircraft_class, other.aircraft_class}
    if len(classes) == 1 or classes <= _DRONES:
        return False
    return not (classes & _VAGUE) or (
        AircraftClass.UNKNOWN_DRONE in classes and AircraftClass.UNKNOWN not in classes
    )


def united(first: AircraftDescription, second: AircraftDescription) -> AircraftDescription:
    """`first`, with `second` where it says nothing."""
    blanks = {
        name: getattr(second, name)
        for name in AircraftDescription.__slots__
        if not getattr(first, name) and getattr(second, name)
    }
    if first.incident_id:
        blanks.pop("allotted_band", None)  # it is allotted for the incident that `second` names
    if first.aircraft_class in _VAGUE and second.aircraft_class not in _VAGUE:
        blanks["aircraft_class"] = second.aircraft_class
    return replace(first, **blanks) if blanks else first
