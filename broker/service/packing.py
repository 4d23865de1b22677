"""Nested state to and from the flat form that snapshots store: arrays on top, the rest as JSON."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from broker.core.plain import Later, Plain

_SEPARATOR = "/"


def packed(state: Mapping[str, Plain]) -> dict[str, object]:
    """Arrays become top-level values under their path; everything else stays where it is.

    What was left for later is worked out now.
    """
    arrays: dict[str, NDArray[np.generic]] = {}
    rest = {name: _without_arrays(value, name, arrays) for name, value in state.items()}
    return {**rest, **arrays}


def unpacked(flat: Mapping[str, object]) -> dict[str, object]:
    """The nested state that `packed` was given."""
    state: dict[str, object] = {
        name: value for name, value in flat.items() if _SEPARATOR not in name
    }
    for path, value in flat.items():
        *folders, leaf = path.split(_SEPARATOR)
        if not folders:
            continue
        place: object = state
        for folder in folders:
            if not isinstance(place, dict):
                raise TypeError(f"snapshot: {path} lies below a value")
            place = place.setdefault(folder, {})
        if not isinstance(place, dict):
            raise TypeError(f"snapshot: {path} lies below a value")
        place[leaf] = value
    return state


def _without_arrays(value: Plain, path: str, arrays: dict[str, NDArray[np.generic]]) -> object:
    if isinstance(value, Later):
        value = value.make()
    if not isinstance(value, dict):
        return value
    rest: dict[str, object] = {}
    for name, inner in value.items():
        inner_path = f"{path}{_SEPARATOR}{name}"
        if isinstance(inner, np.ndarray):
            arrays[inner_path] = inner
        else:
            rest[name] = _without_arrays(inner, inner_path, arrays)
    return rest
