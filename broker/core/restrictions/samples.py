"""From entries to samples: which restriction applies to which aircraft, and how urgent it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from broker.core.alerts import AlertLevel
from broker.core.restrictions.entry import Entries, Hours, ends_of_stay, find_entries
from broker.core.restrictions.layers import most_urgent, put_off
from broker.core.restrictions.model import AppliesTo, EntryRule, RestrictionDraft
from broker.core.restrictions.movers import movers_of
from broker.core.restrictions.prism import Prism
from broker.core.restrictions.prism_set import PrismSet
from broker.core.restrictions.windows import Timetable
from broker.core.separation.jit import BACKEND, Backend
from broker.core.separation.packing import KernelRules
from broker.core.tracks.reports import AircraftClass, OperationalStatus
from broker.core.tracks.table import TrackColumns
from broker.core.units import SECOND_US

Floats = NDArray[np.float64]
Slots = NDArray[np.int32]
Flags = NDArray[np.bool_]

LOOK_AHEAD_S: Final = 60.0
"""A minute's warning: the advisory look-ahead of drone against crewed traffic, and time for a desk
to turn a drone at 20 m/s more than a kilometre before the boundary."""

_CREWED: Final = (AircraftClass.HELICOPTER, AircraftClass.AEROPLANE, AircraftClass.OTHER_CREWED)
_UNCREWED: Final = (AircraftClass.DRONE, AircraftClass.UNKNOWN_DRONE)
_NOT_A_DRONE: Final = np.array([one in _CREWED for one in AircraftClass])
_NOT_CREWED: Final = np.array([one in _UNCREWED for one in AircraftClass])
"""By class."""


class Cap(IntEnum):
    """Why a level was held down to caution."""

    NONE = 0
    VERTICAL_UNKNOWN = 1
    UNSIGNED_SOURCE = 2
    POSITION_DOUBTFUL = 3
    """Inside only by what an old or unknown velocity adds to the position."""
    ASK_FIRST = 4
    """Entry is a matter of asking someone, not of staying out."""
    UNREAD = 5
    """The source could not be read: only a coarse place is known."""
    EXEMPT_ON_CONDITIONS = 6
    """The agency is exempt, on conditions nobody here can judge."""


@dataclass(frozen=True, slots=True, eq=False)
class RestrictionSamples:
    """Aircraft in or on the way into active restrictions; n rows, by (track number, name)."""

    restriction_names: tuple[str, ...]
    """Every active restriction, sorted, whether it has rows or not."""
    slot: Slots
    restriction: NDArray[np.int32]
    """Index into `restriction_names`."""
    level: NDArray[np.int8]
    """WARNING inside now, CAUTION predicted within the look-ahead or capped."""
    cap: NDArray[np.int8]
    time_to_entry_s: Floats
    """0: inside now."""
    time_to_exit_s: Floats
    """When all its volumes are left; inf: never on this course. Exact up to the look-ahead, and at
    least that far beyond it."""
    range_m: Floats
    bearing_deg: Floats
    closing_speed_mps: Floats

    def __len__(self) -> int:
        return len(self.slot)


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """One live restriction with the geometry of its volumes and its hours."""

    name: str
    draft: RestrictionDraft
    prisms: tuple[Prism, ...]
    timetable: Timetable


@dataclass(frozen=True, slots=True, eq=False)
class OpenZone:
    """One that is in force, or will be within the look-ahead, and from when to when."""

    zone: Zone
    opens_us: int
    closes_us: int


@dataclass(frozen=True, slots=True, eq=False)
class ZoneSet:
    """Restrictions in force or about to be, sorted by name; made once while they stay the same."""

    names: tuple[str, ...]
    zones: tuple[Zone, ...]
    prisms: PrismSet
    zone_of: NDArray[np.intp]
    """Prism -> index into `zones`."""
    limits_height: NDArray[np.bool_]
    """Prism -> whether the vertical position matters."""
    opens_us: NDArray[np.int64]
    closes_us: NDArray[np.int64]
    """Prism -> from when to when its zone is in force."""
    drones_only: Flags
    crewed_only: Flags
    has_exempt: Flags
    is_unread: Flags
    asks: Flags
    """Zone -> what of its draft decides whom it touches, and how gravely."""

    @classmethod
    def of(cls, open_zones: Sequence[OpenZone]) -> "ZoneSet":
        """The set of these zones, which are sorted by name."""
        zones = [one.zone for one in open_zones]
        prisms = [prism for zone in zones for prism in zone.prisms]
        drafts = [zone.draft for zone in zones]
        counts = np.array([len(zone.prisms) for zone in zones], dtype=np.intp)
        return cls(
            names=tuple(zone.name for zone in zones),
            zones=tuple(zones),
            prisms=PrismSet.of(prisms),
            zone_of=np.repeat(np.arange(len(zones)), counts),
            limits_height=np.array([one.limits_height for one in prisms], dtype=np.bool_),
            opens_us=np.repeat(np.array([one.opens_us for one in open_zones], np.int64), counts),
            closes_us=np.repeat(np.array([one.closes_us for one in open_zones], np.int64), counts),
            drones_only=_flags(one.applies_to is AppliesTo.DRONES for one in drafts),
            crewed_only=_flags(one.applies_to is AppliesTo.CREWED_AIRCRAFT for one in drafts),
            has_exempt=_flags(bool(one.exempt_agencies or one.exemptions) for one in drafts),
            is_unread=_flags(one.is_unread for one in drafts),
            asks=_flags(one.entry_rule is EntryRule.ASK for one in drafts),
        )


def _flags(values: Iterable[bool]) -> Flags:
    return np.fromiter(values, dtype=np.bool_)


def take_samples(
    zones: ZoneSet,
    columns: TrackColumns,
    slots: Slots,
    now_us: int,
    agency_names: Sequence[str],
    rules: KernelRules,
    backend: Backend = BACKEND,
) -> RestrictionSamples:
    """Judge the tracks in `slots`, predicted by `rules`, against `zones` at `now_us`.

    `agency_names[i]` is the agency of `agency_index` i. Aircraft parked or docked are left out.
    """
    status = columns.operational_status[slots]
    judged = slots[(status != OperationalStatus.ON_GROUND) & (status != OperationalStatus.AT_DOCK)]
    if len(judged) == 0 or len(zones.prisms) == 0:
        return no_samples(zones.names)
    movers, hours = movers_of(columns, judged, now_us, rules, backend), _hours(zones, now_us)
    entries = find_entries(zones.prisms, movers, LOOK_AHEAD_S, hours, backend)
    if len(entries) == 0:
        return no_samples(zones.names)
    slot, zone = judged[entries.mover], zones.zone_of[entries.prism]
    applies, conditional = _applies(zones, zone, columns, slot, agency_names)
    level, cap = _levels(zones, entries, movers.measured_doubt_m, columns, judged, conditional)
    rows = np.flatnonzero(applies)
    rows = rows[_by_track(columns.track_number[slot[rows]])]
    slot, zone = slot[rows], zone[rows]
    first = _first_of_each(slot, zone)
    entry_s, exit_s = entries.entry_s[rows[first]], entries.exit_s[rows[first]]
    told = most_urgent(entries, level, rows, first, entry_s, exit_s)

    def stays_until(of: NDArray[np.intp], at_s: Floats) -> Floats:
        near = entries.mover[of], entries.prism[of]
        within = Hours(at_s, hours.closes_s[near[1]])
        return ends_of_stay(zones.prisms, movers, near, within, backend)

    put_off(exit_s, rows, first, LOOK_AHEAD_S, stays_until)
    return RestrictionSamples(
        restriction_names=zones.names,
        slot=slot[first].astype(np.int32),
        restriction=zone[first].astype(np.int32),
        level=level[told],
        cap=cap[told],
        time_to_entry_s=entry_s,
        time_to_exit_s=exit_s,
        range_m=entries.range_m[told],
        bearing_deg=entries.bearing_deg[told],
        closing_speed_mps=entries.closing_speed_mps[told],
    )


def _by_track(number: NDArray[np.int64]) -> NDArray[np.intp] | slice:
    """The order of entries of track numbers (n,)."""
    # They come by mover and prism, so what belongs to one restriction stands together.
    if (number[1:] < number[:-1]).any():
        return np.argsort(number, kind="stable")
    return slice(None)


def _first_of_each(slot: Slots, zone: NDArray[np.intp]) -> NDArray[np.intp]:
    """Where the entries (n,) of another track or restriction begin."""
    starts = np.ones(len(slot), dtype=np.bool_)
    starts[1:] = (slot[1:] != slot[:-1]) | (zone[1:] != zone[:-1])
    return np.flatnonzero(starts)


def no_samples(names: tuple[str, ...]) -> RestrictionSamples:
    """Nobody is in any of these, or on the way."""
    whole, small = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int8)
    none = np.zeros(0)
    return RestrictionSamples(names, whole, whole, small, small, none, none, none, none, none)


def _hours(zones: ZoneSet, now_us: int) -> Hours:
    """From when to when each prism holds, in seconds from now; a far end is none."""
    opens_s = np.maximum(zones.opens_us - now_us, 0) / SECOND_US
    closes_s = (zones.closes_us - now_us) / SECOND_US
    return Hours(opens_s, np.where(closes_s > LOOK_AHEAD_S, np.inf, closes_s))


def _levels(
    zones: ZoneSet,
    entries: Entries,
    measured_doubt_m: Floats,
    columns: TrackColumns,
    slots: Slots,
    conditional: Flags,
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Level and cap of each entry. The first reason that holds a warning down is the one given."""
    slot = slots[entries.mover]
    zone = zones.zone_of[entries.prism]
    limits = zones.limits_height[entries.prism]
    inside = entries.entry_s == 0.0
    reasons = [
        limits & np.isnan(columns.altitude_hae_m[slot]),
        columns.trusted[slot] == 0,
        inside & (entries.range_m > measured_doubt_m[entries.mover]),
        zones.is_unread[zone],
        zones.asks[zone],
        conditional,
    ]
    caps = [
        Cap.VERTICAL_UNKNOWN,
        Cap.UNSIGNED_SOURCE,
        Cap.POSITION_DOUBTFUL,
        Cap.UNREAD,
        Cap.ASK_FIRST,
        Cap.EXEMPT_ON_CONDITIONS,
    ]
    cap = np.select(reasons, caps, Cap.NONE)
    cap = np.where(inside, cap, Cap.NONE).astype(np.int8)
    warned = inside & (cap == Cap.NONE)
    return np.where(warned, AlertLevel.WARNING, AlertLevel.CAUTION).astype(np.int8), cap


