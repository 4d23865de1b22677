"""What the demonstration tells at its own terminal: the news of one desk, a line or two each."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final, NamedTuple

from rich.console import Console
from rich.table import Table
from rich.text import Text

from broker.cli import wording
from broker.cli.alert_wording import LEVEL_STYLES
from broker.cli.wording import printable
from keepclear.client import Client
from keepclear.v1 import common_pb2, feed_pb2, restrictions_pb2
from keepclear.v1.alerts_pb2 import Alert
from keepclear.v1.restrictions_pb2 import Restriction

DESK: Final = "met"
READER: Final = f"agencies/{DESK}/systems/demo-terminal"
KINDS: Final = (feed_pb2.FEED_KIND_ALERT, feed_pb2.FEED_KIND_RESTRICTION)
_WHAT_WIDTH: Final = 10


class Line(NamedTuple):
    """One piece of news: what happened, in whose words, how it looks."""

    what: str
    text: str
    style: str


class News:
    """Tells of an alert when it is raised, when its level rises and when it ends, and no more."""

    def __init__(self) -> None:
        self._levels: dict[str, int] = {}
        self._requests: set[str] = set()

    def of(self, message: feed_pb2.FeedMessage) -> Line | None:
        """What a message says that was not said before."""
        match message.WhichOneof("kind"):
            case "alert":
                return self._of_alert(message.alert)
            case "restriction":
                return self._of_request(message.restriction)
        return None

    def _of_alert(self, alert: Alert) -> Line | None:
        if alert.level == common_pb2.ALERT_LEVEL_UNSPECIFIED:
            known = self._levels.pop(alert.alert_id, 0)
            return Line("ended", printable(alert.headline), "dim") if known else None
        # An advisory is for the screen, not for the ear: nobody is interrupted by it.
        told = self._levels.get(alert.alert_id, common_pb2.ALERT_LEVEL_ADVISORY)
        if alert.level <= told:
            return None
        self._levels[alert.alert_id] = alert.level
        words = " ".join(filter(None, (alert.headline, alert.advice)))
        style = LEVEL_STYLES.get(alert.level, "")
        return Line(wording.level_words(alert.level), printable(words), style)

    def _of_request(self, request: Restriction) -> Line | None:
        active = request.state == restrictions_pb2.RESTRICTION_STATE_ACTIVE
        if active == (request.name in self._requests):
            return None
        if active:
            self._requests.add(request.name)
            agency = request.name.split("/")[1]
            text = f"asked by {agency}: {request.title}, call {request.contact}"
            return Line("keep clear", printable(text), "cyan")
        self._requests.discard(request.name)
        return Line("over", f"keep-clear request {printable(request.title)}", "dim")


def shown(line: Line, sent_us: int) -> Table:
    """Time, what, and the words beside, folded at the width of the terminal."""
    grid = Table.grid(padding=(0, 1, 0, 0), expand=True)
    grid.add_column(no_wrap=True)
    grid.add_column(width=_WHAT_WIDTH)
    grid.add_column(ratio=1)
    cells = (wording.clock_words(sent_us), line.what, line.text)
    grid.add_row(*(Text(cell, style=line.style) for cell in cells))
    return grid


@asynccontextmanager
async def news_told(grpc_address: str, console: Console) -> AsyncIterator[None]:
    """Tell a person at a terminal; where nobody looks (a pipe, a file) tell nothing."""
    if not console.is_terminal:
        yield
        return
    console.print(f"What the desk of {DESK} is told, as it happens:")
    task = asyncio.create_task(_tell(grpc_address, console))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _tell(grpc_address: str, console: Console) -> None:
    news = News()
    async with Client(grpc_address, READER) as client:
        async for message in client.follow(kinds=KINDS, on_lost=lambda _: None, confirm=False):
            line = news.of(message)
            if line is not None:
                console.print(shown(line, message.header.sent_us))
