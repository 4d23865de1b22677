"""Redacted views: what one audience is shown of an effect.

Theory of operation. The core computes on the truth; an audience (agency x role) is shown a view. A
view is made here and nowhere else, so that what an audience may know is decided in one place:

- every track id in a view belongs to that audience alone (`parties.TrackIds`), so two
  agencies cannot lay their views side by side and link what one of them was not shown;
- an alert is worded for its reader: traffic information for a crewed aircraft's desk, a suggestion
  for a drone desk, a neutral sentence for everybody else (`wording`);
- a cluster leads with what concerns its reader most, and words every member for the reader;
- without an agreement in force another agency's aircraft are shown as masked ones (`pairs`), and
  with one an alert names the desk that was agreed, where the flight itself names nobody;
- a masked aircraft has no label and no talkgroup in others' views; a covert one is not there: its
  alerts go to its own agency in full, to the other side as `covert_wording` words them, and to
  nobody else;
- a message that an audience may not see gets no number in it, so its numbers show no gap;
- audiences that are not named in an alert and stand alike to it (`standing`) read the same words.

Views are plain frozen records. The gateways turn them into bytes, once for all who read the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from broker.core.agreements.register import AgreementRegister
from broker.core.alerts import Alert, AlertGeometry, AlertKind, AlertLevel
from broker.core.errors import BrokenInvariant
from broker.core.names import Audience, Role
from broker.core.restrictions.register import RestrictionRegister
from broker.core.separation.categories import is_crewed
from broker.core.sharing.band_wording import leaving_band_text
from broker.core.sharing.cluster_wording import cluster_text, ended_cluster_text
from broker.core.sharing.covert_wording import RETOLD, covert_text
from broker.core.sharing.entry_wording import notice_of
from broker.core.sharing.hidden import HiddenFlights
from broker.core.sharing.keep_clear import EdgeSeen, KeepClearVolume, edge_seen
from broker.core.sharing.parties import TrackIds, volume_id
from broker.core.sharing.settings import AlertDetail, SharingLevel
from broker.core.sharing.sides import Side, Sides
from broker.core.sharing.standing import Onlookers, Standings
from broker.core.sharing.wording import RestrictionNotice, alert_text
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AircraftClass
from broker.core.units import SECOND_US

MEMBERS_SHOWN_MAX: Final = 20
"""Members of a cluster that a view words: what is urgent stands in front."""


@dataclass(frozen=True, slots=True)
class PartyView:
    """One side of an alert as an audience sees it."""

    track_id: str
    label: str
    agency: str
    aircraft_class: AircraftClass
    duty_contact: str
    talkgroup: str
    track_number: int
    """The broker's, which the id is made from: never told."""


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert as one audience is shown it."""

    alert: Alert
    parties: tuple[PartyView, ...]
    headline: str
    advice: str
    members: tuple["AlertView", ...] = ()
    """Of a cluster."""
    detail: AlertDetail = AlertDetail.FULL
    """Which numbers of the alert are told."""

    @property
    def sides(self) -> list[PartyView]:
        """Everybody that it names, its members' after its own."""
        return [*self.parties, *(party for one in self.members for party in one.parties)]


