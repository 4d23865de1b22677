"""Restrictions: answers to "may I enter?" and imports per second, and what they cost the engine.

The engine's pass is one tick with an audit over every track, alert machines included: with no
restriction, and with all of them in force, in turn in the same run. Restrictions lie at random over
Greater London, a circle and a concave polygon in turn; every fourth reaches up to the helicopters.
Once they are so large that a quarter of the aircraft are in or near one, once hardly anybody is.
Times are those of the thread, so that what else the machine does counts for less.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np

from broker.bench import restriction_imports
from broker.bench.traffic import fleet
from broker.cli.policies import policy_text
from broker.core.airspace import Airspace, Setup
from broker.core.commands import CreateRestriction, OpenAudience, SubmitReports, Tick
from broker.core.geodesy.ground import LONDON
from broker.core.names import Audience, RestrictionName, Role, SystemName
from broker.core.restrictions.access import EntryQuestion, PlacePoint, findings
from broker.core.restrictions.model import AppliesTo, RestrictionDraft
from broker.core.restrictions.periods import Window
from broker.core.restrictions.shapes import Circle, LimitDatum, Polygon, VerticalLimit, Volume
from broker.core.sharing.entry_wording import entry_text, picture_of
from broker.core.tracks.reports import AircraftClass
from broker.core.units import MINUTE_US, SECOND_US
from broker.gateways.wire.reports import decode_batch
from sim.geography import (
    GREATER_LONDON_HALF_EAST_M,
    GREATER_LONDON_HALF_NORTH_M,
    METRES_PER_DEGREE_EAST,
    METRES_PER_DEGREE_NORTH,
    to_degrees,
)

SYSTEM: Final = SystemName("bench", "tracker")
START_US: Final = 1_900_000_000 * SECOND_US
SURFACE: Final = VerticalLimit(0.0, LimitDatum.SURFACE)
QUESTIONS: Final = 1_000
RADIUS_M: Final = (100.0, 600.0)
FEW_INSIDE_RADIUS_M: Final = (10.0, 40.0)
"""As many restrictions in the same places, but hardly anybody in them."""
Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class RestrictionBench:
    """Sizes of a run."""

    tracks: int = 10_000
    restrictions: int = 2_000
    repeats: int = 15
    items: int = 1_000
    """Of each made-up source to import."""


SHORT: Final = RestrictionBench(repeats=5, items=200)


def run(
    bench: RestrictionBench, progress: Callable[[str], None], files: Sequence[Path] = ()
) -> dict[str, list[Json]]:
    """Answers and imported items per second, and the engine's cost with and without restrictions.

    `files` are published sources to import besides the made-up ones.
    """
    progress(f"{bench.tracks} tracks, {bench.restrictions} restrictions")
    bare, full = _airspace(bench, 0), _airspace(bench, bench.restrictions)
    many = _cost(bench, bare, full)
    small = _airspace(bench, bench.restrictions, FEW_INSIDE_RADIUS_M)
    few = _cost(bench, _airspace(bench, 0), small)
    results = [
        {**many, "what": "engine pass, a quarter of the aircraft inside or near"},
        {**few, "what": "engine pass, few aircraft inside"},
        _answers(bench, full),
    ]
    progress(f"importing {bench.items} items of each made-up source")
    imports = restriction_imports.run(bench.items, max(3, bench.repeats // 3), files)
    return {"results": results, "imports": imports}


def _cost(bench: RestrictionBench, bare: Airspace, full: Airspace) -> Json:
    without_ms: list[float] = []
    with_ms: list[float] = []
    for turn in range(bench.repeats + 2):
        now_us = START_US + (turn + 1) * 100_000
        without = _timed_ms(lambda at_us=now_us: bare.apply([Tick(audit=True)], at_us))  # type: ignore[misc]
        with_all = _timed_ms(lambda at_us=now_us: full.apply([Tick(audit=True)], at_us))  # type: ignore[misc]
        if turn >= 2:  # compiled and settled
            without_ms.append(without)
            with_ms.append(with_all)
    return {
        "tracks": bench.tracks,
        "restrictions": bench.restrictions,
        "alerts_without": bare.alerting.active_count,
        "alerts_with": full.alerting.active_count,
        "without_ms": round(median(without_ms), 2),
        "with_ms": round(median(with_ms), 2),
        "ratio": round(median(with_ms) / median(without_ms), 2),
    }


def _answers(bench: RestrictionBench, airspace: Airspace) -> Json:
    rng = np.random.default_rng(2)
    questions = [_question(rng, number) for number in range(QUESTIONS)]
    index = airspace.restrictions.entry_index()
    picture = picture_of(START_US, START_US, airspace.restrictions.refreshed(), [])
    names = airspace.controls.agency_names
    counts: list[int] = []

    def answer() -> None:
        found = findings(index, questions, "bench")
        texts = [entry_text(one, picture, names, "bench") for one in found]
        counts.append(sum(len(one) > 0 for one in found) if texts else 0)

    took_ms = median(_timed_ms(answer) for _ in range(max(3, bench.repeats // 3)))
    return {
        "what": "may I enter?",
        "restrictions": bench.restrictions,
        "questions": QUESTIONS,
        "with_findings": counts[-1],
        "answers_per_s": round(QUESTIONS / took_ms * 1_000.0),
    }


def _timed_ms(work: Callable[[], object]) -> float:
    start_s = time.thread_time()
    work()
    return (time.thread_time() - start_s) * 1_000.0


def _airspace(
    bench: RestrictionBench, restrictions: int, radius_m: tuple[float, float] = RADIUS_M
) -> Airspace:
    airspace = Airspace(Setup(exercise=True, policy_toml=policy_text("default")))
    airspace.apply([OpenAudience(Audience("bench", Role.DESK), "Bench")], START_US)
    rng = np.random.default_rng(1)
    creates = [
        CreateRestriction(SYSTEM, "", draft(rng, n, radius_range_m=radius_m))
        for n in range(restrictions)
    ]
    airspace.apply(creates, START_US)
    batches = fleet(bench.tracks, 1_000, seed=3, start_us=START_US)
    submits = [
        SubmitReports(decode_batch(batch.first, SYSTEM, LONDON).batch, START_US)
        for batch in batches
    ]
    airspace.apply(submits, START_US)
    return airspace


def _place(rng: np.random.Generator) -> tuple[float, float]:
    north_m = float(rng.uniform(-1.0, 1.0)) * GREATER_LONDON_HALF_NORTH_M
    east_m = float(rng.uniform(-1.0, 1.0)) * GREATER_LONDON_HALF_EAST_M
    return to_degrees(east_m, north_m)


def draft(
    rng: np.random.Generator,
    number: int,
    start_us: int = START_US,
    radius_range_m: tuple[float, float] = RADIUS_M,
) -> RestrictionDraft:
    """A keep-clear request of the agency `bench` somewhere over Greater London, for an hour."""
    latitude_deg, longitude_deg = _place(rng)
    radius_m = float(rng.uniform(*radius_range_m))
    shape: Circle | Polygon = Circle(latitude_deg, longitude_deg, radius_m)
    if number % 2:
        shape = _concave(latitude_deg, longitude_deg, radius_m)
    ceiling_m = 600.0 if number % 4 == 0 else 60.0
    ceiling = VerticalLimit(ceiling_m, LimitDatum.AMSL)
    return RestrictionDraft(
        name=RestrictionName("bench", f"r{number}"),
        title=f"Restriction {number}",
        reason="bench",
        volumes=(Volume(shape, SURFACE, ceiling),),
        windows=(Window(start_us, start_us + 60 * MINUTE_US),),
        applies_to=AppliesTo.ALL_AIRCRAFT,
        exempt_agencies=(),
        contact="020 7946 0000",
    )


def _concave(latitude_deg: float, longitude_deg: float, radius_m: float) -> Polygon:
    """A star of sixteen vertices."""
    points: Sequence[tuple[float, float]] = [
        (
            latitude_deg
            + radius_m * (1.0 - 0.4 * (k % 2)) * np.cos(k * np.pi / 8) / METRES_PER_DEGREE_NORTH,
            longitude_deg
            + radius_m * (1.0 - 0.4 * (k % 2)) * np.sin(k * np.pi / 8) / METRES_PER_DEGREE_EAST,
        )
        for k in range(16)
    ]
    return Polygon(tuple((float(latitude), float(longitude)) for latitude, longitude in points))


def _question(rng: np.random.Generator, number: int) -> EntryQuestion:
    latitude_deg, longitude_deg = _place(rng)
    return EntryQuestion(
        question_id=str(number),
        place=PlacePoint(latitude_deg, longitude_deg, 100.0),
        lowest=SURFACE,
        highest=VerticalLimit(120.0, LimitDatum.AGL),
        start_us=START_US,
        end_us=START_US + 30 * MINUTE_US,
        aircraft_class=AircraftClass.DRONE,
    )
