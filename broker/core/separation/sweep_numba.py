"""Compiled full pass: all pairs of all active tracks at one instant, over a sorted grid.

One sieve, a superset of the hits: the reach at the mid-look-ahead points and the closest approach
of the straight paths, in float32 (see `sweep_scan`). What is left, little more than the hits, is
packed and judged exactly.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.separation import sweep_grid as grid
from broker.core.separation import sweep_layout as layout
from broker.core.separation import sweep_questions as questions
from broker.core.separation.cylinder import Floats
from broker.core.separation.hits import Tags
from broker.core.separation.hits_numba import SampleArrays, sorted_samples
from broker.core.separation.index import HitBuffer
from broker.core.separation.jit import jit, jit_parallel, prange
from broker.core.separation.kernel_numba import evaluate_pairs
from broker.core.separation.packing import KernelRules, TrackInputs
from broker.core.separation.packing_numba import pack
from broker.core.separation.sweep_grid import BLOCK, SweepRoom
from broker.core.separation.sweep_layout import Frame
from broker.core.separation.sweep_scan import (
    cell_box,
    covers_much,
    empty_asked,
    scan,
    write_asked,
    write_runs,
)

ONE_BY_ONE: Final = 4
"""A slot costs this much more to pack on its own than among all."""
AtTime = tuple[float, KernelRules, Frame]
"""The instant in microseconds, the rules, and the frame of the float32 points."""


@jit
def near(
    room: SweepRoom,
    search: int,
    count: int,
    part: tuple[int, int],
    pad_m: float,
    pairs: NDArray[np.int32],
    at: int,
) -> int:
    """One search over `count` tracks; part p of P asks for every P-th block of places.

    Appends the pairs of slots that may touch; returns how many there would be. A pair within a
    layer is found once: by whichever stands further south or west, unless somebody's search goes
    half-way round the grid; then by whichever has the earlier place.
    """
    starts, order, filters, drafts = room.starts, room.order, room.filters, room.drafts
    across = search == grid.WIDE_SLOW
    own_layer = 0 if search == grid.SLOW_SLOW else 1
    layer = 1 if search == grid.WIDE_WIDE else 0
    first = 0 if own_layer == 0 else starts[grid.CELLS]
    last = starts[grid.CELLS] if own_layer == 0 else count
    columns = (
        grid.CROSS_REACH if across else grid.OWN_REACH,
        grid.CROSS_HEIGHT if across else grid.OWN_HEIGHT,
    )
    limits, padding_m = room.farthest, np.float32(pad_m)
    others_m, fastest_mps = float(limits[search]), float(limits[grid.FASTEST])
    longest_m = float(limits[grid.LONGEST + own_layer]) + pad_m + others_m
    onward = not across and not covers_much(longest_m, limits[grid.SMALLEST_SCALE], layer)
    asked, starts = empty_asked(), starts[layer * grid.CELLS :]
    for block in range(first + part[0] * BLOCK, last, part[1] * BLOCK):
        runs = 0
        for q in range(block, min(block + BLOCK, last)):
            slot = order[q]
            if across:
                question = questions.across_question(drafts, room.across, slot, padding_m)
            else:
                question = questions.own_question(filters, q, padding_m)
            if question[3] < padding_m:
                continue
            search_m = float(question[3]) + others_m
            write_asked(asked, q - block, slot, question, search_m, fastest_mps)
            earliest = 0 if across else q + 1
            box = cell_box(question, others_m, layer)
            runs = write_runs(starts, box, earliest, onward, q - block, asked.runs, runs)
        at = scan(filters, columns, order, asked, runs, pairs, at)
    return at


@jit
def hits_of_part(
    tracks: TrackInputs,
    rows: Floats,
    room: SweepRoom,
    count: int,
    part: tuple[int, int],
    at_time: AtTime,
    pairs: NDArray[np.int32],
    out: tuple[Tags, Floats],
) -> tuple[int, int]:
    """All three searches and the judgement; candidates and hits of one part.

    Where candidates are few, only they are packed. Parts may pack the same: the numbers are one.
    """
    now_us, rules, frame = at_time
    found = 0
    for search in range(grid.SEARCHES):
        found = near(room, search, count, part, frame[2], pairs, found)
    chosen = pairs[: min(found, len(pairs))]
    named, active = chosen.ravel(), room.slots[:count]
    # One by one, each row waits for eighteen columns; in the order of the table none does.
    packed = named if len(named) * ONE_BY_ONE < count else active
    pack(tracks, packed, packed, rules, rows)
    return found, evaluate_pairs(rows, chosen, now_us, rules, out[0], out[1])


@jit
def prepare(
    tracks: TrackInputs, high_water: int, now_us: float, rules: KernelRules, room: SweepRoom
) -> tuple[int, Frame]:
    """Draft, sort and lay out the active slots; how many there are, and their frame."""
    count = layout.find_active(tracks.active, high_water, room.slots)
    slots = room.slots[:count]
    frame = layout.place_all(tracks, slots, now_us, rules, room)
    layout.sort_by_cell(room, slots)
    layout.lay_out(count, room)
    return count, frame


@jit
def full_pass(
    tracks: TrackInputs,
    high_water: int,
    rows: Floats,
    now_us: float,
    rules: KernelRules,
    room: SweepRoom,
    pairs: NDArray[np.int32],
    out: HitBuffer,
) -> tuple[int, int, SampleArrays]:
    """All pairs of the active slots at `now_us`; rows (capacity, w), room and buffers are used.

    Returns the candidates and the hits that there are, which may be more than there is room for in
    `pairs` and `out`, and the samples of those that found room.
    """
    count, frame = prepare(tracks, high_water, now_us, rules, room)
    at_time, buffers = (now_us, rules, frame), (out.tags, out.values)
    found, hits = hits_of_part(tracks, rows, room, count, (0, 1), at_time, pairs, buffers)
    kept = min(hits, len(out.tags))
    samples = sorted_samples(
        out.tags[:kept],
        out.values[:kept],
        tracks.track_number,
        tracks.altitude_hae_m,
        tracks.trusted,
    )
    return found, hits, samples


PlainTuple = tuple[object, ...]
"""Parallel loops carry plain tuples only; the named ones are put together again inside."""
CountAtTime = tuple[float, int, float, float, float]
"""The instant in microseconds, how many tracks were laid out, and their frame."""


@jit
def part_pass(
    plain_tracks: PlainTuple,
    rows: Floats,
    plain_room: PlainTuple,
    plain_rules: PlainTuple,
    when: CountAtTime,
    part: tuple[int, int],
    pairs: NDArray[np.int32],
    out: tuple[Tags, Floats],
) -> tuple[int, int]:
    """What part p of P finds."""
    now_us, count, frame = when[0], when[1], (when[2], when[3], when[4])
    tracks = TrackInputs(*plain_tracks)  # type: ignore[arg-type]  # the fields, in their order
    room = SweepRoom(*plain_room)  # type: ignore[arg-type]
    rules = KernelRules(*plain_rules)  # type: ignore[arg-type]
    return hits_of_part(tracks, rows, room, count, part, (now_us, rules, frame), pairs, out)


@jit_parallel
def search_parts(
    plain_tracks: PlainTuple,
    rows: Floats,
    plain_room: PlainTuple,
    plain_rules: PlainTuple,
    when: CountAtTime,
    pairs: NDArray[np.int32],
    tags: Tags,
    values: Floats,
) -> NDArray[np.int64]:
    """After `prepare`, on several threads: (P, 2) candidates and hits of each part.

    Part p fills pairs[p], tags[p] and values[p].
    """
    parts = len(tags)
    counts = np.zeros((parts, 2), dtype=np.int64)
    for p in prange(parts):
        part, out = (p, parts), (tags[p], values[p])
        counts[p, 0], counts[p, 1] = part_pass(
            plain_tracks, rows, plain_room, plain_rules, when, part, pairs[p], out
        )
    return counts
