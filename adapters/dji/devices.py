"""What a device is: aircraft, dock or remote controller. Never told from its serial number.

A model key is `domain-type-subtype` (DJI, Product Support): domain 0 is an aircraft, 1 a payload,
2 a remote controller, 3 a dock. Where no key came, the fields that only one kind of device has
decide, and what cannot be told is not an aircraft.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What publishes."""

    AIRCRAFT = "aircraft"
    DOCK = "dock"
    CONTROLLER = "remote controller"
    PAYLOAD = "payload"
    UNKNOWN = "unknown"


_KIND_OF_DOMAIN: Final = {
    "0": Kind.AIRCRAFT,
    "1": Kind.PAYLOAD,
    "2": Kind.CONTROLLER,
    "3": Kind.DOCK,
}
MODELS: Final = {
    "0-60-0": "DJI Matrice 300 RTK",
    "0-67-0": "DJI Matrice 30",
    "0-67-1": "DJI Matrice 30T",
    "0-77-0": "DJI Mavic 3E",
    "0-77-1": "DJI Mavic 3T",
    "0-89-0": "DJI Matrice 350 RTK",
    "0-91-0": "DJI Matrice 3D",
    "0-91-1": "DJI Matrice 3TD",
    "0-99-0": "DJI Matrice 4E",
    "0-99-1": "DJI Matrice 4T",
    "0-100-0": "DJI Matrice 4D",
    "0-100-1": "DJI Matrice 4TD",
    "3-1-0": "DJI Dock",
    "3-2-0": "DJI Dock 2",
    "3-3-0": "DJI Dock 3",
}
# Only aircraft report an attitude; only docks a cover, their aircraft, its task or a mains supply.
_AIRCRAFT_FIELDS: Final = ("attitude_head", "attitude_pitch", "attitude_roll")
_DOCK_FIELDS: Final = (
    "cover_state",
    "drone_in_dock",
    "flighttask_step_code",
    "sub_device",
    "electric_supply_voltage",
    "job_number",
)
_CONTROLLER_FIELDS: Final = ("drone_list", "device_list", "wireless_link_topo")


def kind_of_key(model_key: str) -> Kind:
    """By `domain-type-subtype`."""
    return _KIND_OF_DOMAIN.get(model_key.partition("-")[0], Kind.UNKNOWN)


def kind_of_fields(data: Mapping[str, object]) -> Kind:
    """By what only one kind of device says about itself."""
    if any(name in data for name in _DOCK_FIELDS):
        return Kind.DOCK
    if any(name in data for name in _CONTROLLER_FIELDS) and not _names_itself(data):
        return Kind.CONTROLLER
    if sum(name in data for name in _AIRCRAFT_FIELDS) == len(_AIRCRAFT_FIELDS):
        return Kind.AIRCRAFT
    return Kind.UNKNOWN


def _names_itself(data: Mapping[str, object]) -> bool:
    """An Autel aircraft lists itself among the drones it knows."""
    drones = data.get("drone_list")
    own = data.get("sn")
    return isinstance(drones, list) and any(
        isinstance(drone, dict) and drone.get("sn") == own is not None for drone in drones[:8]
    )
