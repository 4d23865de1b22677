"""From samples of one pair to its level: m of n fresh samples, persistence, slow clearing.

Theory of operation. A sample is what the kernels say of a pair at one moment. One noisy position
must not raise an alert, and one good one must not clear it.

Raising. Each fresh sample is kept as evidence. A level is confirmed when `confirm_count` of the
last `confirm_of` reached it, the newest being one of them. Evidence is counted in reports, not in
calls: a position of one aircraft is judged again whenever the other reports, and must not confirm
itself that way, so a sample joins the newest evidence until the aircraft that opened it reports
again, or the other one twice. When the volume is entered within moments there is no time for more,
and `imminent_confirm_count` samples are enough. Two cases need no confirmation: the floor, and an
aircraft whose very first report is already inside the warning.

Falling. A level falls when the hold level (the same judgement with larger volumes) has been lower
for `clear_hold`, but not before `persistence`; it falls to the highest hold level seen meanwhile.
The passing of time may lower a level, and may show that a raised pair is inside the floor now; it
never confirms anything.

Everything works on one row of a pair memory and is compiled where that is possible.
"""

from typing import Final, NamedTuple

from broker.core.alerts import AlertLevel
from broker.core.separation import pair_memory as of
from broker.core.separation.jit import jit_inline
from broker.core.separation.pair_memory import NEVER, Integers
from broker.core.separation.policy_alerting import AlertingParameters
from broker.core.units import MINUTE_US

INTERVAL_US_MAX: Final = MINUTE_US
"""Longest feed interval that stretches the memory: slower feeds are judged sample by sample."""
WARNING: Final = int(AlertLevel.WARNING)
FLOOR: Final = int(AlertLevel.FLOOR)


class Confirming(NamedTuple):
    """The policy's alerting parameters as plain numbers; see `AlertingParameters`."""

    confirm_count: int
    confirm_of: int
    imminent_within_s: float
    imminent_confirm_count: int
    history_at_least_us: int
    history_intervals: float
    persistence_us: int
    clear_hold_us: int
    skip_first_seen_inside_warning: bool
    unknown_vertical_cap: int
    unsigned_source_cap: int


class Judgement(NamedTuple):
    """One sample of one pair, after the caps."""

    level: int
    hold_level: int
    count_a: int
    count_b: int
    """Reports of each aircraft so far."""
    entry_s: float
    """Seconds until the level's volume is entered; infinite where it is not."""


def confirming(parameters: AlertingParameters) -> Confirming:
    """What the compiled step reads of the policy, in one type whatever the file says."""
    return Confirming(
        parameters.confirm_count,
        parameters.confirm_of,
        float(parameters.imminent_within_s),
        parameters.imminent_confirm_count,
        parameters.history_at_least_us,
        float(parameters.history_intervals),
        parameters.persistence_us,
        parameters.clear_hold_us,
        parameters.skip_first_seen_inside_warning,
        int(parameters.unknown_vertical_cap),
        int(parameters.unsigned_source_cap),
    )


@jit_inline
def take_sample(
    state: Integers,
    evidence: Integers,
    row: int,
    judged: Judgement,
    policy: Confirming,
    now_us: int,
    fresh: bool,
) -> None:
    """Move one pair on. `fresh`: the sample comes with reports and not with the passing of time."""
    known_a, known_b = state[row, of.COUNT_A], state[row, of.COUNT_B]
    if not fresh or (judged.count_a <= known_a and judged.count_b <= known_b):
        inside_floor = state[row, of.LEVEL] > 0 and judged.level >= FLOOR
        target = judged.level if inside_floor else 0
        move(state, row, target, judged.hold_level, policy, now_us)
        return
    met = state[row, of.EVIDENCE_COUNT] == 0 and state[row, of.LEVEL] == 0
    remember(state, evidence, row, judged, policy, now_us)
    state[row, of.COUNT_A], state[row, of.COUNT_B] = judged.count_a, judged.count_b
    target = confirmed(state, evidence, row, judged, policy)
    if judged.level >= FLOOR:
        target = judged.level
    appeared = met and min(judged.count_a, judged.count_b) <= 1
    if appeared and policy.skip_first_seen_inside_warning and judged.level >= WARNING:
        target = max(target, judged.level)
    move(state, row, target, judged.hold_level, policy, now_us)


