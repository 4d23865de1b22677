"""A covert aircraft's volume: steady inside, and moved in time."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from broker.core.names import SystemName
from broker.core.sharing.keep_clear import CELL_NORTH_DEG, METRES_PER_DEGREE, STEP_US
from broker.core.sharing.volumes import Volumes

ROW = 5150
EDGE_DEG = (ROW + 1) * CELL_NORTH_DEG
"""The northern edge of the aircraft's cell."""


class OneAircraft:
    """A register with one covert aircraft in its first row."""

    def __init__(self) -> None:
        self.columns = SimpleNamespace(
            track_number=np.array([7]),
            latitude_deg=np.array([EDGE_DEG - 0.001]),
            longitude_deg=np.array([-0.12]),
            altitude_hae_m=np.array([np.nan]),
            operational_status=np.array([0]),
        )
        tracks: Any = self
        self.volumes = Volumes(tracks)
        assert len(self.volumes.advance({0: 1}, STEP_US)) == 1

    def publisher_name(self, _slot: int) -> SystemName:
        return SystemName("met", "drones")

    def beyond(self, north_m: float, now_us: int) -> int:
        """It is this far out of its cell; how many volumes are told of."""
        self.columns.latitude_deg[0] = EDGE_DEG + north_m / METRES_PER_DEGREE
        return len(self.volumes.advance({0: 1}, now_us))


def test_between_steps_it_moves_only_when_its_edge_comes_near() -> None:
    # REQ-SHARE-003: 300 m and more are always round the aircraft.
    one = OneAircraft()
    assert one.beyond(499.0, STEP_US + 1) == 0
    assert one.beyond(501.0, STEP_US + 2) == 1


def test_at_a_step_it_moves_when_its_aircraft_is_well_outside_its_cell() -> None:
    # REQ-SHARE-003
    one = OneAircraft()
    assert one.beyond(199.0, 2 * STEP_US) == 0
    assert one.beyond(201.0, 3 * STEP_US - 1) == 0
    assert one.beyond(201.0, 3 * STEP_US) == 1


def test_a_height_that_becomes_known_or_is_lost_moves_it_at_once() -> None:
    # REQ-SHARE-003: a band round an unknown height would hold nothing.
    one = OneAircraft()
    one.columns.altitude_hae_m[0] = 100.0
    [volume] = one.volumes.advance({0: 1}, STEP_US + 1)
    assert volume.box.upper_amsl_m is not None
    one.columns.altitude_hae_m[0] = np.nan
    [volume] = one.volumes.advance({0: 1}, STEP_US + 2)
    assert (volume.box.lower_amsl_m, volume.box.upper_amsl_m) == (None, None)
    assert volume.since_us == STEP_US
    assert volume.revision == 3
