"""An alert as a block of lines, for the live screen and for `keepclear alerts list`.

How high the other aircraft is stands in the headline, which is worded for the reading agency. The
alert's own relative height is that of its second aircraft over its first, whichever is whose: it is
for programs, and beside the headline it could say the opposite.
"""

import textwrap
from collections.abc import Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from broker.cli import wording
from broker.cli.wording import printable
from keepclear.v1 import common_pb2
from keepclear.v1.alerts_pb2 import Alert

MEMBERS_SHOWN_MAX: Final = 3
"""Members of a cluster beside the one that leads it."""
LEVEL_STYLES: Final = {
    common_pb2.ALERT_LEVEL_CAUTION: "yellow",
    common_pb2.ALERT_LEVEL_WARNING: "bold red",
    common_pb2.ALERT_LEVEL_FLOOR: "bold white on red",
}
_LEVEL_WIDTH: Final = 8
"""Of the longest word, "advisory"; "INSIDE MINIMUM" takes two lines."""
_GAP: Final = 1


def alert_grid(alerts: Sequence[Alert]) -> Table:
    """Level beside text, as wide as there is room."""
    grid = Table.grid(padding=(0, _GAP, 0, 0), expand=True)
    grid.add_column(width=_LEVEL_WIDTH)
    grid.add_column(overflow="fold", ratio=1)
    for alert in alerts:
        style = LEVEL_STYLES.get(alert.level, "")
        *said, footer = alert_lines(alert)
        text = Text("\n".join(said) + "\n", style=style)
        text.append(footer, style="not bold default on default dim")
        grid.add_row(Text(wording.level_words(alert.level), style=style), text)
    return grid


def lines_needed(alert: Alert, width: int) -> int:
    """How many lines of a screen of `width` columns an alert takes."""
    room = max(1, width - _LEVEL_WIDTH - 2 * _GAP)
    return sum(max(1, len(textwrap.wrap(line, room))) for line in alert_lines(alert))


def alert_lines(alert: Alert) -> list[str]:
    """Headline, advice, the members of a cluster; last since when, who has read it, and its id."""
    lines = [printable(alert.headline)]
    if alert.advice:
        lines.append(printable(alert.advice))
    for member in alert.members[1 : MEMBERS_SHOWN_MAX + 1]:
        words = f"- {wording.level_words(member.level)}: {printable(member.headline)}"
        lines.append(f"{words} {printable(member.advice)}".rstrip())
    if alert.member_count > MEMBERS_SHOWN_MAX + 1:
        lines.append(f"- and {alert.member_count - MEMBERS_SHOWN_MAX - 1} more at this incident")
    readers = ", ".join(printable(ack.acknowledged_by) for ack in alert.acknowledgements)
    lines.append(
        f"since {wording.clock_words(alert.raised_us)}, "
        f"{f'read by {readers}' if readers else 'NOT READ YET'}, {printable(alert.alert_id)}"
    )
    return lines