class Views:
    """Makes views of one airspace's effects."""

    def __init__(
        self,
        secret: bytes,
        tracks: TrackRegister,
        restrictions: RestrictionRegister,
        agency_names: Mapping[str, str],
        hidden: HiddenFlights | None = None,
        agreements: AgreementRegister | None = None,
    ) -> None:
        self._secret = secret
        self._ids: dict[Audience, TrackIds] = {}
        self._tracks = tracks
        self._restrictions = restrictions
        self._agency_names = agency_names
        self.hidden = hidden or HiddenFlights(tracks, restrictions)
        agreements = agreements or AgreementRegister()
        self._sides = Sides(tracks, self.hidden.sharing, agreements, agency_names)
        self._onlookers = Onlookers(self.hidden.sharing, agreements, restrictions)

    def id_of_key(self, audience: Audience, view_key: int) -> str:
        """The id in the audience's view that is made from a view key."""
        ids = self._ids.get(audience)
        if ids is None:
            ids = self._ids[audience] = TrackIds(self._secret, audience)
        return ids.of(view_key)

    def track_id(self, audience: Audience, track_number: int) -> str:
        """The track's id in the audience's view."""
        key = self.hidden.sharing.keys.of_number(track_number, audience.agency)
        return self.id_of_key(audience, key)

    def volume_id(self, audience: Audience, volume: KeepClearVolume) -> str:
        """The keep-clear volume's id in the audience's view."""
        return volume_id(self._secret, audience, volume.view_key)

    def standings(self, alert: Alert) -> Standings:
        """Which audiences read the same of an alert, now."""
        return self._onlookers.standings(alert)

    def alert(self, alert: Alert, audience: Audience, *, is_news: bool = False) -> AlertView | None:
        """The alert as `audience` is shown it, or None if it is not.

        `is_news`: a revision as it happens. Only that tells a crew where a covert aircraft is: a
        list that can be asked for again and again would follow it.
        """
        if alert.kind is not AlertKind.CLUSTER:
            return self._single(alert, audience, is_news=is_news)
        told = self.hidden.cluster_as_told(alert, audience.agency)
        if told is None or (is_news and not told[1]):
            return None
        return self._cluster(told[0], audience)

    def retold(self, alert: Alert, audience: Audience, levels: tuple[int, ...]) -> AlertView | None:
        """The end of an alert that goes on under another id; None for who was not shown it."""
        if not self.hidden.is_told(alert, audience.agency, levels):
            return None
        return AlertView(_bare(alert, 0.0), (), RETOLD, "", detail=AlertDetail.EXISTENCE)

    def _cluster(self, cluster: Alert, audience: Audience) -> AlertView | None:
        """A cluster led by the most urgent member that names an aircraft of the reader's."""
        shown_all = [self._single(one, audience, is_news=False) for one in cluster.members]
        views = [one for one in shown_all if one is not None]
        if not self._knows_incident(cluster.members, audience.agency):
            cluster = replace(cluster, incident_id="")
        if not views:
            # What it led with last is over, and was not for every reader of this.
            words, known = ended_cluster_text(cluster), cluster.acknowledgements
            quiet = _bare(cluster, cluster.geometry.picture_age_s)
            quiet = replace(quiet, incident_id=cluster.incident_id, acknowledgements=known)
            return AlertView(quiet, (), words, "", detail=AlertDetail.EXISTENCE)
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
        return AlertView(led, lead.parties, headline, advice, shown, lead.detail)

    def _single(self, alert: Alert, audience: Audience, *, is_news: bool) -> AlertView | None:
        if not self.hidden.is_told(alert, audience.agency):
            return None
        sides = self._sides.of(alert, audience.agency)
        if any(one.level is SharingLevel.COVERT for one in sides):
            return self._covert(alert, sides, audience, is_news=is_news)
        if any(one.level is SharingLevel.MASKED for one in sides):
            alert = replace(alert, rule_id="")  # a rule's name says who works the same incident
        if alert.incident_id and not self._knows_incident([alert], audience.agency):
            alert = replace(alert, incident_id="")
        parties = [one.party for one in sides]
        reader = audience.agency if audience.role is Role.DESK else ""
        if alert.kind is AlertKind.LEAVING_BAND:
            alert = _acknowledged_by(alert, (sides[0].agency, audience.agency))
            headline, advice = leaving_band_text(alert, parties[0], reader)
        else:
            notice = self._notice(alert.restriction_name)
            headline, advice = alert_text(alert, parties, reader, notice)
        shown = tuple(self._shown(audience, one) for one in sides)
        return AlertView(alert, shown, headline, advice)

    def _covert(
        self, alert: Alert, sides: list[Side], audience: Audience, *, is_news: bool
    ) -> AlertView:
        """For the agency on the other side of a covert aircraft; nobody else is told."""
        own = sides[0] if sides[0].agency == audience.agency else sides[1]
        other = sides[1] if own is sides[0] else sides[0]
        known = _acknowledged_by(alert, (audience.agency,)).acknowledgements
        is_desk = audience.role is Role.DESK
        parties = (self._shown(audience, own), self._shown(audience, other))
        crew = is_crewed(own.party.aircraft_class) and alert.level >= AlertLevel.WARNING
        if crew and is_desk and is_news:
            both = [one.party for one in sides]
            headline, advice = alert_text(alert, both, audience.agency, None)
            told = replace(
                alert, rule_id="", capped_because="", incident_id="", acknowledgements=known
            )
            shown = tuple(self._shown(audience, one) for one in sides)
            return AlertView(told, shown, headline, advice, detail=AlertDetail.TRUE_POSITION)
        edge, age_s = self._edge(alert, own.number, other.number)
        told = replace(_bare(alert, age_s), geometry=_seen(edge, age_s), acknowledgements=known)
        headline, advice = covert_text(told, own.party, edge, desk=is_desk)
        detail = AlertDetail.EXISTENCE if edge is None else AlertDetail.SECTOR
        return AlertView(told, parties, headline, advice, detail=detail)

    def _edge(self, alert: Alert, own: int, other: int) -> tuple[EdgeSeen | None, float]:
        """How the covert aircraft's volume lies from ours, and how old our own position is."""
        volume = self.hidden.volumes.of_number(other)
        slot = self._tracks.slot_of_number.get(own)
        if slot is None:
            return None, 0.0
        columns = self._tracks.columns
        age_us = max(0, alert.evaluated_us - int(columns.time_of_validity_us[slot]))
        if volume is None:
            return None, age_us / SECOND_US
        place = float(columns.latitude_deg[slot]), float(columns.longitude_deg[slot])
        return edge_seen(volume.box, *place), age_us / SECOND_US

    def _knows_incident(self, alerts: Sequence[Alert], reader: str) -> bool:
        """Whether one of the alerts is about aircraft that the reader is shown with their incident.

        Of none at all, only who is shown everybody's knows.
        """
        pairs, of_number = self.hidden.sharing.pairs, self.hidden.sharing.of_number
        if not alerts:
            return pairs.sees_everybody(reader)
        return any(
            all(
                pairs.is_full(of_number(number)[0], reader)
                for number in (alert.track_a, alert.track_b)
                if number >= 0
            )
            for alert in alerts
        )

    def _notice(self, restriction_name: str) -> RestrictionNotice | None:
        if not restriction_name:
            return None
        restriction = self._restrictions.get(restriction_name)
        if restriction is None:
            raise BrokenInvariant(f"an alert names {restriction_name}, which is not known")
        return notice_of(restriction.draft, self._agency_names)

    def _shown(self, audience: Audience, side: Side) -> PartyView:
        party = side.party
        track_id = self.track_id(audience, side.number)
        if side.level is SharingLevel.COVERT:
            volume = self.hidden.volumes.of_number(side.number)
            track_id = "" if volume is None else self.volume_id(audience, volume)
        return PartyView(
            track_id=track_id,
            label=party.label,
            agency=party.agency,
            aircraft_class=party.aircraft_class,
            duty_contact=party.duty_contact,
            talkgroup=party.talkgroup,
            track_number=side.number,
        )


def _acknowledged_by(alert: Alert, agencies: Sequence[str]) -> Alert:
    """The alert without what other agencies' desks have acknowledged: a hidden flight's may be."""
    kept = [one for one in alert.acknowledgements if one.system.agency in agencies]
    return replace(alert, acknowledgements=tuple(kept))


def _bare(alert: Alert, age_s: float) -> Alert:
    """The alert without everything that depends on the hidden aircraft, but its level and times."""
    return replace(
        alert, restriction_name="", rule_id="", capped_because="", incident_id="",
        acknowledgements=(), members=(), member_count=0, geometry=_seen(None, age_s), band=None,
    )  # fmt: skip


def _seen(edge: EdgeSeen | None, age_s: float) -> AlertGeometry:
    """What is told of where: the volume's nearest edge, and how old our own position is."""
    range_m, bearing_deg = (0.0, 0.0) if edge is None else (edge.from_m, float(edge.bearing_deg))
    return AlertGeometry(range_m, bearing_deg, None, None, None, 0.0, 0.0, 0.0, age_s)
