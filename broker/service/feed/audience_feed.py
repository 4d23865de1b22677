"""One audience's numbered messages: the next number, and the recent ones kept for resuming."""

from collections import deque
from typing import Final

from broker.core.names import Audience
from broker.core.sharing.roles import Zone
from broker.core.units import SECOND_US
from broker.service.feed.items import (
    NOTHING_SHOWN,
    Deferred,
    Edition,
    Encoder,
    Item,
    ItemKind,
    Shown,
)

KEPT_BYTES_MAX: Final = 16_000_000
KEPT_FOR_US: Final = 120 * SECOND_US
"""A reader that was away longer is better served by a snapshot."""


class AudienceFeed:
    """Numbers messages without gaps and remembers the recent ones."""

    def __init__(
        self, audience: Audience, encoder: Encoder, epoch: str, last_number: int = 0
    ) -> None:
        self.audience = audience
        self.epoch = epoch
        self.last_number = last_number
        self._encoder = encoder
        self._headers = encoder.headers(audience, epoch, snapshot=False)
        self._part_headers = encoder.headers(audience, epoch, snapshot=True)
        self._kept: deque[Item] = deque()
        self._kept_bytes = 0
        self._oldest_resumable = last_number

    def news(
        self,
        kind: ItemKind,
        body: bytes | Deferred,
        now_us: int,
        *,
        shown: Shown = NOTHING_SHOWN,
        key: str = "",
        ended: bool = False,
        edition: Edition | None = None,
        extent: Zone | None = None,
    ) -> Item:
        """The next numbered message."""
        self.last_number += 1
        header = self._headers.at(self.last_number, now_us)
        item = Item(
            kind=kind,
            number=self.last_number,
            sent_us=now_us,
            whole=_joined(header, body),
            header_length=len(header),
            shown=shown,
            key=key,
            ended=ended,
            edition=edition,
            extent=extent,
        )
        self._keep(item)
        return item

    def aside(
        self, kind: ItemKind, body: bytes, now_us: int, key: str = "", extent: Zone | None = None
    ) -> Item:
        """A message without a number of its own: a heartbeat, a notice, an alert told late.

        It repeats the last number and answers for none: covers_from is the next one.
        """
        header = self._headers.at(self.last_number, now_us)
        header += self._encoder.covers_from(self.last_number + 1)
        return Item(
            kind,
            self.last_number,
            now_us,
            header + body,
            len(header),
            key=key,
            extent=extent,
            numbered=False,
        )

    def part(
        self,
        kind: ItemKind,
        body: bytes | Deferred,
        now_us: int,
        *,
        shown: Shown = NOTHING_SHOWN,
        key: str = "",
        edition: Edition | None = None,
        extent: Zone | None = None,
    ) -> Item:
        """Part of a snapshot taken at the last number."""
        header = self._part_headers.at(self.last_number, now_us)
        return Item(
            kind=kind,
            number=self.last_number,
            sent_us=now_us,
            whole=_joined(header, body),
            header_length=len(header),
            shown=shown,
            key=key,
            snapshot=True,
            edition=edition,
            extent=extent,
        )

    def since(self, number: int) -> list[Item] | None:
        """Every message after `number`, or None if they are not all kept."""
        if not self._oldest_resumable <= number <= self.last_number:
            return None
        return [item for item in self._kept if item.number > number]

    def _keep(self, item: Item) -> None:
        self._kept.append(item)
        self._kept_bytes += item.byte_count
        while self._kept_bytes > KEPT_BYTES_MAX or (
            self._kept[0].sent_us < item.sent_us - KEPT_FOR_US
        ):
            dropped = self._kept.popleft()
            self._kept_bytes -= dropped.byte_count
            self._oldest_resumable = dropped.number


def _joined(header: bytes, body: bytes | Deferred) -> bytes | Deferred:
    if isinstance(body, bytes):
        return header + body
    return Deferred(len(header) + body.byte_count, lambda: header + body.made())
