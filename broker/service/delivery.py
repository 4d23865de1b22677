"""Notes which restrictions were handed to which system's stream, so that the log can prove it.

Handed over means given to the system's own connection; whether it arrived, only the system can say.
"""

from collections.abc import Sequence
from contextlib import suppress

import structlog

from broker.core.airspace import Airspace
from broker.core.names import RestrictionName, SystemName
from broker.core.publishing.commands import NoteDelivery
from broker.core.publishing.model import VERSIONS_PER_DELIVERY_MAX, DeliveryStage
from broker.service.engine import Overloaded
from broker.service.intake import Intake

log = structlog.get_logger()
Versions = Sequence[tuple[RestrictionName, int]]


class DeliveryNotes:
    """Called by gateways in any thread."""

    def __init__(self, intake: Intake, airspace: Airspace) -> None:
        self._intake = intake
        self._airspace = airspace

    def sent(self, system: SystemName, versions: Versions) -> None:
        """These were handed to the system's stream; what is known already is not noted again."""
        if versions:
            # In an overload the proof is missing, never the restriction itself.
            with suppress(Overloaded):
                self._intake.query(lambda: self._note(system, versions), _failed)

    def _note(self, system: SystemName, versions: Versions) -> None:
        receipts = self._airspace.controls.publishing.receipts
        news = [one for one in versions if receipts.is_unsent(system, *one)]
        for first in range(0, len(news), VERSIONS_PER_DELIVERY_MAX):
            part = tuple(news[first : first + VERSIONS_PER_DELIVERY_MAX])
            with suppress(Overloaded):
                command = NoteDelivery(system, "", DeliveryStage.SENT, part)
                self._intake.submit_control(command, lambda _: None)


def _failed(error: Exception) -> None:
    log.error("delivery-not-noted", exc_info=error)
