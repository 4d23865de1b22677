"""What a restriction would hit if it were in force now. Looking changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from broker.core.errors import Refusal, Refused
from broker.core.geodesy.ground import Ground
from broker.core.publishing.emergency import check_emergency
from broker.core.publishing.model import PublishingRules
from broker.core.restrictions.access_places import AskedPlace, bearing_on
from broker.core.restrictions.drafting import check
from broker.core.restrictions.model import Restriction, RestrictionDraft
from broker.core.restrictions.prism import prism_of
from broker.core.restrictions.register import RestrictionRegister
from broker.core.restrictions.samples import OpenZone, Zone, ZoneSet, take_samples
from broker.core.restrictions.windows import Span, Timetable, place_of
from broker.core.separation.packing import KernelRules
from broker.core.tracks.register import TrackRegister
from broker.core.units import DAY_US

AIRCRAFT_SHOWN_MAX: Final = 200
RESTRICTIONS_SHOWN_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class TouchedAircraft:
    """An aircraft that would be inside, or is on its way in within the look-ahead."""

    slot: int
    time_to_entry_s: float
    range_m: float
    exempt: bool


@dataclass(frozen=True, slots=True)
class SharedSpace:
    """Another restriction in the same space at the same time."""

    restriction: Restriction
    span: Span


@dataclass(frozen=True, slots=True)
class Preview:
    """What a draft would hit; aircraft inside first, restrictions by name."""

    aircraft: tuple[TouchedAircraft, ...]
    restrictions: tuple[SharedSpace, ...]
    exempt_agencies: tuple[str, ...]
    asked_agencies: tuple[str, ...]
    needs_approval: bool
    emergency_refusals: tuple[Refusal, ...]
    replaces_version: int


def preview(
    draft: RestrictionDraft,
    tracks: TrackRegister,
    restrictions: RestrictionRegister,
    agency_names: Mapping[str, str],
    rules: PublishingRules,
    predicted_by: KernelRules,
    now_us: int,
) -> Preview:
    """Preview a draft at `now_us`; raises Refused with everything that is wrong with it."""
    refusals = check(draft, now_us, set(agency_names), restrictions.ground)
    if refusals:
        raise Refused(*refusals)
    live = restrictions.get(draft.name) if restrictions.is_live(draft.name) else None
    exempt = tuple(one for one in sorted(agency_names) if draft.exempts(one))
    return Preview(
        aircraft=tuple(_aircraft(draft, tracks, restrictions.ground, predicted_by, now_us)),
        restrictions=tuple(_restrictions(draft, restrictions, now_us)),
        exempt_agencies=exempt,
        asked_agencies=tuple(one for one in sorted(agency_names) if one not in exempt),
        needs_approval=rules.needs_approval(draft.name.agency),
        emergency_refusals=tuple(check_emergency(draft, rules, now_us)),
        replaces_version=0 if live is None else live.version,
    )


def _aircraft(
    draft: RestrictionDraft,
    tracks: TrackRegister,
    ground: Ground,
    predicted_by: KernelRules,
    now_us: int,
) -> list[TouchedAircraft]:
    """As the engine judges them; those of exempt agencies are shown too."""
    everybody = replace(draft, exempt_agencies=(), exemptions=())
    prisms = tuple(prism_of(volume, ground) for volume in draft.volumes)
    timetable = Timetable(draft.windows, place_of(draft.volumes))
    zone = Zone(str(draft.name), everybody, prisms, timetable)
    zones = ZoneSet.of([OpenZone(zone, now_us, now_us + DAY_US)])
    found = take_samples(zones, tracks.columns, tracks.live_slots(), now_us, (), predicted_by)
    touched = []
    for place in range(len(found)):
        slot = int(found.slot[place])
        trusted = bool(tracks.columns.trusted[slot])
        touched.append(
            TouchedAircraft(
                slot=slot,
                time_to_entry_s=float(found.time_to_entry_s[place]),
                range_m=float(found.range_m[place]),
                exempt=trusted and draft.exempts(tracks.publisher_name(slot).agency),
            )
        )
    numbers = tracks.columns.track_number
    return sorted(touched, key=lambda one: (one.time_to_entry_s, int(numbers[one.slot])))


def _restrictions(
    draft: RestrictionDraft, restrictions: RestrictionRegister, now_us: int
) -> list[SharedSpace]:
    index = restrictions.entry_index()
    places = [AskedPlace(volume) for volume in draft.volumes]
    met = {entry for _, entry in bearing_on(index, places)}
    from_us = max(now_us, min(one.start_us for one in draft.windows))
    ends_us = [one.end_us for one in draft.windows if one.end_us is not None]
    to_us = max(ends_us, default=from_us + DAY_US)
    shared = []
    for place in sorted(met):
        entry = index.entries[place]
        if entry.restriction.draft.name == draft.name:
            continue
        span = entry.zone.timetable.first_span(from_us, to_us)
        if span is not None:
            shared.append(SharedSpace(entry.restriction, span))
    return shared
