"""Areas wider than the broker warns about, kept as a coarse disc that is named in answers.

Whoever asks about a place in such a disc is told to ask a person and reads the text; nobody is
alerted, for a disc of 350 km would warn a whole country all day.
"""

from dataclasses import replace
from typing import Final

from adapters.geozones import ground, heights
from adapters.geozones.model import Circle, Entry, Polygon, Position, Volume, Zone
from adapters.geozones.report import Outcome, Reason, SourceItem, Unreadable

WIDTH_M_MAX: Final = 200_000.0
"""Of what is set as it was published: the broker's own limit."""
DISC_RADIUS_M_MAX: Final = 500_000.0
"""Of a coarse disc: the broker's own limit."""
DISC_SLACK_M: Final = 1_000.0
"""More than the broker's frame and the chords of drawn arcs are off at that radius."""


def fitted(item: SourceItem) -> SourceItem:
    """The row as it can be set. Raises Unreadable for one that no disc of the contract holds."""
    zone = item.zone
    if zone is None or all(_width_m(volume) <= WIDTH_M_MAX for volume in zone.volumes):
        return item
    coarse = replace(
        zone,
        entry=Entry.INFORMATION,
        volumes=(Volume(_disc(zone), heights.SURFACE, heights.UNLIMITED),),
        unread=True,
    )
    how = (
        f"wider than {WIDTH_M_MAX / 1_000:.0f} km: a disc round it, surface to unlimited, is named"
        " in answers and raises no alerts"
    )
    return replace(item, zone=coarse, outcome=Outcome.APPROXIMATED, coarser=(*item.coarser, how))


def _width_m(volume: Volume) -> float:
    if isinstance(volume.shape, Circle):
        return 2.0 * volume.shape.radius_m
    return _extent_m(ground.drawn(volume.shape.outer))


def _disc(zone: Zone) -> Circle:
    """Round all volumes, from the middle of their outermost points."""
    points = [point for volume in zone.volumes for point in _outline(volume.shape)]
    south, north = (pick(p.latitude_deg for p in points) for pick in (min, max))
    west, east = (pick(p.longitude_deg for p in points) for pick in (min, max))
    center = Position((south + north) / 2.0, (west + east) / 2.0)
    if len(zone.volumes) == 1 and isinstance(zone.volumes[0].shape, Circle):
        center = zone.volumes[0].shape.center
    radius_m = max(ground.distance_m(center, point) for point in points) + DISC_SLACK_M
    if not radius_m <= DISC_RADIUS_M_MAX:
        raise Unreadable(
            Reason.TOO_LARGE, f"an area wider than {2 * DISC_RADIUS_M_MAX / 1_000:.0f} km"
        )
    return Circle(center, radius_m, "round a wider area")


def _outline(shape: Circle | Polygon) -> list[Position]:
    if isinstance(shape, Circle):
        return ground.circle_outside(shape.center, min(shape.radius_m, 2.0 * DISC_RADIUS_M_MAX))
    return ground.drawn_outside(shape.outer)


def _extent_m(points: list[Position]) -> float:
    south, north = (pick(p.latitude_deg for p in points) for pick in (min, max))
    west, east = (pick(p.longitude_deg for p in points) for pick in (min, max))
    nearest = 0.0 if south <= 0.0 <= north else min(abs(south), abs(north))
    return max(
        ground.distance_m(Position(south, west), Position(north, west)),
        ground.distance_m(Position(nearest, west), Position(nearest, east)),
    )
