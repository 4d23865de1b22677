"""The numbers of an alert on the wire: what is not known is not set."""

import pytest

from broker.core.effects import Alert, AlertGeometry, AlertKind, AlertLevel
from broker.core.sharing.settings import AlertDetail
from broker.core.sharing.views import AlertView
from broker.gateways.wire.alerts import encode_alert


def view(time_to_exit_s: float | None, detail: AlertDetail = AlertDetail.FULL) -> AlertView:
    alert = Alert(
        alert_id="alr-1",
        revision=1,
        kind=AlertKind.RESTRICTION,
        level=AlertLevel.WARNING,
        highest_level=AlertLevel.WARNING,
        track_a=1,
        track_b=-1,
        restriction_name="agencies/lfb/restrictions/fire",
        raised_us=1,
        changed_us=1,
        evaluated_us=1,
        rule_id="restriction-entry",
        policy_version="1",
        capped_because="",
        geometry=AlertGeometry(0.0, 90.0, None, None, 0.0, 0.0, 0.0, 0.0, 1.0, time_to_exit_s),
    )
    return AlertView(alert, (), "", "", detail=detail)


def test_when_a_restriction_is_left_is_told() -> None:
    # REQ-RES-010
    message = encode_alert(view(12.34))
    assert message.time_to_exit_s == pytest.approx(12.3)
    assert message.time_to_loss_s == 0.0
    assert message.HasField("time_to_loss_s")


@pytest.mark.parametrize("detail", [AlertDetail.SECTOR, AlertDetail.EXISTENCE])
def test_it_is_not_told_where_it_is_not_known_or_not_the_readers(detail: AlertDetail) -> None:
    assert not encode_alert(view(None)).HasField("time_to_exit_s")
    assert not encode_alert(view(12.34, detail)).HasField("time_to_exit_s")
