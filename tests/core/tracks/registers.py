"""Registers of tracks that tests fill, and let fall silent."""

from typing import Any

import numpy as np

from broker.core.effects import TrackStateChanged
from broker.core.names import SystemName
from broker.core.tracks.phases import Phase, PhaseLimits
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AircraftClass, AircraftDescription
from broker.core.units import SECOND_US
from tests.core.tracks.batches import NOW_US, PUBLISHER, batch

CATEGORIES = np.arange(48, dtype=np.int16).reshape(len(AircraftClass), len(Phase))
LIMITS = PhaseLimits(213.0, 1.5, 35.0, 30.5, 3_600.0)
STALE_S = np.full(len(AircraftClass), 5.0)
LOST_S = np.full(len(AircraftClass), 30.0)
HELICOPTER = AircraftDescription(AircraftClass.HELICOPTER, callsign="NPAS 21", incident_id="i-1")


def take(
    register: TrackRegister, *rows: dict[str, Any], publisher: SystemName = PUBLISHER
) -> tuple[list[int], list[bool], list[TrackStateChanged]]:
    """Slots, which rows were newer, and the changes of state."""
    one = batch(*rows, publisher=publisher)
    chosen = np.arange(len(one))
    slots, faults = register.assign(one, chosen)
    assert faults == []
    newer, changes = register.write(one, chosen, slots, NOW_US)
    return slots.tolist(), newer.tolist(), changes


def advance(register: TrackRegister, seconds: float) -> list[TrackStateChanged]:
    return register.advance(NOW_US + int(seconds * SECOND_US), STALE_S, LOST_S)
