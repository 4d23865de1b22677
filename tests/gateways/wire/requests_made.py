"""Made-up requests of the contract for the tests of its decoders."""

from typing import Any, Final

from broker.core.names import SystemName
from keepclear.v1 import common_pb2, tracks_pb2
from tests.core.tracks.batches import NOW_US

PUBLISHER: Final = SystemName("met-police", "tracker")


def report(**fields: Any) -> tracks_pb2.TrackReport:
    """A sound report with some fields changed; None clears one."""
    one = tracks_pb2.TrackReport(
        source_track_id="drone-1",
        time_of_validity_us=NOW_US,
        latitude_deg=51.5,
        longitude_deg=-0.12,
        altitude_m=74.0,
        altitude_datum=common_pb2.ALTITUDE_DATUM_AMSL,
    )
    for name, value in fields.items():
        if value is None:
            one.ClearField(name)
        else:
            setattr(one, name, value)
    return one


def described(**fields: Any) -> tracks_pb2.TrackReport:
    """A sound report with a description."""
    one = report()
    one.description.CopyFrom(tracks_pb2.AircraftDescription(**fields))
    return one


def request(*reports: tracks_pb2.TrackReport) -> tracks_pb2.PublishTracksRequest:
    return tracks_pb2.PublishTracksRequest(batch_id="batch-1", reports=reports)
