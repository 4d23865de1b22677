"""Carrying out what agencies say of how their flights are shown."""

from broker.core.alerts import Alert
from broker.core.commands import SetSharing, SetSharingDefault
from broker.core.effects import SharingChanged
from broker.core.errors import Denied, Refused
from broker.core.outcomes import Done, Outcome
from broker.core.requests import not_done
from broker.core.sharing.decision import may_share
from broker.core.sharing.levels import Sharing
from broker.core.sharing.settings import SharingEntries, SharingLevel, SharingSetting

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

    def is_told(self, alert: Alert, agency: str) -> bool:
        """Whether an agency is shown an alert: all, unless it is one's own or a covert one's."""
        if alert.told_to:
            return agency in alert.told_to
        numbers = [number for number in (alert.track_a, alert.track_b) if number >= 0]
        known = [self._sharing.of_number(number) for number in numbers]
        if all(level is not SharingLevel.COVERT for _, level in known):
            return True
        return any(owner == agency for owner, _ in known)
