"""A made-up minute flown through a throw-away core before the broker says that it serves.

The first call of a compiled kernel loads it, or on a new machine compiles it, which takes seconds.
A partner's first positions must not wait for that, so a few aircraft meet, turn, climb and part
here first: alone and in batches, with and without height and velocity, into keep-clear requests
and out. At the end come so many at once that they are judged together, which is a kernel of its
own. Nothing of it is kept.
"""

import math
from dataclasses import replace
from typing import Final

import numpy as np

from broker.core.airspace import Airspace, Setup
from broker.core.commands import (
    CreateRestriction,
    LoadSupplyChain,
    OpenAudience,
    SubmitReports,
    Tick,
)
from broker.core.errors import BrokenInvariant
from broker.core.names import Audience, RestrictionName, Role, SystemName
from broker.core.outcomes import BatchReply, Done
from broker.core.restrictions.model import AppliesTo, RestrictionDraft
from broker.core.restrictions.periods import Window
from broker.core.restrictions.shapes import Circle, LimitDatum, Polygon, VerticalLimit, Volume
from broker.core.separation.backend_numba import TOGETHER_MIN
from broker.core.separation.jit import Backend
from broker.core.tracks.reports import (
    AircraftClass,
    AircraftDescription,
    AltitudeDatum,
    ReportBatch,
)
from broker.core.units import SECOND_US
from broker.service.feed.items import Encoder
from broker.service.feed.projection import Projection

SECRET_BYTES: Final = 32
AIRCRAFT: Final = 12
SECONDS: Final = 12
CENTRE_DEG: Final = (51.5, -0.12)
CROWD: Final = range(AIRCRAFT, AIRCRAFT + TOGETHER_MIN)
CROWD_APART_DEG: Final = 0.02
CROWD_IN_A_ROW: Final = 20
RING_DEG: Final = 0.004
"""About 440 m: everybody meets in the middle within the minute."""
SPEED_MPS: Final = 20.0
ALTITUDE_HAE_M: Final = 130.0
VERTICAL_DOUBT_M: Final = 20.0
SUPPLY_CHAIN: Final = """
version = "rehearsal"
[area.ring]
circle = { latitude_deg = 51.5, longitude_deg = -0.12, radius = "2 km" }
[[rule]]
id = "nobody"
action = "refuse"
areas = ["ring"]
agencies = ["nobody"]
registered = false
reason = "only looked for, never found"
"""
PUBLISHER: Final = SystemName("rehearsal", "rehearsal")
_SHAPES: Final[dict[str, Circle | Polygon]] = {
    "disc": Circle(*CENTRE_DEG, 200.0),
    "ring": Polygon(((51.501, -0.121), (51.503, -0.12), (51.501, -0.119))),
}
"""In the middle, where everybody comes by, and to the north of it."""


def rehearse(policy_toml: str, encoder: Encoder, backend: Backend = "numba") -> None:
    """Use every kernel once, as live traffic would. Raises Refused for a bad policy."""
    airspace = Airspace(Setup(exercise=False, policy_toml=policy_toml, backend=backend))
    projection = Projection(airspace, bytes(SECRET_BYTES), encoder, "rehearsal")
    airspace.apply([OpenAudience(Audience("rehearsal", Role.DESK), "Rehearsal")], SECOND_US)
    airspace.apply([LoadSupplyChain(SUPPLY_CHAIN)], SECOND_US)
    created = airspace.apply([_keep_clear(name) for name in _SHAPES], SECOND_US)
    for outcome in created:
        if not isinstance(outcome.reply, Done):
            raise BrokenInvariant(f"the rehearsal's restriction is refused: {outcome.reply}")
    for second in range(SECONDS):
        now_us = (second + 1) * SECOND_US
        everybody = range(AIRCRAFT)
        groups = [everybody] if second % 2 else [[place] for place in everybody]
        for places in groups:
            reports = SubmitReports(_batch(list(places), second), now_us)
            _shown(projection, reports, now_us)
        _shown(projection, Tick(audit=False), now_us)
        _shown(projection, Tick(audit=True), now_us)
    now_us = (SECONDS + 1) * SECOND_US
    _shown(projection, SubmitReports(_crowd(SECONDS), now_us), now_us)
    for late_s in (10, 30, 120):
        _shown(projection, Tick(audit=True), (SECONDS + late_s) * SECOND_US)


