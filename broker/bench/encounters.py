"""Lead time, missed, nuisance and episodes of alerts on recorded encounters, beside DAIDALUS.

Scored as DAIDALUS was. An alert is a level of at least caution (2) or warning (3). Truth is lost at
the first second inside 609.6 m x 76.2 m; only losses from 60 s on count. Lead is from the start of
the run of alert, gaps of up to 4 s bridged, that reaches the loss; without one it is missed.
Nuisance is the share of the encounters without a loss that ever alert.
"""

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from broker.bench.encounter_set import Encounter, batch_of, judged_encounters, own_encounters
from broker.core.airspace import Setup
from broker.core.alerts import AlertLevel
from broker.core.recorded import Replay
from broker.core.separation.policy import Policy, parse_policy
from broker.core.tracks.filter_columns import unfiltered
from broker.core.units import FOOT_M

POLICY: Final = "f3442-benchmark"
LOSS_RADIUS_M: Final = 2_000 * FOOT_M
LOSS_HEIGHT_M: Final = 250 * FOOT_M
SCORED_FROM_S: Final = 60
GAP_BRIDGED_S: Final = 4
LEAD_WANTED_S: Final = 15
OWN_SEED: Final = 20_261
OWN_EACH: Final = 50
WORKERS: Final = 2
SHORT_COUNT: Final = 40
SHORT_EACH: Final = 5
THRESHOLDS: Final = {"caution": AlertLevel.CAUTION, "warning": AlertLevel.WARNING}

Levels = NDArray[np.int8]
Score: TypeAlias = dict[str, float | int | str | None]


@dataclass(frozen=True, slots=True)
class Variant:
    """The shipped policy with parts of it switched off."""

    name: str
    filtered: bool
    confirmed: bool
    """The policy's own confirmation; otherwise 2 of 4, as DAIDALUS."""

    def of(self, policy: Policy) -> Policy:
        """The policy that this variant judges by."""
        alerting, settings, rules = policy.alerting, policy.filter_settings, policy.rules
        if not self.confirmed:
            alerting = replace(alerting, confirm_count=2, confirm_of=4)
            rules = replace(rules, near_weight=0.0, early_weight=0.0)
        if not self.filtered:
            settings = unfiltered()
        return replace(policy, alerting=alerting, filter_settings=settings, rules=rules)


VARIANTS: Final = (
    Variant("reports as they come, 2 of 4", filtered=False, confirmed=False),
    Variant("reports as they come, policy's confirmation", filtered=False, confirmed=True),
    Variant("filter, 2 of 4", filtered=True, confirmed=False),
    Variant("filter, policy's confirmation", filtered=True, confirmed=True),
)


def replayed(encounter: Encounter, variant: Variant, toml_text: str, policy: Policy) -> Levels:
    """The live core's level of every second."""
    batches = [batch_of(encounter.helicopter, "helicopter"), batch_of(encounter.drone, "drone")]
    levels = np.zeros(len(encounter.drone.truth), dtype=np.int8)
    setup = Setup(exercise=False, policy_toml=toml_text)
    for standing in Replay(batches, setup, variant.of(policy)).run():
        levels[standing.second] = standing.level
    return levels


def _replay_some(some: Sequence[Encounter], variant: Variant, toml_text: str) -> list[Levels]:
    policy = parse_policy(toml_text)
    return [replayed(one, variant, toml_text, policy) for one in some]


def loss_second(encounter: Encounter) -> int | None:
    """The first second of truth inside the volume."""
    apart = encounter.drone.truth - encounter.helicopter.truth
    inside = np.hypot(apart[:, 0], apart[:, 1]) < LOSS_RADIUS_M
    inside &= np.abs(apart[:, 2]) < LOSS_HEIGHT_M
    return int(inside.argmax()) if inside.any() else None


def lead_s(alerted: NDArray[np.bool_], loss: int) -> int | None:
    """Seconds from the start of the run that reaches the loss; None where it is missed."""
    seconds = np.flatnonzero(alerted[: loss + 1])
    if len(seconds) == 0 or loss - seconds[-1] > GAP_BRIDGED_S:
        return None
    breaks = np.flatnonzero(np.diff(seconds) > GAP_BRIDGED_S + 1)
    return loss - int(seconds[0 if len(breaks) == 0 else breaks[-1] + 1])


