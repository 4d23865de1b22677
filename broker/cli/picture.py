"""What the feed has told this screen so far. Pure: messages and a monotonic clock come in."""

from dataclasses import dataclass, field
from typing import Final

from broker.core.units import SECOND_US
from keepclear.v1 import common_pb2, feed_pb2, restrictions_pb2
from keepclear.v1.alerts_pb2 import Alert
from keepclear.v1.feed_pb2 import FeedMessage, KeepClearVolume, TrackView
from keepclear.v1.restrictions_pb2 import (
    Restriction,
)

LINK_LOST_S: Final = 3.0
"""Three heartbeats missed: from here on the screen must not look live."""
LOST_TRACK_SHOWN_S: Final = 60.0
TRACKS_KEPT_MAX: Final = 20_000
NOTICES_KEPT_MAX: Final = 3

_GONE: Final = (feed_pb2.TRACK_STATE_MERGED, feed_pb2.TRACK_STATE_WITHHELD)
_ON_GROUND: Final = (
    common_pb2.OPERATIONAL_STATUS_ON_GROUND,
    common_pb2.OPERATIONAL_STATUS_AT_DOCK,
)
_OVER: Final = (
    restrictions_pb2.RESTRICTION_STATE_WITHDRAWN,
    restrictions_pb2.RESTRICTION_STATE_EXPIRED,
)


@dataclass(slots=True)
class Picture:
    """The state one feed adds up to."""

    tracks: dict[str, TrackView] = field(default_factory=dict)
    alerts: dict[str, Alert] = field(default_factory=dict)
    restrictions: dict[str, Restriction] = field(default_factory=dict)
    volumes: dict[str, KeepClearVolume] = field(default_factory=dict)
    """Of aircraft that are not shown."""
    silent: dict[str, feed_pb2.Coverage] = field(default_factory=dict)
    notices: list[feed_pb2.Notice] = field(default_factory=list)
    heartbeat: feed_pb2.Heartbeat | None = None
    heartbeat_s: float = 0.0
    """When the heartbeat came, on the monotonic clock."""
    newest_us: int = 0
    """Time of the newest position in this view; 0 before the first."""
    header: feed_pb2.FeedHeader | None = None
    heard_s: float | None = None
    """When anything came last, on the monotonic clock."""

    def apply(self, message: FeedMessage, now_s: float) -> None:
        """Take in one message at `now_s` of the monotonic clock."""
        self.header, self.heard_s = message.header, now_s
        match message.WhichOneof("kind"):
            case "snapshot_begin":
                self._start_over()
            case "tracks":
                for track in message.tracks.tracks:
                    self._track(track)
            case "alert":
                self._alert(message.alert)
            case "restriction":
                self._restriction(message.restriction)
            case "volume":
                self._volume(message.volume)
            case "coverage":
                self._coverage(message.coverage)
            case "heartbeat":
                self.heartbeat, self.heartbeat_s = message.heartbeat, now_s
                self._forget_lost(now_s)
            case "notice":
                self.notices = [*self.notices, message.notice][-NOTICES_KEPT_MAX:]
            case _:  # the end of a snapshot, or a kind of a newer broker
                pass

    def silence_s(self, now_s: float) -> float | None:
        """Seconds since anything came; None before the first message."""
        return None if self.heard_s is None else now_s - self.heard_s

    def link_lost(self, now_s: float) -> bool:
        """Whether the picture is frozen."""
        silence_s = self.silence_s(now_s)
        return silence_s is not None and silence_s > LINK_LOST_S

    def picture_age_s(self, now_s: float) -> float | None:
        """Age of the newest position; it grows while nothing comes.

        From the last heartbeat, or from a newer position seen since; None before either.
        """
        ages_s: list[float] = []
        if self.heartbeat is not None and self.heartbeat.HasField("picture_age_s"):
            ages_s.append(self.heartbeat.picture_age_s + now_s - self.heartbeat_s)
        if self.newest_us:
            ages_s.append(self._age_s(self.newest_us, now_s))
        return min(ages_s, default=None)

    def track_age_s(self, track: TrackView, now_s: float) -> float:
        """Age of one position by the broker's clock, not by this machine's."""
        return self._age_s(track.time_of_validity_us, now_s)

    def path_age_s(self, track: TrackView, now_s: float) -> float:
        """How long ago a track's planned path was stated, by the broker's clock."""
        return self._age_s(track.planned_path_stated_us, now_s)

    def alerts_by_urgency(self) -> list[Alert]:
        """Most urgent first: level, then the time left, then age."""
        return sorted(
            self.alerts.values(),
            key=lambda alert: (
                -alert.level,
                alert.time_to_loss_s if alert.HasField("time_to_loss_s") else float("inf"),
                alert.raised_us,
                alert.alert_id,
            ),
        )

    def tracks_by_interest(self) -> list[TrackView]:
        """In an alert first, then about to launch, then in the air, then the others."""
        alerted = {p.track_id for alert in self.alerts.values() for p in alert.parties}
        return sorted(
            self.tracks.values(),
            key=lambda t: (
                t.track_id not in alerted,
                t.operational_status != common_pb2.OPERATIONAL_STATUS_LAUNCHING,
                t.operational_status in _ON_GROUND or t.state == feed_pb2.TRACK_STATE_DOCKED,
                t.agency,
                t.label,
                t.track_id,
            ),
        )

    def _age_s(self, time_us: int, now_s: float) -> float:
        if self.header is None or self.heard_s is None:
            return 0.0
        broker_now_us = self.header.sent_us + (now_s - self.heard_s) * SECOND_US
        return (broker_now_us - time_us) / SECOND_US

    def _start_over(self) -> None:
        self.newest_us = 0
        self.tracks.clear()
        self.alerts.clear()
        self.restrictions.clear()
        self.volumes.clear()
        self.silent.clear()

    def _track(self, track: TrackView) -> None:
        # Re-inserted, so that the order is by the last update and the oldest goes first.
        self.tracks.pop(track.track_id, None)
        if track.state in _GONE:
            return
        self.tracks[track.track_id] = track
        self.newest_us = max(self.newest_us, track.time_of_validity_us)
        if len(self.tracks) > TRACKS_KEPT_MAX:
            del self.tracks[next(iter(self.tracks))]

    def _alert(self, alert: Alert) -> None:
        if alert.level == common_pb2.ALERT_LEVEL_UNSPECIFIED:
            self.alerts.pop(alert.alert_id, None)
        else:
            self.alerts[alert.alert_id] = alert

    def _restriction(self, restriction: Restriction) -> None:
        if restriction.state in _OVER:
            self.restrictions.pop(restriction.name, None)
        else:
            self.restrictions[restriction.name] = restriction

    def _volume(self, volume: KeepClearVolume) -> None:
        if volume.ended:
            self.volumes.pop(volume.volume_id, None)
        else:
            self.volumes[volume.volume_id] = volume

    def _coverage(self, coverage: feed_pb2.Coverage) -> None:
        if coverage.silent:
            self.silent[coverage.publisher] = coverage
        else:
            self.silent.pop(coverage.publisher, None)

    def _forget_lost(self, now_s: float) -> None:
        gone = [
            track.track_id
            for track in self.tracks.values()
            if track.state == feed_pb2.TRACK_STATE_LOST
            and self.track_age_s(track, now_s) > LOST_TRACK_SHOWN_S
        ]
        for track_id in gone:
            del self.tracks[track_id]
