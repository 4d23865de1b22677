"""Which publisher's id of an aircraft leads to which row of the table; several may lead to one."""

from broker.core.names import SystemName
from broker.core.tracks.interning import Interned

Handle = tuple[int, str]
"""Index of a publisher, and its id of an aircraft."""


class SourceIds:
    """By publisher and id. A row has one handle, unless `redirect` gave it more."""

    def __init__(self) -> None:
        self.publishers: Interned[SystemName] = Interned()
        self._slots: list[dict[str, int]] = []
        self._handles: dict[int, list[Handle]] = {}
        """Slot -> all handles that lead to it, where there are several."""

    def open_publisher(self, name: SystemName) -> int:
        """The publisher's index, given one now if it is new."""
        index = self.publishers.intern(name)
        if index == len(self._slots):
            self._slots.append({})
        return index

    def slot_of(self, publisher: SystemName, source_track_id: str) -> int | None:
        """The row of a publisher's aircraft, or None."""
        index = self.publishers.index(publisher)
        return None if index is None else self._slots[index].get(source_track_id)

    def of_publisher(self, index: int) -> dict[str, int]:
        """Its ids and where they lead."""
        return self._slots[index]

    def add(self, handle: Handle, slot: int) -> None:
        """A new row's own."""
        publisher, source_track_id = handle
        self._slots[publisher][source_track_id] = slot

    def redirect(self, gone: int, keep: int, handles: list[Handle]) -> None:
        """From now on all these lead to `keep`; `gone` has none left."""
        self._handles.pop(gone, None)
        self._handles[keep] = handles
        for handle in handles:
            self.add(handle, keep)

    def part(self, slot: int, handle: Handle) -> None:
        """This one no longer leads anywhere."""
        self._handles[slot].remove(handle)
        if len(self._handles[slot]) == 1:
            del self._handles[slot]
        self._remove(handle)

    def forget(self, slot: int, own: Handle) -> None:
        """The row has ended, and all that led to it with it."""
        for handle in self._handles.pop(slot, [own]):
            self._remove(handle)

    def _remove(self, handle: Handle) -> None:
        publisher, source_track_id = handle
        del self._slots[publisher][source_track_id]
