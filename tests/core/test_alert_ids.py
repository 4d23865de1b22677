"""Alert ids: nothing can be read in them, and a replay makes them again."""

from hypothesis import given
from hypothesis import strategies as st

from broker.core.alert_ids import cluster_id, encounter_id

SECRET = bytes(range(32))
secrets = st.binary(min_size=32, max_size=32)
numbers = st.integers(0, 2**40)


@given(secrets, numbers, numbers, numbers)
def test_the_same_encounter_has_the_same_id(secret: bytes, a: int, b: int, episode: int) -> None:
    assert encounter_id(secret, a, b, episode) == encounter_id(secret, a, b, episode)


@given(secrets, secrets, numbers, numbers)
def test_without_the_secret_nobody_makes_the_id(one: bytes, other: bytes, a: int, b: int) -> None:
    # REQ-SHARE-015
    same = one == other
    assert (encounter_id(one, a, b) == encounter_id(other, a, b)) is same
    assert (cluster_id(one, a, b) == cluster_id(other, a, b)) is same


def test_kinds_and_parts_do_not_run_into_each_other() -> None:
    made = [
        encounter_id(SECRET, 1, 23),
        encounter_id(SECRET, 12, 3),
        encounter_id(SECRET, "1 23"),
        cluster_id(SECRET, 1, 23),
    ]
    assert len({one.partition("-")[2] for one in made}) == len(made)
    assert {len(one) for one in made} == {20}
