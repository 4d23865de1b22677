"""A broker on this machine, from its settings until it is stopped."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from adapters.registry import UnknownAdapter, recording_start_us
from broker.cli.configuration import read_settings
from broker.cli.feeds import adapters_running
from broker.cli.following import RecordedClock
from broker.cli.lifetime import until_stopped
from broker.cli.prepare import make_ready
from broker.cli.problems import Problem
from broker.cli.running import (
    Running,
    announced,
    mqtt_server_for,
    revoked_elsewhere,
    running_broker,
)
from broker.cli.securing import Secured, secured
from broker.gateways.mqtt.server import MqttServer
from broker.service.addresses import at_port
from broker.service.clock import Clock, SystemClock
from broker.service.logs import configure_logs
from broker.service.settings import LOOPBACK, Settings


@dataclass(frozen=True, slots=True)
class Feeds:
    """Feeds that the command line names beside those of the configuration."""

    wanted: tuple[str, ...]
    """Each `kind=address`."""
    agency: str
    are_recorded: bool


def serve_until_stopped(
    config: Path | None, options: Mapping[str, object], feeds: Feeds, run_for: float | None
) -> None:
    """Serve what the configuration says; `options` that are given come before it."""
    configure_logs()
    settings = read_settings(config, **options)
    clock = recorded_clock(feeds.wanted) if feeds.are_recorded else SystemClock()
    security = secured(settings, clock)
    make_ready(settings.policy)
    mqtt_server = mqtt_server_for(settings, security)
    asyncio.run(_serve(settings, clock, mqtt_server, security, feeds, run_for))


def recorded_clock(wanted: Sequence[str]) -> Clock:
    """A clock that starts with the earliest of the adapters' recordings."""
    try:
        starts_us = [one for one in map(recording_start_us, wanted) if one is not None]
    except UnknownAdapter as error:
        raise Problem(str(error)) from error
    if not starts_us:
        raise Problem(
            "--recorded needs an --adapter with a recorded file that has times.",
            "For example: --adapter readsb=aircraft.json --recorded",
        )
    return RecordedClock(min(starts_us))


async def _serve(
    settings: Settings,
    clock: Clock,
    mqtt_server: MqttServer | None,
    security: Secured | None,
    feeds: Feeds,
    run_for: float | None,
) -> None:
    async with (
        running_broker(settings, clock, mqtt_server, security) as running,
        announced(running),
        adapters_running(running, feeds.wanted, feeds.agency, clock),
    ):
        say_where(running)
        await until_stopped(running, run_for)


def say_where(running: Running) -> None:
    """Tell the person at the terminal what runs where, and what it does not check."""
    console = Console(stderr=True, highlight=False)
    settings = running.settings
    where = "on this machine only" if settings.host in LOOPBACK else f"at {settings.host}"
    console.print(f"Keepclear serves the [bold]{settings.space}[/] space {where}.")
    console.print(f"  gRPC     {running.grpc_address}")
    if running.mqtt_server is None:
        where = "runs elsewhere"
    else:
        engine = running.mqtt_server.engine
        where = f"{engine.name} {engine.version}, a child of this process"
    mqtt = at_port(running.mqtt_address.host, running.mqtt_address.port)
    console.print(f"  MQTT     {mqtt} ({where})")
    console.print(f"  metrics  http://{running.metrics_address}/metrics")
    console.print(f"  log      {settings.data_dir}")
    if settings.identity_dir is None:
        console.print("Identities are claimed, not checked. Ctrl-C ends it.")
    else:
        console.print(f"  identities  {settings.identity_dir}, checked. Ctrl-C ends it.")
        if running.mqtt_server is None:
            console.print(f"[bold]Not enforced:[/] {revoked_elsewhere(settings)}.")
