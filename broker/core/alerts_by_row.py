"""Alerts that stand, by the row of memory that each belongs to; an id leads to its row."""

from collections.abc import Iterator, Mapping

from broker.core.alerts import Alert


class AlertsByRow(Mapping[int, Alert]):
    """One alert a row at most, as it was last told."""

    def __init__(self) -> None:
        self._alerts: dict[int, Alert] = {}
        self._rows: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._alerts)

    def __iter__(self) -> Iterator[int]:
        return iter(self._alerts)

    def __getitem__(self, row: int) -> Alert:
        return self._alerts[row]

    def row_of(self, alert_id: str) -> int | None:
        """Where the alert stands; None where none of this id does."""
        return self._rows.get(alert_id)

    def keep(self, row: int, alert: Alert) -> None:
        """The row's alert from now on; the id of the one before leads nowhere any more."""
        before = self._alerts.get(row)
        if before is not None and before.alert_id != alert.alert_id:
            del self._rows[before.alert_id]
        self._alerts[row] = alert
        self._rows[alert.alert_id] = row

    def drop(self, row: int) -> None:
        """The row's alert, if it has one, has ended."""
        alert = self._alerts.pop(row, None)
        if alert is not None:
            del self._rows[alert.alert_id]

    def replace_all(self, alerts: Mapping[int, Alert]) -> None:
        """Only these stand, each in its row."""
        self._alerts = dict(alerts)
        self._rows = {alert.alert_id: row for row, alert in alerts.items()}
