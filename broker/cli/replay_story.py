"""One aircraft's story out of a log: when it flew, where, what for, and what its desk was told."""

from collections.abc import Iterator
from typing import Final

from broker.cli import wording
from broker.cli.wording import printable
from broker.core.units import SECOND_US
from keepclear.v1 import common_pb2, feed_pb2
from keepclear.v1.alerts_pb2 import Alert

POSITION_EVERY_US: Final = 60 * SECOND_US
"""A line at least this often while it flies; more often where something changes."""
_STANDING: Final = (
    common_pb2.OPERATIONAL_STATUS_ON_GROUND,
    common_pb2.OPERATIONAL_STATUS_AT_DOCK,
)


class Story:
    """Lines about the aircraft of one label, as one audience was shown it."""

    def __init__(self, label: str) -> None:
        self.positions = 0
        self._label = label.casefold()
        self._track_ids: set[str] = set()
        self._doing = ""
        self._told_us = 0
        self._levels: dict[str, int] = {}
        self._read_by: set[tuple[str, str]] = set()

    def lines(self, message: feed_pb2.FeedMessage) -> Iterator[str]:
        """What a message adds; times are UTC."""
        sent_us = message.header.sent_us
        when = wording.instant_words(sent_us)
        match message.WhichOneof("kind"):
            case "tracks":
                for track in message.tracks.tracks:
                    if self._is_it(track):
                        yield from (f"{when}  {line}" for line in self._track(track, sent_us))
            case "alert" if any(one.track_id in self._track_ids for one in message.alert.parties):
                yield from (f"{when}  {line}" for line in self._alert(message.alert))
            case _:
                pass

    def _is_it(self, track: feed_pb2.TrackView) -> bool:
        if track.track_id in self._track_ids:
            return True
        names = (track.label, track.registration, track.icao_address)
        if self._label not in (name.casefold() for name in names if name):
            return False
        self._track_ids.add(track.track_id)
        return True

    def _track(self, track: feed_pb2.TrackView, sent_us: int) -> Iterator[str]:
        self.positions += 1
        seen = feed_pb2.TrackView()
        seen.CopyFrom(track)
        seen.ClearField("heard_by")
        if seen.state == feed_pb2.TRACK_STATE_STALE:  # a gap between reports is no event
            seen.state = feed_pb2.TRACK_STATE_CURRENT
        doing = wording.doing_words(seen)
        stands = track.operational_status in _STANDING
        due = not stands and sent_us - self._told_us >= POSITION_EVERY_US
        key = f"{doing}|{track.incident_id}|{track.publisher}"
        if key == self._doing and not due:
            return
        self._doing, self._told_us = key, sent_us
        if track.state == feed_pb2.TRACK_STATE_WITHHELD:  # it has nothing else
            yield doing
            return
        place = f"at {track.latitude_deg:.5f},{track.longitude_deg:.5f}"
        words = [doing, wording.height_words(track), place]
        words += [f"incident {printable(track.incident_id)}"] if track.incident_id else []
        words += [f"published by {printable(track.publisher)}"] if track.publisher else []
        yield ", ".join(words)

    def _alert(self, alert: Alert) -> Iterator[str]:
        if self._levels.get(alert.alert_id) != alert.level:
            self._levels[alert.alert_id] = alert.level
            said = " ".join(filter(None, (alert.headline, alert.advice)))
            by = f"rule {alert.rule}, policy {alert.policy_version}"
            yield printable(f"{wording.level_words(alert.level)}: {said} ({by}, {alert.alert_id})")
        for one in alert.acknowledgements:
            if (alert.alert_id, one.acknowledged_by) not in self._read_by:
                self._read_by.add((alert.alert_id, one.acknowledged_by))
                yield printable(f"read by {one.acknowledged_by} ({one.system}, {alert.alert_id})")
