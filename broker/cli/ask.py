"""`keepclear restrictions ask`: may I enter?"""

import asyncio
from typing import Annotated, Final

import typer

from broker.cli import values, wording
from broker.cli.connection import broker_client
from broker.cli.options import DEFAULT_SYSTEM, AsJson, System, Target
from broker.cli.proto_json import message_line
from broker.cli.restrictions import window
from broker.cli.values import option_parser
from broker.cli.wording import printable
from keepclear.client.build import now_us
from keepclear.v1.access_pb2 import AskEntryResponse, EntryPath, EntryPoint, EntryQuestion
from keepclear.v1.common_pb2 import (
    AIRCRAFT_CLASS_DRONE,
    AIRCRAFT_CLASS_HELICOPTER,
    AIRCRAFT_CLASS_UNSPECIFIED,
)
from keepclear.v1.volumes_pb2 import (
    LIMIT_DATUM_UNLIMITED,
    Circle,
    Polygon,
    RestrictionVolume,
    VerticalLimit,
)

_Limit: Final = option_parser(values.vertical_limit)
_CLASSES: Final = {
    "drone": AIRCRAFT_CLASS_DRONE,
    "helicopter": AIRCRAFT_CLASS_HELICOPTER,
    "any": AIRCRAFT_CLASS_UNSPECIFIED,
}


def ask(  # noqa: PLR0913, PLR0917 - one option for each field of the contract
    at: Annotated[
        Circle | None,
        typer.Option(parser=option_parser(values.circle), metavar="LAT,LON,RADIUS_M"),
    ] = None,
    along: Annotated[
        Polygon | None,
        typer.Option(parser=option_parser(values.path), metavar="'LAT,LON LAT,LON ...'"),
    ] = None,
    within: Annotated[
        Polygon | None,
        typer.Option(parser=option_parser(values.polygon), metavar="'LAT,LON LAT,LON ...'"),
    ] = None,
    width_m: Annotated[float, typer.Option(help="Either side of --along.")] = 0.0,
    lowest: Annotated[
        VerticalLimit | None,
        typer.Option(parser=_Limit, metavar="LIMIT", help="surface, 100ft-amsl; else unknown."),
    ] = None,
    highest: Annotated[
        VerticalLimit | None,
        typer.Option(parser=_Limit, metavar="LIMIT", help="400ft-agl, 120m-amsl; else unknown."),
    ] = None,
    starts: Annotated[
        str, typer.Option("--from", metavar="TIME", help="now, or 2026-03-01T14:00Z.")
    ] = "now",
    lasts: Annotated[
        int,
        typer.Option(
            "--for", parser=option_parser(values.duration_s), metavar="DURATION", help="30m, 2h."
        ),
    ] = "30m",  # type: ignore[assignment]  # parsed like an option
    aircraft: Annotated[str, typer.Option(help="drone, helicopter or any.")] = "drone",
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    as_json: AsJson = False,
) -> None:
    """May I enter? Who objects, whom to ask, and what the broker cannot see."""
    if aircraft not in _CLASSES:
        raise typer.BadParameter(f"must be one of {', '.join(_CLASSES)}", param_hint="--aircraft")
    span = window(starts, lasts, None, now_us())
    question = EntryQuestion(
        start_us=span.start_us, end_us=span.end_us, aircraft_class=_CLASSES[aircraft]
    )
    _place(question, at, along, within, width_m, lowest, highest)
    _print(asyncio.run(_ask(target, system, question)), as_json)


def _place(
    question: EntryQuestion,
    at: Circle | None,
    along: Polygon | None,
    within: Polygon | None,
    width_m: float,
    lowest: VerticalLimit | None,
    highest: VerticalLimit | None,
) -> None:
    if sum(one is not None for one in (at, along, within)) != 1:
        raise typer.BadParameter("give one of --at, --along and --within", param_hint="--at")
    if within is not None:
        ceiling = highest or VerticalLimit(datum=LIMIT_DATUM_UNLIMITED)
        floor = lowest or values.vertical_limit("surface")
        question.volume.CopyFrom(RestrictionVolume(polygon=within, floor=floor, ceiling=ceiling))
        return
    if at is not None:
        question.point.CopyFrom(EntryPoint(position=at.center, radius_m=at.radius_m))
    elif along is not None:
        question.path.CopyFrom(EntryPath(waypoints=along.vertices, half_width_m=width_m))
    if lowest is not None:
        question.lowest.CopyFrom(lowest)
    if highest is not None:
        question.highest.CopyFrom(highest)


async def _ask(target: str | None, system: str, question: EntryQuestion) -> AskEntryResponse:
    async with broker_client(target, system) as client:
        return await client.ask_entry([question])


def _print(response: AskEntryResponse, as_json: bool) -> None:
    if as_json:
        print(message_line(response))
        return
    [answer] = response.answers
    if answer.refusals:
        for refusal in answer.refusals:
            print(f"Not answered: {printable(refusal.field)} {printable(refusal.reason)}")
        raise typer.Exit(1)
    print(printable(answer.text))
    for finding in answer.findings:
        until = wording.instant_words(finding.until_us) if finding.HasField("until_us") else "later"
        about = f"{finding.title} (version {finding.restriction_version}): {finding.rule}"
        print(f"  {printable(about)}")
        print(f"    {wording.instant_words(finding.from_us)} to {until}")
        if finding.contact:
            print(f"    {printable(finding.authority)}, {printable(finding.contact)}")
        if finding.source_text:
            print(f"    text: {printable(finding.source_text)}")
    if answer.further_findings:
        print(f"  and {answer.further_findings} more")
