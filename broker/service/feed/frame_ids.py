"""One audience's track ids for its frames, made and kept by the threads that send them.

An id is worked out from the audience's name and the track's view key and from nothing else, so it
does not matter which thread does it, or when. What is kept only saves work: by the table's row, for
as long as the same track stands there.
"""

import threading
from typing import Final

import numpy as np

from broker.core.names import Audience
from broker.core.sharing.parties import ID_DIGITS
from broker.core.sharing.views import Views
from broker.service.feed.items import Bytes, Slots64

_NONE: Final = -1
"""No track's view key."""


class FrameIds:
    """Any thread may ask; two at once take turns."""

    def __init__(self, views: Views, audience: Audience) -> None:
        self._views = views
        self._audience = audience
        self._lock = threading.Lock()
        self._key: Slots64 = np.zeros(0, dtype=np.int64)
        self._digits: Bytes = np.zeros((0, ID_DIGITS), dtype=np.uint8)

    def of(self, slots: Slots64, keys: Slots64) -> Bytes:
        """The ids (n, digits) of tracks with these view keys (n,), which stood in these rows."""
        with self._lock:
            self._fit(int(slots.max(initial=-1)) + 1)
            for place in np.flatnonzero(self._key[slots] != keys).tolist():
                slot, key = slots[place], int(keys[place])
                text = self._views.id_of_key(self._audience, key)
                self._digits[slot] = np.frombuffer(text.encode("ascii"), dtype=np.uint8)
                self._key[slot] = key
            return self._digits[slots]

    def _fit(self, capacity: int) -> None:
        known = len(self._key)
        if capacity > known:
            more = max(capacity, 2 * known) - known
            self._key = np.append(self._key, np.full(more, _NONE, dtype=np.int64))
            self._digits = np.append(self._digits, np.zeros((more, ID_DIGITS), np.uint8), axis=0)
