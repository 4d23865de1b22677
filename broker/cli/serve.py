"""`keepclear serve`: its options. What it does is in `serving`."""

from pathlib import Path
from typing import Annotated, Final

import typer

ADAPTER_AGENCY: Final = "surveillance"


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
    from broker.cli.serving import Feeds, serve_until_stopped  # noqa: PLC0415  # the whole broker

    options = {
        "space": space,
        "identity_dir": identities,
        "mqtt": mqtt,
        "grpc_port": grpc_port,
        "mqtt_port": mqtt_port,
        "metrics_port": metrics_port,
        "host": host,
        "data_dir": data_dir,
        "policy": policy,
    }
    feeds = Feeds(tuple(adapter or ()), adapter_agency, are_recorded=recorded)
    serve_until_stopped(config, options, feeds, run_for)
