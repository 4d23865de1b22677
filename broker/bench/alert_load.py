"""How many alerts a desk gets: simulated London through the live core, in virtual time.

Reports are decoded as a gateway would and applied second by second, each second with a tick and a
full separation pass. Every load is flown twice: as planned, where no drone ever reacts to anything,
and as agreed, where desks plan round keep-clear requests, act on alerts and keep to their bands and
sectors, in the shares that `sim.conduct` states.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from broker.bench.alert_load_desks import Figures, Seen, rows_of
from broker.bench.alert_load_explain import Explanation, Row
from broker.cli.policies import policy_text
from broker.core.airspace import Airspace, Setup
from broker.core.commands import Command, CreateRestriction, OpenAudience, SubmitReports, Tick
from broker.core.effects import AlertChanged
from broker.core.geodesy.ground import LONDON
from broker.core.names import Audience, Role, SystemName
from broker.core.units import SECOND_US
from broker.gateways.wire.reports import decode_batch
from broker.gateways.wire.restrictions import decode_draft
from keepclear.v1 import tracks_pb2
from sim.conduct import AS_AGREED, UNMOVED, Conduct
from sim.demo_agencies import DEMO_AGENCIES
from sim.fleet import AircraftKind
from sim.geography import GEOID_HEIGHT_M
from sim.london import Emission, London
from sim.profiles import EVERY_BOROUGH, SURGE, Profile
from sim.scoring import Breach, FloorWatch

SEEDS: Final = (20_264, 77_001)
"""Alerts of the first were looked at one by one while policy and simulator were mended; of the
second nothing was, before the page was written."""
START_US: Final = 1_795_219_200_000_000
"""Midnight, so that a profile's hours are the clock's."""
HIGH_M: Final = 2_500.0
HIGH_EVERY_S: Final = 5
"""Reports from above `HIGH_M`, where nothing of ours flies, are thinned to one in so many; those
that say what the aircraft is are all kept."""
CONDUCTS: Final = (UNMOVED, AS_AGREED)


@dataclass(frozen=True, slots=True)
class Load:
    """One run."""

    profile: Profile
    first_hour: float
    hours: float
    busy: bool
    conduct: Conduct = UNMOVED
    seed: int = SEEDS[0]

    @property
    def conduct_name(self) -> str:
        """How drones behave in it."""
        return "as planned" if self.conduct == UNMOVED else "as agreed"


def _both(*loads: Load) -> tuple[Load, ...]:
    return tuple(replace(load, conduct=conduct) for load in loads for conduct in CONDUCTS)


DAY: Final = Load(EVERY_BOROUGH, 0.0, 24.0, busy=False)
HOUR: Final = Load(SURGE, 18.5, 1.0, busy=True)
SHORT: Final = _both(replace(DAY, first_hour=18.0, hours=0.25), replace(HOUR, hours=0.1))


def full(day_from: float, day_hours: float, seeds: Sequence[int] = SEEDS) -> tuple[Load, ...]:
    """The day, or a part of it from an hour of the day on, and the hour of surge, by each seed."""
    day = replace(DAY, first_hour=day_from, hours=day_hours)
    return tuple(
        replace(load, seed=seed) for load in _both(day, HOUR) for seed in dict.fromkeys(seeds)
    )


def run(
    loads: Iterable[Load], progress: Callable[[str], None], why: list[Row] | None = None
) -> list[Figures]:
    """For each load a row a desk, a row a cause, and one of totals; `why` takes a row an alert."""
    rows: list[Figures] = []
    for load in loads:
        progress(
            f"alert load: {load.hours:g} h of {load.profile.name}, {load.conduct_name}, "
            f"seed {load.seed}"
        )
        seen, breaches, explained = fly(load)
        head: Figures = {
            "profile": load.profile.name,
            "conduct": load.conduct_name,
            "seed": load.seed,
            "from_hour": load.first_hour,
            "hours": load.hours,
        }
        rows += [{**head, **row} for row in rows_of(seen, breaches, load.hours, load.busy)]
        if why is not None:
            why += [{**head, **row} for row in explained]
    return rows


def fly(load: Load) -> tuple[Seen, list[Breach], list[Row]]:
    """One run: what desks were told, the floor breaches of the truth, and a row an alert."""
    airspace = Airspace(Setup(exercise=True, policy_toml=policy_text("default")))
    audiences = [
        OpenAudience(Audience(agency.agency, Role.DESK), agency.display_name)
        for agency in DEMO_AGENCIES
    ]
    airspace.apply(audiences, START_US)
    profile = replace(load.profile, conduct=load.conduct)
    london = London(profile, load.seed, START_US, first_hour=load.first_hour, opening=False)
    seen, watch, explanation = Seen(airspace), FloorWatch(), Explanation(airspace)
    for second in range(1, round(load.hours * 3_600) + 1):
        now_us = START_US + second * SECOND_US
        commands = _commands(london.advance(now_us), now_us, second)
        for outcome in airspace.apply([*commands, Tick(audit=True)], now_us):
            for effect in outcome.effects:
                if isinstance(effect, AlertChanged):
                    explanation.note(effect.alert, now_us)
                    for advice in seen.note(effect.alert, now_us):
                        london.advise(advice)
        truth = london.truth(now_us)
        watch.observe(now_us, truth)
        explanation.observe(now_us, truth)
        for state in truth:
            if state.airborne and state.kind is not AircraftKind.DRONE:
                seen.flown_s[state.agency] += 1
    return seen, watch.breaches(), explanation.rows(london.answers)


def _commands(emissions: list[Emission], now_us: int, second: int) -> list[Command]:
    """A second's restrictions, then its reports: one batch for each publishing system."""
    commands: list[Command] = []
    reports: dict[str, list[tracks_pb2.TrackReport]] = {}
    for emission in emissions:
        request = emission.request
        if isinstance(request, tracks_pb2.PublishTracksRequest):
            reports.setdefault(emission.system, []).extend(request.reports)
        else:
            name = SystemName.parse("system", emission.system)
            draft = decode_draft(request.restriction)
            commands.append(CreateRestriction(name, request.request_id, draft))
    for system, heard in reports.items():
        name = SystemName.parse("system", system)
        thinned = second % HIGH_EVERY_S and name.system == "adsb"
        below_m = HIGH_M + GEOID_HEIGHT_M if thinned else math.inf
        kept = [one for one in heard if one.altitude_m < below_m or one.HasField("description")]
        if kept:
            batch = tracks_pb2.PublishTracksRequest(batch_id=f"s{second}", reports=kept)
            commands.append(SubmitReports(decode_batch(batch, name, LONDON).batch, now_us))
    return commands
