"""The hub: hands the engine's news to the readers, in the event loop that serves them."""

from collections.abc import Callable, Mapping
from typing import Final

from broker.core.errors import BrokenInvariant
from broker.core.names import Audience
from broker.core.sharing.extents import around
from broker.core.sharing.roles import Zone
from broker.service.feed.items import Item
from broker.service.feed.projection import News
from broker.service.feed.subscriber import Subscriber
from broker.service.mailbox import Mailbox

SUBSCRIBERS_MAX: Final = 2_000

Listener = Callable[[News], None]


class Hub:
    """Who reads what. `publish` is called by the engine thread; the rest runs in the loop."""

    def __init__(self) -> None:
        self._mailbox: Mailbox | None = None
        self._subscribers: dict[Audience, dict[Subscriber, None]] = {}
        self._listeners: list[Listener] = []
        # Audiences that ever had a reader here: the others' news need not wake the loop.
        self._audiences_read: set[Audience] = set()
        self._confined: dict[Audience, Zone] = {}

    def bind(self, mailbox: Mailbox) -> None:
        """Of the loop that serves the readers."""
        self._mailbox = mailbox

    def listen(self, listener: Listener) -> None:
        """Give every piece of news to `listener` too, in the engine thread (the MQTT gateway)."""
        self._listeners.append(listener)

    def publish(self, news: News) -> None:
        """Send news to everybody it is for."""
        if not news:
            return
        # The loop first: waking it is quick, and what listeners do takes longer.
        if self._mailbox is not None and any(who in self._audiences_read for who, _ in news):
            self._mailbox.put(lambda: self._deliver(news))
        for listener in self._listeners:
            listener(news)

    @property
    def confined(self) -> Mapping[Audience, Zone]:
        """Engine thread: audiences that ever had readers confined to zones, and the box round."""
        return self._confined

    def remind(self, audience: Audience, alerts: list[Item]) -> None:
        """Engine thread: alerts in progress, for confined readers that were not told of them."""
        if alerts and self._mailbox is not None:
            self._mailbox.put(lambda: self._remind(audience, alerts))

    def attach_from_engine(self, subscriber: Subscriber, opening: list[Item]) -> None:
        """Engine thread: add a reader; it gets its opening and then its audience's news."""
        if self._mailbox is None:
            raise BrokenInvariant("a reader was attached before the hub was bound to a loop")
        audience, zone = subscriber.audience, subscriber.confined_to
        self._audiences_read.add(audience)
        if zone is not None:
            self._confined[audience] = around([zone, self._confined.get(audience, zone)]) or zone
        self._mailbox.put(lambda: self._attach(subscriber, opening))

    def _attach(self, subscriber: Subscriber, opening: list[Item]) -> None:
        if subscriber.is_ended:
            return  # it went away while its opening was made: nobody would ever detach it
        self._subscribers.setdefault(subscriber.audience, {})[subscriber] = None
        subscriber.open_with(opening)

    def detach(self, subscriber: Subscriber) -> None:
        """Remove a reader."""
        readers = self._subscribers.get(subscriber.audience, {})
        readers.pop(subscriber, None)

    @property
    def subscriber_count(self) -> int:
        """Readers connected."""
        return sum(len(readers) for readers in self._subscribers.values())

    def end_all(self, reason: Exception) -> None:
        """Cut every reader off, for shutdown."""
        for readers in list(self._subscribers.values()):
            for subscriber in list(readers):
                subscriber.end(reason)

    def _remind(self, audience: Audience, alerts: list[Item]) -> None:
        for subscriber in tuple(self._subscribers.get(audience, ())):
            subscriber.remind(alerts)

    def _deliver(self, news: News) -> None:
        for audience, items in news:
            # A copy: one that is cut off for being slow leaves, and the others must not miss this.
            for subscriber in tuple(self._subscribers.get(audience, ())):
                subscriber.offer(items)
