"""The history checker: what one reader saw, held against what a feed may never do.

The list is etcd's, of what watches got wrong: events lost, time going backwards, a delete missed,
something coming back that had ended, the same number meaning two things. One `Numbers` is shared
by every reader and every life of the broker; each reader has a `History`.
"""

import hashlib
from dataclasses import dataclass, field

from keepclear.v1 import common_pb2, feed_pb2, restrictions_pb2

NUMBERED = frozenset({"tracks", "alert", "restriction", "coverage"})
ENDED = (
    restrictions_pb2.RESTRICTION_STATE_WITHDRAWN,
    restrictions_pb2.RESTRICTION_STATE_EXPIRED,
)

Key = tuple[str, str, int]


class FeedBroken(AssertionError):
    """A promise of the feed was broken."""


@dataclass
class Numbers:
    """(epoch, audience, number) -> what was shown under it, for all readers and lives."""

    shown: dict[Key, str] = field(default_factory=dict)
    repeats: int = 0

    def note(self, message: feed_pb2.FeedMessage) -> None:
        """One numbered message as its reader got it, unfiltered."""
        header = message.header
        key = (header.epoch, header.audience, header.number)
        digest = hashlib.sha256(message.SerializeToString(deterministic=True)).hexdigest()
        known = self.shown.setdefault(key, digest)
        if known != digest:
            raise FeedBroken(f"{key} was used for two messages: {message}")
        self.repeats += 1

    def last(self, epoch: str, audience: str) -> int:
        """The highest number shown."""
        return max((n for e, a, n in self.shown if (e, a) == (epoch, audience)), default=0)


@dataclass
class History:
    """One reader's picture, kept as a partner would keep it, and every rule checked on the way."""

    numbers: Numbers
    compare_frames: bool = True
    """Off for a reader whose frames were merged: the newest state comes, not each frame."""
    tail_is_lost: bool = False
    """On where the end of the log is lost: what ended in it may stand again, in the new epoch."""
    epoch: str = ""
    number: int = -1
    token: bytes = b""
    snapshots: list[str] = field(default_factory=list)
    tracks: dict[str, feed_pb2.TrackView] = field(default_factory=dict)
    alerts: dict[str, int] = field(default_factory=dict)
    restrictions: dict[str, int] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    alert_ids: dict[str, frozenset[str]] = field(default_factory=dict)
    """Every alert ever shown -> the labels of its aircraft."""
    messages: int = 0
    alert_messages: int = 0
    _lost: set[str] = field(default_factory=set)
    _cleared: dict[str, int] = field(default_factory=dict)
    _versions: dict[str, int] = field(default_factory=dict)
    _snapshot: list[feed_pb2.FeedMessage] | None = None

    def take(self, message: feed_pb2.FeedMessage) -> None:
        """One message, in the order of arrival. Raises FeedBroken."""
        self.messages += 1
        kind = str(message.WhichOneof("kind"))
        if kind == "snapshot_begin":
            self._snapshot = []
            self.snapshots.append(message.snapshot_begin.reason)
        elif kind == "snapshot_end":
            self._end_of_snapshot(message)
        elif message.header.snapshot:
            if self._snapshot is None:
                raise FeedBroken("part of a snapshot that never began")
            self._snapshot.append(message)
        else:
            self._news(message, kind)

    def _end_of_snapshot(self, message: feed_pb2.FeedMessage) -> None:
        parts, self._snapshot = self._snapshot, None
        if parts is None or len(parts) != message.snapshot_end.message_count:
            raise FeedBroken("a snapshot is not whole")
        header = message.header
        if header.epoch == self.epoch and header.number < self.number:
            raise FeedBroken("a snapshot goes back in time")
        if any(part.header.number != header.number for part in parts):
            raise FeedBroken("parts of a snapshot were taken at different moments")
        if self.tail_is_lost and header.epoch != self.epoch:
            self._lost.clear()
            self._cleared.clear()
        self.epoch, self.number, self.token = header.epoch, header.number, header.resume_token
        self.tracks, self.alerts, self.restrictions = {}, {}, {}
        for part in parts:
            self._state(part)

    def _news(self, message: feed_pb2.FeedMessage, kind: str) -> None:
        header = message.header
        if self._snapshot is not None:
            raise FeedBroken("news in the middle of a snapshot")
        if header.epoch != self.epoch:
            raise FeedBroken(f"epoch {header.epoch} began without a snapshot")
        if header.covers_from > self.number + 1:
            raise FeedBroken(f"gap: {self.number} and then {header.covers_from}")
        if kind in NUMBERED:
            if header.number <= self.number:
                raise FeedBroken(f"{header.number} came after {self.number}")
            if self.compare_frames and header.covers_from == header.number:
                self.numbers.note(message)
        self.number = max(self.number, header.number)
        self.token = header.resume_token
        if kind == "notice":
            self.notices.append(message.notice.code)
        self._state(message)

    def _state(self, message: feed_pb2.FeedMessage) -> None:
        match message.WhichOneof("kind"):
            case "tracks":
                for view in message.tracks.tracks:
                    self._track(view)
            case "alert":
                self._alert(message)
            case "restriction":
                self._restriction(message.restriction)

    def _track(self, view: feed_pb2.TrackView) -> None:
        if view.track_id in self._lost:
            raise FeedBroken(f"{view.label} was lost and is back under its old id")
        old = self.tracks.get(view.track_id)
        if old is not None and view.time_of_validity_us < old.time_of_validity_us:
            raise FeedBroken(f"{view.label} went back in time")
        if view.state in (feed_pb2.TRACK_STATE_LOST, feed_pb2.TRACK_STATE_MERGED):
            self._lost.add(view.track_id)
            self.tracks.pop(view.track_id, None)
        else:
            self.tracks[view.track_id] = view

    def _alert(self, message: feed_pb2.FeedMessage) -> None:
        alert = message.alert
        self.alert_ids[alert.alert_id] = frozenset(one.label for one in alert.parties)
        self.alert_messages += not message.header.snapshot
        if alert.alert_id in self._cleared:
            raise FeedBroken(f"alert {alert.alert_id} had been cleared")
        known = self.alerts.get(alert.alert_id, 0)
        if alert.revision < known or (alert.revision == known and not message.header.snapshot):
            raise FeedBroken(f"alert {alert.alert_id} went from revision {known} back")
        if alert.level == common_pb2.ALERT_LEVEL_UNSPECIFIED:
            self._cleared[alert.alert_id] = alert.revision
            self.alerts.pop(alert.alert_id, None)
        else:
            self.alerts[alert.alert_id] = alert.revision

    def _restriction(self, restriction: restrictions_pb2.Restriction) -> None:
        name, version = restriction.name, restriction.version
        if version < self._versions.get(name, 0):
            raise FeedBroken(f"{name} went back to version {version}")
        self._versions[name] = version
        if restriction.state in ENDED:
            self.restrictions.pop(name, None)
        else:
            self.restrictions[name] = version

    def picture(self) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
        """Tracks by time, alerts by revision, restrictions by version: comparable."""
        times = {name: view.time_of_validity_us for name, view in dict(self.tracks).items()}
        return times, dict(self.alerts), dict(self.restrictions)
