"""A restriction of several volumes as one: which of them is told, when it is entered and left."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from broker.core.restrictions.entry import Entries

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


def most_urgent(
    entries: Entries,
    level: NDArray[np.int8],
    rows: Rows,
    first: Rows,
    entry_s: Floats,
    exit_s: Floats,
) -> Rows:
    """Per group of rows, which are the volumes of one restriction: the row that is told.

    Writes the earliest entry of each group, and the exit by which the first stays in its volumes
    that run into each other have ended.
    """
    last = np.append(first[1:], len(rows))
    told = rows[first]
    for group in np.flatnonzero(last - first > 1):
        volumes = rows[first[group] : last[group]].tolist()
        told[group] = min(volumes, key=lambda row: (-int(level[row]), float(entries.entry_s[row])))
        stretches = sorted(
            (float(entries.entry_s[row]), float(entries.exit_s[row])) for row in volumes
        )
        enter = leave = stretches[0][0]
        for start, end in stretches:
            if start <= leave:
                leave = max(leave, end)
        entry_s[group], exit_s[group] = enter, leave
    return told


def put_off(
    exit_s: Floats,
    rows: Rows,
    first: Rows,
    look_ahead_s: float,
    stays_until: Callable[[Rows, Floats], Floats],
) -> None:
    """Put exits off for as long as another volume of the same restriction still holds the aircraft.

    A volume that was left may have been entered again meanwhile, so each is asked anew.
    """
    sizes = np.diff(np.append(first, len(rows)))
    group = np.repeat(np.arange(len(first)), sizes)
    open_groups = (sizes > 1) & (exit_s < look_ahead_s)
    while open_groups.any():
        places = np.flatnonzero(open_groups[group])
        until_s = exit_s.copy()
        ends_s = stays_until(rows[places], exit_s[group[places]])
        np.maximum.at(until_s, group[places], ends_s)
        open_groups = (until_s > exit_s) & (until_s < look_ahead_s)
        exit_s[:] = until_s
