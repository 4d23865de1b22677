"""Runs adapters: reads, decodes, publishes, comes back after failures, and keeps them apart.

Theory of operation. Each adapter has two tasks. The reading task iterates its source, decodes each
document and puts the reports into an outbox; when the source fails, or the adapter itself has a
bug, the failure is counted and logged and the source is read again after a growing wait. The
sending task empties the outbox every quarter of a second, or at once when a batch is full. Neither
waits for the other, except with a recording (`lossless`), and no adapter waits for another.

A feed that hears something but has no position to report sends an empty batch now and then: still
listening. The broker announces a publisher as silent ten seconds after its last batch, so the empty
ones end ten seconds before the feed's own limit; the announcement then comes within that limit. One
empty batch goes out at the start, so that a feed which never hears anything is announced as well.
"""

import asyncio
import re
from collections.abc import Sequence
from contextlib import aclosing
from typing import Protocol

import structlog

from adapters.clock import MICROSECONDS
from adapters.model import Adapter, Document, SourceUnavailable
from adapters.outbox import Outbox
from adapters.stats import AdapterState, AdapterStats, count
from keepclear.client import Backoff, KeepclearError, RefusedError, UnavailableError
from keepclear.v1.tracks_pb2 import PublishTracksResponse, TrackReport

BATCH_REPORTS = 500
FLUSH_S = 0.25
LISTENING_S = 3.0  # between empty batches: three chances before the broker calls a feed silent
BROKER_SILENT_AFTER_S = 10.0  # the contract's (feed.proto, Coverage)
RETRY_FIRST_S = 0.2
RETRY_CAP_S = 30.0  # traffic is safety input: not the two minutes a display could wait

_INDEX = re.compile(r"^reports\[\d+\]\.?")

log = structlog.get_logger("keepclear.adapters")


class Publisher(Protocol):
    """What the runtime needs of `keepclear.client.Client`."""

    async def publish(self, reports: list[TrackReport]) -> PublishTracksResponse:
        """Publish one batch and return its acknowledgement."""
        ...


