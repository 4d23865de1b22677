"""What publishing reads: previews, drafts, receipts, and a proposal from a sighting.

Everything here runs in the engine thread, between two micro-batches; gateways ask for it there.
"""

from dataclasses import dataclass
from typing import Final

from broker.core.airspace import Airspace
from broker.core.errors import refuse
from broker.core.names import Audience, RestrictionName, Role, SystemName
from broker.core.publishing.commands import SaveDraft
from broker.core.publishing.model import Delivery, SavedDraft
from broker.core.publishing.preview import (
    AIRCRAFT_SHOWN_MAX,
    RESTRICTIONS_SHOWN_MAX,
    Preview,
    TouchedAircraft,
    preview,
)
from broker.core.restrictions.model import AppliesTo, RestrictionDraft
from broker.core.restrictions.periods import Window
from broker.core.restrictions.shapes import Circle, LimitDatum, VerticalLimit, Volume
from broker.core.sharing.parties import label
from broker.core.sharing.settings import SharingLevel
from broker.core.tracks.reports import AircraftClass
from broker.core.units import SECOND_US
from broker.service.clock import Clock
from broker.service.feed.projection import Projection

LABEL_SHOWN_MAX: Final = 60


@dataclass(frozen=True, slots=True)
class Sighting:
    """An unknown drone that somebody saw, and how large a circle round it is proposed."""

    track_id: str
    name: RestrictionName
    radius_m: float
    duration_s: int
    ceiling_agl_m: float
    contact: str


@dataclass(frozen=True, slots=True)
class PreviewedAircraft:
    """An aircraft that would be touched, as the asker's agency may see it."""

    track_id: str
    label: str
    agency: str
    aircraft_class: AircraftClass
    touched: TouchedAircraft


@dataclass(frozen=True, slots=True)
class Previewed:
    """A preview, with the picture that it was made of."""

    preview: Preview
    aircraft: tuple[PreviewedAircraft, ...]
    further_aircraft: int
    restrictions_shown: int
    revision: int
    now_us: int
    picture_age_s: float | None


