"""The picture as a terminal shows it. A frozen picture never looks live."""

from typing import Final

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from broker.cli import restriction_wording, wording
from broker.cli.picture import Picture
from broker.cli.wording import printable
from keepclear.v1 import alerts_pb2, common_pb2, feed_pb2
from keepclear.v1.alerts_pb2 import Alert

ALERTS_SHOWN_MAX: Final = 8
MEMBERS_SHOWN_MAX: Final = 3
"""Members of a cluster beside the one that leads it."""
RESTRICTIONS_SHOWN_MAX: Final = 5
VOLUMES_SHOWN_MAX: Final = 5
SILENT_SHOWN_MAX: Final = 3
TRACKS_SHOWN_MIN: Final = 5
_TRACK_WIDTHS_MIN: Final = {"label": 8, "height": 24, "age": 5}
_LINES_ROUND_TRACKS: Final = 12
"""Headings, borders and status lines on a full screen."""

_LEVEL_STYLES: Final = {
    common_pb2.ALERT_LEVEL_CAUTION: "yellow",
    common_pb2.ALERT_LEVEL_WARNING: "bold red",
    common_pb2.ALERT_LEVEL_FLOOR: "bold white on red",
}
_STATE_STYLES: Final = {
    feed_pb2.TRACK_STATE_STALE: "yellow",
    feed_pb2.TRACK_STATE_LOST: "bold red",
}


def render(picture: Picture, now_s: float, height_lines: int) -> RenderableType:
    """The whole screen at `now_s` of the monotonic clock."""
    if picture.heard_s is None:
        return Text("Connected. Waiting for the first picture.")
    lost = picture.link_lost(now_s)
    parts: list[RenderableType] = [_status(picture, now_s)]
    parts += [_alerts(picture), _restrictions(picture), *_volumes(picture)]
    used = _LINES_ROUND_TRACKS + min(len(picture.alerts), ALERTS_SHOWN_MAX) * 2
    used += min(len(picture.restrictions), RESTRICTIONS_SHOWN_MAX)
    used += min(len(picture.volumes), VOLUMES_SHOWN_MAX)
    parts.append(_tracks(picture, now_s, max(TRACKS_SHOWN_MIN, height_lines - used)))
    parts += [Text(f"notice: {printable(notice.text)}") for notice in picture.notices]
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


def _alerts(picture: Picture) -> RenderableType:
    alerts = picture.alerts_by_urgency()
    if not alerts:
        return Text('No alert. That is not "no traffic": see the coverage above.')
    table = Table(title=f"Alerts ({len(alerts)})", title_justify="left", expand=True)
    for heading in ("level", "what", "height", "id"):
        table.add_column(heading)
    for alert in alerts[:ALERTS_SHOWN_MAX]:
        table.add_row(*alert_cells(alert))
    if len(alerts) > ALERTS_SHOWN_MAX:
        table.caption = f"and {len(alerts) - ALERTS_SHOWN_MAX} less urgent"
    return table


def alert_cells(alert: Alert) -> tuple[Text, Text, Text, Text]:
    """Level, headline with advice, relative height with its doubt, and id."""
    what = printable(alert.headline)
    if alert.advice:
        what += f"\n{printable(alert.advice)}"
    for member in alert.members[1 : MEMBERS_SHOWN_MAX + 1]:
        what += f"\n- {wording.level_words(member.level)}: {printable(member.headline)}"
        what += f" {printable(member.advice)}" if member.advice else ""
    if alert.member_count > MEMBERS_SHOWN_MAX + 1:
        what += f"\n- and {alert.member_count - MEMBERS_SHOWN_MAX - 1} more at this incident"
    if alert.acknowledgements:
        by = ", ".join(printable(ack.acknowledged_by) for ack in alert.acknowledgements)
        what += f"\nread by {by}"
    style = _LEVEL_STYLES.get(alert.level, "")
    return (
        Text(wording.level_words(alert.level), style=style),
        Text(what, style=style),
        Text(relative_height_words(alert)),
        Text(printable(alert.alert_id)),
    )


