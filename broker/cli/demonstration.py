"""A broker with simulated London traffic, all on this machine."""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import structlog
from rich.console import Console

from broker.cli.configuration import read_settings
from broker.cli.demo_news import news_told
from broker.cli.lifetime import until_stopped
from broker.cli.prepare import make_ready
from broker.cli.problems import Problem
from broker.cli.running import Running, announced, mqtt_server_for, running_broker
from broker.cli.serving import say_where
from broker.gateways.mqtt.server import MqttServer
from broker.service.clock import SystemClock
from broker.service.logs import configure_logs
from broker.service.settings import AgencySettings, Settings
from keepclear.client import Client
from sim.demo_agencies import DEMO_AGENCIES
from sim.london import London
from sim.measures import SECOND_US
from sim.profiles import PROFILES
from sim.run import Summary, WallClock
from sim.run import run as run_simulation
from sim.scoring import score

JSON_AGENCY: Final = "met"
"""One agency of the demonstration also gets the JSON topics, to show them."""
DAY_S: Final = 86_400.0

log = structlog.get_logger()


def demonstrate(
    profile: str, seed: int, run_for: float | None, options: Mapping[str, object]
) -> None:
    """Serve a profile's traffic until stopped; without a data folder the log goes with it."""
    if profile not in PROFILES:
        raise Problem(
            f"There is no traffic profile {profile!r}.",
            f"Use one of {', '.join(sorted(PROFILES))}.",
        )
    configure_logs()
    with tempfile.TemporaryDirectory(prefix="keepclear-demo-") as temporary:
        given = {**options, "data_dir": options["data_dir"] or Path(temporary)}
        settings = read_settings(None, space="exercise", agencies=demo_agencies(), **given)
        make_ready(settings.policy)
        mqtt_server = mqtt_server_for(settings)
        try:
            asyncio.run(_demo(settings, mqtt_server, profile, seed, run_for))
        finally:
            if mqtt_server is not None:
                mqtt_server.stop()


def demo_agencies() -> dict[str, AgencySettings]:
    """The simulated London's agencies as configuration."""
    return {
        one.agency: AgencySettings(name=one.display_name, json_over_mqtt=one.agency == JSON_AGENCY)
        for one in DEMO_AGENCIES
    }


async def _demo(
    settings: Settings,
    mqtt_server: MqttServer | None,
    profile: str,
    seed: int,
    run_for: float | None,
) -> None:
    clock = SystemClock()
    async with running_broker(settings, clock, mqtt_server) as running, announced(running):
        say_where(running)
        console = Console(stderr=True, highlight=False)
        _say_next_steps(running, console)
        async with (
            _traffic(running, profile, seed, run_for) as simulation,
            news_told(running.grpc_address, console),
        ):
            await until_stopped(running, run_for)
        summary = simulation.result() if simulation.done() and not simulation.cancelled() else None
        if summary is not None:
            _say_summary(running, summary)


@asynccontextmanager
async def _traffic(
    running: Running, profile: str, seed: int, run_for: float | None
) -> AsyncIterator[asyncio.Task[Summary]]:
    """Simulated London as a client of the public contract, in the background."""
    wall = WallClock()
    london = London(PROFILES[profile], seed, wall.now_us(), busy_hour=True)
    async with AsyncExitStack() as stack:
        clients = {
            name: await stack.enter_async_context(Client(running.grpc_address, name))
            for agency in DEMO_AGENCIES
            for name in agency.system_names
        }
        task = asyncio.create_task(run_simulation(clients, london, wall, run_for or DAY_S))
        started_s = time.monotonic()
        try:
            yield task
            if run_for is not None and time.monotonic() - started_s >= run_for:
                await task  # it ends by itself at the same moment
        finally:
            task.cancel()
            await asyncio.wait({task})
            if not task.cancelled() and (error := task.exception()) is not None:
                log.error("simulation-failed", error=repr(error))


def _say_next_steps(running: Running, console: Console) -> None:
    command = sys.argv[0]
    topics = f"keepclear-exercise/v1/out/{JSON_AGENCY}/desk/+/json"
    console.print("In another terminal, for example:")
    console.print(f"  {command} watch              the live picture", soft_wrap=True)
    console.print(f"  {command} alerts list", soft_wrap=True)
    console.print(
        f"  mosquitto_sub -V 5 -p {running.mqtt_address.port} -t '{topics}' -v", soft_wrap=True
    )


def _say_summary(running: Running, summary: Summary) -> None:
    console = Console(highlight=False)
    levels = ", ".join(
        f"{level.lower()} {count}" for level, count in summary.alerts_by_level.items()
    )
    console.print(f"Ran {summary.wall_s:.0f} s of simulated London.")
    console.print(f"  reports     {summary.reports_sent} sent, {summary.reports_refused} refused")
    console.print(
        f"  tracks      {running.broker.projection.airspace.tracks.live_count} at the end"
    )
    console.print(f"  alerts      {sum(summary.alerts_by_level.values())} ({levels or 'none'})")
    console.print(f"  acknowledged by desks: {summary.acknowledged}")
    console.print(f"  keep-clear requests: {summary.restrictions_set}")
    found = score(summary.breaches, summary.alerts, [], round(summary.wall_s * SECOND_US))
    close, unwarned = len(found.breaches), len(found.missed)
    console.print(f"  close encounters: {close}, of which nobody was warned: {unwarned}")
