"""`keepclear alerts`: list what is active, and say that a desk has read one."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console

from broker.cli import wording
from broker.cli.alert_wording import alert_grid
from broker.cli.connection import broker_client
from broker.cli.groups import Parts
from broker.cli.options import DEFAULT_SYSTEM, AsJson, System, Target
from broker.cli.problems import EXIT_CODES_HELP
from broker.cli.proto_json import message_line
from broker.cli.wording import printable
from keepclear.v1.alerts_pb2 import Alert

alerts_app = typer.Typer(
    help="Alerts as your agency is shown them.",
    no_args_is_help=True,
    cls=Parts,
    rich_markup_mode=None,
)


@alerts_app.command(name="list", epilog=EXIT_CODES_HELP)
def list_(target: Target = None, system: System = DEFAULT_SYSTEM, as_json: AsJson = False) -> None:
    """Show active alerts, most urgent first."""
    found = asyncio.run(_list(target, system))
    if as_json:
        for alert in found:
            print(message_line(alert))
    elif not found:
        print('No active alert. That is not "no traffic": see `keepclear doctor` for silent feeds.')
    else:
        Console().print(alert_grid(found))


@alerts_app.command(epilog=EXIT_CODES_HELP)
def ack(
    alert_id: Annotated[str, typer.Argument(metavar="ID", help="The alert's id.")],
    by: Annotated[str, typer.Option(help='Who read it, for example "HEMS desk".')],
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    as_json: AsJson = False,
) -> None:
    """Say that a desk has read an alert. Read is not clear: that is observed."""
    alert = asyncio.run(_acknowledge(target, system, alert_id, by))
    if as_json:
        print(message_line(alert))
    else:
        level = wording.level_words(alert.level)
        print(f"{printable(alert.alert_id)} ({level}) is marked as read by {printable(by)}.")


async def _list(target: str | None, system: str) -> list[Alert]:
    async with broker_client(target, system) as client:
        return await client.list_alerts()


async def _acknowledge(target: str | None, system: str, alert_id: str, by: str) -> Alert:
    async with broker_client(target, system) as client:
        return await client.acknowledge_alert(alert_id, by)
