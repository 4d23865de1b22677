"""The `[filter]` table of a pair policy: how noisy reports become what is judged."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from broker.core.separation import policy_fields as read
from broker.core.tracks.filter_columns import FilterSettings

ANGLE_RATE_UNITS: Final = {"deg/s": math.radians(1.0)}
NOISE_MAX: Final = 100.0
"""m²/s³: an aircraft that changes its velocity by 10 m/s every second."""
GATE_MIN: Final = 2.0
"""The mean of the squared deviations of two axes: below it everything is a manoeuvre."""
GATE_MAX: Final = 1_000.0
WEIGHT_MAX: Final = 5.0
FILTER_KEYS: Final = (
    "enabled",
    "manoeuvre_gate",
    "reset_after",
    "turn_ahead",
    "turn_at_least",
    "near_weight",
    "early_weight",
    "launch_early_weight",
    "classes",
)
_CLASS_UNITS: Final = {
    "horizontal_accuracy": read.LENGTH_UNITS,
    "velocity_accuracy": read.SPEED_UNITS,
    "vertical_accuracy": read.LENGTH_UNITS,
    "vertical_speed_accuracy": read.SPEED_UNITS,
}
_CLASS_NOISES: Final = ("horizontal_noise", "vertical_noise")


def filter_settings(root: read.Table, class_names: Sequence[str]) -> FilterSettings:
    """Read the `[filter]` table; Refused names the TOML path of what is wrong."""
    path = "filter"
    source = read.table(read.required(root, "", path), path, FILTER_KEYS)
    classes = read.table(read.required(source, path, "classes"), f"{path}.classes", class_names)
    rows = [_class_row(classes, f"{path}.classes", name) for name in class_names]
    columns = [np.ascontiguousarray(one) for one in np.array(rows, dtype=np.float64).T]
    return FilterSettings(
        read.flag(source, path, "enabled"),
        read.number(source, path, "manoeuvre_gate", GATE_MIN, GATE_MAX),
        read.quantity(source, path, "reset_after", read.TIME_UNITS),
        read.quantity(source, path, "turn_ahead", read.TIME_UNITS),
        read.quantity(source, path, "turn_at_least", ANGLE_RATE_UNITS),
        *columns,
    )


def margin_weights(root: read.Table) -> tuple[float, float]:
    """How many of the filter's standard deviations count near an entry, and early before it."""
    source = read.table(read.required(root, "", "filter"), "filter", FILTER_KEYS)
    return (
        read.number(source, "filter", "near_weight", 0.0, WEIGHT_MAX),
        read.number(source, "filter", "early_weight", 0.0, WEIGHT_MAX),
    )


def launch_early_weight(root: read.Table) -> float:
    """The early weight of launch holds, which look further ahead than rules of traffic."""
    source = read.table(read.required(root, "", "filter"), "filter", FILTER_KEYS)
    return read.number(source, "filter", "launch_early_weight", 0.0, WEIGHT_MAX)


def _class_row(classes: read.Table, path: str, name: str) -> list[float]:
    path, value = f"{path}.{name}", read.required(classes, path, name)
    source = read.table(value, path, (*_CLASS_NOISES, *_CLASS_UNITS))
    noises = [read.number(source, path, key, 0.0, NOISE_MAX) for key in _CLASS_NOISES]
    return noises + [read.quantity(source, path, key, units) for key, units in _CLASS_UNITS.items()]
