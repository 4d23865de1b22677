"""Windows in virtual time, versions, who is touched, and state that comes back whole."""

import json
import math
from itertools import combinations

import numpy as np
import pytest

from broker.core.alerts import AlertLevel
from broker.core.errors import BrokenInvariant, Refused
from broker.core.names import RestrictionName
from broker.core.restrictions import register as register_module
from broker.core.restrictions.model import (
    AppliesTo,
    EntryRule,
    Exemption,
    Reading,
    ReadingQuality,
    RestrictionKind,
    RestrictionState,
    Source,
)
from broker.core.restrictions.periods import (
    Window,
)
from broker.core.restrictions.register import (
    RestrictionConflict,
    RestrictionRegister,
    RestrictionUnknown,
)
from broker.core.restrictions.samples import Cap, RestrictionSamples
from broker.core.restrictions.shapes import (
    LimitDatum,
    VerticalLimit,
)
from broker.core.restrictions.windows import Timetable
from broker.core.tracks.reports import AircraftClass, OperationalStatus
from broker.core.units import MINUTE_US, SECOND_US
from tests.core.restrictions.scenes import (
    AGENCIES,
    NOW_US,
    RULES,
    Scene,
    circle,
    draft,
    polygon,
    volume,
)

FIRE = RestrictionName("lfb", "fire")
PLANNED, ACTIVE = RestrictionState.PLANNED, RestrictionState.ACTIVE
EXPIRED, WITHDRAWN = RestrictionState.EXPIRED, RestrictionState.WITHDRAWN


def minutes(*pairs: tuple[int, int]) -> tuple[Window, ...]:
    return tuple(Window(NOW_US + a * MINUTE_US, NOW_US + b * MINUTE_US) for a, b in pairs)


def touched(
    register: RestrictionRegister, scene: Scene, now_us: int = NOW_US
) -> RestrictionSamples:
    return register.touched(scene.columns, scene.slots(), now_us, AGENCIES, RULES)


