"""Carrying out what agencies say of how their flights are shown."""

from broker.core.commands import SetSharing, SetSharingDefault
from broker.core.effects import SharingChanged
from broker.core.errors import Denied, Refused
from broker.core.outcomes import Done, Outcome
from broker.core.requests import not_done
from broker.core.sharing.decision import may_share
from broker.core.sharing.levels import Sharing
from broker.core.sharing.settings import SharingEntries, SharingSetting

Carried = tuple[Outcome, list[SharingChanged]]


class SharingControls:
    """Each either happens whole or is refused and changes nothing."""

    def __init__(self, sharing: Sharing) -> None:
        self._sharing = sharing

    def set(self, command: SetSharing, now_us: int) -> Carried:
        """For an aircraft or flight of the sender's own agency."""
        decision = may_share(command.sender, command.subject.agency)
        if not decision.allowed:
            return not_done(Denied(decision.as_refusal("subject"))), []
        try:
            if command.level is None:
                named = self._sharing.tracks_named(command.subject)
                setting, changes = self._sharing.clear(command.subject)
            else:
                setting = SharingSetting(
                    command.subject, command.level, command.until_us, command.authorised_by,
                    command.sender, now_us,
                )  # fmt: skip
                changes = self._sharing.set(setting, now_us)
                named = self._sharing.tracks_named(command.subject)
        except Refused as refused:
            return not_done(refused), []
        return Outcome((), Done(SharingEntries((setting,), named))), changes

    def set_default(self, command: SetSharingDefault) -> Carried:
        """From the broker's configuration."""
        changes = self._sharing.set_default(command.agency, command.level)
        return Outcome((), Done()), changes
