"""Which settings name a track: by its words, and by those that its words have left out since.

A publisher may stop saying a callsign or a flight, or fall silent and come back with nothing but
its own id. None of that may open a flight. So a setting that has named a track goes on naming it
for as long as it stands; that of a flight lets go when another flight is stated.
"""

from collections.abc import Collection, Iterable
from typing import Final, TypeVar

from broker.core.bounded import forget_oldest
from broker.core.names import SystemName
from broker.core.plain import Plain, integer, items, mapping, text
from broker.core.sharing.settings import SharingSubject, SubjectKind
from broker.core.tracks.register import TrackRegister

GONE_MAX: Final = 10_000
"""Tracks that left the picture under a setting, remembered for their coming back."""

Subjects = tuple[SharingSubject, ...]
Source = tuple[SystemName, str]
"""A publisher, and its own id of the aircraft."""
Name = TypeVar("Name", int, Source)


class Naming:
    """What names the tracks of one register. Subjects are in one spelling (`key`)."""

    def __init__(self, tracks: TrackRegister) -> None:
        self._tracks = tracks
        self._known: dict[int, Subjects] = {}
        """By track number."""
        self._gone: dict[Source, Subjects] = {}
        """Of tracks that left, the eldest first."""

    def of(self, slot: int, standing: Collection[SharingSubject]) -> tuple[Subjects, Subjects]:
        """Of the subjects that something is set for: those of a row's words, and those left out."""
        number = int(self._tracks.columns.track_number[slot])
        before = self._known.pop(number, None) or self._gone.pop(self._source(slot), ())
        now = tuple(one for one in self._said(slot) if one in standing)
        flies = bool(self._tracks.descriptions[slot].flight_id)
        left_out = tuple(
            one
            for one in before
            if one in standing and one not in now and not (flies and one.kind is SubjectKind.FLIGHT)
        )
        if now or left_out:
            self._known[number] = now + left_out
        return now, left_out

    def count(self, subject: SharingSubject) -> int:
        """How many tracks in the picture something set for this names."""
        return sum(subject.key in known for known in self._known.values())

    def removed(self, subjects: Collection[SharingSubject]) -> None:
        """Nothing is set for these any more: what is set later names tracks by their words."""
        _remove(self._known, subjects)
        _remove(self._gone, subjects)

    def ended(self, slot: int) -> None:
        """The row's track left the picture; it may come back."""
        known = self._known.pop(int(self._tracks.columns.track_number[slot]), ())
        if known:
            self._gone.pop(self._source(slot), None)
            self._gone[self._source(slot)] = known
        forget_oldest(self._gone, GONE_MAX)

    def joined(self, keep: int, gone: int) -> None:
        """One track goes on as another: what named the one names the other."""
        known = dict.fromkeys((*self._known.get(keep, ()), *self._known.get(gone, ())))
        if known:
            self._known[keep] = tuple(known)

    def _said(self, slot: int) -> Iterable[SharingSubject]:
        agency = self._tracks.publisher_name(slot).agency
        said = self._tracks.descriptions[slot]
        names = (
            self._tracks.source_track_ids[slot], said.registration, said.callsign, said.icao_address
        )  # fmt: skip
        for name in names:
            if name:
                yield SharingSubject(agency, SubjectKind.AIRCRAFT, name).key
        if said.flight_id:
            yield SharingSubject(agency, SubjectKind.FLIGHT, said.flight_id).key

    def _source(self, slot: int) -> Source:
        return self._tracks.publisher_name(slot), self._tracks.source_track_ids[slot]

    def state(self) -> dict[str, Plain]:
        """For a snapshot."""
        return {
            "known": [[number, _plain(self._known[number])] for number in sorted(self._known)],
            "gone": [
                [publisher.agency, publisher.system, own_id, _plain(subjects)]
                for (publisher, own_id), subjects in self._gone.items()
            ],
        }

    def restore(self, state: Plain) -> None:
        """From a snapshot."""
        known = mapping(state)
        for item in items(known["known"]):
            number, subjects = items(item)
            self._known[integer(number)] = _subjects(subjects)
        for item in items(known["gone"]):
            agency, system, own_id, subjects = items(item)
            source = SystemName(text(agency), text(system)), text(own_id)
            self._gone[source] = _subjects(subjects)


def _remove(known: dict[Name, Subjects], subjects: Collection[SharingSubject]) -> None:
    for name, named in list(known.items()):
        left = tuple(one for one in named if one not in subjects)
        if left:
            known[name] = left
        else:
            del known[name]


def _plain(subjects: Subjects) -> list[Plain]:
    return [[one.agency, str(one.kind), one.name] for one in subjects]


def _subjects(state: Plain) -> Subjects:
    named = [items(one) for one in items(state)]
    return tuple(
        SharingSubject(text(agency), SubjectKind(text(kind)), text(name))
        for agency, kind, name in named
    )
