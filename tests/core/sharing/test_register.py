"""What agencies have set: which setting counts, and when it ends."""

import pytest

from broker.core.errors import Refused
from broker.core.names import SystemName
from broker.core.sharing.register import (
    SETTING_LASTS_US_MAX,
    SETTINGS_PER_AGENCY_MAX,
    SharingRegister,
    SharingUnknown,
)
from broker.core.sharing.settings import SharingLevel, SharingSetting, SharingSubject, SubjectKind
from broker.core.units import SECOND_US

NOW_US = 1_800_000_000 * SECOND_US
DESK = SystemName("met", "desk")
FLIGHT, AIRCRAFT = SubjectKind.FLIGHT, SubjectKind.AIRCRAFT


def setting(
    level: SharingLevel, name: str, kind: SubjectKind = AIRCRAFT, lasts_us: int = SECOND_US
) -> SharingSetting:
    subject = SharingSubject(DESK.agency, kind, name)
    return SharingSetting(subject, level, NOW_US + lasts_us, "silver", DESK, NOW_US)


def subject(name: str, kind: SubjectKind = AIRCRAFT) -> SharingSubject:
    return SharingSubject(DESK.agency, kind, name).key


def test_the_strictest_of_the_settings_that_name_a_track_counts() -> None:
    register = SharingRegister()
    register.set_default("met", SharingLevel.MASKED)
    assert register.wanted("met", (), ()) is SharingLevel.MASKED
    register.set(setting(SharingLevel.OPEN, "t7"), NOW_US)
    assert register.wanted("met", (subject("t7"),), ()) is SharingLevel.OPEN
    register.set(setting(SharingLevel.COVERT, "f-1", FLIGHT), NOW_US)
    register.set(setting(SharingLevel.MASKED, "UX07"), NOW_US)
    named = subject("t7"), subject("f-1", FLIGHT), subject("UX07")
    assert register.wanted("met", named, ()) is SharingLevel.COVERT
    assert register.wanted("lfb", (), ()) is SharingLevel.OPEN


def test_what_was_left_out_never_shows_more() -> None:
    # REQ-SHARE-009
    register = SharingRegister()
    register.set_default("met", SharingLevel.MASKED)
    register.set(setting(SharingLevel.OPEN, "t7"), NOW_US)
    register.set(setting(SharingLevel.COVERT, "UX07"), NOW_US)
    assert register.wanted("met", (), (subject("t7"),)) is SharingLevel.MASKED
    assert register.wanted("met", (subject("t7"),), (subject("UX07"),)) is SharingLevel.COVERT


def test_a_subject_has_one_spelling() -> None:
    # REQ-SHARE-009: what a desk types in another case hides the aircraft all the same.
    register = SharingRegister()
    register.set(setting(SharingLevel.COVERT, "Met  07"), NOW_US)
    assert list(register.subjects()) == [subject("MET 07")]
    register.set(setting(SharingLevel.MASKED, "met 07"), NOW_US)
    [only] = register.of_agency("met")
    assert (only.level, only.subject.name) == (SharingLevel.MASKED, "met 07")
    register.clear(SharingSubject("met", AIRCRAFT, "MET 07"))
    assert register.of_agency("met") == []


def test_a_setting_ends_when_it_said() -> None:
    register = SharingRegister()
    register.set(setting(SharingLevel.COVERT, "t7"), NOW_US)
    assert register.advance(NOW_US + SECOND_US - 1) == []
    assert register.advance(NOW_US + SECOND_US) == [subject("t7")]
    assert register.subjects() == set()
    with pytest.raises(SharingUnknown):
        register.clear(SharingSubject("met", AIRCRAFT, "t7"))


@pytest.mark.parametrize("lasts_us", [0, SETTING_LASTS_US_MAX + 1])
def test_an_end_in_the_past_or_too_far_ahead_is_refused(lasts_us: int) -> None:
    with pytest.raises(Refused) as refused:
        SharingRegister().set(setting(SharingLevel.COVERT, "t7", lasts_us=lasts_us), NOW_US)
    assert [one.field for one in refused.value.refusals] == ["until_us"]


def test_an_agency_has_a_limit_and_may_still_change_what_it_has() -> None:
    register = SharingRegister()
    for number in range(SETTINGS_PER_AGENCY_MAX):
        register.set(setting(SharingLevel.MASKED, f"a{number}"), NOW_US)
    with pytest.raises(Refused):
        register.set(setting(SharingLevel.MASKED, "one more"), NOW_US)
    register.set(setting(SharingLevel.COVERT, "a0"), NOW_US)
    again = SharingRegister()
    again.restore(register.state())
    assert again.of_agency("met") == register.of_agency("met")
    assert len(again.of_agency("met")) == SETTINGS_PER_AGENCY_MAX
