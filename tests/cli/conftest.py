"""A small broker in a thread, which the commands talk to over a real socket."""

import asyncio
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from keepclear.v1 import (
    alerts_pb2,
    alerts_pb2_grpc,
    common_pb2,
    feed_pb2,
    feed_pb2_grpc,
    restrictions_pb2,
    restrictions_pb2_grpc,
    tracks_pb2,
    tracks_pb2_grpc,
)
from tests.patience import PATIENCE_S
from tests.system.live import live

AGENCIES = ("met", "lfb")


def refuse(context: grpc.ServicerContext, code: int, text: str, *fields: tuple[str, str]) -> None:
    status = status_pb2.Status(code=code, message=text)
    if fields:
        detail = any_pb2.Any()
        detail.Pack(
            error_details_pb2.BadRequest(
                field_violations=[
                    error_details_pb2.BadRequest.FieldViolation(field=name, description=reason)
                    for name, reason in fields
                ]
            )
        )
        status.details.append(detail)
    context.abort_with_status(rpc_status.to_status(status))


@dataclass
class FakeBroker(
    tracks_pb2_grpc.TrackServiceServicer,
    feed_pb2_grpc.FeedServiceServicer,
    restrictions_pb2_grpc.RestrictionServiceServicer,
    alerts_pb2_grpc.AlertServiceServicer,
):
    """Keeps what it was sent; answers as the contract says."""

    target: str = ""
    space: common_pb2.Space = common_pb2.SPACE_LIVE
    news: list[feed_pb2.FeedMessage] = field(default_factory=list)
    picture_age_s: float | None = 0.5
    silent: int = 2
    heartbeat_s: float = 0.1
    heartbeats_max: int = 1_000
    clock_offset_s: float = 0.0
    published: list[tracks_pb2.TrackReport] = field(default_factory=list)
    batch_sizes: list[int] = field(default_factory=list)
    subscriptions: list[feed_pb2.SubscribeRequest] = field(default_factory=list)
    systems: list[str] = field(default_factory=list)
    restrictions: dict[str, restrictions_pb2.Restriction] = field(default_factory=dict)
    alerts: dict[str, alerts_pb2.Alert] = field(default_factory=dict)
    stopping: threading.Event = field(default_factory=threading.Event)

    def caller(self, context: grpc.ServicerContext) -> str:
        system = str(dict(context.invocation_metadata()).get("keepclear-system", ""))
        self.systems.append(system)
        if system.split("/")[1] not in AGENCIES:
            refuse(context, code_pb2.PERMISSION_DENIED, "agency is not configured")
        return system

    def message(self, number: int, **kind: Any) -> feed_pb2.FeedMessage:
        sent_us = time.time_ns() // 1000 + round(self.clock_offset_s * 1e6)
        return feed_pb2.FeedMessage(
            header=feed_pb2.FeedHeader(
                epoch="e1",
                number=number,
                covers_from=number,
                sent_us=sent_us,
                space=self.space,
                audience="agencies/met/roles/desk",
                resume_token=b"t%d" % number,
            ),
            **kind,
        )

    def Subscribe(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:  # noqa: N802
        self.caller(context)
        self.subscriptions.append(request)
        messages = [
            self.message(0, snapshot_begin=feed_pb2.SnapshotBegin(reason="first subscription")),
            self.message(0, snapshot_end=feed_pb2.SnapshotEnd()),
        ]
        for number, news in enumerate(self.news, 1):
            message = self.message(number)
            message.MergeFrom(news)
            messages.append(message)
        last = len(self.news)
        for message in messages:
            yield feed_pb2.SubscribeResponse(message=message)
        for _ in range(self.heartbeats_max):
            beat = feed_pb2.Heartbeat(
                picture_age_s=self.picture_age_s, track_count=1, silent_publisher_count=self.silent
            )
            yield feed_pb2.SubscribeResponse(message=self.message(last, heartbeat=beat))
            if self.stopping.wait(self.heartbeat_s) or not context.is_active():
                return
        while context.is_active() and not self.stopping.wait(0.05):
            pass

    def PublishTracks(self, requests: Any, context: grpc.ServicerContext) -> Iterator[Any]:  # noqa: N802
        self.caller(context)
        for request in requests:
            refusals = []
            for index, report in enumerate(request.reports):
                if report.latitude_deg == 0:
                    refusals.append(
                        common_pb2.Refusal(
                            field=f"reports[{index}].latitude_deg", reason="0,0 is not a fix"
                        )
                    )
                else:
                    self.published.append(report)
            self.batch_sizes.append(len(request.reports))
            yield tracks_pb2.PublishTracksResponse(
                batch_id=request.batch_id,
                accepted_count=len(request.reports) - len(refusals),
                refusals=refusals,
                credit=4,
            )

    def CreateRestriction(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        self.caller(context)
        made = request.restriction
        if made.title == "bad":
            refuse(
                context,
                code_pb2.INVALID_ARGUMENT,
                "refused",
                ("restriction.title", "is not a title"),
            )
        made.version, made.etag = 1, "etag-1"
        made.state = restrictions_pb2.RESTRICTION_STATE_ACTIVE
        made.approximated = True
        made.approximations.append("ceiling above ground taken from the highest ground known")
        self.restrictions[made.name] = made
        return restrictions_pb2.CreateRestrictionResponse(restriction=made)

    def ListRestrictions(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802, ARG002
        self.caller(context)
        return restrictions_pb2.ListRestrictionsResponse(restrictions=self.restrictions.values())

    def WithdrawRestriction(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        self.caller(context)
        if request.name not in self.restrictions:
            refuse(context, code_pb2.NOT_FOUND, f"no restriction {request.name}")
        found = self.restrictions[request.name]
        if request.etag not in ("", found.etag):
            refuse(context, code_pb2.ABORTED, "etag is not the current one")
        found.state = restrictions_pb2.RESTRICTION_STATE_WITHDRAWN
        found.version += 1
        return restrictions_pb2.WithdrawRestrictionResponse(restriction=found)

    def ListAlerts(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802, ARG002
        self.caller(context)
        return alerts_pb2.ListAlertsResponse(alerts=self.alerts.values())

    def AcknowledgeAlert(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        system = self.caller(context)
        if request.alert_id not in self.alerts:
            refuse(context, code_pb2.NOT_FOUND, f"no alert {request.alert_id}")
        alert = self.alerts[request.alert_id]
        alert.acknowledgements.add(system=system, acknowledged_by=request.acknowledged_by)
        return alerts_pb2.AcknowledgeAlertResponse(alert=alert)


@pytest.fixture
def fake_broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBroker]:
    """A fake broker on a free port, which KEEPCLEAR_TARGET names."""
    broker = FakeBroker()
    server = grpc.server(ThreadPoolExecutor(max_workers=8))
    tracks_pb2_grpc.add_TrackServiceServicer_to_server(broker, server)
    feed_pb2_grpc.add_FeedServiceServicer_to_server(broker, server)
    restrictions_pb2_grpc.add_RestrictionServiceServicer_to_server(broker, server)
    alerts_pb2_grpc.add_AlertServiceServicer_to_server(broker, server)
    checks = health.HealthServicer()
    checks.set("", health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    broker.target = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    monkeypatch.setenv("KEEPCLEAR_TARGET", broker.target)
    yield broker
    broker.stopping.set()
    server.stop(None).wait()


@pytest.fixture(scope="module")
def running_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real broker in a thread, for a module's tests in turn."""
    folder, addresses = tmp_path_factory.mktemp("broker"), queue.SimpleQueue[str]()
    loop, over = asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        async with live(folder) as one:
            addresses.put(one.address)
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    yield addresses.get(timeout=PATIENCE_S)
    loop.call_soon_threadsafe(over.set)
    thread.join()
    loop.close()


@pytest.fixture
def real_broker(running_broker: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same, which KEEPCLEAR_TARGET names."""
    monkeypatch.setenv("KEEPCLEAR_TARGET", running_broker)
    return running_broker


@pytest.fixture(autouse=True)
def own_run_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test sees a broker that happens to run here, nor the caller's own settings."""
    for name in ("KEEPCLEAR_TARGET", "KEEPCLEAR_SYSTEM", "KEEPCLEAR_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "run" / "keepclear" / "broker.json"


StartCommand = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start_command() -> Iterator[StartCommand]:
    """Start `keepclear` as a process of its own; killed with the test."""
    started: list[subprocess.Popen[str]] = []
    # A shell makes what it runs in the background ignore Ctrl-C, and children inherit that.
    ours = signal.signal(signal.SIGINT, signal.default_int_handler)

    def start(*arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", "from broker.cli.main import run; run()", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
    signal.signal(signal.SIGINT, ours)
