"""`keepclear demo`: its options. What it does is in `demonstration`."""

from pathlib import Path
from typing import Annotated

import typer

from sim.profiles import PROFILES


def demo(
    profile: Annotated[
        str, typer.Option(help=f"Traffic: {', '.join(sorted(PROFILES))}.")
    ] = "every-borough",
    seed: Annotated[int, typer.Option(help="The same seed gives the same traffic.")] = 1,
    run_for: Annotated[
        float | None, typer.Option("--for", help="End after this many seconds, with a summary.")
    ] = None,
    grpc_port: Annotated[int | None, typer.Option(help="0 takes a free port.")] = None,
    mqtt_port: Annotated[int | None, typer.Option(help="Port of the MQTT child.")] = None,
    metrics_port: Annotated[int | None, typer.Option(help="0 takes a free port.")] = None,
    mqtt: Annotated[
        str | None, typer.Option(help="mqtt://host[:port] of a server that runs already.")
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Keep the log here; otherwise it goes with the demo.")
    ] = None,
) -> None:
    """Serve the exercise space with simulated traffic over London until Ctrl-C."""
    from broker.cli.demonstration import demonstrate  # noqa: PLC0415  # the whole broker

    options = {
        "mqtt": mqtt,
        "grpc_port": grpc_port,
        "mqtt_port": mqtt_port,
        "metrics_port": metrics_port,
        "data_dir": data_dir,
    }
    demonstrate(profile, seed, run_for, options)
