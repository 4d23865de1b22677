"""Who is who: the label, agency and contact of a track, as people know them."""

import hashlib
import math
from collections.abc import Mapping
from typing import Final

from broker.core.names import Audience
from broker.core.sharing.wording import Party
from broker.core.tracks.register import TrackRegister
from broker.core.tracks.reports import AircraftClass, AircraftDescription

COURSE_SPEED_MPS_MIN: Final = 5.0
"""Slower than this a course says nothing about where the nose points: no clock code is given."""
TRACK_ID_BYTES: Final = 6
"""48 bits: at 100,000 tracks one view has a chance below 2e-5 of two equal ids."""
ID_DIGITS: Final = 2 * TRACK_ID_BYTES
"""Of every track id, in hexadecimal."""


class TrackIds:
    """Track ids in one audience's view: 12 hexadecimal digits each.

    Keyed, so that nobody without the log's secret can tell which ids of two audiences are one
    aircraft, or turn an id back into the broker's number. Any thread may ask.
    """

    __slots__ = ("_begun",)

    def __init__(self, secret: bytes, audience: Audience) -> None:
        named = f"{audience}\n".encode()
        self._begun = hashlib.blake2b(named, digest_size=TRACK_ID_BYTES, key=secret)

    def of(self, view_key: int) -> str:
        """The id that is made from a view key, which is the track's number as a rule."""
        hashed = self._begun.copy()
        hashed.update(b"%d" % view_key)
        return hashed.hexdigest()


def volume_id(secret: bytes, audience: Audience, view_key: int) -> str:
    """The id of a keep-clear volume in one audience's view: never that of a track."""
    message = f"volume\n{audience}\n{view_key}".encode()
    return hashlib.blake2b(message, digest_size=TRACK_ID_BYTES, key=secret).hexdigest()


def label(description: AircraftDescription, source_track_id: str) -> str:
    """Callsign, registration or flight, whichever is known first."""
    return (
        description.callsign
        or description.registration
        or description.flight_id
        or description.icao_address
        or source_track_id
    )


def label_of(tracks: TrackRegister, track_number: int) -> str:
    """What the agency of a track in the picture calls it."""
    slot = tracks.slot_of_number[track_number]
    return label(tracks.descriptions[slot], tracks.source_track_ids[slot])


def party_of(tracks: TrackRegister, slot: int, agency_names: Mapping[str, str]) -> Party:
    """The party that the track in `slot` is in an alert."""
    description = tracks.descriptions[slot]
    agency = tracks.publisher_name(slot).agency
    return Party(
        label=label(description, tracks.source_track_ids[slot]),
        agency=agency,
        agency_name=agency_names.get(agency, agency),
        aircraft_class=AircraftClass(int(tracks.columns.aircraft_class[slot])),
        duty_contact=description.duty_contact,
        talkgroup=description.talkgroup,
        course_deg=_course_deg(tracks, slot),
    )


def _course_deg(tracks: TrackRegister, slot: int) -> float | None:
    east_mps = float(tracks.columns.velocity_east_mps[slot])
    north_mps = float(tracks.columns.velocity_north_mps[slot])
    if not math.hypot(east_mps, north_mps) >= COURSE_SPEED_MPS_MIN:  # NaN has no course either
        return None
    return math.degrees(math.atan2(east_mps, north_mps)) % 360.0
