"""How soon somebody is cut off, counted in the broker's looks at the identity folder.

Seconds depend on how busy the machine is, so tests print them; what they assert is that a cut comes
with the first look after the change: with the second, where one was under way in that moment.
"""

import threading
from typing import Final

import pytest
from structlog.testing import capture_logs

from broker.gateways.grpc.gate import CUT_GRACE_S, Gate
from broker.gateways.grpc.server import RECHECK_S
from broker.gateways.mqtt.warden import Warden
from tests.patience import PATIENCE_S

LOOKS_MAX: Final = 2
PROMISED_S: Final = 2.0
"""Between revocation and cut, at the rate of looks that is set, where the machine keeps up."""


class Looks:
    """Those that cut calls (gRPC) or sessions (MQTT) off, among all."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, kind: type[Gate | Warden]) -> None:
        self._cuts: list[bool] = []
        self._has_cut = threading.Event()
        self._before = 0
        name, event = {
            Gate: ("recheck", "call-cut"),
            Warden: ("watch", "mqtt-session-ended"),
        }[kind]
        look = getattr(kind, name)

        def counted(*given: object) -> None:
            with capture_logs() as said:
                look(*given)
            self._cuts.append(any(one["event"] == event for one in said))
            if self._cuts[-1]:
                self._has_cut.set()

        monkeypatch.setattr(kind, name, counted)

    def changed(self) -> None:
        """The change is on the disk whole; looks from here on count."""
        self._before = len(self._cuts)

    def check(self) -> None:
        """The cut that has come came in time, or already with the first half of the change."""
        # Who was cut may know it before the look that did it is over.
        assert self._has_cut.wait(PATIENCE_S), "nothing was cut by a look"
        assert self._cuts.index(True) < self._before + LOOKS_MAX
        assert LOOKS_MAX * RECHECK_S + CUT_GRACE_S <= PROMISED_S
