"""Options that several commands share, and who the command speaks as."""

from typing import Annotated, Final

import typer

from broker.cli.values import host_and_port, option_parser, system_name

DEFAULT_SYSTEM: Final = "agencies/met/systems/cli"

Target = Annotated[
    str | None,
    typer.Option(
        "--target",
        envvar="KEEPCLEAR_TARGET",
        parser=option_parser(host_and_port),
        metavar="HOST:PORT",
        help="The broker's gRPC address; without it the broker of this machine is found.",
    ),
]
System = Annotated[
    str,
    typer.Option(
        "--system",
        envvar="KEEPCLEAR_SYSTEM",
        parser=option_parser(system_name),
        metavar="agencies/AGENCY/systems/SYSTEM",
        help="Who this command speaks as.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def agency_of(system: str) -> str:
    """The agency in a full system name."""
    return system.split("/")[1]
