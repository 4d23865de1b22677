"""Parting what several agencies hear, when the aircraft is no longer theirs to know."""

from broker.core.effects import Effect
from broker.core.tracks.correlation.correlator import Correlator


def part_others(correlator: Correlator, slot: int, now_us: int) -> list[Effect]:
    """Part what other agencies hear from a row: their next reports begin tracks of their own."""
    shared = correlator.hearers.shared.get(slot)
    if shared is None:
        return []
    owner = correlator.register.publisher_name(slot).agency
    publishers = correlator.register.ids.publishers
    effects: list[Effect] = []
    for hearing in list(shared.hearings):
        if publishers.value(hearing.handle[0]).agency != owner:
            effects += correlator.split(slot, hearing, now_us)
    return effects
