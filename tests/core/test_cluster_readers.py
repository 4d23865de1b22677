"""What an agency counts of a cluster that has members it is not told of."""

from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.alerts import Acknowledgement, Alert, AlertGeometry, AlertKind, AlertLevel
from broker.core.cluster_readers import as_counted, counted
from broker.core.cluster_state import Context
from broker.core.clusters import Clusters
from broker.core.names import SystemName
from broker.core.separation.policy_alerting import FloodLimits
from broker.core.units import MINUTE_US, SECOND_US

START_US = 1_795_219_200_000_000
LIMITS = FloodLimits(alerts_max=2, window_us=10 * MINUTE_US, told_every_us=10 * SECOND_US)
GEOMETRY = AlertGeometry(900.0, 90.0, 30.0, 20.0, 20.0, 25.0, 40.0, 30.0, 1.0)
CONTEXT = Context(("INC-1",), ("met", "lfb"), drone_and_crewed=False)
LEVELS = (AlertLevel.NONE, AlertLevel.CAUTION, AlertLevel.WARNING, AlertLevel.FLOOR)
NONE, CAUTION, WARNING, FLOOR = LEVELS
READER, OTHER = "las", "met"


def kept_from(alert: Alert) -> Collection[str]:
    """Alerts with an `h` in front are hidden from the reader."""
    return (READER,) if alert.alert_id.startswith("h") else ()


def alert(name: str, level: AlertLevel = CAUTION, revision: int = 1) -> Alert:
    kind = AlertKind.LEAVING_BAND if name.startswith("h") else AlertKind.PROXIMITY
    return Alert(
        name, revision, kind, level, level, 1, 2, "", START_US, START_US, START_US,
        "drone-drone-transit", "default-1", "", GEOMETRY,
    )  # fmt: skip


class Scene:
    """One incident's alerts, nearly all of them in its cluster, and what is told of that."""

    def __init__(self) -> None:
        self.clusters = Clusters(LIMITS, kept_from=kept_from)
        self.now_us = START_US
        self.standing: dict[str, Alert] = {}
        self.told: list[Alert] = []

    def set(self, name: str, level: AlertLevel) -> None:
        """An alert has this level now; a second later."""
        before = self.standing.pop(name, None)
        if level is NONE and before is None:
            return
        revision = 1 if before is None else before.revision + 1
        self.now_us += SECOND_US
        news = alert(name, level, revision)
        if level is not NONE:
            self.standing[name] = news
        self._keep(self.clusters.tell([news], lambda _: CONTEXT, self._current, self.now_us))

    def wait(self, seconds: float = 11.0) -> None:
        self.now_us += int(seconds * SECOND_US)
        self._keep(self.clusters.time_passed(self._current, self.now_us))

    def acknowledge(self) -> None:
        given = Acknowledgement(SystemName("met", "desk"), "officer", self.now_us, 0)
        [cluster] = [one for one in self.active() if one.kind is AlertKind.CLUSTER]
        self._keep([self.clusters.acknowledge(cluster.alert_id, given)])

    def active(self) -> list[Alert]:
        return self.clusters.active(list(self.standing.values()))

    def news(self, agency: str) -> list[Alert]:
        """The revisions that an agency is told."""
        counted_all = [as_counted(one, agency, kept_from) for one in self.told]
        return [one[0] for one in counted_all if one is not None and one[1]]

    def listed(self, agency: str) -> list[Alert]:
        """What an agency finds when it asks."""
        clusters = [one for one in self.active() if one.kind is AlertKind.CLUSTER]
        counted_all = [as_counted(one, agency, kept_from) for one in clusters]
        return [one[0] for one in counted_all if one is not None]

    def _current(self, one: Alert) -> Alert:
        return self.standing.get(one.alert_id, one)

    def _keep(self, told: list[Alert]) -> None:
        self.told += [one for one in told if one.kind is AlertKind.CLUSTER]


def mixed() -> Scene:
    """A cluster with one member for all and one that is hidden from the reader."""
    scene = Scene()
    for name in ("a0", "a1", "h0"):
        scene.set(name, CAUTION)
    scene.wait()
    return scene


def members(cluster: Alert) -> list[str]:
    return [one.alert_id for one in cluster.members]


def test_a_change_of_a_member_that_it_is_not_told_of_is_no_revision() -> None:
    # REQ-SHARE-019
    scene = mixed()
    before, listed = scene.news(READER), scene.listed(READER)
    scene.set("h0", FLOOR)
    scene.set("h1", WARNING)
    scene.wait()
    scene.set("h0", NONE)
    scene.wait()
    assert scene.news(READER) == before
    assert scene.listed(READER) == listed, "nor does whoever asks again and again find one"
    assert len(scene.news(OTHER)) > len(before)


