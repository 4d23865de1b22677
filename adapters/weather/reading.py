"""Keeps a QNH book up to date from a URL or a file, beside the feed that it belongs to.

Nothing here can stop the feed: while the reports cannot be had, or say nothing, the book grows old
and is then not used, and the aircraft's own altitudes go on with the doubt they have without it.
"""

from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import structlog

from adapters.clock import Clock
from adapters.model import Document, Refusal, Source, SourceUnavailable
from adapters.sources.polled import FileSource, HttpSource, Polling
from adapters.weather.book import QnhBook
from adapters.weather.metar import MAX_WEATHER_BYTES, read_metars
from keepclear.client import Backoff

POLLING = Polling(60.0, MAX_WEATHER_BYTES)  # reports come every half hour
RETRY_FIRST_S = 5.0
RETRY_CAP_S = 300.0

log = structlog.get_logger("keepclear.adapters")


@dataclass(frozen=True, slots=True)
class WeatherReading:
    """A book, and where its reports come from."""

    book: QnhBook
    source: Source
    clock: Clock

    def age_s(self, now_us: int) -> float | None:
        """Of the newest report; None before there is one."""
        return self.book.age_s(now_us)

    async def keep_read(self, backoff: Backoff | None = None) -> None:
        """Read now and every minute, until cancelled."""
        waits = backoff or Backoff(RETRY_FIRST_S, RETRY_CAP_S)
        last_error = ""
        while True:
            try:
                async with aclosing(self.source.documents()) as documents:
                    async for document in documents:
                        waits.reset()
                        last_error = self._take(document)
            except SourceUnavailable as error:
                if str(error) != last_error:  # once, not at every try
                    log.warning("weather reports not read", error=str(error))
                last_error = str(error)
            await self.clock.sleep_s(waits.next_s())

    def _take(self, document: Document) -> str:
        """One document; says so, and why, when it held nothing for this book."""
        read = list(read_metars(document.data, document.received_us))
        self.book.take(one for one in read if not isinstance(one, Refusal))
        if self.book.at(document.received_us) is not None:
            return ""
        reasons = sorted({one.reason for one in read if isinstance(one, Refusal)})
        where = self.source.where
        log.warning("weather reports without a fresh QNH", source=where, reasons=reasons)
        return "no fresh QNH"


def weather_source(address: str, clock: Clock) -> Source:
    """A URL is polled, a file is watched. Raises httpx.InvalidURL for what is no URL."""
    if address.startswith(("http://", "https://")):
        return HttpSource(address, clock, POLLING)
    return FileSource(Path(address), clock, POLLING)
