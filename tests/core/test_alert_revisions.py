"""What every kind of alert goes through alike."""

from dataclasses import replace

from broker.core.alert_revisions import (
    ACKNOWLEDGEMENTS_PER_ALERT_MAX,
    acknowledged,
    begun_again,
    revised,
)
from broker.core.alerts import Acknowledgement, AlertLevel
from broker.core.names import SystemName
from tests.core.alert_samples import sample_alert

ALERT = sample_alert(
    revision=3, level=AlertLevel.CAUTION, highest_level=AlertLevel.WARNING, changed_us=20
)


def read_by(system: str, when_us: int = 40) -> Acknowledgement:
    return Acknowledgement(SystemName("met", system), "A. Desk", when_us, 0)


def test_an_acknowledgement_makes_a_revision_and_changes_nothing_else() -> None:
    once = acknowledged(ALERT, read_by("desk"))
    assert once == replace(ALERT, revision=4, acknowledgements=(read_by("desk"),))


def test_a_systems_newer_one_replaces_its_older_and_comes_last() -> None:
    given = [read_by("a"), read_by("b"), read_by("a", 50)]
    alert = ALERT
    for one in given:
        alert = acknowledged(alert, one)
    assert alert.acknowledgements == (read_by("b"), read_by("a", 50))
    assert alert.revision == ALERT.revision + 3


def test_the_oldest_go_beyond_the_limit() -> None:
    alert = ALERT
    for number in range(ACKNOWLEDGEMENTS_PER_ALERT_MAX + 2):
        alert = acknowledged(alert, read_by(f"s{number}"))
    assert len(alert.acknowledgements) == ACKNOWLEDGEMENTS_PER_ALERT_MAX
    assert alert.acknowledgements[0] == read_by("s2")


def test_what_goes_on_as_another_alert_keeps_nothing_of_its_past() -> None:
    again = begun_again(acknowledged(ALERT, read_by("desk")), "alr-2", 60)
    assert again == replace(
        ALERT,
        alert_id="alr-2",
        revision=1,
        highest_level=AlertLevel.CAUTION,
        raised_us=60,
        changed_us=60,
    )


def test_a_revision_keeps_the_highest_level_that_there_was() -> None:
    higher = revised(ALERT, AlertLevel.FLOOR, 50)
    assert higher == replace(
        ALERT, revision=4, level=AlertLevel.FLOOR, highest_level=AlertLevel.FLOOR,
        changed_us=50, evaluated_us=50,
    )  # fmt: skip
    assert revised(higher, AlertLevel.NONE, 60).highest_level is AlertLevel.FLOOR
