"""`keepclear serve`: a broker on this machine."""

import asyncio
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from adapters.registry import UnknownAdapter, recording_start_us
from broker.cli.feeds import adapters_running
from broker.cli.following import RecordedClock
from broker.cli.lifetime import until_stopped
from broker.cli.prepare import make_ready
from broker.cli.problems import Problem
from broker.cli.running import (
    REVOKED_ELSEWHERE,
    Running,
    announced,
    mqtt_server_for,
    running_broker,
)
from broker.cli.securing import Secured, secured
from broker.gateways.mqtt.server import MqttServer
from broker.service.clock import Clock, SystemClock
from broker.service.logs import configure_logs
from broker.service.settings import LOOPBACK, AgencySettings, Settings, load_settings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

DEFAULT_AGENCIES = {
    "met": AgencySettings(name="Metropolitan Police"),
    "lfb": AgencySettings(name="London Fire Brigade"),
    "las": AgencySettings(name="London Ambulance Service"),
    "npas": AgencySettings(name="Police helicopters"),
    "laa": AgencySettings(name="Air ambulance"),
    "surveillance": AgencySettings(name="ADS-B receivers"),
}
"""Used where the configuration names none, so that a first broker can be tried at once."""
ADAPTER_AGENCY = "surveillance"


def read_settings(config: Path | None, **options: object) -> Settings:
    """Settings, or a Problem that names each key at fault."""
    if config is not None and not config.is_file():
        raise Problem(f"There is no configuration file {config}.", "Give the path of a TOML file.")
    try:
        settings = load_settings(config, **options)
    except ValidationError as error:
        faults = "; ".join(_fault(one) for one in error.errors())
        raise Problem(f"The configuration is refused. {faults}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Problem(f"{config} is not TOML: {error}") from error
    except OSError as error:
        raise Problem(f"{config} cannot be read: {error.strerror}") from error
    if not settings.agencies:
        return settings.model_copy(update={"agencies": DEFAULT_AGENCIES})
    return settings


def _fault(error: "ErrorDetails") -> str:
    if error["type"] == "value_error":
        said = str(error["ctx"]["error"])  # our own words, without pydantic's "Value error, "
    elif error["type"] == "extra_forbidden":
        said = "there is no such setting"
    else:
        said = error["msg"]
    where = ".".join(str(part) for part in error["loc"])
    return f"{where}: {said}" if where else said


def serve(  # noqa: PLR0913, PLR0917 - each is an option of the command
    config: Annotated[Path | None, typer.Option(help="TOML file with the settings.")] = None,
    adapter: Annotated[
        list[str] | None,
        typer.Option(help="Feed to read, for example readsb=http://receiver/data/aircraft.json."),
    ] = None,
    adapter_agency: Annotated[
        str, typer.Option(help="Agency that the adapters publish for.")
    ] = ADAPTER_AGENCY,
    recorded: Annotated[
        bool,
        typer.Option(
            help="Play the adapters' files at their own times: the broker's clock starts there."
        ),
    ] = False,
    space: Annotated[str | None, typer.Option(help="live or exercise.")] = None,
    identities: Annotated[
        Path | None,
        typer.Option(help="Identity folder: TLS and proven identities (`keepclear agency init`)."),
    ] = None,
    mqtt: Annotated[
        str | None,
        typer.Option(help="mqtt://host[:port] (mqtts://) of a server that runs already."),
    ] = None,
    grpc_port: Annotated[int | None, typer.Option(help="0 takes a free port.")] = None,
    mqtt_port: Annotated[int | None, typer.Option(help="Port of the MQTT child.")] = None,
    metrics_port: Annotated[int | None, typer.Option(help="0 takes a free port.")] = None,
    host: Annotated[str | None, typer.Option(help="Loopback address to serve on.")] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Folder of the log.")] = None,
    policy: Annotated[str | None, typer.Option(help="Shipped policy's name, or a file.")] = None,
    run_for: Annotated[
        float | None, typer.Option("--for", help="End after this many seconds.")
    ] = None,
) -> None:
    """Serve one space on this machine until Ctrl-C."""
    configure_logs()
    settings = read_settings(
        config,
        space=space,
        identity_dir=identities,
        mqtt=mqtt,
        grpc_port=grpc_port,
        mqtt_port=mqtt_port,
        metrics_port=metrics_port,
        host=host,
        data_dir=data_dir,
        policy=policy,
    )
    wanted = adapter or []
    clock = recorded_clock(wanted) if recorded else SystemClock()
    security = secured(settings, clock)
    make_ready(settings.policy)
    mqtt_server = mqtt_server_for(settings, security)
    asyncio.run(_serve(settings, clock, mqtt_server, security, wanted, adapter_agency, run_for))


def recorded_clock(wanted: list[str]) -> Clock:
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
    wanted: list[str],
    adapter_agency: str,
    run_for: float | None,
) -> None:
    async with (
        running_broker(settings, clock, mqtt_server, security) as running,
        announced(running),
        adapters_running(running, wanted, adapter_agency, clock),
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
    console.print(f"  MQTT     {running.mqtt_address.host}:{running.mqtt_address.port} ({where})")
    console.print(f"  metrics  http://{running.metrics_address}/metrics")
    console.print(f"  log      {settings.data_dir}")
    if settings.identity_dir is None:
        console.print("Identities are claimed, not checked. Ctrl-C ends it.")
    else:
        console.print(f"  identities  {settings.identity_dir}, checked. Ctrl-C ends it.")
        if running.mqtt_server is None:
            console.print(f"[bold]Not enforced:[/] {REVOKED_ELSEWHERE}.")
