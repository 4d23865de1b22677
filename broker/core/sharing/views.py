"""Redacted views: what one audience is shown of an effect.

Theory of operation. The core computes on the truth; an audience (agency x role) is shown a view. A
view is made here and nowhere else, so that what an audience may know is decided in one place:

- every track id in a view belongs to that audience alone (`parties.scoped_track_id`), so two
  agencies cannot lay their views side by side and link what one of them was not shown;
- an alert is worded for its reader: traffic information for a crewed aircraft's desk, a suggestion
  for a drone desk, a neutral sentence for everybody else (`wording`);
- a cluster leads with what concerns its reader most, and words every member for the reader;
- a message that an audience may not see gets no number in it, so its numbers show no gap.

Views are plain frozen records. The gateways turn them into bytes, once per audience.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from broker.core.effects import Alert, AlertKind
from broker.core.errors import BrokenInvariant
from broker.core.names import Audience, Role
from broker.core.restrictions.model import EntryRule
from broker.core.restrictions.register import RestrictionRegister
from broker.core.sharing.cluster_wording import cluster_text, ended_cluster_text
from broker.core.sharing.entry_wording import authority_of, contact_of
from broker.core.sharing.parties import party_of, scoped_track_id
from broker.core.sharing.wording import Party, RestrictionNotice, alert_text
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AircraftClass

MEMBERS_SHOWN_MAX: Final = 20
"""Members of a cluster that a view words: what is urgent stands in front."""
_GONE = Party("aircraft no longer in the picture", "", "", AircraftClass.UNKNOWN)


@dataclass(frozen=True, slots=True)
class PartyView:
    """One side of an alert as an audience sees it."""

    track_id: str
    label: str
    agency: str
    aircraft_class: AircraftClass
    duty_contact: str
    talkgroup: str


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert as one audience is shown it."""

    alert: Alert
    parties: tuple[PartyView, ...]
    headline: str
    advice: str
    members: tuple["AlertView", ...] = ()
    """Of a cluster."""


class Views:
    """Makes views of one airspace's effects."""

    def __init__(
        self,
        secret: bytes,
        tracks: TrackRegister,
        restrictions: RestrictionRegister,
        agency_names: Mapping[str, str],
    ) -> None:
        self._secret = secret
        self._tracks = tracks
        self._restrictions = restrictions
        self._agency_names = agency_names

    def track_id(self, audience: Audience, track_number: int) -> str:
        """The track's id in the audience's view."""
        return scoped_track_id(self._secret, audience, track_number)

    def alert(self, alert: Alert, audience: Audience) -> AlertView:
        """The alert as `audience` is shown it."""
        if alert.kind is AlertKind.CLUSTER:
            return self._cluster(alert, audience)
        return self._single(alert, audience)

    def _cluster(self, cluster: Alert, audience: Audience) -> AlertView:
        """A cluster led by the most urgent member that names an aircraft of the reader's."""
        views = [self._single(one, audience) for one in cluster.members]
        if not views:
            return AlertView(cluster, (), ended_cluster_text(cluster), "")
        reader = audience.agency if audience.role is Role.DESK else ""
        ours = [one for one in views if any(party.agency == reader for party in one.parties)]
        rest = [one for one in views if all(party.agency != reader for party in one.parties)]
        shown = tuple((ours + rest)[:MEMBERS_SHOWN_MAX])
        lead = shown[0]
        led = replace(
            cluster,
            level=lead.alert.level,
            restriction_name=lead.alert.restriction_name,
            rule_id=lead.alert.rule_id,
            capped_because=lead.alert.capped_because,
            geometry=lead.alert.geometry,
        )
        headline, advice = cluster_text(cluster, lead.alert.level, lead.headline, lead.advice)
        return AlertView(led, lead.parties, headline, advice, shown)

    def _single(self, alert: Alert, audience: Audience) -> AlertView:
        numbers = [number for number in (alert.track_a, alert.track_b) if number >= 0]
        parties = [self._party(number) for number in numbers]
        reader = audience.agency if audience.role is Role.DESK else ""
        headline, advice = alert_text(alert, parties, reader, self._notice(alert.restriction_name))
        shown = tuple(
            self._shown(audience, number, party)
            for number, party in zip(numbers, parties, strict=True)
        )
        return AlertView(alert, shown, headline, advice)

    def _notice(self, restriction_name: str) -> RestrictionNotice | None:
        if not restriction_name:
            return None
        restriction = self._restrictions.get(restriction_name)
        if restriction is None:
            raise BrokenInvariant(f"an alert names {restriction_name}, which is not known")
        draft = restriction.draft
        agency = self._agency_names.get(draft.name.agency, draft.name.agency)
        source_id = "" if draft.source is None else draft.source.source_id
        asks = draft.entry_rule is EntryRule.ASK
        return RestrictionNotice(
            title=draft.title,
            agency_name=agency,
            contact=contact_of(draft) if asks else draft.contact,
            designation=draft.designation,
            source_id=source_id,
            ask_whom=authority_of(draft, self._agency_names) if asks else "",
        )

    def _party(self, track_number: int) -> Party:
        slot = self._tracks.slot_of_number.get(track_number)
        if slot is None:  # the answer to a repeated request can be older than the picture
            return _GONE
        return party_of(self._tracks, slot, self._agency_names)

    def _shown(self, audience: Audience, track_number: int, party: Party) -> PartyView:
        return PartyView(
            track_id=self.track_id(audience, track_number),
            label=party.label,
            agency=party.agency,
            aircraft_class=party.aircraft_class,
            duty_contact=party.duty_contact,
            talkgroup=party.talkgroup,
        )
