"""One alert told to every audience: worded and encoded once for all who read the same of it."""

from typing import NamedTuple

from broker.core.effects import AlertChanged, AlertRetold
from broker.core.names import Audience
from broker.core.sharing.standing import Standing
from broker.core.sharing.views import AlertView, Views
from broker.service.feed.items import BlankAlert, Encoder


class _Shared(NamedTuple):
    """What several audiences read."""

    blank: BlankAlert
    track_numbers: list[int]
    """What the ids in it are made from."""


class Telling:
    """The bodies of one alert's messages. Used up at once: what it goes by may change."""

    def __init__(self, effect: AlertChanged | AlertRetold, views: Views, encoder: Encoder) -> None:
        self._effect = effect
        self._views = views
        self._encoder = encoder
        self._standings = views.standings(effect.alert)
        self._shared: dict[Standing, _Shared | None] = {}

    def body(self, audience: Audience) -> bytes | None:
        """The audience's body, or None if it is told nothing."""
        standing = self._standings.of(audience)
        if standing is None:
            view = self._view(audience)
            return None if view is None else self._encoder.alert(view)
        if standing not in self._shared:
            self._shared[standing] = self._blank(audience)
        shared = self._shared[standing]
        if shared is None:
            return None
        ids = [self._views.track_id(audience, number) for number in shared.track_numbers]
        return self._encoder.alert_with_ids(shared.blank, ids)

    def _view(self, audience: Audience) -> AlertView | None:
        if isinstance(self._effect, AlertRetold):
            return self._views.retold(self._effect.alert, audience, self._effect.levels)
        return self._views.alert(self._effect.alert, audience, is_news=self._effect.is_news)

    def _blank(self, audience: Audience) -> _Shared | None:
        """For all who stand as this audience does."""
        view = self._view(audience)
        if view is None:
            return None
        numbers = [side.track_number for side in view.sides]
        return _Shared(self._encoder.blank_alert(view), numbers)