def score(
    encounters: Sequence[Encounter], levels: Levels, level: int, reference: Levels | None = None
) -> Score:
    """The figures of one level. `reference`: judge lead where these levels have it."""
    losses = [loss_second(one) for one in encounters]
    alerted = levels >= level
    scored = [(k, loss) for k, loss in enumerate(losses) if loss and loss >= SCORED_FROM_S]
    leads = np.array([_lead_or_missed(alerted[k], loss) for k, loss in scored])
    quiet = [k for k, loss in enumerate(losses) if loss is None]
    starts = alerted[:, 0].sum() + (alerted[:, 1:] & ~alerted[:, :-1]).sum()
    held: float | None = None
    if reference is not None:
        expected = [
            _lead_or_missed(reference[k] >= level, loss) >= LEAD_WANTED_S for k, loss in scored
        ]
        held = float((leads[expected] >= LEAD_WANTED_S).mean())
    return {
        "losses": len(scored),
        "missed": int((leads < 0).sum()),
        "lead_median_s": float(np.median(leads)) if len(leads) else None,
        "lead_p10_s": float(np.percentile(leads, 10)) if len(leads) else None,
        "lead_15_s": float((leads >= LEAD_WANTED_S).mean()) if len(leads) else None,
        "lead_15_s_where_perfect_has_it": held,
        "without_loss": len(quiet),
        "nuisance": float(alerted[quiet].any(axis=1).mean()) if quiet else None,
        "episodes": float(starts / len(encounters)),
    }


def _lead_or_missed(alerted: NDArray[np.bool_], loss: int) -> int:
    lead = lead_s(alerted, loss)
    return -1 if lead is None else lead


def _scores(
    who: str, where: str, encounters: Sequence[Encounter], levels: Levels, perfect: Levels | None
) -> list[Score]:
    results: list[Score] = []
    for name, threshold in THRESHOLDS.items():
        row: Score = {"set": where, "judge": who, "level": name}
        results.append(row | score(encounters, levels, threshold, perfect))
    return results


def run(truth: Path | None, progress: Callable[[str], None], short: bool = False) -> list[Score]:
    """Score every variant on the judged encounters (if given) and on our own."""
    toml_text = resources.files("broker.policies").joinpath(f"{POLICY}.toml").read_text("utf-8")
    results: list[Score] = []
    # Not forked: a copy of a process whose other threads hold locks may wait for them for ever.
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn")) as pool:
        replays = Replays(pool, toml_text, progress)
        if truth is not None:
            results += _judged_scores(replays, truth, SHORT_COUNT if short else None)
        results += _own_scores(replays, SHORT_EACH if short else OWN_EACH)
    return results


@dataclass(frozen=True, slots=True)
class Replays:
    """Replays many encounters on all workers."""

    pool: ProcessPoolExecutor
    toml_text: str
    progress: Callable[[str], None]

    def levels(self, encounters: Sequence[Encounter], variant: Variant) -> Levels:
        """Shape (encounters, seconds)."""
        self.progress(f"{len(encounters)} encounters: {variant.name}")
        parts = [encounters[k::WORKERS] for k in range(WORKERS)]
        texts = [self.toml_text] * WORKERS
        done = list(self.pool.map(_replay_some, parts, [variant] * WORKERS, texts))
        levels = np.zeros((len(encounters), len(done[0][0])), dtype=np.int8)
        for k, part in enumerate(done):
            levels[k::WORKERS] = part
        return levels


def _judged_scores(replays: Replays, truth: Path, count: int | None) -> list[Score]:
    """DAIDALUS and every variant, on all encounters of the file and on each half."""
    encounters, judged = judged_encounters(truth)
    encounters, judged = encounters[:count], {name: x[:count] for name, x in judged.items()}
    found = {f"DAIDALUS, {name.removeprefix('level_')}": x for name, x in judged.items()}
    found |= {variant.name: replays.levels(encounters, variant) for variant in VARIANTS}
    half, perfect = len(encounters) // 2, judged["level_perfect_raw"]
    parts = {"judged": slice(None), "first half": slice(half), "second half": slice(half, None)}
    return [
        one
        for who, levels in found.items()
        for where, part in parts.items()
        for one in _scores(who, where, encounters[part], levels[part], perfect[part])
    ]


def _own_scores(replays: Replays, each: int) -> list[Score]:
    """The least and the most of the variants, by kind of encounter."""
    own = own_encounters(OWN_SEED, each)
    results: list[Score] = []
    for variant in (VARIANTS[0], VARIANTS[-1]):
        levels = replays.levels(own, variant)
        for kind in dict.fromkeys(one.kind for one in own):
            rows = [k for k, one in enumerate(own) if one.kind == kind]
            results += _scores(variant.name, kind, [own[k] for k in rows], levels[rows], None)
    return results