def _applies(
    zones: ZoneSet,
    zone: NDArray[np.intp],
    columns: TrackColumns,
    slots: Slots,
    agency_names: Sequence[str],
) -> tuple[Flags, Flags]:
    """For each (zone, slot) pair: whether it is asked to keep clear; whether exempt on conditions.

    An unknown class counts as a drone and as crewed. An exemption is a privilege: an unsigned radio
    source, whose identity anyone can transmit, never gets it.
    """
    classes = columns.aircraft_class[slots]
    applies = ~(zones.drones_only[zone] & _NOT_A_DRONE[classes])
    applies &= ~(zones.crewed_only[zone] & _NOT_CREWED[classes])
    conditional = np.zeros(len(slots), dtype=np.bool_)
    trusted = columns.trusted[slots] == 1
    here = np.flatnonzero(zones.has_exempt[zone] & trusted)
    if len(here) == 0:
        return applies, conditional
    # Each restriction's text is asked once for each agency that is there.
    asked, which = np.unique(
        np.column_stack([zone[here], columns.agency_index[slots[here]]]),
        axis=0,
        return_inverse=True,
    )
    drafts = [(zones.zones[index].draft, agency_names[agency]) for index, agency in asked.tolist()]
    which = which.reshape(-1)
    applies[here] &= ~_flags(draft.exempts(name) for draft, name in drafts)[which]
    conditional[here] = _flags(_is_named(draft, name) for draft, name in drafts)[which]
    return applies, conditional


def _is_named(draft: RestrictionDraft, agency: str) -> bool:
    return any(agency in exemption.agencies for exemption in draft.exemptions)
