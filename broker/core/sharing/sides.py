"""Who the aircraft of an alert are to a reader: by name, without one, or not shown at all."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from broker.core.agreements.register import AgreementRegister
from broker.core.alerts import Alert
from broker.core.sharing.levels import Sharing
from broker.core.sharing.parties import party_of
from broker.core.sharing.settings import SharingLevel
from broker.core.sharing.wording import Party
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AircraftClass

_GONE: Final = Party("aircraft no longer in the picture", "", "", AircraftClass.UNKNOWN)
_UNSHOWN: Final = Party("", "", "", AircraftClass.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Side:
    """One aircraft of an alert, seen by a reader."""

    number: int
    party: Party
    agency: str
    level: SharingLevel
    """As it counts for the reader: its own agency's aircraft are open to it."""


class Sides:
    """Finds them, in one airspace."""

    def __init__(
        self,
        tracks: TrackRegister,
        sharing: Sharing,
        agreements: AgreementRegister,
        agency_names: Mapping[str, str],
    ) -> None:
        self._tracks = tracks
        self._sharing = sharing
        self._agreements = agreements
        self._agency_names = agency_names

    def of(self, alert: Alert, reader: str) -> list[Side]:
        """The alert's aircraft as they count for the reader."""
        sides = []
        for number in (alert.track_a, alert.track_b):
            if number < 0:
                continue
            agency, level = self._sharing.of_number(number)
            level = self._sharing.pairs.shown(level, agency, reader)
            party = self._reached(self._party(number, level), reader)
            sides.append(Side(number, party, agency, level))
        return sides

    def _reached(self, party: Party, reader: str) -> Party:
        """The party with the agreed desk, where the flight itself does not say whom to call."""
        if party.agency in ("", reader) or (party.duty_contact and party.talkgroup):
            return party
        agreed = self._agreements.contact(party.agency, reader)
        if agreed is None:
            return party
        return replace(
            party,
            duty_contact=party.duty_contact or agreed.telephone,
            talkgroup=party.talkgroup or agreed.talkgroup,
        )

    def _party(self, track_number: int, level: SharingLevel) -> Party:
        if level is SharingLevel.COVERT:
            return _UNSHOWN
        slot = self._tracks.slot_of_number.get(track_number)
        if slot is None:  # the answer to a repeated request can be older than the picture
            return _GONE
        party = party_of(self._tracks, slot, self._agency_names)
        return replace(party, label="", talkgroup="") if level is SharingLevel.MASKED else party
