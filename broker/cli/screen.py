"""The picture as a terminal shows it. A frozen picture never looks live."""

import textwrap
from collections.abc import Sequence
from typing import Final

from rich.console import ConsoleDimensions, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from broker.cli import restriction_wording, wording
from broker.cli.alert_wording import alert_grid, lines_needed
from broker.cli.picture import Picture
from broker.cli.wording import printable
from keepclear.v1 import common_pb2, feed_pb2, restrictions_pb2
from keepclear.v1.restrictions_pb2 import Restriction

RESTRICTIONS_SHOWN_MAX: Final = 5
VOLUMES_SHOWN_MAX: Final = 5
SILENT_SHOWN_MAX: Final = 3
TRACKS_SHOWN_MIN: Final = 4
_TRACK_WIDTHS_MIN: Final = {
    "label": 8,
    "agency": 6,
    "class": 10,
    "height": 28,
    "age": 4,
    "state": 8,
    "contact": 9,
}
"""Together 80 with the gaps: on a wider screen each gets more."""
_TALL_SCREEN_LINES: Final = 30
"""From here on there is room for notices in full; below, they get a line each."""
_ROUND_TRACKS: Final = 3
"""Lines: the title, the headings, and how many more there are."""
_GAP: Final = 1
_ALERTS_SHARE: Final = 0.5
"""Of the screen: below the alerts a desk still sees what is asked of it and what flies."""
_STATE_STYLES: Final = {
    feed_pb2.TRACK_STATE_STALE: "yellow",
    feed_pb2.TRACK_STATE_LOST: "bold red",
}


def render(picture: Picture, now_s: float, size: ConsoleDimensions) -> RenderableType:
    """The whole screen at `now_s` of the monotonic clock."""
    if picture.heard_s is None:
        return Text("Connected. Waiting for the first picture.")
    lost = picture.link_lost(now_s)
    notices, notice_lines = _notices(picture, size)
    volumes, volume_lines = _volumes(picture)
    room = size.height - 1 - volume_lines - notice_lines
    alerts, alert_lines = _alerts(picture, ConsoleDimensions(size.width, room))
    requests, request_lines = _restrictions(picture, room)
    rows = max(TRACKS_SHOWN_MIN, room - alert_lines - request_lines - _ROUND_TRACKS)
    tracks = _tracks(picture, now_s, rows)
    parts = [_status(picture, now_s), *alerts, *requests, *volumes, tracks, *notices]
    if not lost:
        return Group(*parts)
    return Panel(
        Group(_link_lost(picture, now_s), *parts),
        title="FROZEN PICTURE",
        subtitle="FROZEN PICTURE",
        style="dim",
        border_style="bold red",
    )


def coverage_words(picture: Picture, now_s: float) -> str:
    """How old the picture is and what it cannot see: "no alert" is not "no traffic"."""
    age_s = picture.picture_age_s(now_s)
    age = "no position yet" if age_s is None else f"picture {wording.age_words(age_s)} old"
    silent = len(picture.silent)
    if picture.heartbeat is not None:  # of the two, what admits more blindness
        silent = max(silent, picture.heartbeat.silent_publisher_count)
    feeds = f"{silent} feed{'' if silent == 1 else 's'} silent"
    if not picture.silent or not silent:
        return f"{age}, {feeds}"
    names = sorted(picture.silent)[:SILENT_SHOWN_MAX]
    more = ", ..." if len(picture.silent) > SILENT_SHOWN_MAX else ""
    return f"{age}, {feeds} ({', '.join(printable(name) for name in names)}{more})"


def _status(picture: Picture, now_s: float) -> Text:
    header = picture.header or feed_pb2.FeedHeader()
    spaces = {common_pb2.SPACE_LIVE: "LIVE", common_pb2.SPACE_EXERCISE: "EXERCISE"}
    space = spaces.get(header.space, "space not known")
    return Text(
        f"{space} | {printable(header.audience)} | {coverage_words(picture, now_s)}", style="bold"
    )


def _link_lost(picture: Picture, now_s: float) -> Text:
    silence = wording.age_words(picture.silence_s(now_s) or 0.0)
    return Text(
        f"LINK LOST {silence} ago. THIS PICTURE IS FROZEN, NOT LIVE. Reconnecting.\n"
        "Use the telephone or radio until it is back.",
        style="bold white on red",
    )


