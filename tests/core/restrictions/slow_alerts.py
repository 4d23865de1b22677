"""The alert machine for restrictions, slow and obvious: every answer from the whole history.

Each (track, restriction) keeps what every judgement of it said. Nothing is counted as it comes:
whether an entry is confirmed and which levels are left is read off the history each time.
"""

from dataclasses import dataclass, field

from broker.core.alerts import AlertLevel
from broker.core.units import SECOND_US

CONFIRMATIONS = 2
HOLD_US = 4 * SECOND_US
NOTHING = 0
LEVELS = (int(AlertLevel.WARNING), int(AlertLevel.CAUTION))


@dataclass(frozen=True)
class Judged:
    """What one judgement found: a level, or NOTHING where the aircraft is neither in nor near."""

    at_us: int
    level: int
    fresh: bool


@dataclass(frozen=True)
class Sample:
    """One aircraft in or near one restriction."""

    level: int
    cap: str
    entry_s: float
    range_m: float


@dataclass(frozen=True)
class Told:
    """What people are told of one encounter, in one revision."""

    key: tuple[int, str]
    encounter: int
    revision: int
    level: int
    highest_level: int
    cap: str
    raised_us: int
    changed_us: int
    evaluated_us: int
    range_m: float


@dataclass
class Story:
    """One track against one restriction since it came near."""

    history: list[Judged] = field(default_factory=list)
    reports_seen: int = 0
    told: Told | None = None
    evaluated_us: int = 0
    range_m: float = 0.0

    @property
    def shown(self) -> int:
        return NOTHING if self.told is None else self.told.level

    def confirmations(self) -> int:
        """Fresh reports since it was last judged and found neither in nor near."""
        count = 0
        for one in reversed(self.history):
            if one.level == NOTHING:
                break
            count += one.fresh
        return count

    def is_left(self, level: int, now_us: int) -> bool:
        """Whether everything judged for HOLD_US and longer is below the level."""
        since_us = None
        for one in reversed(self.history):
            if one.level >= level:
                break
            since_us = one.at_us
        return since_us is not None and now_us - since_us >= HOLD_US

    def held(self, now_us: int) -> int:
        """The highest level that is not left."""
        return next((one for one in LEVELS if not self.is_left(one, now_us)), NOTHING)


class SlowAlerts:
    """Raises, changes and clears; `step` says what changed, by track number and restriction."""

    def __init__(self) -> None:
        self.stories: dict[tuple[int, str], Story] = {}
        self.encounters = 0

    def step(
        self,
        samples: dict[tuple[int, str], Sample],
        moved: set[int],
        present: dict[int, int],
        names: set[str],
        now_us: int,
    ) -> list[Told]:
        """`present` is how often each track there is has reported; `names` are in force."""
        changed = []
        for key in sorted(self.stories):
            if key[0] not in present or key[1] not in names:
                changed += self._end(key, now_us)
        for key in sorted({*self.stories, *samples}):
            story = self.stories.setdefault(key, Story())
            sample = samples.get(key)
            if sample is not None:
                fresh = present[key[0]] > story.reports_seen
                story.reports_seen = present[key[0]]
                story.history.append(Judged(now_us, sample.level, fresh))
                inside = sample.entry_s == 0.0
                if story.told is None and not inside and story.confirmations() < CONFIRMATIONS:
                    continue
                story.evaluated_us, story.range_m = now_us, sample.range_m
                falls_to = min(story.shown, story.held(now_us))
                changed += self._tell(key, max(sample.level, falls_to), sample.cap, now_us)
            else:
                if key[0] in moved:
                    story.history.append(Judged(now_us, NOTHING, fresh=False))
                if story.told is not None:
                    changed += self._tell(key, min(story.shown, story.held(now_us)), "", now_us)
                elif story.confirmations() == 0:
                    del self.stories[key]
        return sorted(changed, key=lambda one: one.key)

    def track_gone(self, number: int, now_us: int) -> list[Told]:
        return [
            told
            for key in sorted(self.stories)
            if key[0] == number
            for told in self._end(key, now_us)
        ]

    def active(self) -> list[tuple[tuple[int, str], int, int, float]]:
        """Key, level, and when last evaluated, with the range of then."""
        return [
            (key, story.told.level, story.evaluated_us, story.range_m)
            for key, story in sorted(self.stories.items())
            if story.told is not None
        ]

    def _end(self, key: tuple[int, str], now_us: int) -> list[Told]:
        told = self._tell(key, NOTHING, "", now_us)
        self.stories.pop(key, None)
        return told

    def _tell(self, key: tuple[int, str], level: int, cap: str, now_us: int) -> list[Told]:
        story = self.stories[key]
        old = story.told
        if story.shown == level:
            return []
        if old is None:
            self.encounters += 1
        raised_us = now_us if old is None else old.raised_us
        story.evaluated_us = now_us
        story.told = Told(
            key=key,
            encounter=self.encounters if old is None else old.encounter,
            revision=1 if old is None else old.revision + 1,
            level=level,
            highest_level=max(level, NOTHING if old is None else old.highest_level),
            cap=cap,
            raised_us=raised_us,
            changed_us=now_us,
            evaluated_us=now_us,
            range_m=story.range_m,
        )
        if level == NOTHING:
            del self.stories[key]
        return [story.told]
