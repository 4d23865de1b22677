"""Whom a restriction touches, how gravely, and what holds a warning down."""

import math
from itertools import combinations

import pytest

from broker.core.alerts import AlertLevel
from broker.core.restrictions.model import (
    AppliesTo,
    EntryRule,
    Exemption,
    Reading,
    ReadingQuality,
    RestrictionKind,
    Source,
)
from broker.core.restrictions.register import (
    RestrictionRegister,
)
from broker.core.restrictions.samples import Cap
from broker.core.restrictions.shapes import (
    LimitDatum,
    VerticalLimit,
)
from broker.core.tracks.reports import AircraftClass, OperationalStatus
from broker.core.units import SECOND_US
from tests.core.restrictions.scenes import (
    AGENCIES,
    NOW_US,
    Scene,
    circle,
    draft,
    polygon,
    touched,
    volume,
)


def test_levels_inside_predicted_and_none() -> None:
    # REQ-RES-021
    register, scene = RestrictionRegister(), Scene()
    register.create(draft(), NOW_US)
    scene.add(5_000.0, 0.0, (-50.0, 0.0))
    scene.add(-1_500.0, 0.0, (20.0, 0.0))
    scene.add(100.0, 0.0, (10.0, 0.0))
    samples = touched(register, scene)
    assert samples.slot.tolist() == [1, 2]
    assert samples.level.tolist() == [AlertLevel.CAUTION, AlertLevel.WARNING]
    assert samples.time_to_entry_s == pytest.approx([50.0, 0.0], abs=0.01)
    assert samples.time_to_exit_s == pytest.approx([100.0, 40.0], abs=0.01)
    assert samples.restriction_names == ("agencies/lfb/restrictions/fire",)


def test_applies_to_drones_only() -> None:
    # REQ-RES-022: an unknown class is treated as either.
    register, scene = RestrictionRegister(), Scene()
    register.create(draft(applies_to=AppliesTo.DRONES), NOW_US)
    for aircraft_class in AircraftClass:
        scene.add(0.0, 0.0, (0.0, 0.0), aircraft_class=aircraft_class)
    classes = [
        AircraftClass(scene.columns.aircraft_class[s]) for s in touched(register, scene).slot
    ]
    assert classes == [AircraftClass.UNKNOWN, AircraftClass.DRONE, AircraftClass.UNKNOWN_DRONE]


def test_exempt_agencies_but_never_an_unsigned_source() -> None:
    # REQ-RES-023: radio may raise caution, never privilege.
    register, scene = RestrictionRegister(), Scene()
    register.create(draft(exempt_agencies=("met-police",)), NOW_US, AGENCIES)
    for agency in (0, 1, 0, -1):
        scene.add(0.0, 0.0, (0.0, 0.0), agency=agency)
    scene.columns.trusted[2] = 0
    samples = touched(register, scene)
    assert samples.slot.tolist() == [1, 2, 3]
    assert samples.cap.tolist() == [Cap.NONE, Cap.UNSIGNED_SOURCE, Cap.NONE]


def test_caps_hold_a_warning_down_to_caution() -> None:
    register, scene = RestrictionRegister(), Scene()
    ceiling = VerticalLimit(200.0, LimitDatum.AMSL)
    register.create(draft(volumes=(volume(circle(), ceiling=ceiling),)), NOW_US)
    scene.add(0.0, 0.0, (0.0, 0.0), altitude_hae_m=math.nan)
    scene.add(520.0, 0.0, now_us=NOW_US - 5 * SECOND_US)
    samples = touched(register, scene)
    assert samples.cap.tolist() == [Cap.VERTICAL_UNKNOWN, Cap.POSITION_DOUBTFUL]
    assert samples.level.tolist() == [AlertLevel.CAUTION, AlertLevel.CAUTION]
    assert samples.time_to_entry_s.tolist() == [0.0, 0.0]
    # Where the height does not matter, not knowing it holds nothing down.
    register = RestrictionRegister()
    register.create(draft(), NOW_US)
    assert touched(register, scene).level.tolist() == [AlertLevel.WARNING, AlertLevel.CAUTION]