def _alerts(picture: Picture, room: ConsoleDimensions) -> tuple[list[RenderableType], int]:
    """The most urgent alerts, in a part of `room` but always one; and the lines they take."""
    alerts = picture.alerts_by_urgency()
    if not alerts:
        return [Text('No alert. That is not "no traffic": see the coverage above.')], 1
    lines_max, shown, used = room.height * _ALERTS_SHARE, 0, 1
    for alert in alerts:
        needed = lines_needed(alert, room.width)
        if shown and used + needed + 1 > lines_max:  # with a line for how many more there are
            break
        shown, used = shown + 1, used + needed
    parts = [_title(f"Alerts ({len(alerts)})"), alert_grid(alerts[:shown])]
    if shown == len(alerts):
        return parts, used
    return [*parts, _more(len(alerts) - shown, "less urgent")], used + 1


def _restrictions(picture: Picture, room_lines: int) -> tuple[list[RenderableType], int]:
    restrictions = sorted(picture.restrictions.values(), key=lambda r: r.name)
    if not restrictions:
        return [Text("No keep-clear request in force or planned.")], 1
    rows = [
        (
            _request_title(one),
            "".join(restriction_wording.volume_words(volume) for volume in one.volumes[:1]),
            printable(one.contact),
        )
        for one in restrictions
    ]
    few = max(2, min(RESTRICTIONS_SHOWN_MAX, room_lines // 8))
    return _listed(f"Keep-clear requests ({len(rows)})", rows, few)


def _request_title(restriction: Restriction) -> str:
    """Its title, and its state unless it is in force, which most are."""
    title = printable(restriction.title)
    if restriction.state == restrictions_pb2.RESTRICTION_STATE_ACTIVE:
        return title
    return f"{restriction_wording.restriction_state_words(restriction.state)}: {title}"


def _volumes(picture: Picture) -> tuple[list[RenderableType], int]:
    """Where aircraft fly that are not shown; nothing where there are none."""
    volumes = sorted(picture.volumes.values(), key=lambda volume: volume.volume_id)
    if not volumes:
        return [], 0
    rows = [(printable(one.volume_id), *wording.keep_clear_words(one)) for one in volumes]
    title = f"Keep clear: aircraft that are not shown ({len(rows)})"
    return _listed(title, rows, VOLUMES_SHOWN_MAX)


def _notices(picture: Picture, size: ConsoleDimensions) -> tuple[list[RenderableType], int]:
    words = [f"notice: {printable(one.text)}" for one in picture.notices]
    if size.height < _TALL_SCREEN_LINES:
        short = Text("\n".join(words), style="dim", no_wrap=True, overflow="ellipsis")
        return [short] if words else [], len(words)
    lines = sum(len(textwrap.wrap(one, size.width)) for one in words)
    return [Text(one, style="dim") for one in words], lines


def _listed(
    title: str, rows: Sequence[tuple[str, ...]], shown: int
) -> tuple[list[RenderableType], int]:
    """A line for each of the first rows, with a title and what is left out; and how many lines."""
    grid = Table.grid(padding=(0, _GAP, 0, 0), expand=True)
    for number in range(len(rows[0])):
        # The second column, of places, gives way on a narrow screen.
        grid.add_column(no_wrap=True, ratio=1 if number == 1 else None)
    for row in rows[:shown]:
        grid.add_row(*(Text(cell) for cell in row))
    parts = [_title(title), grid]
    if len(rows) > shown:
        parts.append(_more(len(rows) - shown))
    return parts, len(parts) - 1 + min(len(rows), shown)


def _title(words: str) -> RenderableType:
    return Text(words, style="bold cyan")


def _more(count: int, words: str = "more") -> RenderableType:
    return Text(f"and {count} {words}", style="dim")


def _tracks(picture: Picture, now_s: float, rows: int) -> RenderableType:
    tracks = picture.tracks_by_interest()
    table = Table(box=None, padding=(0, _GAP, 0, 0), expand=True, header_style="dim")
    for heading in ("label", "agency", "class", "height", "age", "state", "contact"):
        # On a narrow screen everything else gives way before which aircraft, how high, how old.
        table.add_column(heading, no_wrap=True, min_width=_TRACK_WIDTHS_MIN.get(heading))
    for track in tracks[:rows]:
        launching = track.operational_status == common_pb2.OPERATIONAL_STATUS_LAUNCHING
        style = _STATE_STYLES.get(track.state, "bold yellow" if launching else "")
        path = wording.path_words(track, picture.path_age_s(track, now_s))
        cells = (
            printable(track.label or track.track_id),
            printable(track.agency),
            wording.class_words(track.aircraft_class),
            wording.height_words(track),
            wording.age_words(picture.track_age_s(track, now_s)),
            ", ".join(filter(None, (wording.doing_words(track), path))),
            printable(track.talkgroup or track.duty_contact),
        )
        table.add_row(*(Text(cell, style=style) for cell in cells))
    parts = [_title(f"Aircraft ({len(tracks)})"), table]
    if len(tracks) > rows:
        parts.append(_more(len(tracks) - rows))
    return Group(*parts)
