"""Windows in virtual time, versions, who is touched, and state that comes back whole."""

import json

import numpy as np
import pytest

from broker.core.alerts import AlertLevel
from broker.core.errors import BrokenInvariant, Refused
from broker.core.names import RestrictionName
from broker.core.restrictions import register as register_module
from broker.core.restrictions.model import (
    RestrictionState,
)
from broker.core.restrictions.periods import (
    Window,
)
from broker.core.restrictions.register import RestrictionRegister
from broker.core.restrictions.shapes import (
    LimitDatum,
    VerticalLimit,
)
from broker.core.restrictions.versions import RestrictionConflict, RestrictionUnknown
from broker.core.restrictions.windows import Timetable
from broker.core.units import MINUTE_US
from tests.core.restrictions.scenes import (
    AGENCIES,
    NOW_US,
    Scene,
    draft,
    polygon,
    touched,
    volume,
)

FIRE = RestrictionName("lfb", "fire")
PLANNED, ACTIVE = RestrictionState.PLANNED, RestrictionState.ACTIVE
EXPIRED, WITHDRAWN = RestrictionState.EXPIRED, RestrictionState.WITHDRAWN


def minutes(*pairs: tuple[int, int]) -> tuple[Window, ...]:
    return tuple(Window(NOW_US + a * MINUTE_US, NOW_US + b * MINUTE_US) for a, b in pairs)


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
