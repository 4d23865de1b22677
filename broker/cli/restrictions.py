"""`keepclear restrictions`: set, list and withdraw keep-clear requests."""

import asyncio
from enum import StrEnum
from typing import Annotated, Final

import typer

from broker.cli import values
from broker.cli.connection import broker_client
from broker.cli.credentials import own_agency
from broker.cli.groups import Parts
from broker.cli.options import DEFAULT_SYSTEM, AsJson, System, Target
from broker.cli.problems import EXIT_CODES_HELP
from broker.cli.proto_json import message_line
from broker.cli.restriction_wording import restriction_lines
from broker.cli.values import option_parser
from broker.core.errors import Refused
from broker.core.names import RestrictionName, identifier
from broker.core.units import SECOND_US
from keepclear.client.build import now_us
from keepclear.v1.restrictions_pb2 import (
    APPLIES_TO_ALL_AIRCRAFT,
    APPLIES_TO_DRONES,
    Restriction,
)
from keepclear.v1.schedules_pb2 import (
    Window,
)
from keepclear.v1.volumes_pb2 import (
    Circle,
    Polygon,
    RestrictionVolume,
    VerticalLimit,
)

restrictions_app = typer.Typer(
    help="Keep-clear requests to partner agencies: advice, never law.",
    no_args_is_help=True,
    cls=Parts,
    rich_markup_mode=None,
)


class Applies(StrEnum):
    """Who is asked to keep clear."""

    DRONES = "drones"
    ALL = "all"


APPLIES: Final = {Applies.DRONES: APPLIES_TO_DRONES, Applies.ALL: APPLIES_TO_ALL_AIRCRAFT}
_Limit: Final = option_parser(values.vertical_limit)


@restrictions_app.command(epilog=EXIT_CODES_HELP)
def add(  # noqa: PLR0913, PLR0917 - one option for each field of the contract
    name: Annotated[str, typer.Option(help="Its id, for example fire-road, or the full name.")],
    title: Annotated[str, typer.Option(help="Short title people will read.")],
    reason: Annotated[str, typer.Option(help="Why.")],
    ceiling: Annotated[
        VerticalLimit,
        typer.Option(parser=_Limit, metavar="LIMIT", help="400ft-agl, 120m-amsl or unlimited."),
    ],
    applies_to: Annotated[Applies, typer.Option(help="Who is asked to keep clear.")],
    contact: Annotated[str, typer.Option(help="Telephone or talkgroup that answers for it.")],
    floor: Annotated[
        VerticalLimit,
        typer.Option(parser=_Limit, metavar="LIMIT", help="surface, or as for --ceiling."),
    ] = "surface",  # type: ignore[assignment]  # parsed like an option
    circle: Annotated[
        Circle | None,
        typer.Option(parser=option_parser(values.circle), metavar="LAT,LON,RADIUS_M"),
    ] = None,
    polygon: Annotated[
        Polygon | None,
        typer.Option(parser=option_parser(values.polygon), metavar="'LAT,LON LAT,LON ...'"),
    ] = None,
    starts: Annotated[
        str, typer.Option("--from", metavar="TIME", help="now, or 2026-03-01T14:00Z.")
    ] = "now",
    lasts: Annotated[
        int | None,
        typer.Option(
            "--for", parser=option_parser(values.duration_s), metavar="DURATION", help="30m, 2h."
        ),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Instead of --for: 2026-03-01T16:00Z.")
    ] = None,
    exempt: Annotated[
        list[str] | None, typer.Option(metavar="AGENCY", help="Not asked; may be repeated.")
    ] = None,
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    as_json: AsJson = False,
) -> None:
    """Ask partner agencies to keep clear of a volume for a time."""
    restriction = Restriction(
        name=full_name(name, system),
        title=title,
        reason=reason,
        volumes=[_volume(circle, polygon, floor, ceiling)],
        windows=[window(starts, lasts, until, now_us())],
        applies_to=APPLIES[applies_to],
        exempt_agencies=exempt or (),
        contact=contact,
    )
    show(asyncio.run(_create(target, system, restriction)), as_json)


@restrictions_app.command(name="list", epilog=EXIT_CODES_HELP)
def list_(target: Target = None, system: System = DEFAULT_SYSTEM, as_json: AsJson = False) -> None:
    """Show what is planned or in force: keep-clear requests and published restrictions."""
    found = asyncio.run(listed(target, system))
    for restriction in found:
        show(restriction, as_json)
    if not found and not as_json:
        print("No restriction is planned or in force.")


@restrictions_app.command(epilog=EXIT_CODES_HELP)
def withdraw(
    name: Annotated[str, typer.Argument(help="Its id or full name.")],
    etag: Annotated[str, typer.Option(help="Only if this is still its current version.")] = "",
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    as_json: AsJson = False,
) -> None:
    """End a keep-clear request of your agency now, for everybody."""
    show(asyncio.run(_withdraw(target, system, full_name(name, system), etag)), as_json)


def full_name(name: str, system: str) -> str:
    """The resource name for a short id of the caller's agency; a full name stays."""
    try:
        if "/" in name:
            return str(RestrictionName.parse("name", name))
        return str(RestrictionName(own_agency(system), identifier("name", name)))
    except Refused as error:
        raise typer.BadParameter(
            f"'{name}': {error.refusals[0].reason}", param_hint="name"
        ) from None


def window(starts: str, lasts_s: int | None, until: str | None, now_us: int) -> Window:
    """When it holds. It must say when it ends: nobody withdraws what everybody has forgotten."""
    if (lasts_s is None) == (until is None):
        raise typer.BadParameter("say when it ends: either --for or --until", param_hint="--for")
    start_us = _instant_us("--from", starts, now_us)
    if lasts_s is not None:
        return Window(start_us=start_us, end_us=start_us + lasts_s * SECOND_US)
    end_us = _instant_us("--until", until or "", now_us)
    if end_us <= max(start_us, now_us):
        raise typer.BadParameter(
            "it must end after it starts, and not in the past", param_hint="--until"
        )
    return Window(start_us=start_us, end_us=end_us)


def _instant_us(option: str, text: str, now_us: int) -> int:
    try:
        moment_us = values.instant_us(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None
    return now_us if moment_us is None else moment_us


def _volume(
    circle: Circle | None, polygon: Polygon | None, floor: VerticalLimit, ceiling: VerticalLimit
) -> RestrictionVolume:
    if (circle is None) == (polygon is None):
        raise typer.BadParameter("give either --circle or --polygon", param_hint="--circle")
    return RestrictionVolume(circle=circle, polygon=polygon, floor=floor, ceiling=ceiling)


async def _create(target: str | None, system: str, restriction: Restriction) -> Restriction:
    async with broker_client(target, system) as client:
        return await client.create_restriction(restriction)


async def listed(target: str | None, system: str) -> list[Restriction]:
    """Planned and active ones, as the broker has them."""
    async with broker_client(target, system) as client:
        return await client.list_restrictions()


async def _withdraw(target: str | None, system: str, name: str, etag: str) -> Restriction:
    async with broker_client(target, system) as client:
        return await client.withdraw_restriction(name, etag)


def show(restriction: Restriction, as_json: bool) -> None:
    """Print one, for a person or a machine."""
    if as_json:
        print(message_line(restriction))
    else:
        print("\n".join(restriction_lines(restriction)))