def test_windows_open_and_close_in_virtual_time() -> None:
    # REQ-RES-020
    register = RestrictionRegister()
    made = register.create(draft(windows=minutes((5, 6), (1, 3), (3, 4))), NOW_US, AGENCIES)
    assert (made.state, made.version) == (PLANNED, 1)
    seen, now_us = [], NOW_US
    while (next_us := register.next_change_us(now_us)) is not None:
        assert register.advance(next_us - 1) == []
        now_us = next_us
        for one in register.advance(now_us):
            seen.append(((now_us - NOW_US) // MINUTE_US, one.state, one.version))
            assert one.changed_us == now_us
    # Windows that touch are one stretch: nothing changes at minute 3.
    assert seen == [(1, ACTIVE, 2), (4, PLANNED, 3), (5, ACTIVE, 4), (6, EXPIRED, 5)]
    assert register.active() == register.live() == []
    assert register.advance(NOW_US) == []


def test_a_long_sleep_gives_one_change_only() -> None:
    register = RestrictionRegister()
    register.create(draft(windows=minutes((1, 3), (5, 6))), NOW_US)
    assert [one.state for one in register.advance(NOW_US + 9 * MINUTE_US)] == [EXPIRED]


def test_window_edges() -> None:
    (window,) = minutes((1, 2))
    timetable = Timetable((window,), (51.5, -0.1))
    assert timetable.state_at(window.start_us - 1) is PLANNED
    assert timetable.state_at(window.start_us) is ACTIVE
    assert timetable.state_at(window.end_us or 0) is EXPIRED
    assert timetable.standing(window.start_us).look_us == window.end_us
    assert timetable.standing(window.end_us or 0).look_us is None


def test_withdraw_checks_the_version() -> None:
    register = RestrictionRegister()
    register.create(draft(), NOW_US, AGENCIES)
    with pytest.raises(RestrictionConflict):
        register.withdraw(FIRE, 7, NOW_US)
    gone = register.withdraw(FIRE, 1, NOW_US + 5)
    assert (gone.state, gone.version, gone.changed_us) == (WITHDRAWN, 2, NOW_US + 5)
    with pytest.raises(RestrictionConflict):
        register.withdraw(FIRE, 0, NOW_US)
    with pytest.raises(RestrictionUnknown):
        register.withdraw(RestrictionName("lfb", "flood"), 0, NOW_US)
    assert register.get(FIRE) == gone


def test_a_live_name_is_in_use_and_an_ended_one_goes_on_counting() -> None:
    register = RestrictionRegister()
    register.create(draft(), NOW_US)
    with pytest.raises(RestrictionConflict):
        register.create(draft(), NOW_US)
    register.withdraw(FIRE, 0, NOW_US)
    assert register.create(draft(), NOW_US).version == 3


def test_a_refused_draft_changes_nothing() -> None:
    register = RestrictionRegister()
    with pytest.raises(Refused):
        register.create(draft(title=""), NOW_US)
    assert register.live() == []
    assert register.state() == RestrictionRegister().state()


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register_module, "RESTRICTIONS_LIVE_MAX", 2)
    monkeypatch.setattr(register_module, "RESTRICTIONS_ENDED_KEPT_MAX", 1)
    register = RestrictionRegister()
    for name in ("a", "b"):
        register.create(draft(name), NOW_US)
    with pytest.raises(RestrictionConflict):
        register.create(draft("c"), NOW_US)
    for name in ("b", "a"):
        register.withdraw(RestrictionName("lfb", name), 0, NOW_US)
    assert register.get(RestrictionName("lfb", "b")) is None
    assert register.get(RestrictionName("lfb", "a")) is not None


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
    assert samples.restriction_names == (str(FIRE),)


def test_only_active_ones_touch() -> None:
    register, scene = RestrictionRegister(), Scene()
    scene.add(0.0, 0.0, (0.0, 0.0))
    register.create(draft(windows=minutes((2, 3))), NOW_US)
    assert len(touched(register, scene)) == 0
    soon = touched(register, scene, NOW_US + MINUTE_US)
    assert (soon.level.tolist(), soon.time_to_entry_s.tolist()) == ([AlertLevel.CAUTION], [60.0])
    register.advance(NOW_US + 2 * MINUTE_US)
    now = touched(register, scene, NOW_US + 2 * MINUTE_US)
    assert now.level.tolist() == [AlertLevel.WARNING]
    register.withdraw(FIRE, 0, NOW_US + 2 * MINUTE_US)
    assert touched(register, scene).restriction_names == ()


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


def test_state_comes_back_whole_and_identical() -> None:
    # REQ-DUR-010
    register, scene = RestrictionRegister(), Scene()
    ceiling = VerticalLimit(122.5, LimitDatum.AGL)
    ring = polygon((0, 0), (900, 10), (450, 700))
    register.create(draft("b", volumes=(volume(ring, ceiling=ceiling),)), NOW_US)
    register.create(draft("a", windows=minutes((1, 2))), NOW_US)
    register.create(draft("c"), NOW_US)
    register.withdraw(RestrictionName("lfb", "c"), 0, NOW_US)
    text = json.dumps(register.state())
    again = RestrictionRegister()
    again.restore(json.loads(text))
    assert json.dumps(again.state()) == text
    assert again.live() == register.live()
    kept = again.get(RestrictionName("lfb", "b"))
    assert kept is not None
    assert kept.approximations
    scene.add(450.0, 100.0, (1.0, 2.0))
    one, other = touched(register, scene), touched(again, scene)
    assert np.array_equal(one.time_to_exit_s, other.time_to_exit_s)
    assert len(one) == 1
    assert register.advance(NOW_US + MINUTE_US) == again.advance(NOW_US + MINUTE_US)


def test_a_broken_snapshot_stops_us() -> None:
    with pytest.raises(BrokenInvariant):
        RestrictionRegister().restore([{"draft": 1}])


def test_it_knows_whether_anything_is_in_force() -> None:
    register = RestrictionRegister()
    assert not register.any_near(NOW_US)
    made = register.create(draft(), NOW_US)
    assert register.any_near(NOW_US) is (made.state is RestrictionState.ACTIVE)
    register.withdraw(made.draft.name, 0, NOW_US)
    assert not register.any_near(NOW_US)
