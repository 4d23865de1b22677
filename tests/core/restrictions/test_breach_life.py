"""Random lives of restriction alerts against a slow, obvious machine."""

import json
from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.alerts import Alert, AlertLevel
from broker.core.restrictions.breaches import RestrictionAlerts
from broker.core.restrictions.samples import Cap, RestrictionSamples
from broker.core.units import SECOND_US
from tests.core.restrictions.scenes import NOW_US, Scene
from tests.core.restrictions.slow_alerts import Sample, SlowAlerts, Told

NAMES = ("agencies/a/restrictions/one", "agencies/a/restrictions/two", "agencies/b/restrictions/x")
SLOTS = 4
CAPS = {Cap.NONE: "", Cap.VERTICAL_UNKNOWN: "vertical position unknown"}


@dataclass(frozen=True)
class Step:
    """What happens next: some time, some reports, and what the aircraft are found to be."""

    after_us: int
    reports: tuple[bool, ...]
    """By slot: whether a fresh report came."""
    judged: bool
    """False: only time passes."""
    found: tuple[tuple[str, ...], ...]
    """By slot and name: out, near, in, or in with an unknown height."""
    in_force: tuple[bool, ...]
    replaced: int
    """A slot in which another track is from now on; -1 for none."""
    gone: int
    """A slot whose track leaves the picture before the step; -1 for none."""
    restart: bool


FOUND = st.sampled_from(["out", "out", "near", "near", "in", "in", "unknown"])
RARELY = st.sampled_from([-1] * 12 + list(range(SLOTS)))
STEPS = st.builds(
    Step,
    st.sampled_from([0, SECOND_US // 4, SECOND_US, 2 * SECOND_US, 4 * SECOND_US, 9 * SECOND_US]),
    st.tuples(*[st.booleans()] * SLOTS),
    st.sampled_from([True, True, True, False]),
    st.tuples(*[st.tuples(*[FOUND] * len(NAMES))] * SLOTS),
    st.tuples(*[st.sampled_from([True] * 8 + [False])] * len(NAMES)),
    RARELY,
    RARELY,
    st.sampled_from([False] * 5 + [True]),
)


class Both:
    """The machine and the slow one, fed alike."""

    def __init__(self) -> None:
        self.fast, self.slow, self.scene = RestrictionAlerts(), SlowAlerts(), Scene()
        for _ in range(SLOTS):
            self.scene.add(0.0, 0.0, (0.0, 0.0))
        self.next_number, self.now_us = 500, NOW_US
        self.range_m = 0.0
        self.id_of_encounter: dict[int, str] = {}

    def take(self, step: Step) -> None:
        columns = self.scene.columns
        self.now_us += step.after_us
        if step.gone >= 0:
            number = int(columns.track_number[step.gone])
            told = self.fast.track_gone(number, self.now_us)
            self.compare(told, self.slow.track_gone(number, self.now_us))
        for slot in {step.replaced, step.gone} - {-1}:
            columns.track_number[slot], columns.report_count[slot] = self.next_number, 1
            self.next_number += 1
        columns.report_count[:SLOTS] += step.reports
        names = tuple(name for name, on in zip(NAMES, step.in_force, strict=True) if on)
        samples = self.samples(step, names)
        moved = self.scene.slots() if step.judged else np.zeros(0, dtype=np.int32)
        numbers = columns.track_number[:SLOTS].tolist()
        told = self.fast.step(self.arrays(samples, names), moved, columns, self.now_us)
        expected = self.slow.step(
            {(numbers[slot], name): sample for (slot, name), sample in samples.items()},
            set(numbers) if step.judged else set(),
            dict(zip(numbers, columns.report_count[:SLOTS].tolist(), strict=True)),
            set(names),
            self.now_us,
        )
        self.compare(told, expected)
        if step.restart:
            state = json.loads(json.dumps(self.fast.state()))
            self.fast = RestrictionAlerts()
            self.fast.restore(state)
        active = [
            ((a.track_a, a.restriction_name), int(a.level), a.evaluated_us, a.geometry.range_m)
            for a in self.fast.active()
        ]
        assert active == self.slow.active()

    def samples(self, step: Step, names: tuple[str, ...]) -> dict[tuple[int, str], Sample]:
        if not step.judged:
            return {}
        found = {}
        for slot, row in enumerate(step.found):
            for name, what in zip(NAMES, row, strict=True):
                if what == "out" or name not in names:
                    continue
                self.range_m += 1.0
                inside, unknown = what != "near", what == "unknown"
                level = AlertLevel.WARNING if what == "in" else AlertLevel.CAUTION
                cap = CAPS[Cap.VERTICAL_UNKNOWN if unknown else Cap.NONE]
                entry_s = 0.0 if inside else 30.0
                found[slot, name] = Sample(int(level), cap, entry_s, self.range_m)
        return found

    def arrays(
        self, found: dict[tuple[int, str], Sample], names: tuple[str, ...]
    ) -> RestrictionSamples:
        numbers = self.scene.columns.track_number
        keys = sorted(found, key=lambda key: (numbers[key[0]], key[1]))
        rows = [found[key] for key in keys]
        cap_of = {text: cap for cap, text in CAPS.items()}
        zeros = np.zeros(len(rows))
        return RestrictionSamples(
            restriction_names=names,
            slot=np.array([slot for slot, _ in keys], dtype=np.int32),
            restriction=np.array([names.index(name) for _, name in keys], dtype=np.int32),
            level=np.array([one.level for one in rows], dtype=np.int8),
            cap=np.array([cap_of[one.cap] for one in rows], dtype=np.int8),
            time_to_entry_s=np.array([one.entry_s for one in rows], dtype=np.float64),
            time_to_exit_s=zeros,
            range_m=np.array([one.range_m for one in rows], dtype=np.float64),
            bearing_deg=zeros,
            closing_speed_mps=zeros,
        )

    def compare(self, told: list[Alert], expected: list[Told]) -> None:
        assert [self.known(one) for one in told] == [
            (
                one.key,
                one.revision,
                one.level,
                one.highest_level,
                one.cap,
                one.raised_us,
                one.changed_us,
                one.evaluated_us,
                one.range_m,
            )
            for one in expected
        ]
        for alert, one in zip(told, expected, strict=True):
            assert self.id_of_encounter.setdefault(one.encounter, alert.alert_id) == alert.alert_id
        ids = list(self.id_of_encounter.values())
        assert len(set(ids)) == len(ids)

    @staticmethod
    def known(alert: Alert) -> tuple[object, ...]:
        return (
            (alert.track_a, alert.restriction_name),
            alert.revision,
            int(alert.level),
            int(alert.highest_level),
            alert.capped_because,
            alert.raised_us,
            alert.changed_us,
            alert.evaluated_us,
            alert.geometry.range_m,
        )


@settings(max_examples=200, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=25))
def test_the_life_of_every_alert_is_that_of_the_slow_machine(steps: list[Step]) -> None:
    # REQ-RES-032: reports, silence, restrictions that come and go, slots used again, restarts.
    both = Both()
    for step in steps:
        both.take(step)