def _keep_clear(name: str) -> CreateRestriction:
    limits = VerticalLimit(0.0, LimitDatum.SURFACE), VerticalLimit(ALTITUDE_HAE_M, LimitDatum.AMSL)
    draft = RestrictionDraft(
        name=RestrictionName(PUBLISHER.agency, name),
        title=name,
        reason="rehearsal",
        volumes=(Volume(_SHAPES[name], *limits),),
        windows=(Window(SECOND_US, 2 * SECONDS * SECOND_US),),
        applies_to=AppliesTo.ALL_AIRCRAFT,
        exempt_agencies=(),
        contact="rehearsal",
    )
    return CreateRestriction(PUBLISHER, "", draft)


def _shown(projection: Projection, command: SubmitReports | Tick, now_us: int) -> None:
    [outcome] = projection.airspace.apply([command], now_us)
    if isinstance(outcome.reply, BatchReply) and outcome.reply.refusals:
        raise BrokenInvariant(f"the rehearsal's reports are refused: {outcome.reply.refusals[0]}")
    news = projection.project(outcome.effects, now_us, frames_due=isinstance(command, Tick))
    for _, items in news:
        for item in items:
            _ = item.message  # frames are joined by whoever sends them: here, nobody


def _batch(places: list[int], second: int) -> ReportBatch:
    """Where these aircraft are at `second`: on a ring, flying through its centre, slowly turning.

    Every third gives neither height nor velocity, as the poorest feeds do.
    """
    count = len(places)
    blank, codes = np.full(count, np.nan), np.zeros(count, dtype=np.int8)
    bearing = np.array(places) * math.tau / AIRCRAFT + second * 0.01
    radius_deg = RING_DEG * (1.0 - 2.0 * second / SECONDS)
    full = np.array(places) % 3 != 0
    height_m = np.where(full, ALTITUDE_HAE_M + second, np.nan)
    return ReportBatch(
        publisher=PUBLISHER,
        batch_id="rehearsal",
        source_track_ids=tuple(f"aircraft-{place}" for place in places),
        time_of_validity_us=np.full(count, (second + 1) * SECOND_US, dtype=np.int64),
        latitude_deg=CENTRE_DEG[0] + radius_deg * np.cos(bearing),
        longitude_deg=CENTRE_DEG[1] + radius_deg * np.sin(bearing),
        altitude_hae_m=height_m,
        vertical_doubt_m=np.full(count, VERTICAL_DOUBT_M),
        published_altitude_m=height_m,
        altitude_datum=np.where(full, AltitudeDatum.HAE, AltitudeDatum.NONE).astype(np.int8),
        height_m=blank,
        height_reference=codes,
        velocity_east_mps=np.where(full, -SPEED_MPS * np.sin(bearing), np.nan),
        velocity_north_mps=np.where(full, -SPEED_MPS * np.cos(bearing), np.nan),
        vertical_speed_mps=np.where(full, 1.0, np.nan),
        horizontal_accuracy_m=blank,
        vertical_accuracy_m=blank,
        velocity_accuracy_mps=blank,
        vertical_speed_accuracy_mps=blank,
        operational_status=codes,
        source=codes,
        descriptions={row: _description(place) for row, place in enumerate(places)},
    )


def _crowd(second: int) -> ReportBatch:
    """Others, kilometres from each other: met by nobody, they cost a start nothing more."""
    row, column = np.divmod(np.arange(len(CROWD)), CROWD_IN_A_ROW)
    return replace(
        _batch(list(CROWD), second),
        latitude_deg=CENTRE_DEG[0] + CROWD_APART_DEG * (row + 1),
        longitude_deg=CENTRE_DEG[1] + CROWD_APART_DEG * column,
    )


def _description(place: int) -> AircraftDescription:
    crewed = place % 4 == 1
    return AircraftDescription(
        aircraft_class=AircraftClass.HELICOPTER if crewed else AircraftClass.DRONE
    )
