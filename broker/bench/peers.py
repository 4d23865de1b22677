"""What the separation bench is held against: BlueSky's compiled detector, and plain NumPy."""

from collections.abc import Callable
from importlib import util
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.bench.scenario import LOOK_AHEAD_S, Scenario
from broker.core.tracks.table import TrackColumns

PEER_NAME: Final = "bluesky-cstatebased"
Pairs = NDArray[np.int64]


def bluesky_detector() -> ModuleType | None:
    """The extension alone, since importing the whole simulator starts it; None if not installed."""
    package = util.find_spec("bluesky")
    for folder in (package and package.submodule_search_locations) or ():
        for path in sorted(Path(folder, "traffic", "asas").glob("cstatebased*.so")):
            spec = util.spec_from_file_location("cstatebased", path)
            if spec is not None and spec.loader is not None:
                module = util.module_from_spec(spec)
                spec.loader.exec_module(module)
                return module
    return None


def bluesky_pass(detector: ModuleType, scenario: Scenario) -> Callable[[], list[tuple[int, int]]]:
    """One call of it over all aircraft; gives its pairs in both directions."""
    count = len(scenario)
    traffic = SimpleNamespace(
        ntraf=count,
        id=list(range(count)),
        lat=scenario.latitude_deg,
        lon=scenario.longitude_deg,
        trk=scenario.track_deg,
        gs=scenario.ground_speed_mps,
        alt=scenario.altitude_m,
        vs=scenario.vertical_speed_mps,
    )
    radius_m, height_m = scenario.radius_m, scenario.half_height_m
    ahead_s = np.full(count, LOOK_AHEAD_S)

    def detect() -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = detector.detect(
            traffic, traffic, radius_m, height_m, ahead_s
        )[0]
        return found

    return detect


def unordered(pairs: Pairs) -> Pairs:
    """(n, 2) each pair once, the smaller first, sorted."""
    if len(pairs) == 0:
        return np.zeros((0, 2), dtype=np.int64)
    return np.unique(np.sort(pairs.astype(np.int64), axis=1), axis=0)


def without_relative_velocity(scenario: Scenario, pairs: Pairs) -> NDArray[np.bool_]:
    """(n,) pairs that the compiled detector cannot see: it divides by their relative speed."""
    east, north = scenario.velocity_mps()
    first, second = pairs[:, 0], pairs[:, 1]
    still: NDArray[np.bool_] = (east[first] == east[second]) & (north[first] == north[second])
    return still


def one_against_all(columns: TrackColumns, slot: int, scenario: Scenario) -> NDArray[np.intp]:
    """The obvious NumPy check of one report: its conflicts with every other track."""
    radius_m = np.maximum(scenario.radius_m, scenario.radius_m[slot])
    height_m = np.maximum(scenario.half_height_m, scenario.half_height_m[slot])
    scale = (columns.east_scale + columns.east_scale[slot]) * 0.5
    x_m, y_m = (columns.x_m - columns.x_m[slot]) * scale, columns.y_m - columns.y_m[slot]
    z_m = columns.altitude_hae_m - columns.altitude_hae_m[slot]
    u_mps = columns.velocity_east_mps - columns.velocity_east_mps[slot]
    v_mps = columns.velocity_north_mps - columns.velocity_north_mps[slot]
    w_mps = columns.vertical_speed_mps - columns.vertical_speed_mps[slot]
    speed2, closing = u_mps * u_mps + v_mps * v_mps, x_m * u_mps + y_m * v_mps
    outside2 = x_m * x_m + y_m * y_m - radius_m * radius_m
    with np.errstate(invalid="ignore", divide="ignore"):
        root = np.sqrt(closing * closing - speed2 * outside2)
        low, high = (-height_m - z_m) / w_mps, (height_m - z_m) / w_mps
        still = speed2 == 0.0
        enter = np.where(still, np.where(outside2 < 0, -np.inf, np.inf), (-closing - root) / speed2)
        leave = np.where(still, -enter, (-closing + root) / speed2)
    level, inside = w_mps == 0.0, np.abs(z_m) < height_m
    rise = np.where(level, np.where(inside, -np.inf, np.inf), np.minimum(low, high))
    fall = np.where(level, -rise, np.maximum(low, high))
    begin = np.maximum(np.maximum(enter, rise), 0.0)
    conflict = begin < np.minimum(np.minimum(leave, fall), LOOK_AHEAD_S)
    conflict[slot] = False
    return np.flatnonzero(conflict)
