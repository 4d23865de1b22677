"""`keepclear watch`: the shared picture on a terminal, or the feed as JSON lines."""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.live import Live

from broker.cli.connection import broker_client
from broker.cli.options import DEFAULT_SYSTEM, AsJson, System, Target
from broker.cli.picture import LINK_LOST_S, Picture
from broker.cli.proto_json import feed_line
from broker.cli.screen import render
from broker.cli.values import area as parse_area
from broker.cli.values import option_parser, system_name
from broker.core.names import Role
from keepclear.client import Client, Gap
from keepclear.v1 import feed_pb2

SCREEN_REFRESH_S: Final = 0.25
PLAIN_REFRESH_S: Final = 5.0
"""Where the output is not a terminal: whole pictures, this far apart."""
KINDS: Final = {
    "tracks": feed_pb2.FEED_KIND_TRACKS,
    "alert": feed_pb2.FEED_KIND_ALERT,
    "restriction": feed_pb2.FEED_KIND_RESTRICTION,
    "coverage": feed_pb2.FEED_KIND_COVERAGE,
    "notice": feed_pb2.FEED_KIND_NOTICE,
}
_ROLES: Final = {Role.DESK: feed_pb2.ROLE_DESK, Role.OBSERVER: feed_pb2.ROLE_OBSERVER}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What part of the feed is read, and for how long."""

    role: feed_pb2.Role
    area: feed_pb2.Area | None
    kinds: tuple[feed_pb2.FeedKind, ...]
    limit_s: float | None


def parse_kinds(text: str) -> tuple[feed_pb2.FeedKind, ...]:
    """`alert,restriction`: kinds of messages, separated by commas."""
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in KINDS]
    if unknown or not names:
        raise ValueError(f"'{text}': choose from {', '.join(KINDS)}")
    return tuple(KINDS[name] for name in names)


def watch(
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    agency: Annotated[
        str | None, typer.Option(help="Short for --system agencies/AGENCY/systems/cli.")
    ] = None,
    role: Annotated[Role, typer.Option(help="desk, or observer: the neutral view.")] = Role.DESK,
    area: Annotated[
        feed_pb2.Area | None,
        typer.Option(
            parser=option_parser(parse_area),
            metavar="S,W,N,E",
            help="Only tracks inside this box. Alerts and restrictions always come.",
        ),
    ] = None,
    kinds: Annotated[
        tuple | None,  # type: ignore[type-arg]
        typer.Option(
            parser=option_parser(parse_kinds), metavar="KIND,...", help=f"Only {', '.join(KINDS)}."
        ),
    ] = None,
    for_s: Annotated[
        float | None, typer.Option("--for", min=0.1, help="End by itself after this many seconds.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the shared picture live: aircraft, alerts, keep-clear requests and coverage.

    With --json one feed message a line: an object whose one key is the kind.
    """
    if agency is not None:
        system = _system_of(agency)
    wanted = Wanted(_ROLES[role], area, kinds or (), for_s)
    asyncio.run(_watch(target, system, wanted, as_json))


def _system_of(agency: str) -> str:
    try:
        return system_name(f"agencies/{agency}/systems/cli")
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--agency") from None


async def _watch(target: str | None, system: str, wanted: Wanted, as_json: bool) -> None:
    async with broker_client(target, system) as client:
        show = _print_lines if as_json else _show_screen
        try:
            async with asyncio.timeout(wanted.limit_s):
                await show(client, wanted)
        except TimeoutError:
            return


def _messages(client: Client, wanted: Wanted) -> AsyncGenerator[feed_pb2.FeedMessage, None]:
    return client.follow(wanted.role, area=wanted.area, kinds=wanted.kinds, on_gap=_say_gap)


def _say_gap(gap: Gap) -> None:
    print(f"keepclear: {gap.reason}; reading the whole picture again", file=sys.stderr)


async def _print_lines(client: Client, wanted: Wanted) -> None:
    """JSON lines on stdout. A lost link is said on stderr: a reader of lines sees only silence."""
    link = _Link()
    watchdog = asyncio.create_task(link.watch())
    try:
        async with aclosing(_messages(client, wanted)) as messages:
            async for message in messages:
                link.heard()
                line = feed_line(message)
                if line is not None:
                    print(line, flush=True)
    finally:
        watchdog.cancel()


class _Link:
    """Says once when the link is lost, and once when it is back."""

    def __init__(self) -> None:
        self._heard_s = time.monotonic()
        self._lost = False

    def heard(self) -> None:
        self._heard_s = time.monotonic()
        if self._lost:
            self._lost = False
            print("keepclear: the link is back", file=sys.stderr, flush=True)

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(SCREEN_REFRESH_S)
            if not self._lost and time.monotonic() - self._heard_s > LINK_LOST_S:
                self._lost = True
                print("keepclear: LINK LOST; reconnecting", file=sys.stderr, flush=True)


async def _show_screen(client: Client, wanted: Wanted) -> None:
    picture = Picture()
    console = Console()
    reader = asyncio.create_task(_read(client, wanted, picture))
    painter = asyncio.create_task(_draw(console, picture))
    try:
        # Neither ends by itself: whichever fails first is what the person is told.
        await asyncio.wait((reader, painter), return_when=asyncio.FIRST_EXCEPTION)
    finally:
        reader.cancel()
        painter.cancel()
        ended = await asyncio.gather(reader, painter, return_exceptions=True)
    for outcome in ended:
        if isinstance(outcome, Exception):
            raise outcome


async def _read(client: Client, wanted: Wanted, picture: Picture) -> None:
    async with aclosing(_messages(client, wanted)) as messages:
        async for message in messages:
            picture.apply(message, time.monotonic())


async def _draw(console: Console, picture: Picture) -> None:
    if not console.is_terminal:
        await _draw_plain(console, picture)
        return
    with Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            live.update(render(picture, time.monotonic(), console.size), refresh=True)
            await asyncio.sleep(SCREEN_REFRESH_S)


async def _draw_plain(console: Console, picture: Picture) -> None:
    try:
        while True:
            await asyncio.sleep(PLAIN_REFRESH_S)
            console.print(render(picture, time.monotonic(), console.size))
    finally:  # the last picture, also of a watch shorter than one interval
        console.print(render(picture, time.monotonic(), console.size))