def relative_height_words(alert: Alert) -> str:
    """The second above or below the first, always with its doubt."""
    if not alert.HasField("relative_height_m"):
        no_members = alert.kind == alerts_pb2.ALERT_KIND_CLUSTER and not alert.members
        of_restriction = alert.kind == alerts_pb2.ALERT_KIND_RESTRICTION or alert.restriction
        if of_restriction or no_members:  # its headline says how it lies
            return ""
        return "not known: counts as inside"
    side = "above" if alert.relative_height_m >= 0 else "below"
    words = f"{wording.feet(abs(alert.relative_height_m))} {side}"
    if alert.HasField("relative_height_doubt_m"):
        words += f" \N{PLUS-MINUS SIGN} {wording.feet(alert.relative_height_doubt_m)}"
    return words


def _restrictions(picture: Picture) -> RenderableType:
    restrictions = sorted(picture.restrictions.values(), key=lambda r: r.name)
    if not restrictions:
        return Text("No keep-clear request in force or planned.")
    table = Table(
        title=f"Keep-clear requests ({len(restrictions)})", title_justify="left", expand=True
    )
    for heading in ("state", "title", "where", "contact"):
        table.add_column(heading)
    for restriction in restrictions[:RESTRICTIONS_SHOWN_MAX]:
        volumes = [restriction_wording.volume_words(volume) for volume in restriction.volumes[:1]]
        table.add_row(
            Text(restriction_wording.restriction_state_words(restriction.state)),
            Text(printable(restriction.title)),
            Text(volumes[0] if volumes else ""),
            Text(printable(restriction.contact)),
        )
    if len(restrictions) > RESTRICTIONS_SHOWN_MAX:
        table.caption = f"and {len(restrictions) - RESTRICTIONS_SHOWN_MAX} more"
    return table


def _volumes(picture: Picture) -> list[RenderableType]:
    """Where aircraft fly that are not shown; nothing where there are none."""
    volumes = sorted(picture.volumes.values(), key=lambda volume: volume.volume_id)
    if not volumes:
        return []
    table = Table(
        title=f"Keep clear: aircraft that are not shown ({len(volumes)})",
        title_justify="left",
        expand=True,
    )
    for heading in ("id", "where", "height"):
        table.add_column(heading)
    for volume in volumes[:VOLUMES_SHOWN_MAX]:
        cells = (printable(volume.volume_id), *wording.keep_clear_words(volume))
        table.add_row(*(Text(cell) for cell in cells))
    if len(volumes) > VOLUMES_SHOWN_MAX:
        table.caption = f"and {len(volumes) - VOLUMES_SHOWN_MAX} more"
    return [table]


def _doing(picture: Picture, track: feed_pb2.TrackView, now_s: float) -> str:
    path = wording.path_words(track, picture.path_age_s(track, now_s))
    return "\n".join(words for words in (wording.doing_words(track), path) if words)


def _tracks(picture: Picture, now_s: float, rows: int) -> RenderableType:
    tracks = picture.tracks_by_interest()
    table = Table(title=f"Aircraft ({len(tracks)})", title_justify="left", expand=True)
    for heading in ("label", "agency", "class", "height", "age", "state", "contact"):
        # On a narrow screen everything else gives way before which aircraft, how high, how old.
        width = _TRACK_WIDTHS_MIN.get(heading)
        table.add_column(heading, no_wrap=True, min_width=width)
    for track in tracks[:rows]:
        launching = track.operational_status == common_pb2.OPERATIONAL_STATUS_LAUNCHING
        style = _STATE_STYLES.get(track.state, "bold yellow" if launching else "")
        contact = track.talkgroup or track.duty_contact
        cells = (
            printable(track.label or track.track_id),
            printable(track.agency),
            wording.class_words(track.aircraft_class),
            wording.height_words(track),
            wording.age_words(picture.track_age_s(track, now_s)),
            _doing(picture, track, now_s),
            printable(contact),
        )
        table.add_row(*(Text(cell, style=style) for cell in cells))
    if len(tracks) > rows:
        table.caption = f"and {len(tracks) - rows} more"
    return table
