import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core.errors import Refused
from broker.core.names import Audience, RestrictionName, Role, SystemName, identifier

identifiers = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", fullmatch=True)
MQTT_AND_URL_SPECIALS = "/+#$?&% \n\t\0"


@pytest.mark.parametrize("value", ["a", "0", "met-police", "a--b", "a" * 40])
def test_identifiers(value: str) -> None:
    assert identifier("agency", value) == value


@pytest.mark.parametrize(
    "value", ["", "-a", "a-", "A", "a_b", "é", "a" * 41, "a\n", "٣", *MQTT_AND_URL_SPECIALS]
)
def test_anything_else_is_refused(value: str) -> None:
    with pytest.raises(Refused) as refused:
        identifier("agency", value)
    assert refused.value.refusals[0].field == "agency"


@given(st.text())
def test_an_identifier_is_safe_in_a_topic_and_in_a_url(value: str) -> None:
    try:
        identifier("x", value)
    except Refused:
        return
    assert value.isascii()
    assert not set(value) & set(MQTT_AND_URL_SPECIALS)


@given(identifiers, identifiers)
def test_names_read_back_as_written(agency: str, leaf: str) -> None:
    system = SystemName(agency, leaf)
    assert SystemName.parse("s", str(system)) == system
    restriction = RestrictionName(agency, leaf)
    assert RestrictionName.parse("r", str(restriction)) == restriction


@pytest.mark.parametrize(
    "value",
    [
        "",
        "agencies/a",
        "agencies/a/systems/b/c",
        "agencies//systems/b",
        "agencies/a/systems/",
        "agencies/a/roles/b",
        "/agencies/a/systems/b",
        "agencies/A/systems/b",
    ],
)
def test_a_name_of_another_form_is_refused_by_field(value: str) -> None:
    with pytest.raises(Refused) as refused:
        SystemName.parse("keepclear-system", value)
    assert refused.value.refusals[0].field == "keepclear-system"
    with pytest.raises(Refused):
        RestrictionName.parse("name", value)


def test_an_audience_is_agency_and_role() -> None:
    assert str(Audience("lfb", Role.DESK)) == "agencies/lfb/roles/desk"
    assert Audience("lfb", Role.DESK) != Audience("lfb", Role.OBSERVER)
    assert min(SystemName("b", "a"), SystemName("a", "b")).agency == "a"


@given(st.lists(st.builds(Audience, identifiers, st.sampled_from(Role)), max_size=8))
def test_audiences_are_told_apart_by_agency_and_role(audiences: list[Audience]) -> None:
    # Both roles of an agency have one hash: what is kept for them must not be one thing.
    pairs = {(one.agency, one.role) for one in audiences}
    assert len(set(audiences)) == len(pairs)
    kept = {one: str(one) for one in audiences}
    assert all(kept[Audience(agency, role)].endswith(f"/{role}") for agency, role in pairs)
