"""An encounter's row read for people: between which tracks it is, and how they lie to each other.

The memory knows two slots and what was foreseen for them; where they are now is in the track table,
as long as it holds both tracks there.
"""

from broker.core.alerts import AlertGeometry
from broker.core.separation import pair_memory as of
from broker.core.separation.encounter_state import Numbers, numbers_of
from broker.core.separation.geometry import pair_geometry
from broker.core.separation.pair_memory import PairMemory
from broker.core.tracks.table import TrackColumns

Pair = tuple[int, int]
"""Track numbers, the smaller first."""


def pair_of(memory: PairMemory, row: int) -> Pair:
    """Between which tracks the row is."""
    track_a, track_b = memory.state[row, [of.TRACK_A, of.TRACK_B]].tolist()
    return track_a, track_b


def foreseen_in(memory: PairMemory, row: int) -> Numbers:
    """What the last step foresaw for them."""
    return numbers_of(memory.foreseen[row].tolist())


def is_readable(memory: PairMemory, row: int, columns: TrackColumns | None) -> bool:
    """Whether the columns still hold both tracks where they were."""
    if columns is None:
        return False
    slots = memory.state[row, [of.SLOT_A, of.SLOT_B]]
    return tuple(columns.track_number[slots].tolist()) == pair_of(memory, row)


def encounter_geometry(
    memory: PairMemory, row: int, columns: TrackColumns, now_us: int
) -> AlertGeometry:
    """Where they are to each other now, with what was foreseen; the columns must hold both."""
    slot_a, slot_b = memory.state[row, [of.SLOT_A, of.SLOT_B]].tolist()
    now = pair_geometry(columns, slot_a, slot_b, now_us)
    foreseen = foreseen_in(memory, row)
    closest_m = foreseen.closest_range_m
    return AlertGeometry(
        range_m=now.range_m,
        bearing_deg=now.bearing_deg,
        relative_height_m=now.relative_height_m,
        relative_height_doubt_m=now.relative_height_doubt_m,
        time_to_loss_s=foreseen.time_to_loss_s,
        time_to_closest_s=foreseen.time_to_closest_s,
        closest_range_m=now.range_m if closest_m is None else closest_m,
        closing_speed_mps=now.closing_speed_mps,
        picture_age_s=now.picture_age_s,
    )
