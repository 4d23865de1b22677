"""Which tracks state an identity that another one states too."""

from collections.abc import Iterable

from broker.core.tracks.correlation.identity import Key, keys_of
from broker.core.tracks.reports import AircraftDescription


class Namesakes:
    """Tracks by the identities that are stated of them."""

    def __init__(self) -> None:
        self._slots_of: dict[Key, list[int]] = {}
        self._keys: dict[int, tuple[Key, ...]] = {}
        """Slot -> the identities it is listed under."""

    def enlist(self, slot: int, stated: Iterable[AircraftDescription]) -> None:
        """This is all that is stated of the track now."""
        self.strike(slot)
        keys = tuple(dict.fromkeys(key for words in stated for key in keys_of(words)))
        if not keys:
            return
        self._keys[slot] = keys
        for key in keys:
            self._slots_of.setdefault(key, []).append(slot)

    def strike(self, slot: int) -> None:
        """The track is gone, or says nothing."""
        for key in self._keys.pop(slot, ()):
            listed = self._slots_of[key]
            listed.remove(slot)
            if not listed:
                del self._slots_of[key]

    def of(self, slot: int) -> list[int]:
        """Other tracks of which an identity of this one is stated, ascending."""
        found = {other for key in self._keys.get(slot, ()) for other in self._slots_of[key]}
        return sorted(found - {slot})
