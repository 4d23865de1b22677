"""What refused reports said of aircraft: it must count for the reports that come after them.

A publisher describes an aircraft with its first report only. Where that was refused, no track
holds the words, and the next report, without any, would be judged as if nothing were known.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from broker.core.names import SystemName
from broker.core.plain import Plain, integer, items, text
from broker.core.tracks.memory import band_from_plain, band_to_plain
from broker.core.tracks.reports import DESCRIPTION_TEXTS, AircraftClass, AircraftDescription

WITHHELD_MAX: Final = 10_000
"""Aircraft whose words are remembered; beyond it one of the oldest publisher's is forgotten."""


class Withheld:
    """Words by publisher and its id of the aircraft."""

    def __init__(self) -> None:
        self._words: dict[SystemName, dict[str, AircraftDescription]] = {}
        self._count = 0

    def any_of(self, publisher: SystemName) -> bool:
        """Whether anything is remembered for the publisher."""
        return publisher in self._words

    def recall(self, publisher: SystemName, own_id: str) -> AircraftDescription | None:
        """What was said of the aircraft, or None."""
        return self._words.get(publisher, {}).get(own_id)

    def keep(self, publisher: SystemName, own_id: str, words: AircraftDescription) -> None:
        """Remember what was said; a path is left out, for it grows old."""
        self.forget(publisher, own_id)
        if self._count >= WITHHELD_MAX:
            oldest = next(iter(self._words))
            self.forget(oldest, next(iter(self._words[oldest])))
        kept = replace(words, planned_path=(), planned_path_stated_us=0)
        self._words.setdefault(publisher, {})[own_id] = kept
        self._count += 1

    def forget(self, publisher: SystemName, own_id: str) -> None:
        """The words stand somewhere else now."""
        known = self._words.get(publisher, {})
        if known.pop(own_id, None) is not None:
            self._count -= 1
            if not known:
                del self._words[publisher]

    def state(self) -> list[Plain]:
        """For a snapshot."""
        return [
            [name.agency, name.system, own_id, *_words_state(words)]
            for name, known in self._words.items()
            for own_id, words in known.items()
        ]

    def restore(self, state: Plain) -> None:
        """From a snapshot."""
        for item in items(state):
            agency, system, own_id, *words = items(item)
            self.keep(SystemName(text(agency), text(system)), text(own_id), _words(words))


def _words_state(words: AircraftDescription) -> list[Plain]:
    texts = (getattr(words, name) for name in DESCRIPTION_TEXTS)
    return [int(words.aircraft_class), band_to_plain(words.allotted_band), *texts]


def _words(state: Sequence[Plain]) -> AircraftDescription:
    aircraft_class, band, *texts = state
    said: dict[str, Any] = dict(zip(DESCRIPTION_TEXTS, map(text, texts), strict=True))
    said["allotted_band"] = band_from_plain(band)
    return AircraftDescription(AircraftClass(integer(aircraft_class)), **said)
