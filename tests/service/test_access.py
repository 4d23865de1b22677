from hypothesis import given
from hypothesis import strategies as st

from broker.core.names import SystemName
from broker.core.sharing.roles import AccessRole, Action, Subject, Terms, Zone
from broker.service.access import Access, Limits

MET, LFB = SystemName("met", "dispatch"), SystemName("lfb", "fleet")
TERMS = Terms(frozenset({"met", "lfb"}))


class OnlyMet:
    def subject(self, system: SystemName) -> Subject | None:
        return Subject(MET, frozenset({AccessRole.PUBLISHER})) if system == MET else None


def test_a_claimed_name_may_do_what_needs_no_proof() -> None:
    access = Access(lambda: TERMS)
    assert access.decide(MET, Action.PUBLISH_TRACKS).allowed
    assert not access.decide(MET, Action.PUBLISH_TRACKS, agency="lfb").allowed
    assert not access.decide(MET, Action.MANAGE_IDENTITIES).allowed
    assert not access.decide(SystemName("elsewhere", "x"), Action.PUBLISH_TRACKS).allowed
    assert access.refused_count == 3


def test_who_is_not_enrolled_may_do_nothing() -> None:
    # REQ-SEC-011
    access = Access(lambda: TERMS, OnlyMet())
    assert access.decide(MET, Action.PUBLISH_TRACKS).allowed
    for action in Action:
        decision = access.decide(LFB, action)
        assert not decision.allowed
        assert decision.rule == "not-enrolled"


def test_control_is_confined_to_its_zone_unless_another_role_reads_everywhere() -> None:
    # REQ-PRIV-003
    zone = Zone(51.4, -0.3, 51.6, 0.1)
    roles = {AccessRole.AIR_TRAFFIC_CONTROL}

    class Unit:
        def subject(self, system: SystemName) -> Subject | None:
            return Subject(system, frozenset(roles), zone)

    access = Access(lambda: TERMS, Unit())
    for action in (Action.READ_NEUTRAL_VIEW, Action.READ_RESTRICTIONS):
        assert access.confined_to(MET, action) == zone
    roles.add(AccessRole.SUBSCRIBER)
    for action in (Action.READ_NEUTRAL_VIEW, Action.READ_RESTRICTIONS):
        assert access.confined_to(MET, action) is None
    assert access.zone(MET) == zone


def test_nothing_is_limited_while_names_are_claimed() -> None:
    access = Access(lambda: TERMS)
    assert access.over_limit(MET, 0, reports=10**9) == ""


def test_each_has_its_own_limits() -> None:
    # REQ-SEC-012
    access = Access(lambda: TERMS, None, Limits(reports_per_s=10, requests_per_s=1))
    assert access.over_limit(MET, 0, reports=20) == ""
    assert "10 reports a second" in access.over_limit(MET, 0, reports=1)
    assert access.over_limit(LFB, 0, reports=20) == ""
    assert access.over_limit(MET, 100_000, reports=1) == ""
    assert access.over_limit(MET, 100_000) == ""
    assert access.over_limit(MET, 100_000) == ""
    assert "1 requests a second" in access.over_limit(MET, 100_000)


def test_bytes_are_limited() -> None:
    # REQ-SEC-012
    access = Access(lambda: TERMS, None, Limits(bytes_per_s=1_000, requests_per_s=1_000))
    assert access.over_limit(MET, 0, size_bytes=2_000) == ""
    assert "bytes" in access.over_limit(MET, 0, size_bytes=1)


@given(
    st.lists(st.tuples(st.integers(0, 200_000), st.integers(1, 60)), max_size=200),
    st.floats(1, 100),
)
def test_no_sequence_gets_more_than_the_burst_and_the_rate(
    messages: list[tuple[int, int]], rate: float
) -> None:
    # REQ-SEC-012: compared with the plain sum over the whole time.
    access = Access(lambda: TERMS, None, Limits(reports_per_s=rate, requests_per_s=10**9))
    now_us, passed = 0, 0
    for pause_us, amount in messages:
        now_us += pause_us
        if not access.over_limit(MET, now_us, reports=amount):
            passed += amount
    # One message may be larger than what is left, and is owed.
    assert passed <= 2 * rate + rate * now_us / 1e6 + 60
