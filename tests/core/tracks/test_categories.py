"""What tracks count as: by class and phase, in the dock, and coming down to land."""

from typing import Any

import numpy as np
import pytest

from broker.core.effects import TrackState, TrackStateChanged
from broker.core.geodesy.ground import LONDON
from broker.core.tracks.categories import Categories
from broker.core.tracks.phases import DECLARED, Phase
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AircraftClass, AircraftDescription, OperationalStatus
from broker.core.tracks.table import empty_columns
from tests.core.tracks.batches import at
from tests.core.tracks.registers import CATEGORIES, HELICOPTER, LIMITS, LOST_S, advance, take

BOTH = np.arange(2, dtype=np.int32)


@pytest.mark.parametrize("status", OperationalStatus)
def test_what_is_declared_is_enough_while_no_limits_are_given(status: OperationalStatus) -> None:
    columns = empty_columns()
    columns.aircraft_class[:2] = [AircraftClass.DRONE, AircraftClass.HELICOPTER]
    columns.operational_status[:2] = status
    categories = Categories(CATEGORIES)
    assert not categories.by_behaviour
    categories.sort(columns, BOTH, LONDON)
    declared = CATEGORIES[columns.aircraft_class[:2], DECLARED[status]]
    assert columns.category[:2].tolist() == declared.tolist()
    assert columns.category[:2].tolist() == (
        categories.by_status[columns.aircraft_class[:2], status].tolist()
    )


def test_only_a_policy_lets_a_docked_drone_be_silent_for_longer() -> None:
    columns = empty_columns()
    columns.operational_status[:2] = [OperationalStatus.AT_DOCK, OperationalStatus.AIRBORNE]
    assert Categories(CATEGORIES).lost_after_s(columns, BOTH, LOST_S).tolist() == [30.0, 30.0]
    under_limits = Categories(CATEGORIES, LIMITS)
    assert under_limits.lost_after_s(columns, BOTH, LOST_S).tolist() == [3_600.0, 30.0]
    assert (
        Categories(CATEGORIES).silent_states(columns, BOTH, LONDON).tolist()
        == [TrackState.STALE] * 2
    )
    assert under_limits.silent_states(columns, BOTH, LONDON).tolist() == [
        TrackState.DOCKED,
        TrackState.STALE,
    ]


def test_only_what_stands_still_stops_growing() -> None:
    columns = empty_columns()
    columns.operational_status[:2] = [OperationalStatus.AT_DOCK, OperationalStatus.AIRBORNE]
    growing = ("velocity_east_mps", "turn_rate_radps", "position_variance_m2")
    for name in growing:
        getattr(columns, name)[:2] = 3.0
    Categories(CATEGORIES, LIMITS).silent_states(columns, BOTH, LONDON)
    for name in growing:
        assert getattr(columns, name)[:2].tolist() == [0.0, 3.0]


def test_the_category_follows_class_and_status() -> None:
    register = TrackRegister(CATEGORIES)
    take(register, at(0, description=HELICOPTER, operational_status=OperationalStatus.ON_GROUND))
    expected = CATEGORIES[AircraftClass.HELICOPTER, Phase.GROUND]
    assert register.columns.category[0] == expected
    take(register, at(1, operational_status=OperationalStatus.AIRBORNE))
    assert register.columns.category[0] == CATEGORIES[AircraftClass.HELICOPTER, 0]
    register.set_phases(CATEGORIES + 100, LIMITS)
    assert register.columns.category[0] == CATEGORIES[AircraftClass.HELICOPTER, 0] + 100


def test_a_drone_last_heard_in_its_dock_is_docked_not_lost() -> None:
    # REQ-TRK-002
    register = TrackRegister(CATEGORIES, None, LIMITS)
    docked = OperationalStatus.AT_DOCK
    take(register, at(0, description=AircraftDescription(AircraftClass.DRONE),
                      operational_status=docked))  # fmt: skip
    assert advance(register, 5.5) == [TrackStateChanged(1, 0, TrackState.DOCKED, 5.5)]
    assert advance(register, 3_600.0) == []
    assert [one.state for one in advance(register, 3_601.0)] == [TrackState.LOST]


LANDING_DOWN: dict[str, Any] = {
    "altitude_hae_m": 120.0,
    "vertical_speed_mps": -3.0,
    "velocity_east_mps": 30.0,
    "velocity_north_mps": 0.0,
}


def test_a_helicopter_that_fell_silent_coming_down_is_presumed_landing_where_it_was() -> None:
    # REQ-TRK-003: its volume is the landing's, stands still and does not grow.
    register = TrackRegister(CATEGORIES, None, LIMITS)
    take(register, at(0, description=HELICOPTER, **LANDING_DOWN))
    assert advance(register, 5.5) == [TrackStateChanged(1, 0, TrackState.PRESUMED_LANDING, 5.5)]
    columns = register.columns
    assert columns.velocity_east_mps[0] == columns.vertical_speed_mps[0] == 0.0
    assert columns.category[0] == CATEGORIES[AircraftClass.HELICOPTER, Phase.LANDING]
    register.set_phases(CATEGORIES + 100, LIMITS)
    assert columns.category[0] == CATEGORIES[AircraftClass.HELICOPTER, Phase.LANDING] + 100
    assert [one.state for one in advance(register, 30.5)] == [TrackState.LOST]


def test_a_presumed_landing_that_is_heard_again_flies_on_as_reported() -> None:
    register = TrackRegister(CATEGORIES, None, LIMITS)
    take(register, at(0, description=HELICOPTER, **LANDING_DOWN))
    advance(register, 5.5)
    climbing = {**LANDING_DOWN, "vertical_speed_mps": 4.0}
    _, _, changes = take(register, at(9, **climbing))
    assert [one.state for one in changes] == [TrackState.CURRENT]
    assert register.columns.vertical_speed_mps[0] == 4.0
    assert register.columns.category[0] == CATEGORIES[AircraftClass.HELICOPTER, Phase.ON_SCENE]