@jit_inline
def idle(state: Integers, evidence: Integers, row: int) -> bool:
    """Whether nothing is raised and nothing remembered that could be."""
    highest = state[row, of.LEVEL]
    for k in range(state[row, of.EVIDENCE_COUNT]):
        highest = max(highest, evidence[row, k, of.SEEN_LEVEL])
    return bool(highest == 0)


@jit_inline
def remember(
    state: Integers,
    evidence: Integers,
    row: int,
    judged: Judgement,
    policy: Confirming,
    now_us: int,
) -> None:
    """Keep a fresh sample as evidence, or let it join the newest."""
    count = state[row, of.EVIDENCE_COUNT]
    if count > 0:
        if not opens(evidence, row, count - 1, judged):
            evidence[row, count - 1, of.SEEN_LEVEL] = judged.level
            return
        gap_us = now_us - state[row, of.EVIDENCE_US]
        memory_us = round(policy.history_intervals * float(state[row, of.INTERVAL_US]))
        if gap_us > max(policy.history_at_least_us, memory_us):
            count = 0
        state[row, of.INTERVAL_US] = min(gap_us, INTERVAL_US_MAX)
    surplus = max(0, count + 1 - policy.confirm_of)
    for k in range(surplus, count):
        evidence[row, k - surplus] = evidence[row, k]
    count -= surplus
    evidence[row, count, of.SEEN_LEVEL] = judged.level
    evidence[row, count, of.SEEN_COUNT_A] = judged.count_a
    evidence[row, count, of.SEEN_COUNT_B] = judged.count_b
    evidence[row, count, of.SEEN_BY_A] = judged.count_a > state[row, of.COUNT_A]
    evidence[row, count, of.SEEN_BY_B] = judged.count_b > state[row, of.COUNT_B]
    state[row, of.EVIDENCE_COUNT] = count + 1
    state[row, of.EVIDENCE_US] = now_us


@jit_inline
def opens(evidence: Integers, row: int, newest: int, judged: Judgement) -> bool:
    """Whether a sample is evidence of its own, and not the newest one judged again."""
    more_a = judged.count_a - evidence[row, newest, of.SEEN_COUNT_A]
    more_b = judged.count_b - evidence[row, newest, of.SEEN_COUNT_B]
    if more_a >= 2 or more_b >= 2:
        return True
    by_a = evidence[row, newest, of.SEEN_BY_A] != 0 and more_a >= 1
    by_b = evidence[row, newest, of.SEEN_BY_B] != 0 and more_b >= 1
    return bool(by_a or by_b)


@jit_inline
def confirmed(
    state: Integers, evidence: Integers, row: int, judged: Judgement, policy: Confirming
) -> int:
    """Highest level up to the sample's own that enough of the evidence reached."""
    imminent = judged.entry_s <= policy.imminent_within_s
    enough = policy.imminent_confirm_count if imminent else policy.confirm_count
    for candidate in range(judged.level, 0, -1):
        reached = 0
        for k in range(state[row, of.EVIDENCE_COUNT]):
            reached += evidence[row, k, of.SEEN_LEVEL] >= candidate
        if reached >= enough:
            return int(candidate)
    return 0


@jit_inline
def move(
    state: Integers, row: int, target: int, hold_level: int, policy: Confirming, now_us: int
) -> None:
    """Raise to the target, or lower once that has been due for long enough."""
    level = state[row, of.LEVEL]
    if target > level:
        state[row, of.LEVEL], state[row, of.LEVEL_SINCE_US] = target, now_us
        state[row, of.LOWER_SINCE_US] = NEVER
        return
    if hold_level >= level:
        state[row, of.LOWER_SINCE_US] = NEVER
        return
    if state[row, of.LOWER_SINCE_US] == NEVER:
        state[row, of.LOWER_SINCE_US], state[row, of.LOWER_BEST] = now_us, 0
    state[row, of.LOWER_BEST] = max(state[row, of.LOWER_BEST], hold_level)
    held_us = now_us - state[row, of.LEVEL_SINCE_US]
    lower_us = now_us - state[row, of.LOWER_SINCE_US]
    if held_us >= policy.persistence_us and lower_us >= policy.clear_hold_us:
        state[row, of.LEVEL] = state[row, of.LOWER_BEST]
        state[row, of.LEVEL_SINCE_US], state[row, of.LOWER_SINCE_US] = now_us, NEVER
        if state[row, of.LEVEL] == 0:
            state[row, of.EVIDENCE_COUNT] = 0
