"""The demonstration's terminal: each thing once, in the words of the desk."""

import io

from rich.console import Console

from broker.cli.demo_news import Line, News, news_told, shown
from keepclear.v1 import alerts_pb2, feed_pb2, restrictions_pb2
from keepclear.v1.feed_pb2 import FeedMessage


def alert(level: str, headline: str = "HELICOPTER near MET-07", alert_id: str = "a") -> FeedMessage:
    return FeedMessage(
        alert=alerts_pb2.Alert(
            alert_id=alert_id, level=f"ALERT_LEVEL_{level}", headline=headline, advice="Land."
        )
    )


def request(state: str) -> FeedMessage:
    return FeedMessage(
        restriction=restrictions_pb2.Restriction(
            name="agencies/lfb/restrictions/fire",
            title="Fire",
            contact="TG 12",
            state=f"RESTRICTION_STATE_{state}",
        )
    )


def test_an_alert_is_told_when_it_rises_and_when_it_ends() -> None:
    news = News()
    told = [
        news.of(alert(level))
        for level in ("ADVISORY", "CAUTION", "CAUTION", "WARNING", "CAUTION", "UNSPECIFIED")
    ]
    assert [line and line.what for line in told] == [
        None,
        "CAUTION",
        None,
        "WARNING",
        None,
        "ended",
    ]
    assert told[1] is not None
    assert told[1].text == "HELICOPTER near MET-07 Land."


def test_what_was_never_told_does_not_end() -> None:
    assert News().of(alert("UNSPECIFIED")) is None


def test_a_request_is_told_when_it_begins_and_when_it_is_over() -> None:
    news = News()
    told = [news.of(request(state)) for state in ("PLANNED", "ACTIVE", "ACTIVE", "WITHDRAWN")]
    assert told[0] is told[2] is None
    assert told[1] == Line("keep clear", "asked by lfb: Fire, call TG 12", "cyan")
    assert told[3] == Line("over", "keep-clear request Fire", "dim")


def test_nothing_else_is_news() -> None:
    assert News().of(FeedMessage(heartbeat=feed_pb2.Heartbeat())) is None


def test_a_line_has_its_time_and_folds_beside_it() -> None:
    console = Console(width=60, record=True, file=io.StringIO())
    console.print(shown(Line("WARNING", "HELICOPTER closing " * 4, ""), 1_760_000_000_000_000))
    first, second, *_ = console.export_text().splitlines()
    assert first.startswith("08:53:20Z WARNING    HELICOPTER closing")
    assert second.startswith(" " * 21 + "HELICOPTER")


async def test_nobody_at_a_terminal_is_told_nothing() -> None:
    output = io.StringIO()
    async with news_told("127.0.0.1:1", Console(file=output)):
        pass
    assert output.getvalue() == ""
