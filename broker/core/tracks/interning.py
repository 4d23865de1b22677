"""Small integers for names that repeat, so that they fit in a column."""

from collections.abc import Hashable
from typing import Generic, TypeVar

Name = TypeVar("Name", bound=Hashable)


class Interned(Generic[Name]):
    """Names in the order they were first seen; the place of a name never changes."""

    def __init__(self) -> None:
        self._places: dict[Name, int] = {}
        self._names: list[Name] = []

    def intern(self, name: Name) -> int:
        """The place of `name`, given one now if it is new."""
        place = self._places.get(name)
        if place is None:
            place = self._places[name] = len(self._names)
            self._names.append(name)
        return place

    def index(self, name: Name) -> int | None:
        """The place of `name`, or None if it was never seen."""
        return self._places.get(name)

    def value(self, place: int) -> Name:
        """The name at `place`."""
        return self._names[place]

    def values(self) -> list[Name]:
        """All names, by place."""
        return list(self._names)

    def __len__(self) -> int:
        return len(self._names)
