"""When a restriction is in force: its windows against the time."""

from broker.core.restrictions.model import RestrictionState, Window


def state_at(windows: tuple[Window, ...], now_us: int) -> RestrictionState:
    """Active inside a window, planned before one that is still to come, expired after the last."""
    if any(window.start_us <= now_us < window.end_us for window in windows):
        return RestrictionState.ACTIVE
    if any(now_us < window.start_us for window in windows):
        return RestrictionState.PLANNED
    return RestrictionState.EXPIRED


def next_change_us(windows: tuple[Window, ...], now_us: int) -> int | None:
    """The next time at which a window opens or closes, None after the last."""
    edges = [edge for window in windows for edge in (window.start_us, window.end_us)]
    return min((edge for edge in edges if edge > now_us), default=None)
