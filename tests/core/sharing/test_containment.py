"""Generated traffic under sharing levels that change all the time: no true conflict goes untold.

The same traffic is flown twice: once all in the open, once with settings made, changed and taken
away while it flies. Two things are held against it: a slow and obvious list of who is inside whose
floor (plain metres from the made-up paths, nothing of the broker), and what the desks were told
when nothing was hidden.
"""

import math
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from hypothesis import given, note, settings
from hypothesis import strategies as st

from broker.core.names import SystemName
from broker.core.outcomes import Done
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.reports import AircraftClass, AircraftDescription
from keepclear.v1 import alerts_pb2, common_pb2, feed_pb2
from tests.core.sharing.worlds import LAS_DESK, LFB_DESK, MET_DESK, World, row

SECONDS = 30
SETTLED_S = 2
"""An alert is due at the third report in a conflict: two of four confirm it."""
DESKS = {"met": MET_DESK, "lfb": LFB_DESK, "las": LAS_DESK}
FLOORS_M = {0: (10.0, 5.0), 1: (500 * 0.3048, 100 * 0.3048), 2: (300 * 0.3048, 100 * 0.3048)}
"""Smallest floor of the default policy (docs/separation.md) by how many of a pair are crewed."""


class Flyer(NamedTuple):
    """Somebody who crosses the middle, near a height and a second."""

    agency: str
    aircraft_class: AircraftClass
    course_deg: float
    speed_mps: float
    miss_m: float
    up_m: float
    crosses_s: float

    @property
    def crewed(self) -> bool:
        return self.aircraft_class is AircraftClass.HELICOPTER

    def at(self, second: int) -> tuple[float, float, float]:
        """Metres east, north and up of the middle."""
        course = math.radians(self.course_deg)
        along_m = self.speed_mps * (second - self.crosses_s)
        return (
            along_m * math.sin(course) + self.miss_m * math.cos(course),
            along_m * math.cos(course) - self.miss_m * math.sin(course),
            self.up_m,
        )


class Change(NamedTuple):
    """A setting, made at a second; no level: taken away."""

    second: int
    flyer: int
    level: SharingLevel | None


drones = st.builds(
    Flyer,
    st.sampled_from(sorted(DESKS)),
    st.just(AircraftClass.DRONE),
    st.floats(0.0, 360.0),
    st.floats(0.0, 15.0),
    st.floats(-12.0, 12.0),
    st.floats(-4.0, 4.0),
    st.floats(0.0, SECONDS),
)
helicopters = st.builds(
    Flyer,
    st.sampled_from(sorted(DESKS)),
    st.just(AircraftClass.HELICOPTER),
    st.floats(0.0, 360.0),
    st.floats(20.0, 70.0),
    st.floats(-150.0, 150.0),
    st.floats(-30.0, 30.0),
    st.floats(0.0, SECONDS),
)
traffic = st.lists(drones | drones | helicopters, min_size=3, max_size=6)
changes = st.lists(
    st.builds(
        Change,
        st.integers(0, SECONDS - 1),
        st.integers(0, 5),
        st.sampled_from([None, *SharingLevel]),
    ),
    max_size=12,
)


def flown(flyers: list[Flyer], by_second: dict[int, list[Change]]) -> Iterator[World]:
    """The world after each second."""
    world = World()
    for second in range(SECONDS):
        for place, flyer in enumerate(flyers):
            for change in by_second.get(second, []):
                if change.flyer == place:
                    reply = world.share(change.level, f"t{place}", flyer.agency).reply
                    assert isinstance(reply, Done) or change.level is None
            east_m, north_m, up_m = flyer.at(second)
            course = math.radians(flyer.course_deg)
            said = row(
                f"t{place}",
                east_m=east_m,
                north_m=north_m,
                east_mps=flyer.speed_mps * math.sin(course),
                north_mps=flyer.speed_mps * math.cos(course),
                description=AircraftDescription(flyer.aircraft_class, callsign=f"T{place}"),
            )
            said["altitude_hae_m"] += up_m
            world.fly(SystemName(flyer.agency, "fleet"), said)
        yield world
        world.wait()


def conflicts(flyers: list[Flyer], second: int) -> set[tuple[int, int]]:
    """Who is inside whose floor at this second and at the two before."""
    found = set()
    for pair in combinations(range(len(flyers)), 2):
        one, other = (flyers[place] for place in pair)
        across_m, up_m = FLOORS_M[one.crewed + other.crewed]
        for back in range(SETTLED_S + 1):
            (e1, n1, u1), (e2, n2, u2) = one.at(second - back), other.at(second - back)
            # A metre less: the broker's paths are on the ellipsoid, and these are not.
            if math.hypot(e1 - e2, n1 - n2) > across_m - 1.0 or abs(u1 - u2) > up_m - 1.0:
                break
        else:
            found.add(pair)
    return found


class Desk:
    """What stands at a desk, from the messages it got and nothing else."""

    def __init__(self, agency: str) -> None:
        self.agency = agency
        self._read = 0
        self._standing: dict[str, alerts_pb2.Alert] = {}

    def read(self, world: World) -> None:
        """Take in what is new."""
        items = world.shown.get(DESKS[self.agency], [])
        for item in items[self._read :]:
            message = feed_pb2.FeedMessage.FromString(item.message)
            if message.HasField("alert"):
                self._standing[message.alert.alert_id] = message.alert
        self._read = len(items)

    def told(self) -> Counter[tuple[str, int]]:
        """How many alerts stand for each of its own aircraft, by level."""
        return Counter(
            (party.label, alert.level)
            for alert in self._standing.values()
            if alert.level != common_pb2.ALERT_LEVEL_UNSPECIFIED
            for party in alert.parties
            if party.agency == self.agency
        )


@given(traffic, changes)
@settings(max_examples=30, deadline=None)
def test_every_true_conflict_is_alerted_on_both_sides_whatever_is_hidden(
    flyers: list[Flyer], changed: list[Change]
) -> None:
    # REQ-SHARE-004
    by_second: dict[int, list[Change]] = {}
    for change in changed:
        by_second.setdefault(change.second, []).append(change)
    opened, hidden = ({agency: Desk(agency) for agency in DESKS} for _ in range(2))
    both = zip(flown(flyers, {}), flown(flyers, by_second), strict=True)
    for second, (all_open, some_hidden) in enumerate(both):
        for agency in DESKS:
            opened[agency].read(all_open)
            hidden[agency].read(some_hidden)
            note(f"second {second}, {agency}")
            assert hidden[agency].told() == opened[agency].told()
        if second < SETTLED_S:
            continue
        due = Counter(place for pair in conflicts(flyers, second) for place in pair)
        for place, count in due.items():
            told = hidden[flyers[place].agency].told()
            warned = sum(
                number
                for (label, level), number in told.items()
                if label == f"T{place}" and level >= common_pb2.ALERT_LEVEL_WARNING
            )
            assert warned >= count, f"second {second}: T{place} of {flyers[place].agency}"
