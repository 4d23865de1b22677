"""Numbers in JSON that somebody else wrote."""

import math


def finite(value: object) -> float | None:
    """A JSON number as a finite float; None for anything else (true and false included)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        made = float(value)
    except OverflowError:
        return None
    return made if math.isfinite(made) else None
