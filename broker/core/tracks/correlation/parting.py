"""Parting what several agencies hear, when the aircraft is no longer theirs to know."""

from collections.abc import Callable

from broker.core.effects import Effect
from broker.core.tracks.correlation.correlator import Correlator


def _none_stays(_owner: str, _other: str) -> bool:
    return False


def part_others(
    correlator: Correlator,
    slot: int,
    now_us: int,
    stays: Callable[[str, str], bool] = _none_stays,
) -> list[Effect]:
    """Part what other agencies hear from a row: their next reports begin tracks of their own.

    `stays` says of (owner, other agency) whether the two may still be shown as one.
    """
    shared = correlator.hearers.shared.get(slot)
    if shared is None:
        return []
    owner = correlator.register.publisher_name(slot).agency
    publishers = correlator.register.ids.publishers
    effects: list[Effect] = []
    for hearing in list(shared.hearings):
        other = publishers.value(hearing.handle[0]).agency
        if other != owner and not stays(owner, other):
            effects += correlator.split(slot, hearing, now_us)
    return effects
