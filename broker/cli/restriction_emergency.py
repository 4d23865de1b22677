"""`keepclear restrictions emergency`: live at once, small, soon over, and approved afterwards."""

import asyncio
from typing import Annotated, Final

import typer

from broker.cli import values
from broker.cli.connection import broker_client
from broker.cli.options import DEFAULT_SYSTEM, AsJson, System, Target
from broker.cli.restrictions import APPLIES, Applies, full_name, show, window
from broker.cli.values import option_parser
from keepclear.client.build import now_us
from keepclear.client.errors import RefusedError
from keepclear.v1.restrictions_pb2 import Restriction
from keepclear.v1.volumes_pb2 import Circle, RestrictionVolume, VerticalLimit

EMERGENCY_LASTS: Final = "30m"


def emergency(  # noqa: PLR0913, PLR0917 - one option for each field of the contract
    name: Annotated[str, typer.Argument(help="Its id or full name.")],
    at: Annotated[
        Circle,
        typer.Option(parser=option_parser(values.emergency_circle), metavar="LAT,LON[,RADIUS_M]"),
    ],
    reason: Annotated[str, typer.Option(help="Why; also its title.")],
    contact: Annotated[str, typer.Option(help="Telephone or talkgroup that answers for it.")],
    ceiling: Annotated[
        VerticalLimit,
        typer.Option(parser=option_parser(values.vertical_limit), metavar="LIMIT"),
    ] = "unlimited",  # type: ignore[assignment]  # parsed like an option
    lasts: Annotated[
        int, typer.Option("--for", parser=option_parser(values.duration_s), metavar="DURATION")
    ] = EMERGENCY_LASTS,  # type: ignore[assignment]  # parsed like an option
    applies_to: Annotated[Applies, typer.Option(help="Who is asked to keep clear.")] = (
        Applies.DRONES
    ),
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    as_json: AsJson = False,
) -> None:
    """Ask partners to keep clear of a circle at once; it ends by itself.

    500 m for 30 minutes unless said otherwise, within the broker's limits. Another system of your
    agency approves it afterwards: keepclear restrictions approve NAME.
    """
    restriction = Restriction(
        name=full_name(name, system),
        title=reason,
        reason=reason,
        volumes=[
            RestrictionVolume(circle=at, floor=values.vertical_limit("surface"), ceiling=ceiling)
        ],
        windows=[window("now", lasts, None, now_us())],
        applies_to=APPLIES[applies_to],
        contact=contact,
    )
    show(asyncio.run(_publish(target, system, restriction)), as_json)


async def _publish(target: str | None, system: str, restriction: Restriction) -> Restriction:
    async with broker_client(target, system) as client:
        saved = await client.publishing.save_draft(restriction, "emergency")
        try:
            made = await client.publishing.publish(restriction.name, saved.revision, emergency=True)
        except RefusedError:
            if saved.revision == 1:  # nobody else's draft was there before
                await client.publishing.discard(restriction.name)
            raise
    return made if isinstance(made, Restriction) else made.restriction