def test_its_own_revisions_have_no_gap_and_tell_its_own_level_and_times() -> None:
    # REQ-SHARE-019
    scene = mixed()
    scene.set("h0", FLOOR)
    scene.set("a1", WARNING)
    scene.wait()
    last = scene.news(READER)[-1]
    assert [one.revision for one in scene.news(READER)] == [1, 2]
    assert (last.level, last.highest_level) == (WARNING, WARNING)
    assert (members(last), last.member_count) == (["a1"], 1)
    everything = scene.news(OTHER)[-1]
    assert (everything.highest_level, everything.member_count) == (FLOOR, 2)


def test_a_cluster_of_hidden_alerts_is_not_there_until_another_joins_and_stays_till_its_end() -> (
    None
):
    # REQ-SHARE-019
    scene = Scene()
    for name in ("h0", "h1", "h2"):
        scene.set(name, WARNING)
    scene.wait()
    assert (scene.news(READER), scene.listed(READER)) == ([], [])
    scene.set("a0", CAUTION)
    scene.wait()
    [first] = scene.news(READER)
    assert (first.revision, first.level, first.highest_level) == (1, CAUTION, CAUTION)
    assert first.raised_us == first.changed_us > START_US + 4 * SECOND_US
    scene.set("a0", NONE)
    scene.wait()
    quiet = scene.news(READER)[-1]
    assert (quiet.level, quiet.members, quiet.member_count) == (AlertLevel.ADVISORY, (), 0)
    for name in ("h1", "h2"):
        scene.set(name, NONE)
    scene.wait(11 * 60.0)
    assert [one.level for one in scene.news(READER)] == [CAUTION, AlertLevel.ADVISORY, NONE]


def test_a_cluster_that_it_was_never_told_of_ends_without_a_word() -> None:
    # REQ-SHARE-019
    scene = Scene()
    for name in ("h0", "h1"):
        scene.set(name, WARNING)
    for name in ("h0", "h1"):
        scene.set(name, NONE)
    scene.wait(11 * 60.0)
    assert [one.level for one in scene.told][-1] is NONE
    assert scene.news(READER) == []


def test_an_acknowledgement_is_a_revision_for_all_who_are_told() -> None:
    scene = mixed()
    changed_us = scene.news(READER)[-1].changed_us
    scene.set("h0", FLOOR)
    scene.acknowledge()
    last = scene.news(READER)[-1]
    assert len(last.acknowledgements) == 1
    assert last.changed_us == changed_us, "not when the hidden member changed"


def test_without_hidden_members_nobody_counts_apart() -> None:
    scene = Scene()
    for name in ("a0", "a1", "a2"):
        scene.set(name, WARNING)
    assert {one.apart for one in scene.told} == {()}
    assert scene.news(READER) == scene.news(OTHER) == scene.told


def test_drifting_numbers_are_no_revision() -> None:
    scene = mixed()
    [cluster] = [one for one in scene.active() if one.kind is AlertKind.CLUSTER]
    farther = replace(GEOMETRY, range_m=850.0)
    moved = replace(
        cluster,
        revision=cluster.revision + 1,
        members=tuple(replace(one, geometry=farther) for one in reversed(cluster.members)),
    )
    again = as_counted(counted(cluster, moved, kept_from), READER, kept_from)
    assert again is not None
    assert not again[1]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["a0", "a1", "a2", "h0", "h1"]), st.sampled_from(LEVELS)),
        max_size=25,
    )
)
def test_every_message_says_something_new_and_all_that_it_may_know_is_told(
    steps: list[tuple[str, AlertLevel]],
) -> None:
    # REQ-SHARE-019: against the plainest reading of it, what the reader knows after each message.
    scene = Scene()
    for name, level in steps:
        scene.set(name, level)
        scene.wait()
    news = scene.news(READER)
    by_cluster: dict[str, list[Alert]] = {}
    for one in news:
        by_cluster.setdefault(one.alert_id, []).append(one)
    for told in by_cluster.values():
        assert [one.revision for one in told] == list(range(1, len(told) + 1))
        said = [([(m.alert_id, m.revision) for m in one.members], one.level) for one in told]
        assert all(sorted(a[0]) != sorted(b[0]) or b[1] is NONE for a, b in pairwise(said))
    for listed in scene.listed(READER):
        latest = by_cluster[listed.alert_id][-1]
        assert sorted(members(latest)) == sorted(members(listed))
        assert (latest.revision, latest.level) == (listed.revision, listed.level)
