"""Who hears each track: what of a row follows from the publishers that share it.

A track that one publisher hears is nowhere but in its row; one that several hear has a
`SharedTrack`, and the row's owner, words and trust follow from its hearings.
"""

from typing import Final

from broker.core.tracks.correlation.hearing import Hearing, SharedTrack
from broker.core.tracks.correlation.identity import united
from broker.core.tracks.correlation.looking import where
from broker.core.tracks.marks import HeardBy
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.source_ids import Handle
from broker.core.units import SECOND_US

BANNED_US: Final = 60 * SECOND_US
"""Two that were parted are not joined again for so long."""


class Hearers:
    """The hearings of one register's tracks."""

    def __init__(self, register: TrackRegister) -> None:
        self._register = register
        self.shared: dict[int, SharedTrack] = {}
        """By slot, for the tracks that several publishers hear."""
        self.banned: dict[tuple[Handle, Handle], int] = {}
        """Until when two handles are not joined."""

    def of(self, slot: int) -> list[Hearing]:
        """All hearings of a track, the owner's first."""
        shared = self.shared.get(slot)
        return shared.hearings if shared is not None else [self._own(slot)]

    def hears(self, slot: int, hearing: Hearing) -> bool:
        """Whether this one is still of a track that others hear too."""
        shared = self.shared.get(slot)
        return shared is not None and shared.find(hearing.handle) is hearing

    def share_a_publisher(self, slot_a: int, slot_b: int) -> bool:
        """Whether one publisher hears both, and so tells of two aircraft."""
        heard = [{one.handle[0] for one in self.of(slot)} for slot in (slot_a, slot_b)]
        return not heard[0].isdisjoint(heard[1])

    def join(self, keep: int, gone: int, basis: str, confidence: float) -> None:
        """What was heard of `gone` is heard of `keep` from now on."""
        arrived = self.of(gone)
        joined = SharedTrack([*self.of(keep), *arrived])
        for one in joined.hearings:
            if any(one.handle == other.handle for other in arrived):
                one.basis, one.confidence = basis, min(one.confidence, confidence)
        joined.lead = (self.shared.get(keep) or SharedTrack([], self.of(keep)[0].handle)).lead
        joined.order()
        self._register.ids.redirect(gone, keep, [one.handle for one in joined.hearings])
        self.forget(gone)
        self.shared[keep] = joined

    def part(self, slot: int, hearing: Hearing, now_us: int) -> None:
        """This one is not of the aircraft: its next report begins a track of its own."""
        register, shared = self._register, self.shared[slot]
        shared.hearings.remove(hearing)
        for other in shared.hearings:
            self.banned[both(hearing.handle, other.handle)] = now_us + BANNED_US
        register.ids.part(slot, hearing.handle)
        if shared.lead == hearing.handle:
            shared.lead = min(
                shared.hearings, key=lambda one: (one.is_silent(now_us), one.stated_accuracy_m())
            ).handle
        self.settle(slot, now_us)
        if len(shared.hearings) == 1:
            del self.shared[slot]
            del register.marks.heard_by[slot]
            register.columns.shared[slot] = 0

    def is_banned(self, slot_a: int, slot_b: int, now_us: int) -> bool:
        """Whether they were parted a short while ago."""
        return any(
            self.banned.get(both(one.handle, other.handle), 0) > now_us
            for one in self.of(slot_a)
            for other in self.of(slot_b)
        )

    def end_bans(self, now_us: int) -> None:
        """Forget the bans that are over."""
        self.banned = {pair: until for pair, until in self.banned.items() if until > now_us}

    def shorten_bans(self, now_us: int) -> None:
        """None lasts longer than one that begins now."""
        latest_us = now_us + BANNED_US
        self.banned = {pair: min(until, latest_us) for pair, until in self.banned.items()}

    def settle(self, slot: int, now_us: int) -> None:
        """Make the row's owner, words and trust follow from its hearings."""
        shared, register = self.shared[slot], self._register
        owner = shared.hearings[0]
        words = owner.description
        for other in shared.hearings[1:]:
            words = united(words, other.description)
        self.show(slot)
        register.take_over(slot, owner.handle, words)
        register.columns.shared[slot] = 1
        self.retrust(slot, now_us)

    def show(self, slot: int) -> None:
        """Tell people who hears the track."""
        publishers = self._register.ids.publishers
        self._register.marks.heard_by[slot] = tuple(
            HeardBy(publishers.value(one.handle[0]), one.source, one.basis, one.confidence)
            for one in self.shared[slot].hearings
        )

    def retrust(self, slot: int, now_us: int) -> None:
        """One unsigned source is not two: trust is of those who hear it now."""
        self._register.columns.trusted[slot] = self.shared[slot].is_trusted(now_us)

    def forget(self, slot: int) -> None:
        """The track is gone."""
        self.shared.pop(slot, None)

    def _own(self, slot: int) -> Hearing:
        """What a track that nobody else hears is, as a hearing."""
        register, columns = self._register, self._register.columns
        x_m, y_m = where(register, slot)
        return Hearing(
            handle=(int(columns.publisher_index[slot]), register.source_track_ids[slot]),
            source=int(columns.source[slot]),
            description=register.descriptions[slot],
            time_us=int(columns.time_of_validity_us[slot]),
            x_m=x_m,
            y_m=y_m,
            accuracy_m=float(columns.horizontal_accuracy_m[slot]),
            basis="first",
            confidence=1.0,
            count=int(columns.report_count[slot]),
        )


def both(one: Handle, other: Handle) -> tuple[Handle, Handle]:
    """The two in the order of handles."""
    return (one, other) if one <= other else (other, one)
