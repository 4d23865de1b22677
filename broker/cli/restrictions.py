"""`keepclear restrictions`: set, list and withdraw keep-clear requests."""

import asyncio
import json
import time
from enum import StrEnum
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from broker.cli import values, wording
from broker.cli.connection import broker_client
from broker.cli.options import DEFAULT_SYSTEM, AsJson, System, Target, agency_of
from broker.cli.problems import EXIT_CODES_HELP
from broker.cli.proto_json import message_json
from broker.cli.values import option_parser
from broker.cli.wording import printable
from broker.core.errors import Refused
from broker.core.names import RestrictionName, identifier
from broker.core.units import SECOND_US
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
    rich_markup_mode=None,
)


class Applies(StrEnum):
    """Who is asked to keep clear."""

    DRONES = "drones"
    ALL = "all"


_APPLIES: Final = {Applies.DRONES: APPLIES_TO_DRONES, Applies.ALL: APPLIES_TO_ALL_AIRCRAFT}
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
    contact: Annotated[str, typer.Option(help="Telephone or talkgroup that answers for it.")] = "",
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
        windows=[window(starts, lasts, until, time.time_ns() // 1_000)],
        applies_to=_APPLIES[applies_to],
        exempt_agencies=exempt or (),
        contact=contact,
    )
    _print(asyncio.run(_create(target, system, restriction)), as_json)


@restrictions_app.command(name="list", epilog=EXIT_CODES_HELP)
def list_(target: Target = None, system: System = DEFAULT_SYSTEM, as_json: AsJson = False) -> None:
    """Show keep-clear requests that are planned or in force."""
    found = asyncio.run(_list(target, system))
    if as_json:
        for restriction in found:
            print(json.dumps(message_json(restriction), ensure_ascii=False))
    elif not found:
        print("No keep-clear request is planned or in force.")
    else:
        Console().print(_table(found))


@restrictions_app.command(epilog=EXIT_CODES_HELP)
def withdraw(
    name: Annotated[str, typer.Argument(help="Its id or full name.")],
    etag: Annotated[str, typer.Option(help="Only if this is still its current version.")] = "",
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    as_json: AsJson = False,
) -> None:
    """End a keep-clear request of your agency now, for everybody."""
    _print(asyncio.run(_withdraw(target, system, full_name(name, system), etag)), as_json)


def full_name(name: str, system: str) -> str:
    """The resource name for a short id of the caller's agency; a full name stays."""
    try:
        if "/" in name:
            return str(RestrictionName.parse("name", name))
        return str(RestrictionName(agency_of(system), identifier("name", name)))
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


async def _list(target: str | None, system: str) -> list[Restriction]:
    async with broker_client(target, system) as client:
        return await client.list_restrictions()


async def _withdraw(target: str | None, system: str, name: str, etag: str) -> Restriction:
    async with broker_client(target, system) as client:
        return await client.withdraw_restriction(name, etag)


def _print(restriction: Restriction, as_json: bool) -> None:
    if as_json:
        print(json.dumps(message_json(restriction), ensure_ascii=False))
        return
    print(f"{printable(restriction.name)}")
    rows = [
        ("title", restriction.title),
        ("reason", restriction.reason),
        ("state", wording.restriction_state_words(restriction.state)),
        ("applies to", wording.applies_to_words(restriction.applies_to)),
        ("exempt", ", ".join(restriction.exempt_agencies)),
        ("contact", restriction.contact),
        *(("where", wording.volume_words(volume)) for volume in restriction.volumes),
        *(("when", wording.window_words(window)) for window in restriction.windows),
        ("version", str(restriction.version)),
        ("etag", restriction.etag),
    ]
    for label, text in rows:
        if text:
            print(f"  {label:<11}{printable(text)}")
    if restriction.approximated:
        print(
            "  Approximated: there is no terrain model, so the volume checked is larger than the "
            "one published."
        )


def _table(restrictions: list[Restriction]) -> Table:
    table = Table(title="Keep-clear requests", title_justify="left")
    for heading in ("request", "state", "where and when"):
        table.add_column(heading, overflow="fold")
    for restriction in restrictions:
        places = [wording.volume_words(volume) for volume in restriction.volumes]
        if restriction.approximated:
            places.append("checked larger: no terrain model")
        times = [wording.window_words(window) for window in restriction.windows]
        state = wording.restriction_state_words(restriction.state)
        who = wording.applies_to_words(restriction.applies_to)
        table.add_row(
            Text(
                _lines(
                    restriction.title,
                    restriction.name,
                    f"version {restriction.version}, etag {restriction.etag}",
                )
            ),
            Text(_lines(state, who)),
            Text(_lines(*places, *times)),
        )
    return table


def _lines(*texts: str) -> str:
    return "\n".join(printable(text) for text in texts)
