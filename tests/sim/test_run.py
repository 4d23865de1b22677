"""The run against a make-believe broker that answers through the same small client interface."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import cast

import pytest

from keepclear.client import Client, RefusedError, UnavailableError
from keepclear.v1 import alerts_pb2, common_pb2, feed_pb2, restrictions_pb2, tracks_pb2
from sim.clock import WallClock
from sim.demo_agencies import DEMO_AGENCIES
from sim.london import London
from sim.measures import SECOND_US
from sim.profiles import EVERY_BOROUGH, TODAY, Profile
from sim.run import ACKNOWLEDGE_AFTER_S, QUEUED_BATCHES_MAX, AgencyClient, Summary, run

START_US = 1_790_000_000 * SECOND_US


class FastClock:
    """Virtual time: sleepers wake in order as soon as nobody else can run."""

    def __init__(self) -> None:
        self._now_us = START_US
        self._sleepers: list[tuple[int, asyncio.Event]] = []

    def now_us(self) -> int:
        return self._now_us

    async def sleep(self, seconds: float) -> None:
        wake = asyncio.Event()
        wake_us = self._now_us + max(round(seconds * SECOND_US), 1)
        self._sleepers.append((wake_us, wake))
        for _ in range(20):
            await asyncio.sleep(0)
        if not wake.is_set() and min(at_us for at_us, _ in self._sleepers) == wake_us:
            self._wake(wake_us)
        await wake.wait()

    def _wake(self, to_us: int) -> None:
        self._now_us = max(self._now_us, to_us)
        due = [sleeper for sleeper in self._sleepers if sleeper[0] <= to_us]
        self._sleepers = [sleeper for sleeper in self._sleepers if sleeper[0] > to_us]
        for _, event in due:
            event.set()


class FakeBroker:
    """What all fake clients share."""

    def __init__(self) -> None:
        self.published: dict[str, list[tracks_pb2.TrackReport]] = {}
        self.created: list[tuple[str, restrictions_pb2.Restriction, str | None]] = []
        self.acknowledged: list[tuple[str, str, str]] = []
        self.script: list[feed_pb2.FeedMessage] = []
        self.refuse_track = ""
        self.unavailable_creates = 0
        self.unavailable = False
        self.stuck = False
        self.feed_fails = False


class FakeClient:
    """One system's connection."""

    def __init__(self, broker: FakeBroker, system: str) -> None:
        self._broker = broker
        self._system = system

    async def publish(
        self, reports: Iterable[tracks_pb2.TrackReport], batch_id: str | None = None
    ) -> tracks_pb2.PublishTracksResponse:
        if self._broker.stuck:
            await asyncio.Event().wait()
        if self._broker.unavailable:
            raise UnavailableError("gone", "wait")
        found = list(reports)
        self._broker.published.setdefault(self._system, []).extend(found)
        refusals = [
            common_pb2.Refusal(field=f"reports[{i}].latitude_deg", reason="no")
            for i, report in enumerate(found)
            if report.source_track_id == self._broker.refuse_track
        ]
        return tracks_pb2.PublishTracksResponse(batch_id=batch_id or "", refusals=refusals)

    async def create_restriction(
        self, restriction: restrictions_pb2.Restriction, request_id: str | None = None
    ) -> restrictions_pb2.Restriction:
        self._broker.created.append((self._system, restriction, request_id))
        if self._broker.unavailable_creates:
            self._broker.unavailable_creates -= 1
            raise UnavailableError("gone", "wait")
        return restriction

    async def acknowledge_alert(self, alert_id: str, acknowledged_by: str) -> alerts_pb2.Alert:
        self._broker.acknowledged.append((self._system, alert_id, acknowledged_by))
        return alerts_pb2.Alert(alert_id=alert_id)

    async def follow(
        self, role: feed_pb2.Role = feed_pb2.ROLE_DESK
    ) -> AsyncIterator[feed_pb2.FeedMessage]:
        assert role == feed_pb2.ROLE_DESK
        if self._broker.feed_fails:
            raise UnavailableError("gone", "wait")
        for message in self._broker.script:
            yield message
        await asyncio.Event().wait()


def clients(broker: FakeBroker) -> dict[str, AgencyClient]:
    return {
        name: FakeClient(broker, name) for agency in DEMO_AGENCIES for name in agency.system_names
    }


async def go(broker: FakeBroker, for_s: float = 15.0, profile: Profile = TODAY) -> Summary:
    return await run(clients(broker), London(profile, 1, START_US), FastClock(), for_s)


def alert(alert_id: str, number: int, *agencies: str) -> feed_pb2.FeedMessage:
    level = cast("common_pb2.AlertLevel", number)
    parties = [alerts_pb2.AlertParty(agency=a, label=f"{a.upper()}-1") for a in agencies]
    return feed_pb2.FeedMessage(
        alert=alerts_pb2.Alert(
            alert_id=alert_id,
            level=level,
            highest_level=level,
            parties=parties,
        )
    )