REASONS = {
    "unsigned": Cap.UNSIGNED_SOURCE,
    "unread": Cap.UNREAD,
    "ask": Cap.ASK_FIRST,
    "conditional": Cap.EXEMPT_ON_CONDITIONS,
}


@pytest.mark.parametrize("altitude_hae_m", [100.0, math.nan])
@pytest.mark.parametrize(
    "reasons", [those for n in range(5) for those in combinations(REASONS, n)], ids="+".join
)
def test_inside_is_a_warning_but_for_the_first_reason_that_holds_it_down(
    reasons: tuple[str, ...], altitude_hae_m: float
) -> None:
    # REQ-RES-011: an unknown height is never above caution where the height matters.
    register, scene = RestrictionRegister(), Scene()
    exemption = Exemption("police", "when tasked", ("met-police",))
    reading = Reading(ReadingQuality.UNREAD, ("no shape in the text",))
    made = draft(
        kind=RestrictionKind.STATUTORY,
        source=Source("ais", "J1/26", text="THE WORDS"),
        volumes=(volume(circle(), ceiling=VerticalLimit(200.0, LimitDatum.AMSL)),),
        entry_rule=EntryRule.ASK if "ask" in reasons else EntryRule.KEEP_CLEAR,
        reading=reading if "unread" in reasons else Reading(),
        exemptions=(exemption,) if "conditional" in reasons else (),
    )
    register.mirror(made, NOW_US, AGENCIES)
    slot = scene.add(0.0, 0.0, (0.0, 0.0), altitude_hae_m)
    scene.columns.trusted[slot] = "unsigned" not in reasons
    samples = touched(register, scene)
    (level,), (cap,) = samples.level.tolist(), samples.cap.tolist()
    expected = [Cap.VERTICAL_UNKNOWN] if math.isnan(altitude_hae_m) else []
    # An exemption is a privilege, which an unsigned source does not have.
    expected += [REASONS[one] for one in reasons]
    assert cap == (expected or [Cap.NONE])[0]
    assert level == (AlertLevel.CAUTION if expected else AlertLevel.WARNING)


def test_parked_aircraft_are_left_out() -> None:
    register, scene = RestrictionRegister(), Scene()
    register.create(draft(), NOW_US)
    for status in OperationalStatus:
        scene.columns.operational_status[scene.add(0.0, 0.0, (0.0, 0.0))] = status
    assert touched(register, scene).slot.tolist() == [
        OperationalStatus.AIRBORNE,
        OperationalStatus.ROTORS_TURNING,
        OperationalStatus.LANDING_OR_LIFTING,
        OperationalStatus.LAUNCHING,
        OperationalStatus.CLOSE_WORK_ACCEPTED,
    ]


def test_several_volumes_are_one_restriction() -> None:
    register, scene = RestrictionRegister(), Scene()
    box = polygon((400, -300), (1_500, -300), (1_500, 300), (400, 300))
    register.create(draft(volumes=(volume(circle()), volume(box))), NOW_US)
    scene.add(-1_000.0, 0.0, (50.0, 0.0))
    samples = touched(register, scene)
    assert samples.time_to_entry_s == pytest.approx([10.0], abs=0.01)
    assert samples.time_to_exit_s == pytest.approx([50.0], abs=0.01)


def test_rows_are_ordered_by_track_number_then_name() -> None:
    register, scene = RestrictionRegister(), Scene()
    for name in ("zulu", "alpha"):
        register.create(draft(name), NOW_US)
    scene.add(0.0, 0.0, (0.0, 0.0))
    scene.add(0.0, 0.0, (0.0, 0.0))
    scene.columns.track_number[:2] = [9, 4]
    samples = touched(register, scene)
    assert samples.slot.tolist() == [1, 1, 0, 0]
    assert samples.restriction.tolist() == [0, 1, 0, 1]
