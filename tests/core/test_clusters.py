"""Flood control: never more than three alerts in ten minutes from one incident, and none hidden."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.core.alerts import Acknowledgement, Alert, AlertKind, AlertLevel
from broker.core.cluster_state import MEMBERS_MAX, Context
from broker.core.clusters import Clusters
from broker.core.names import SystemName
from broker.core.separation.policy_alerting import FloodLimits
from broker.core.units import MINUTE_US, SECOND_US
from tests.core.alert_samples import GEOMETRY, sample_alert

LIMITS = FloodLimits(alerts_max=3, window_us=10 * MINUTE_US, told_every_us=10 * SECOND_US)
START_US = 1_795_219_200_000_000
DRONES = Context(("INC-1",), ("met", "lfb"), drone_and_crewed=False)
CREWED = replace(DRONES, drone_and_crewed=True)
CAUTION, WARNING, FLOOR = AlertLevel.CAUTION, AlertLevel.WARNING, AlertLevel.FLOOR


def alert(name: str, level: AlertLevel = CAUTION, revision: int = 1, range_m: float = 900) -> Alert:
    return sample_alert(
        alert_id=name,
        revision=revision,
        level=level,
        rule_id="drone-drone-transit",
        geometry=replace(GEOMETRY, range_m=range_m),
        at_us=START_US,
    )


class Scene:
    """Clusters, and the alerts that come to them; every alert of one incident unless said."""

    def __init__(self, limits: FloodLimits = LIMITS) -> None:
        self.clusters = Clusters(limits)
        self.now_us = START_US
        self.contexts: dict[str, Context] = {}
        self.standing: dict[str, Alert] = {}

    def tell(self, *revisions: Alert, context: Context = DRONES) -> list[Alert]:
        for one in revisions:
            self.contexts.setdefault(one.alert_id, context)
            self.standing[one.alert_id] = one
            if one.level is AlertLevel.NONE:
                del self.standing[one.alert_id]
        return self.clusters.tell(revisions, self._context, self._current, self.now_us)

    def wait(self, seconds: float) -> list[Alert]:
        self.now_us += round(seconds * SECOND_US)
        return self.clusters.time_passed(self._current, self.now_us)

    def flood(self, count: int = 5) -> Alert:
        """The cluster that so many alerts at once make."""
        told = self.tell(*(alert(f"a{place}") for place in range(count)))
        return next(one for one in told if one.kind is AlertKind.CLUSTER)

    def active(self) -> list[Alert]:
        return self.clusters.active(list(self.standing.values()))

    def _context(self, one: Alert) -> Context:
        return self.contexts[one.alert_id]

    def _current(self, one: Alert) -> Alert:
        return self.standing.get(one.alert_id, one)


def test_the_third_alert_gathers_what_comes_after_it() -> None:
    # REQ-SEP-020: never more than three in ten minutes from one incident.
    scene = Scene()
    told = scene.tell(*(alert(f"a{place}", range_m=100.0 * place) for place in range(7)))
    alone = [one for one in told if one.kind is not AlertKind.CLUSTER]
    (cluster,) = (one for one in told if one.kind is AlertKind.CLUSTER)
    assert [one.alert_id for one in alone] == ["a0", "a1"]
    assert {one.incident_id for one in told} == {"INC-1"}
    assert [one.alert_id for one in cluster.members] == ["a2", "a3", "a4", "a5", "a6"]
    assert (cluster.member_count, cluster.level, cluster.revision) == (5, CAUTION, 1)


def test_alerts_of_no_incident_pass_untouched() -> None:
    scene = Scene()
    alerts = [alert(f"a{place}") for place in range(9)]
    assert scene.tell(*alerts, context=Context((), ("met",), False)) == alerts
    assert scene.active() == alerts


def test_an_alert_keeps_its_own_id_when_its_aircraft_get_an_incident_later() -> None:
    scene = Scene()
    scene.flood()
    risen = alert("old", WARNING, revision=2)
    assert scene.tell(risen) == [risen]


def test_alerts_told_before_go_on_under_their_own_ids() -> None:
    scene = Scene()
    scene.flood()
    (risen,) = scene.tell(alert("a0", WARNING, revision=2))
    assert (risen.alert_id, risen.incident_id, risen.level) == ("a0", "INC-1", WARNING)
    (ended,) = scene.tell(alert("a0", AlertLevel.NONE, revision=3))
    assert (ended.alert_id, ended.incident_id) == ("a0", "INC-1")


def test_a_floor_escalates_the_cluster_at_once_and_leads_it() -> None:
    # REQ-SEP-021: a floor is never hidden by a cluster.
    scene = Scene()
    scene.flood()
    (cluster,) = scene.tell(alert("a4", FLOOR, revision=2))
    assert (cluster.level, cluster.highest_level, cluster.members[0].alert_id) == (
        FLOOR, FLOOR, "a4"
    )  # fmt: skip


def test_a_second_floor_is_told_at_once_though_the_level_stays() -> None:
    # REQ-SEP-021
    scene = Scene()
    scene.flood()
    scene.tell(alert("a4", FLOOR, revision=2))
    (cluster,) = scene.tell(alert("a3", FLOOR, revision=2))
    assert {one.alert_id for one in cluster.members[:2]} == {"a3", "a4"}


def test_a_crewed_warning_stands_before_drones_that_are_closer() -> None:
    # REQ-SEP-021: nor is a warning of a drone and a crewed aircraft.
    scene = Scene()
    scene.flood()
    scene.tell(alert("a2", WARNING, revision=2, range_m=20.0))
    (cluster,) = scene.tell(alert("new", WARNING, range_m=800.0), context=CREWED)
    assert [one.alert_id for one in cluster.members[:2]] == ["new", "a2"]
    assert cluster.level is WARNING


def test_what_is_not_urgent_waits_and_is_told_together() -> None:
    scene = Scene()
    first = scene.flood()
    assert scene.tell(alert("b"), alert("c")) == []
    assert scene.wait(5.0) == []
    (later,) = scene.wait(5.0)
    assert (later.revision, later.member_count) == (first.revision + 1, first.member_count + 2)
    assert scene.wait(60.0) == []


def test_an_agency_with_nothing_in_the_cluster_is_told_at_once() -> None:
    scene = Scene()
    scene.flood()
    (told,) = scene.tell(alert("b"), context=replace(DRONES, agencies=("las", "met")))
    assert told.kind is AlertKind.CLUSTER


def test_an_empty_cluster_is_silent_and_stands_until_there_is_room() -> None:
    scene = Scene()
    cluster = scene.flood(4)
    (quiet,) = scene.tell(*(alert(f"a{place}", AlertLevel.NONE, 2) for place in (2, 3)))
    assert (quiet.level, quiet.member_count, quiet.highest_level) == (
        AlertLevel.ADVISORY, 0, CAUTION
    )  # fmt: skip
    assert [one.alert_id for one in scene.active()] == ["a0", "a1", cluster.alert_id]
    assert scene.wait(599.0) == []
    (ended,) = scene.wait(1.0)
    assert (ended.alert_id, ended.level) == (cluster.alert_id, AlertLevel.NONE)


def test_an_empty_cluster_takes_new_alerts_under_its_id() -> None:
    scene = Scene()
    cluster = scene.flood(3)
    scene.tell(alert("a2", AlertLevel.NONE, 2))
    (risen,) = scene.tell(alert("b", WARNING))
    assert (risen.alert_id, risen.level) == (cluster.alert_id, WARNING)


def test_an_alert_of_two_incidents_joins_the_one_with_a_cluster() -> None:
    scene = Scene()
    cluster = scene.flood()
    both = replace(DRONES, incidents=("INC-0", "INC-1"), agencies=("las",))
    (told,) = scene.tell(alert("b"), context=both)
    assert told.alert_id == cluster.alert_id


def test_a_cluster_names_a_limited_number_and_counts_all() -> None:
    cluster = Scene().flood(MEMBERS_MAX + 12)
    assert (len(cluster.members), cluster.member_count) == (MEMBERS_MAX, MEMBERS_MAX + 10)


def test_a_member_is_acknowledged_with_its_cluster() -> None:
    scene = Scene()
    cluster = scene.flood()
    system = SystemName("met", "desk")
    for name in (cluster.alert_id, "a3"):
        assert scene.clusters.cluster_of(name) == cluster.alert_id
    first = Acknowledgement(system, "desk", START_US, 0)
    told = scene.clusters.acknowledge(cluster.alert_id, first)
    assert (told.acknowledgements, told.revision) == ((first,), cluster.revision + 1)
    second = replace(first, acknowledged_by="night desk")
    assert scene.clusters.acknowledge(cluster.alert_id, second).acknowledgements == (second,)
    assert scene.clusters.cluster_of("a0") is None


@pytest.mark.parametrize("most", [1, 2, 3, 10])
def test_the_policy_says_how_many(most: int) -> None:
    scene = Scene(replace(LIMITS, alerts_max=most))
    assert len(scene.tell(*(alert(f"a{place}") for place in range(30)))) == most


def test_the_same_alerts_make_the_same_cluster_ids() -> None:
    # REQ-DET-001
    assert Scene().flood() == Scene().flood()


STEPS = st.lists(
    st.tuples(
        st.integers(0, 11),
        st.sampled_from(AlertLevel),
        st.booleans(),
        st.sampled_from([("INC-1",), ("INC-2",), ("INC-1", "INC-2"), ()]),
        st.sampled_from([0.0, 1.0, 7.0, 90.0, 700.0]),
    ),
    max_size=120,
)


def _play(
    scene: Scene,
    steps: list[tuple[int, AlertLevel, bool, tuple[str, ...], float]],
    each: Callable[[Scene, list[Alert]], None],
) -> None:
    """Alerts that rise, fall and end; after an end the next episode has a new id."""
    episode: dict[int, tuple[int, int]] = {}
    for place, level, crewed, incidents, seconds in steps:
        number, revision = episode.get(place, (0, 0))
        if revision == 0 and level is AlertLevel.NONE:
            each(scene, scene.wait(seconds))
            continue
        context = Context(incidents, ("met", f"agency-{place % 3}"), crewed)
        one = alert(f"{place}-{number}", level, revision + 1)
        told = scene.tell(one, context=context)
        over = level is AlertLevel.NONE
        episode[place] = (number + 1, 0) if over else (number, revision + 1)
        each(scene, told + scene.wait(seconds))


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_no_window_holds_more_than_three_and_nothing_is_hidden(
    steps: list[tuple[int, AlertLevel, bool, tuple[str, ...], float]],
) -> None:
    # REQ-SEP-020, REQ-SEP-021
    raised: dict[str, list[int]] = {}
    seen: dict[str, Alert] = {}

    def check(scene: Scene, told: list[Alert]) -> None:
        for one in told:
            if one.alert_id not in seen and one.incident_id:
                raised.setdefault(one.incident_id, []).append(one.raised_us)
            seen[one.alert_id] = one
        shown = scene.active()
        ids = {one.alert_id for one in shown} | {m.alert_id for one in shown for m in one.members}
        assert ids >= set(scene.standing)
        for one in shown:
            if one.kind is AlertKind.CLUSTER:  # what was told last is not less than what stands
                assert seen[one.alert_id].level >= max((m.level for m in one.members), default=1)
                assert {m.alert_id for m in one.members if m.level is FLOOR} <= {
                    m.alert_id for m in seen[one.alert_id].members
                }

    # An alert's clock is the scene's: raised_us of alerts told alone is set here.
    scene = Scene()
    original = scene.tell

    def timed(*revisions: Alert, context: Context = DRONES) -> list[Alert]:
        return original(*(replace(r, raised_us=scene.now_us) for r in revisions), context=context)

    scene.tell = timed  # type: ignore[method-assign]
    _play(scene, steps, check)
    for times_us in raised.values():
        for end_us in times_us:
            assert sum(end_us - LIMITS.window_us < at_us <= end_us for at_us in times_us) <= 3


@settings(max_examples=60, deadline=None)
@given(STEPS, st.integers(0, 120))
def test_a_restored_snapshot_goes_on_as_if_nothing_had_happened(
    steps: list[tuple[int, AlertLevel, bool, tuple[str, ...], float]], cut: int
) -> None:
    # REQ-DET-002
    whole: list[list[Alert]] = []
    _play(Scene(), steps, lambda _, told: whole.append(told))
    parts: list[list[Alert]] = []

    def swap(scene: Scene, told: list[Alert]) -> None:
        parts.append(told)
        if len(parts) == cut:
            restored = Clusters(LIMITS)
            restored.restore(scene.clusters.state())
            scene.clusters = restored

    _play(Scene(), steps, swap)
    assert parts == whole
