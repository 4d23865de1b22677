"""Reports on their way to the broker: only new positions, the latest of each aircraft, bounded.

Feeds repeat themselves: a receiver writes an aircraft's last position into every file until a new
one comes, and since its clock and its ages are rounded to 0.1 s the time of that same position
seems to move a little. Such repeats are left out. While the broker is away only the latest
position of each aircraft is kept, so coming back brings the present, not a queue of the past.
"""

from adapters.clock import MICROSECONDS
from adapters.stats import AdapterStats
from keepclear.v1.tracks_pb2 import TrackReport

MAX_WAITING_REPORTS = 20_000  # one per aircraft
MAX_REMEMBERED_TRACKS = 20_000
MAX_REPORT_AGE_US = 60 * MICROSECONDS
# Within this an unmoved position is the same one again: two roundings to 0.1 s, and some slack.
REPEAT_TOLERANCE_US = 300_000


class Outbox:
    """Holds what is to be sent; counts into `stats` whatever it leaves out."""

    def __init__(self, stats: AdapterStats) -> None:
        self._stats = stats
        self._waiting: dict[str, TrackReport] = {}
        # Last position taken in of each track, the longest silent first.
        self._last: dict[str, tuple[int, float, float]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, report: TrackReport) -> None:
        """Take in one report, unless it says nothing new or there is no room."""
        key = report.source_track_id
        if self._is_repeat(report):
            self._stats.repeated += 1
            return
        if key not in self._waiting and len(self._waiting) >= MAX_WAITING_REPORTS:
            self._stats.shed += 1
            return
        self._last.pop(key, None)
        self._last[key] = (report.time_of_validity_us, report.latitude_deg, report.longitude_deg)
        if len(self._last) > MAX_REMEMBERED_TRACKS:
            del self._last[next(iter(self._last))]
        if self._waiting.pop(key, None) is not None:
            self._stats.superseded += 1
        self._waiting[key] = report

    def take(self, limit: int, now_us: int) -> list[TrackReport]:
        """Take out up to `limit` reports, the longest waiting first; too old ones are dropped."""
        taken: list[TrackReport] = []
        while self._waiting and len(taken) < limit:
            report = self._waiting.pop(next(iter(self._waiting)))
            if now_us - report.time_of_validity_us > MAX_REPORT_AGE_US:
                self._stats.expired += 1
            else:
                taken.append(report)
        return taken

    def put_back(self, reports: list[TrackReport]) -> None:
        """Keep what could not be sent, except where something newer waits already."""
        for report in reports:
            if report.source_track_id in self._waiting:
                self._stats.superseded += 1
            elif len(self._waiting) >= MAX_WAITING_REPORTS:
                self._stats.shed += 1
            else:
                self._waiting[report.source_track_id] = report

    def _is_repeat(self, report: TrackReport) -> bool:
        last = self._last.get(report.source_track_id)
        if last is None:
            return False
        time_us, latitude_deg, longitude_deg = last
        unmoved = (latitude_deg, longitude_deg) == (report.latitude_deg, report.longitude_deg)
        tolerance_us = REPEAT_TOLERANCE_US if unmoved else 0
        return report.time_of_validity_us <= time_us + tolerance_us