class PublishingReading:
    """What gateways may ask about publishing. Engine thread only."""

    def __init__(self, airspace: Airspace, projection: Projection, clock: Clock) -> None:
        self._airspace = airspace
        self._projection = projection
        self._clock = clock

    def drafts(self, agency: str) -> list[SavedDraft]:
        """One agency's drafts, by name."""
        publishing = self._airspace.controls.publishing
        return publishing.drafts.of_agency(agency, self._clock.now_us())

    def delivery(self, name: RestrictionName, agency: str) -> Delivery:
        """Who was told of one of the agency's own; refuses others."""
        _own("name", name, agency)
        found = self._airspace.controls.publishing.delivery(name)
        if not found.editions:
            raise refuse("name", f"nothing was published as {name}")
        return found

    def preview_draft(self, name: RestrictionName, agency: str) -> Previewed:
        """What one of the agency's drafts would hit."""
        _own("name", name, agency)
        publishing = self._airspace.controls.publishing
        saved = publishing.drafts.at(name, 0, self._clock.now_us())
        return self.preview(saved.draft, agency, saved.revision)

    def preview(self, draft: RestrictionDraft, agency: str, revision: int = 0) -> Previewed:
        """What a restriction would hit; refuses one that could not be published."""
        _own("restriction.name", draft.name, agency)
        airspace, now_us = self._airspace, self._clock.now_us()
        controls = airspace.controls
        seen = preview(
            draft,
            airspace.tracks,
            airspace.restrictions,
            controls.agency_names,
            controls.publishing.live.rules,
            airspace.alerting.rules,
            now_us,
        )
        # Another agency's covert flight is not in it: a preview would find it, draft by draft.
        known = [one for one in seen.aircraft if self._is_shown(one.slot, agency)]
        shown = known[:AIRCRAFT_SHOWN_MAX]
        audience = self._audience(agency)
        newest_us = airspace.picture(agency)[0]
        return Previewed(
            preview=seen,
            aircraft=tuple(self._aircraft(one, audience) for one in shown),
            further_aircraft=len(known) - len(shown),
            restrictions_shown=RESTRICTIONS_SHOWN_MAX,
            revision=revision,
            now_us=now_us,
            picture_age_s=None
            if newest_us is None
            else max(0.0, round((now_us - newest_us) / SECOND_US, 3)),
        )

    def proposal(self, seen: Sighting, sender: SystemName, request_id: str) -> SaveDraft:
        """A draft round an unknown drone's newest position; refuses any other track."""
        slot = self._unknown_drone(seen.track_id, self._audience(sender.agency))
        tracks, now_us = self._airspace.tracks, self._clock.now_us()
        what = label(tracks.descriptions[slot], tracks.source_track_ids[slot])[:LABEL_SHOWN_MAX]
        age_s = max(0.0, (now_us - int(tracks.columns.time_of_validity_us[slot])) / SECOND_US)
        circle = Circle(
            float(tracks.columns.latitude_deg[slot]),
            float(tracks.columns.longitude_deg[slot]),
            seen.radius_m,
        )
        draft = RestrictionDraft(
            name=seen.name,
            title=f"Unknown drone {what}",
            reason="Unknown drone seen here: keep clear until it is known what it does",
            volumes=(
                Volume(
                    circle,
                    VerticalLimit(0.0, LimitDatum.SURFACE),
                    VerticalLimit(seen.ceiling_agl_m, LimitDatum.AGL),
                ),
            ),
            windows=(Window(now_us, now_us + seen.duration_s * SECOND_US),),
            applies_to=AppliesTo.DRONES,
            exempt_agencies=(),
            contact=seen.contact,
        )
        by = tracks.publisher_name(slot)
        note = f"Proposed from a sighting of {what} by {by}, {age_s:.0f} s old when it was proposed"
        return SaveDraft(sender, request_id, draft, note)

    def _unknown_drone(self, track_id: str, audience: Audience) -> int:
        tracks, views = self._airspace.tracks, self._projection.views
        for slot in tracks.live_slots().tolist():
            if views.track_id(audience, int(tracks.columns.track_number[slot])) == track_id:
                if tracks.columns.aircraft_class[slot] == AircraftClass.UNKNOWN_DRONE:
                    return int(slot)
                raise refuse("track_id", "is a known aircraft: only an unknown drone proposes one")
        raise refuse("track_id", "is not a track of your agency's picture now")

    def _audience(self, agency: str) -> Audience:
        """The view whose ids the agency knows; its desk's, where it has one."""
        desk = Audience(agency, Role.DESK)
        open_ = self._airspace.controls.audiences
        return desk if desk in open_ else Audience(agency, Role.OBSERVER)

    def _is_shown(self, slot: int, agency: str) -> bool:
        return self._airspace.hidden.sharing.shown(slot, agency) is not SharingLevel.COVERT

    def _label(self, slot: int, agency: str) -> str:
        """Nothing of another agency's masked track."""
        if self._airspace.hidden.sharing.shown(slot, agency) is not SharingLevel.OPEN:
            return ""
        tracks = self._airspace.tracks
        return label(tracks.descriptions[slot], tracks.source_track_ids[slot])

    def _aircraft(self, touched: TouchedAircraft, audience: Audience) -> PreviewedAircraft:
        tracks, slot = self._airspace.tracks, touched.slot
        columns = tracks.columns
        number = int(columns.track_number[slot])
        return PreviewedAircraft(
            track_id=self._projection.views.track_id(audience, number),
            label=self._label(slot, audience.agency),
            agency=tracks.publisher_name(slot).agency,
            aircraft_class=AircraftClass(int(columns.aircraft_class[slot])),
            touched=touched,
        )


def _own(field: str, name: RestrictionName, agency: str) -> None:
    if name.agency != agency:
        raise refuse(field, f"belongs to {name.agency}: only its own systems may look at it")
