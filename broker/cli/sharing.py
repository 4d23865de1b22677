"""`keepclear sharing`: how your agency's flights are shown to the others."""

import asyncio
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from broker.cli import wording
from broker.cli.connection import broker_client
from broker.cli.groups import Parts
from broker.cli.options import DEFAULT_SYSTEM, AsJson, System, Target
from broker.cli.problems import EXIT_CODES_HELP, Problem
from broker.cli.proto_json import message_line
from broker.cli.values import duration_s, option_parser
from broker.cli.wording import printable
from broker.core.units import SECOND_US
from keepclear.client.build import now_us
from keepclear.v1.sharing_pb2 import SharingLevel, SharingSetting, SharingSubjectKind

LEVELS: Final = {
    "open": SharingLevel.SHARING_LEVEL_OPEN,
    "masked": SharingLevel.SHARING_LEVEL_MASKED,
    "covert": SharingLevel.SHARING_LEVEL_COVERT,
    "default": SharingLevel.SHARING_LEVEL_UNSPECIFIED,
}

sharing_app = typer.Typer(
    help="How your agency's flights are shown to the others.",
    no_args_is_help=True,
    cls=Parts,
    rich_markup_mode=None,
)


def level_of(text: str) -> SharingLevel:
    """A level by its word."""
    level = LEVELS.get(text)
    if level is None:
        raise ValueError(f"{text!r} is not one of {', '.join(LEVELS)}")
    return level


@sharing_app.command(name="set", epilog=EXIT_CODES_HELP)
def set_(
    subject: Annotated[
        str,
        typer.Argument(help="Its id, registration, callsign or ICAO address; or its flight id."),
    ],
    level: Annotated[
        SharingLevel,
        typer.Option(
            parser=option_parser(level_of),
            metavar="LEVEL",
            help="open, masked, covert, or default to take the setting away.",
        ),
    ] = "masked",  # type: ignore[assignment]  # parsed like an option
    flight: Annotated[bool, typer.Option("--flight", help="SUBJECT is a flight id.")] = False,
    lasts: Annotated[
        int,
        typer.Option(
            "--for", parser=option_parser(duration_s), metavar="TIME", help="How long, say 2h."
        ),
    ] = "2h",  # type: ignore[assignment]
    by: Annotated[str, typer.Option(help='Who authorised it, for example "Inspector, duty".')] = "",
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    as_json: AsJson = False,
) -> None:
    """Show an aircraft or flight at a level for a time. Best before take-off."""
    if level and not by:
        raise Problem("Nobody authorised this.", "Say who did: --by 'Inspector, duty'.")
    kind = SharingSubjectKind.SHARING_SUBJECT_KIND_AIRCRAFT
    if flight:
        kind = SharingSubjectKind.SHARING_SUBJECT_KIND_FLIGHT
    until_us = now_us() + lasts * SECOND_US if level else 0
    setting = SharingSetting(
        kind=kind, subject=subject, level=level, until_us=until_us, authorised_by=by
    )
    done = asyncio.run(_set(target, system, setting))
    if as_json:
        print(message_line(done))
    elif level:
        until = wording.instant_words(done.until_us)
        print(f"{printable(done.subject)} is shown {level_words(done.level)} until {until}.")
        print(named_words(done))
    else:
        print(f"{printable(done.subject)} is shown as your agency's default says.")


@sharing_app.command(name="list", epilog=EXIT_CODES_HELP)
def list_(target: Target = None, system: System = DEFAULT_SYSTEM, as_json: AsJson = False) -> None:
    """Your own agency's settings; ended ones are gone."""
    found = asyncio.run(_list(target, system))
    if as_json:
        for setting in found:
            print(message_line(setting))
    elif not found:
        print("Nothing is set: your flights are shown as your agency's default says.")
    else:
        table = Table(title="Shown to others", title_justify="left")
        for heading in ("what", "level", "until", "names now", "authorised by"):
            table.add_column(heading, overflow="fold")
        for one in found:
            until = wording.instant_words(one.until_us)
            named = str(one.tracks_named) if one.tracks_named else "nothing"
            flight = one.kind == SharingSubjectKind.SHARING_SUBJECT_KIND_FLIGHT
            what = printable("flight " * flight + one.subject)
            words = (what, level_words(one.level), until, named)
            table.add_row(*words, printable(f"{one.authorised_by} ({one.set_by})"))
        Console().print(table)


def named_words(setting: SharingSetting) -> str:
    """What of the picture a setting is about: a mistyped name would hide nothing."""
    if setting.tracks_named == 1:
        return "It names one aircraft in the picture."
    if setting.tracks_named:
        return f"It names {setting.tracks_named} aircraft in the picture."
    if setting.kind == SharingSubjectKind.SHARING_SUBJECT_KIND_FLIGHT:
        what = "flies that flight"
    else:
        what = "is called that (a flight needs --flight)"
    return f"Nothing of yours in the picture {what}: it holds for what comes until then."


def level_words(level: int) -> str:
    """A level as the command line takes it."""
    return next((word for word, value in LEVELS.items() if value == level), str(level))


async def _set(target: str | None, system: str, setting: SharingSetting) -> SharingSetting:
    async with broker_client(target, system) as client:
        return await client.set_sharing(setting)


async def _list(target: str | None, system: str) -> list[SharingSetting]:
    async with broker_client(target, system) as client:
        return await client.list_sharing()
