"""Correlation scored: three feeds hear simulated London, and pairs of aircraft in company.

What is counted. A wrong merge: one track that is of two aircraft. A self-conflict: an alert between
two tracks of one aircraft. A missed merge: what a radio feed heard of an aircraft for at least
`COUNTED_S` and that never became part of its operator's track, with what the evidence lacked. Time
to merge: from a radio feed's first report of an aircraft to the merge. A hidden conflict: seconds
in which the alert between tracks of two aircraft was kept back, as if they were one, and no other
alert named both.

The airspace serves the live space, with the default policy and no sockets: what is scored is the
decision, not the way.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Final

from broker.bench.company import company
from broker.bench.correlation_feeds import Feeds, Heard, Row, batches
from broker.cli.policies import policy_text
from broker.core.airspace import Airspace, Setup
from broker.core.alerts import Alert, AlertKind, AlertLevel
from broker.core.commands import Command, SubmitReports, Tick
from broker.core.effects import AlertChanged, Effect, TracksMerged, TrackSplit
from broker.core.tracks.source_ids import Handle
from broker.core.units import SECOND_US
from sim.london import London, TruthState
from sim.profiles import SURGE

SLOT_US: Final = 250_000
START_US: Final = 1_900_000_000 * SECOND_US
COUNTED_S: Final = 10
Json = dict[str, object]
Times = Callable[[int], list[TruthState]]


@dataclass(frozen=True, slots=True)
class CorrelationBench:
    """Sizes of a run."""

    seed: int = 20_261
    seconds: int = 3_600
    drones_kept_up: int = 190
    """With the rest of London's busy hour, about 300 aircraft."""
    pairs: int = 20
    pair_seconds: int = 600


SHORT: Final = CorrelationBench(seconds=240, drones_kept_up=60, pair_seconds=180)


@dataclass(slots=True)
class Tally:
    """What happened in one scene."""

    labels: dict[Handle, str] = field(default_factory=dict)
    heard: dict[Handle, Heard] = field(default_factory=dict)
    first_us: dict[Handle, int] = field(default_factory=dict)
    last_us: dict[Handle, int] = field(default_factory=dict)
    merged_us: dict[Handle, int] = field(default_factory=dict)
    lacking: dict[Handle, str] = field(default_factory=dict)
    """What the newest evidence of the pair with its own aircraft lacked."""
    merges: int = 0
    wrong: int = 0
    splits: int = 0
    conflicts: dict[str, str] = field(default_factory=dict)
    """Alert id -> highest level of an alert between two tracks of one aircraft."""
    hidden_s: int = 0
    airborne: list[int] = field(default_factory=list)


def run(bench: CorrelationBench, progress: Callable[[str], None]) -> dict[str, list[Json]]:
    """London for an hour, then aircraft in company with and without identities."""
    progress(f"London, {bench.seconds} s, seed {bench.seed}")
    results = [_row("London", london(bench))]
    for named in (True, False):
        what = f"{bench.pairs} pairs in company, {'named' if named else 'anonymous'}"
        progress(what)
        results.append(_row(what, in_company(bench, named)))
    return {"results": results}


def london(bench: CorrelationBench) -> Tally:
    """Simulated London in its busy hour."""
    profile = replace(SURGE, surge_drones=bench.drones_kept_up)
    city = London(profile, bench.seed, START_US, busy_hour=True, opening=False)

    def states(at_us: int) -> list[TruthState]:
        city.advance(at_us)
        return [one for one in city.truth(at_us) if one.airborne]

    return _scored(states, Feeds(bench.seed), bench.seconds)


def in_company(bench: CorrelationBench, named: bool) -> Tally:
    """Pairs of aircraft that fly within 30 m of each other all the time."""
    pairs = company(bench.pairs, bench.seed, START_US)
    return _scored(pairs.states, Feeds(bench.seed, named=named), bench.pair_seconds)


def _scored(states: Callable[[int], list[TruthState]], feeds: Feeds, seconds: int) -> Tally:
    airspace = Airspace(Setup(exercise=False, policy_toml=policy_text("default")))
    tally, waiting = Tally(), list[Row]()
    for second in range(seconds + 1):
        now_us = START_US + second * SECOND_US
        flying = states(now_us)
        tally.airborne.append(len(flying))
        waiting = sorted([*waiting, *feeds.second(now_us, flying)], key=lambda row: row.arrives_us)
        for slot_us in range(now_us, now_us + SECOND_US, SLOT_US):
            due = [row for row in waiting if row.arrives_us < slot_us + SLOT_US - SECOND_US]
            waiting = waiting[len(due) :]
            _apply(airspace, tally, due, slot_us + SLOT_US, with_tick=slot_us == now_us)
        _note_evidence(airspace, tally)
        _count_hidden(airspace, tally)
    return tally


def _apply(
    airspace: Airspace, tally: Tally, due: Sequence[Row], now_us: int, *, with_tick: bool
) -> None:
    """One micro-batch."""
    sent = batches(due)
    for batch, row in ((batch, row) for batch in sent for row in due):
        if row.heard.publisher == batch.publisher:
            handle = airspace.tracks.ids.open_publisher(batch.publisher), row.heard.source_track_id
            tally.labels[handle], tally.heard[handle] = row.heard.label, row.heard
            tally.first_us.setdefault(handle, now_us)
            tally.last_us[handle] = now_us
    commands: list[Command] = [SubmitReports(batch, now_us) for batch in sent]
    if with_tick:
        commands.append(Tick(audit=False))
    for outcome in airspace.apply(commands, now_us):
        _count(airspace, tally, outcome.effects, now_us)


