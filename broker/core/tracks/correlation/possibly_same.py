"""Tracks that may be one aircraft heard twice: shown as two, with no alert between them yet.

Theory of operation. An aircraft that names nobody on the radio is a second track beside its own
until a long look proves it (see `evidence`), and those two would be in conflict all that time. What
tells them from two aircraft that meet is how the pair begins: two aircraft come together from
somewhere, while an echo is there with its first report, in the same place and with the same
velocity. So a pair is held when the younger track appears beside the older one and nothing speaks
against it, and only while both stay together. Their alert is worked out as ever and kept back; the
moment they part it is told.

What is never held: a pair whose words contradict, or that one publisher hears both of; a crewed
aircraft's own telemetry against anything but a single unsigned source; two with telemetry of their
own; a pair that was parted, or let go once. Two echoes of one aircraft that turn out to be one stay
its echo, whatever they are together. Who begins beside one that fell silent is not held with
it, nor with what has long been the echo of another aircraft. Who comes back after a silence is held
only with whom it was held before, since it may have flown there meanwhile. A steady offset beyond
doubt ends the hold: that is company.

Both tracks stay on every feed, alerts with third aircraft are told, and one of the two is marked.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Final

import numpy as np

from broker.core.bounded import forget_oldest
from broker.core.effects import TrackState
from broker.core.separation.categories import is_crewed
from broker.core.tracks.correlation.evidence import HEIGHT_M_MAX
from broker.core.tracks.correlation.hearers import both
from broker.core.tracks.correlation.hearing import Hearing
from broker.core.tracks.correlation.looking import look_at, pairs_near
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AircraftClass
from broker.core.tracks.source_ids import Handle
from broker.core.units import SECOND_US

HEARD_TWICE: Final = "possibly-heard-twice"
APART_M: Final = 60.0
"""Further apart than this and the joint accuracy, and they are not together."""
JOINT_ACCURACY_M_MAX: Final = 150.0
"""A source cannot keep alerts back further out by saying that it knows nothing."""
HEIGHT_DOUBT_M_MAX: Final = 100.0
VELOCITY_MPS_MAX: Final = 5.0
SILENT_US: Final = 15 * SECOND_US
"""One that says nothing for so long is not seen to stay together."""
ESTABLISHED_REPORTS: Final = 10
"""Heard so often beside one aircraft, a track is not the echo of one that begins only now [J]."""
HELD_MAX: Final = 5_000
REMEMBERED_MAX: Final = 20_000

Pair = tuple[int, int]
"""Slots, the lower first."""
HandlePair = tuple[Handle, Handle]
HearingsOf = Callable[[int], Sequence[Hearing]]
AskPair = Callable[[int, int], bool]


class PossiblySame:
    """The pairs of one register whose alert is kept back."""

    def __init__(self, register: TrackRegister, hearings_of: HearingsOf, may_join: AskPair) -> None:
        """`may_join` says that neither words nor publishers forbid that a pair is one aircraft."""
        self.register = register
        self._hearings_of = hearings_of
        self._may_join = may_join
        self.held: dict[Pair, None] = {}
        self._beside: dict[int, dict[int, None]] = {}
        """Slot -> with whom it is held."""
        self.let_go: dict[HandlePair, None] = {}
        """Pairs that were held once and never are again, the eldest first."""
        self.ended_beside: dict[Handle, tuple[Handle, ...]] = {}
        """Tracks that ended, and with whom they were held then; the eldest first."""
        self.changed = False
        """Whether other tracks may have to be marked than when this was last made false."""

    def holds(self, slot_a: int, slot_b: int) -> bool:
        """Whether this pair's alert is kept back."""
        return _ordered(slot_a, slot_b) in self.held

    def begun(self, slots: Iterable[int]) -> None:
        """These tracks had their first report: hold them with what they may be an echo of."""
        for pair in pairs_near(self.register, slots):
            room = pair not in self.held and len(self.held) < HELD_MAX
            if room and self._may_be_echo(*pair):
                self.hold(*pair)

    def hold(self, slot_a: int, slot_b: int) -> None:
        """Keep this pair's alert back from now on."""
        self.held[_ordered(slot_a, slot_b)] = None
        self.changed = True
        self._beside.setdefault(slot_a, {})[slot_b] = None
        self._beside.setdefault(slot_b, {})[slot_a] = None

    def moved(self, slots: Iterable[int]) -> None:
        """These tracks have a fresh report: let go of those that are not together now."""
        for slot in slots:
            for other in list(self._beside.get(slot, ())):
                pair = _ordered(slot, other)
                if not (self._fits(*pair) and self._is_together(*pair)):
                    self.release(*pair)

    def release(self, slot_a: int, slot_b: int) -> None:
        """Never keep this pair's alert back again."""
        for one, other in product(self._hearings_of(slot_a), self._hearings_of(slot_b)):
            self.let_go[both(one.handle, other.handle)] = None
        forget_oldest(self.let_go, REMEMBERED_MAX)
        self._drop(slot_a, slot_b)

    def forget(self, slot: int) -> None:
        """The track goes on as part of another."""
        self.changed = True
        for other in list(self._beside.get(slot, ())):
            self._drop(slot, other)

    def joined(self, keep: int, gone: int) -> None:
        """`gone` goes on as part of `keep`, which two publishers hear now.

        What had both for its echoes has one now. What had one of them only is judged anew.
        """
        before = set(self._beside.get(gone, ()))
        self.forget(gone)
        for other in list(self._beside.get(keep, ())):
            if other not in before and not self._crew_is_told(keep, other):
                self.release(keep, other)

    def ended(self, slots: Sequence[int]) -> None:
        """These tracks were lost: remember beside whom."""
        for slot in slots:
            beside = [
                one.handle
                for other in self._beside.get(slot, ())
                for one in self._hearings_of(other)
            ]
            for one in self._hearings_of(slot):
                self.ended_beside.pop(one.handle, None)
                self.ended_beside[one.handle] = tuple(beside)
        forget_oldest(self.ended_beside, REMEMBERED_MAX)
        for slot in slots:
            self.forget(slot)

    def marked(self, allowed: AskPair) -> set[int]:
        """Of each allowed pair the track that may be an echo: heard by radio, else the younger."""
        number = self.register.columns.track_number
        return {
            max(pair, key=lambda slot: (self._is_radio(slot), int(number[slot])))
            for pair in self.held
            if allowed(*pair)
        }

    def _may_be_echo(self, slot_a: int, slot_b: int) -> bool:
        """Whether the younger one, whose first report this is, may be the older one once more."""
        return (
            self._fits(slot_a, slot_b)
            and self._crew_is_told(slot_a, slot_b)
            and self._never_apart(slot_a, slot_b)
            and self._begins_together(slot_a, slot_b)
            and not self._is_anothers(slot_a, slot_b)
        )

    def _fits(self, slot_a: int, slot_b: int) -> bool:
        """Whether what they are and say lets one be the echo of the other."""
        is_radio = self._is_radio(slot_a) or self._is_radio(slot_b)
        return is_radio and self._may_join(slot_a, slot_b)

    def _crew_is_told(self, slot_a: int, slot_b: int) -> bool:
        """Whether no crew's own telemetry is held with more than a single unsigned source."""
        columns = self.register.columns
        for slot, other in ((slot_a, slot_b), (slot_b, slot_a)):
            crewed = is_crewed(AircraftClass(int(columns.aircraft_class[slot])))
            if crewed and not self._is_radio(slot) and columns.trusted[other]:
                return False
        return True

    def _is_together(self, slot_a: int, slot_b: int) -> bool:
        """Whether both are heard, in one place as far as their accuracies tell."""
        columns = self.register.columns
        times_us = columns.time_of_validity_us[[slot_a, slot_b]].tolist()
        if abs(times_us[0] - times_us[1]) > SILENT_US:
            return False
        look = look_at(self.register, slot_a, slot_b)
        together_m = APART_M + min(look.joint_accuracy_m, JOINT_ACCURACY_M_MAX)
        if (columns.state[[slot_a, slot_b]] == TrackState.PRESUMED_LANDING).any():
            together_m += look.drift_m  # its velocity was taken from it: it may have flown on
        if math.hypot(look.east_m, look.north_m) > together_m:
            return False
        doubt_m = math.hypot(*np.nan_to_num(columns.vertical_doubt_m[[slot_a, slot_b]]).tolist())
        height_m = HEIGHT_M_MAX + min(doubt_m, HEIGHT_DOUBT_M_MAX)
        return math.isnan(look.up_m) or abs(look.up_m) <= height_m

    def _begins_together(self, slot_a: int, slot_b: int) -> bool:
        columns = self.register.columns
        if (columns.state[[slot_a, slot_b]] != TrackState.CURRENT).any():
            return False  # beside one that fell silent anybody may begin
        speeds = columns.velocity_east_mps, columns.velocity_north_mps
        between_mps = math.hypot(*(float(one[slot_a] - one[slot_b]) for one in speeds))
        # NaN compares as false: an unknown velocity is not the same velocity.
        return between_mps <= VELOCITY_MPS_MAX and self._is_together(slot_a, slot_b)

    def _is_anothers(self, slot_a: int, slot_b: int) -> bool:
        """Whether the older one has long been the echo of what the younger one cannot be."""
        columns = self.register.columns
        older, younger = sorted((slot_a, slot_b), key=lambda slot: int(columns.track_number[slot]))
        if columns.report_count[older] < ESTABLISHED_REPORTS:
            return False
        return any(
            not (self._fits(younger, owner) and self._is_together(younger, owner))
            for owner in self._beside.get(older, ())
            if not self._is_radio(owner)
        )

    def _never_apart(self, slot_a: int, slot_b: int) -> bool:
        """Whether these publishers' tracks were never let go, and did not end apart."""
        return not any(
            both(one.handle, other.handle) in self.let_go
            or other.handle not in self.ended_beside.get(one.handle, (other.handle,))
            or one.handle not in self.ended_beside.get(other.handle, (one.handle,))
            for one, other in product(self._hearings_of(slot_a), self._hearings_of(slot_b))
        )

    def _is_radio(self, slot: int) -> bool:
        return all(one.is_radio for one in self._hearings_of(slot))

    def _drop(self, slot_a: int, slot_b: int) -> None:
        del self.held[_ordered(slot_a, slot_b)]
        self.changed = True
        for one, other in ((slot_a, slot_b), (slot_b, slot_a)):
            del self._beside[one][other]
            if not self._beside[one]:
                del self._beside[one]


def _ordered(slot_a: int, slot_b: int) -> Pair:
    return (slot_a, slot_b) if slot_a < slot_b else (slot_b, slot_a)