async def test_everything_london_sends_is_published_by_its_system() -> None:
    broker = FakeBroker()
    summary = await go(broker)
    expected = London(TODAY, 1, START_US).advance(START_US + 15 * SECOND_US)
    sent = [e.request for e in expected if isinstance(e.request, tracks_pb2.PublishTracksRequest)]
    assert summary.reports_sent == sum(len(request.reports) for request in sent)
    assert summary.reports_sent == sum(map(len, broker.published.values()))
    assert set(broker.published) == {e.system for e in expected}
    assert summary.batches_shed == summary.batches_failed == 0


async def test_keep_clear_requests_are_set_by_their_agency() -> None:
    broker = FakeBroker()
    summary = await go(broker)
    assert broker.created
    system, restriction, request_id = broker.created[0]
    assert system == "agencies/met/systems/drones"
    assert restriction.name.startswith("agencies/met/")
    assert request_id
    assert summary.restrictions_set == len(broker.created)


async def test_a_request_that_did_not_get_through_is_repeated_under_its_id() -> None:
    broker = FakeBroker()
    broker.unavailable_creates = 2
    summary = await go(broker)
    first = broker.created[0][2]
    assert sum(request_id == first for _, _, request_id in broker.created) >= 2
    assert summary.restrictions_failed == 0


async def test_refused_reports_are_counted_and_named() -> None:
    broker = FakeBroker()
    broker.refuse_track = "met-07"
    summary = await go(broker)
    assert summary.reports_refused >= 5
    assert "latitude_deg: no" in summary.refusals[0]


async def test_an_unavailable_broker_is_counted_and_the_run_goes_on() -> None:
    broker = FakeBroker()
    broker.unavailable = True
    summary = await go(broker)
    assert summary.reports_sent == 0
    assert summary.batches_failed > 10


async def test_a_stuck_broker_sheds_the_oldest_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.run.DRAIN_S", 0.01)
    broker = FakeBroker()
    broker.stuck = True
    summary = await go(broker, 20.0)
    assert summary.batches_shed > QUEUED_BATCHES_MAX
    assert summary.reports_sent == 0


async def test_drone_desks_acknowledge_their_own_cautions_after_a_person_s_delay() -> None:
    broker = FakeBroker()
    broker.script = [alert("a", 2, "met", "npas"), alert("b", 1, "met", "npas")]
    early = await go(broker, ACKNOWLEDGE_AFTER_S - 1.0)
    assert early.acknowledged == 0
    broker.acknowledged.clear()
    summary = await go(broker, ACKNOWLEDGE_AFTER_S + 2.0)
    assert broker.acknowledged == [("agencies/met/systems/drones", "a", "met drone desk")]
    assert summary.acknowledged == 1


async def test_a_risen_alert_is_acknowledged_again_and_a_cleared_one_is_not() -> None:
    broker = FakeBroker()
    broker.script = [alert("a", 2, "lfb", "las"), alert("a", 3, "lfb", "las")]
    broker.script += [alert("c", 2, "met", "las"), alert("c", 0, "met", "las")]
    await go(broker)
    by = sorted((system.split("/")[1], alert_id) for system, alert_id, _ in broker.acknowledged)
    assert by == [("las", "a"), ("las", "a"), ("lfb", "a"), ("lfb", "a")]


async def test_alerts_are_counted_once_by_their_highest_level_and_restrictions_by_name() -> None:
    broker = FakeBroker()
    restriction = restrictions_pb2.Restriction(name="agencies/met/restrictions/r")
    broker.script = [
        alert("a", 2, "met", "npas"),
        alert("a", 4, "met", "npas"),
        alert("b", 3, "lfb", "las"),
        feed_pb2.FeedMessage(restriction=restriction),
    ]
    summary = await go(broker)
    assert summary.alerts_by_level == {"FLOOR": 1, "WARNING": 1}
    assert summary.restrictions_seen == 1
    desks = {seen.desk for seen in summary.alerts}
    assert desks == {"met", "lfb", "las", "npas", "laa"}
    assert summary.alerts[0].labels == ("MET-1", "NPAS-1")


async def test_a_feed_that_ends_in_an_error_is_counted() -> None:
    broker = FakeBroker()
    broker.feed_fails = True
    assert (await go(broker)).feeds_ended == 5


async def test_no_task_outlives_a_run() -> None:
    broker = FakeBroker()
    broker.script = [alert("a", 2, "met", "npas")]
    await go(broker, 2.0, EVERY_BOROUGH)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_missing_client_is_named() -> None:
    some = clients(FakeBroker())
    del some["agencies/laa/systems/helicopters"]
    with pytest.raises(ValueError, match="agencies/laa/systems/helicopters"):
        await run(some, London(TODAY, 1, START_US), FastClock(), 1.0)


async def test_the_wall_clock_can_run_faster() -> None:
    clock = WallClock(100.0)
    before_us = clock.now_us()
    await clock.sleep(1.0)
    assert clock.now_us() - before_us >= SECOND_US
    with pytest.raises(ValueError, match="speed"):
        WallClock(0.0)


def test_the_partner_s_client_fits_the_run() -> None:
    client: AgencyClient = Client("127.0.0.1:1", "agencies/met/systems/drones")
    assert client is not None
    assert issubclass(RefusedError, Exception)
