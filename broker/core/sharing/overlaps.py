"""Keep-clear requests under covert flights' volumes: all that the agency that asks is told of them.

An entry is judged on the truth, and told to the covert side in full. If the other side were told of
it, each request would say on which side of its boundary the aircraft is, to the metre, however
large it is. So what is told follows from the volume and the request alone, both of which the reader
has: it may look at its own request, and at the picture, and learns nothing more.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from broker.core.effects import DeskNotice
from broker.core.geodesy.geoid import undulation
from broker.core.geodesy.ground import DegreeBox
from broker.core.restrictions.model import EntryRule, Restriction, RestrictionState
from broker.core.restrictions.register import RestrictionRegister
from broker.core.restrictions.shapes import JudgedLimits
from broker.core.sharing.keep_clear import Box, KeepClearVolume

VOLUME_OVER_REQUEST: Final = "volume-over-request"
"""The notice's code."""


def volumes_changed(
    volumes: Sequence[KeepClearVolume], register: RestrictionRegister
) -> list[DeskNotice]:
    """Volumes appeared, moved or ended: a word for each request that one newly lies over."""
    placed = [volume for volume in volumes if not volume.ended]
    if not placed:
        return []
    told = []
    for request in filter(_asks, register.active()):
        count = sum(_comes_over(volume, request, register) for volume in placed)
        told += _told(request, count)
    return told


def requests_changed(
    changed: Iterable[Restriction],
    volumes: Sequence[KeepClearVolume],
    register: RestrictionRegister,
) -> list[DeskNotice]:
    """Restrictions are others than they were: a word for each request that a volume lies over."""
    told = []
    for request in filter(_asks, changed):
        told += _told(request, sum(_lies_over(one, one.box, request, register) for one in volumes))
    return told


def _asks(restriction: Restriction) -> bool:
    """Whether an agency asks others to keep clear now: nobody asks for what is only mirrored."""
    draft = restriction.draft
    informs = draft.entry_rule is EntryRule.INFORMATION
    return restriction.state is RestrictionState.ACTIVE and not (draft.is_mirrored or informs)


def _comes_over(
    volume: KeepClearVolume, request: Restriction, register: RestrictionRegister
) -> bool:
    """Whether it lies over the request, and did not before it moved."""
    before = volume.moved_from
    if before is not None and _lies_over(volume, before, request, register):
        return False
    return _lies_over(volume, volume.box, request, register)


def _lies_over(
    volume: KeepClearVolume, box: Box, request: Restriction, register: RestrictionRegister
) -> bool:
    """Whether another agency's box touches one of the boxes round the request's volumes."""
    name = request.draft.name
    if volume.owner == name.agency:
        return False
    boxes = zip(register.boxes(name), request.judged, strict=True)
    return any(_is_over(box, around) and _is_as_high(box, limits) for around, limits in boxes)


def _is_over(box: Box, around: DegreeBox) -> bool:
    return (
        box.south_deg <= around.north_deg
        and around.south_deg <= box.north_deg
        and box.west_deg <= around.east_deg
        and around.west_deg <= box.east_deg
    )


def _is_as_high(box: Box, limits: JudgedLimits) -> bool:
    """Whether heights overlap, as far as they are known."""
    if box.lower_amsl_m is None or box.upper_amsl_m is None:
        return True
    geoid = undulation(np.array([box.south_deg]), np.array([box.west_deg]))
    sea_level_m, doubt_m = float(geoid.undulation_m[0]), float(geoid.doubt_m[0])
    floor_m, ceiling_m = limits.floor_hae_m, limits.ceiling_hae_m
    is_above = ceiling_m is not None and box.lower_amsl_m + sea_level_m - doubt_m > ceiling_m
    is_below = floor_m is not None and box.upper_amsl_m + sea_level_m + doubt_m < floor_m
    return not (is_above or is_below)


def _told(request: Restriction, count: int) -> list[DeskNotice]:
    if count == 0:
        return []
    lies = "A keep-clear volume lies" if count == 1 else f"{count} keep-clear volumes lie"
    title = request.draft.title
    text = f"{lies} over {title}: an aircraft that is not shown to you may be in it."
    return [DeskNotice(request.draft.name.agency, VOLUME_OVER_REQUEST, text)]