class RunningAdapter:
    """One adapter at work, with its counters in `stats`.

    `run` goes on until cancelled or, for a recording, until everything has been published.
    """

    def __init__(
        self,
        adapter: Adapter,
        publisher: Publisher,
        source_backoff: Backoff | None = None,
        broker_backoff: Backoff | None = None,
    ) -> None:
        self.stats = AdapterStats(
            adapter.name, adapter.clock.now_us(), silent_after_s=adapter.silent_after_s
        )
        self.upkeep = adapter.upkeep
        self._listening_us: int | None = None  # when a batch last said so
        self._was_silent = False
        self._adapter = adapter
        self._clock = adapter.clock
        self._publisher = publisher
        self._outbox = Outbox(self.stats)
        self._source_backoff = source_backoff or Backoff(RETRY_FIRST_S, RETRY_CAP_S)
        self._broker_backoff = broker_backoff or Backoff(RETRY_FIRST_S, RETRY_CAP_S)
        self._broker_retry_us = 0
        self._batch_ready = asyncio.Event()
        self._sending = asyncio.Lock()
        self._log = log.bind(adapter=adapter.name, source=adapter.source.where)

    async def run(self) -> None:
        """Read and publish."""
        sender = asyncio.create_task(self._send_regularly())
        try:
            # A recording that cannot be read will not come back, and nothing moves its clock on.
            while not await self._read_once() and not self._adapter.lossless:
                self.stats.state = AdapterState.WAITING
                await self._clock.sleep_s(self._source_backoff.next_s())
            await self._flush()
            self.stats.state = AdapterState.ENDED
            self._log.info("adapter ended", accepted=self.stats.accepted)
        finally:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)

    async def _read_once(self) -> bool:
        """Read the source until it ends (True) or fails (False)."""
        try:
            async with aclosing(self._adapter.source.documents()) as documents:
                async for document in documents:
                    self._take_in(document)
                    if self._adapter.lossless:
                        await self._flush()
        except SourceUnavailable as error:
            self.stats.source_failures += 1
            if self.stats.source_error != str(error):  # once, not at every try
                self._log.warning("source unavailable", error=str(error))
            self.stats.source_error = str(error)
            return False
        except Exception as error:  # noqa: BLE001 - a bug in one adapter must not stop the others
            self._crashed("adapter failed", error)
            return False
        return True

    def _take_in(self, document: Document) -> None:
        stats = self.stats
        if stats.state is not AdapterState.RUNNING:
            self._log.info("adapter running")
        stats.state = AdapterState.RUNNING
        stats.source_error = ""
        stats.last_input_us = document.received_us
        stats.documents += 1
        stats.dropped += document.dropped
        stats.input_bytes += len(document.data)
        decoded = self._adapter.decode(document)
        self._source_backoff.reset()
        for refusal in decoded.refusals:
            count(stats.refused, refusal.reason)
        for unread in decoded.unread:
            count(stats.unread, unread.reason)
        stats.records += max(decoded.records, len(decoded.refusals))
        stats.reports += len(decoded.reports)
        for report in decoded.reports:
            self._outbox.add(report)
        if len(self._outbox) >= BATCH_REPORTS:
            self._batch_ready.set()

    async def _send_regularly(self) -> None:
        while True:
            timer = asyncio.ensure_future(self._clock.sleep_s(FLUSH_S))
            full = asyncio.ensure_future(self._batch_ready.wait())
            try:
                await asyncio.wait({timer, full}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                timer.cancel()
                full.cancel()
            self._batch_ready.clear()
            self._note_silence()
            if self._clock.now_us() >= self._broker_retry_us:
                try:
                    await self._flush()
                    await self._say_listening()
                except Exception as error:  # noqa: BLE001 - sending must go on after a bug
                    self._crashed("sending failed", error)

    async def _flush(self) -> None:
        """Publish everything waiting, batch by batch, until the broker fails."""
        async with self._sending:
            while reports := self._outbox.take(BATCH_REPORTS, self._clock.now_us()):
                if not await self._publish(reports):
                    return

    async def _say_listening(self) -> None:
        """Send an empty batch where nothing else says that this feed hears."""
        now_us = self._clock.now_us()
        last_us = self._listening_us
        fresh = last_us is not None and now_us - last_us < LISTENING_S * MICROSECONDS
        if self._adapter.lossless or fresh or now_us < self._broker_retry_us:
            return
        age_s = self.stats.input_age_s(now_us)
        limit_s = self._adapter.silent_after_s - BROKER_SILENT_AFTER_S
        if last_us is None or (age_s is not None and age_s <= max(limit_s, FLUSH_S)):
            async with self._sending:
                await self._publish([])

    def _note_silence(self) -> None:
        silent = self.stats.silent(self._clock.now_us())
        if silent != self._was_silent:
            self._was_silent = silent
            event = "feed silent" if silent else "feed heard again"
            self._log.warning(event, limit_s=self._adapter.silent_after_s)

    async def _publish(self, reports: list[TrackReport]) -> bool:
        try:
            answer = await self._publisher.publish(reports)
        except KeepclearError as error:
            self._outbox.put_back(reports)
            self._not_published(error)
            return False
        self._broker_backoff.reset()
        self.stats.broker_error = ""
        self._listening_us = self.stats.last_output_us = self._clock.now_us()
        self.stats.accepted += answer.accepted_count
        for refusal in answer.refusals:
            count(self.stats.refused_by_broker, _INDEX.sub("", refusal.field))
        return True

    def _not_published(self, error: KeepclearError) -> None:
        asked_s = error.retry_after_s if isinstance(error, UnavailableError) else None
        wait_s = self._broker_backoff.next_s(asked_s)
        self._broker_retry_us = self._clock.now_us() + round(wait_s * MICROSECONDS)
        self.stats.publish_failures += 1
        if self.stats.broker_error != str(error):
            level = "error" if isinstance(error, RefusedError) else "warning"
            getattr(self._log, level)("not published", error=str(error), waiting=len(self._outbox))
        self.stats.broker_error = str(error)

    def _crashed(self, event: str, error: Exception) -> None:
        self.stats.crashes += 1
        self.stats.source_error = f"{type(error).__name__}: {error}"
        self._log.error(event, exc_info=error)


async def run_adapters(running: Sequence[RunningAdapter]) -> None:
    """Run all until cancelled, or until every one of them was a recording and has ended."""
    async with asyncio.TaskGroup() as tasks:
        for each in running:
            tasks.create_task(each.run(), name=f"adapter {each.stats.name}")
