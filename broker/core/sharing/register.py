"""The sharing register: what agencies have set for their aircraft and flights, and by default.

A setting names an aircraft or a flight of one agency, a level, who authorised it and when it ends.
Which tracks it touches is worked out in `levels`.
"""

from collections.abc import Collection, Sequence
from typing import Final

from broker.core.errors import NotFound, Refusal, Refused
from broker.core.plain import Plain, integer, items, mapping, text
from broker.core.sharing.settings import (
    SharingLevel,
    SharingSetting,
    SharingSubject,
    setting_of,
    setting_state,
)
from broker.core.units import DAY_US

SETTINGS_PER_AGENCY_MAX: Final = 500
SETTING_LASTS_US_MAX: Final = 7 * DAY_US
"""Longer than any operation: what is needed for longer is the agency's default."""


class SharingUnknown(NotFound):
    """No setting names this."""


class SharingRegister:
    """Every setting and default of one airspace."""

    def __init__(self) -> None:
        self._settings: dict[SharingSubject, SharingSetting] = {}
        """By subject in one spelling."""
        self._defaults: dict[str, SharingLevel] = {}

    def default_of(self, agency: str) -> SharingLevel:
        """What an agency shows where no setting says otherwise."""
        return self._defaults.get(agency, SharingLevel.OPEN)

    def set_default(self, agency: str, level: SharingLevel) -> None:
        """What an agency shows from now on where no setting says otherwise."""
        self._defaults[agency] = level

    def set(self, setting: SharingSetting, now_us: int) -> None:
        """Take a setting, in place of the one of the same subject. Raises Refused."""
        faults = self._faults(setting, now_us)
        if faults:
            raise Refused(*faults)
        self._settings[setting.subject.key] = setting

    def clear(self, subject: SharingSubject) -> SharingSetting:
        """Take a setting away. Raises SharingUnknown."""
        removed = self._settings.pop(subject.key, None)
        if removed is None:
            reason = f"nothing is set for the {subject.kind} {subject.name} of {subject.agency}"
            raise SharingUnknown(Refusal("subject", reason))
        return removed

    def advance(self, now_us: int) -> list[SharingSubject]:
        """Time passed: the subjects whose setting has ended, in one spelling."""
        over = [key for key, one in self._settings.items() if one.until_us <= now_us]
        for key in over:
            del self._settings[key]
        return over

    def subjects(self) -> Collection[SharingSubject]:
        """What something is set for, in one spelling."""
        return self._settings.keys()

    def wanted(
        self, agency: str, named: Sequence[SharingSubject], left_out: Sequence[SharingSubject]
    ) -> SharingLevel:
        """The level of a track that its words name so, and what they have left out since.

        Of several settings the strictest counts; where none is named, the agency's default does,
        and what was left out shows no more than that.
        """
        levels = [self._settings[one].level for one in named] or [self.default_of(agency)]
        return max([*levels, *(self._settings[one].level for one in left_out)])

    def of_agency(self, agency: str) -> list[SharingSetting]:
        """One agency's settings, by subject."""
        return [self._settings[key] for key in sorted(self._settings) if key.agency == agency]

    def state(self) -> dict[str, Plain]:
        """For a snapshot."""
        return {
            "settings": [setting_state(one) for one in self._settings.values()],
            "defaults": [[agency, int(level)] for agency, level in self._defaults.items()],
        }

    def restore(self, state: dict[str, Plain]) -> None:
        """From a snapshot."""
        for item in items(state["settings"]):
            setting = setting_of(mapping(item))
            self._settings[setting.subject.key] = setting
        for item in items(state["defaults"]):
            agency, level = items(item)
            self._defaults[text(agency)] = SharingLevel(integer(level))

    def _faults(self, setting: SharingSetting, now_us: int) -> list[Refusal]:
        faults = []
        if setting.until_us <= now_us:
            faults.append(Refusal("until_us", "must be in the future"))
        elif setting.until_us > now_us + SETTING_LASTS_US_MAX:
            days = SETTING_LASTS_US_MAX // DAY_US
            faults.append(Refusal("until_us", f"must be at most {days} days ahead"))
        known = sum(one.agency == setting.subject.agency for one in self._settings)
        if setting.subject.key not in self._settings and known >= SETTINGS_PER_AGENCY_MAX:
            faults.append(Refusal("subject", f"at most {SETTINGS_PER_AGENCY_MAX} an agency"))
        return faults