def _count(airspace: Airspace, tally: Tally, effects: Iterable[Effect], now_us: int) -> None:
    for effect in effects:
        match effect:
            case TracksMerged():
                _count_merge(airspace, tally, effect, now_us)
            case TrackSplit():
                tally.splits += 1
            case AlertChanged(alert) if alert.kind is AlertKind.PROXIMITY:
                both = [_labels(airspace, tally, one) for one in (alert.track_a, alert.track_b)]
                if alert.level > AlertLevel.NONE and both[0] == both[1]:
                    tally.conflicts[alert.alert_id] = alert.highest_level.name.lower()
            case _:
                pass


def _count_merge(airspace: Airspace, tally: Tally, effect: TracksMerged, now_us: int) -> None:
    tally.merges += 1
    tally.wrong += len(_labels(airspace, tally, effect.track_number)) > 1
    for handle in _handles(airspace, effect.track_number):
        tally.merged_us.setdefault(handle, now_us)


def _handles(airspace: Airspace, number: int) -> list[Handle]:
    slot = airspace.tracks.slot_of_number[number]
    shared = airspace.correlator.hearers.shared.get(slot)
    if shared is not None:
        return [one.handle for one in shared.hearings]
    publisher = int(airspace.tracks.columns.publisher_index[slot])
    return [(publisher, airspace.tracks.source_track_ids[slot])]


def _labels(airspace: Airspace, tally: Tally, number: int) -> set[str]:
    """The aircraft that this track really is of."""
    return {tally.labels[handle] for handle in _handles(airspace, number)}


def _note_evidence(airspace: Airspace, tally: Tally) -> None:
    """What still keeps two tracks of one aircraft apart, by the tracks that radio heard."""
    for (low, high), evidence in airspace.correlator.looks.evidence.items():
        both = [number for number in (low, high) if number in airspace.tracks.slot_of_number]
        if len(both) < 2 or _labels(airspace, tally, low) != _labels(airspace, tally, high):
            continue
        for number in both:
            for handle in _handles(airspace, number):
                tally.lacking[handle] = evidence.lacking()


def _count_hidden(airspace: Airspace, tally: Tally) -> None:
    """Two aircraft in conflict of which no alert tells."""

    def between(alert: Alert) -> tuple[str, ...]:
        numbers = alert.track_a, alert.track_b
        return tuple(sorted(set().union(*(_labels(airspace, tally, one) for one in numbers))))

    kept = {between(alert) for alert in airspace.alerting.kept_back()}
    if not any(len(labels) > 1 for labels in kept):
        return
    active = [one for one in airspace.alerting.active() if one.kind is not AlertKind.RESTRICTION]
    told = {between(member) for one in active for member in (one.members or (one,))}
    tally.hidden_s += sum(len(labels) > 1 and labels not in told for labels in kept)


def _row(scene: str, tally: Tally) -> Json:
    """One line of the table."""
    radio = [handle for handle, heard in tally.heard.items() if heard.feed.is_radio]
    known = {
        tally.labels[handle] for handle, heard in tally.heard.items() if not heard.feed.is_radio
    }
    counted = [
        handle
        for handle in radio
        if tally.last_us[handle] - tally.first_us[handle] >= COUNTED_S * SECOND_US
        and tally.labels[handle] in known
    ]
    missed = [handle for handle in counted if handle not in tally.merged_us]
    reasons = Counter(_reason(tally, handle) for handle in missed)
    return {
        "scene": scene,
        "aircraft": len(set(tally.labels.values())),
        "at_once": median(tally.airborne),
        "heard_by_radio": len(counted),
        "anonymous": sum(tally.heard[handle].is_anonymous for handle in counted),
        "merges": tally.merges,
        "wrong_merges": tally.wrong,
        "splits": tally.splits,
        "self_conflicts": len(tally.conflicts),
        "self_conflicts_by_level": dict(sorted(Counter(tally.conflicts.values()).items())),
        "hidden_conflict_s": tally.hidden_s,
        "missed_merges": len(missed),
        "missed_because": dict(reasons.most_common()),
        "seconds_to_merge_named": _waited_s(tally, counted, anonymous=False),
        "seconds_to_merge_anonymous": _waited_s(tally, counted, anonymous=True),
    }


def _waited_s(tally: Tally, counted: list[Handle], *, anonymous: bool) -> float | None:
    """Median seconds from the first report to the merge; None where none was merged."""
    waited_s = [
        (tally.merged_us[handle] - tally.first_us[handle]) / SECOND_US
        for handle in counted
        if handle in tally.merged_us and tally.heard[handle].is_anonymous is anonymous
    ]
    return round(median(waited_s), 1) if waited_s else None


def _reason(tally: Tally, handle: Handle) -> str:
    heard = tally.heard[handle]
    words = tally.lacking.get(handle, "never looked at together")
    return f"{'anonymous' if heard.is_anonymous else 'named'}, {heard.feed.name}: {words}"
