"""`keepclear restrictions import`: published restrictions, one row for each item of a source."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from adapters.geozones import notam, sources
from adapters.geozones.limits_of_input import SOURCE_BYTES
from adapters.geozones.mirror import Mirrored, mirror
from adapters.geozones.report import Decoded, Outcome, SourceItem, Unreadable
from broker.cli.connection import broker_client
from broker.cli.credentials import own_agency
from broker.cli.options import DEFAULT_SYSTEM, AsJson, System, Target
from broker.cli.problems import Problem
from broker.cli.restriction_sending import Sent, send
from broker.cli.wording import printable
from broker.core.errors import Refused
from broker.core.names import identifier


class SourceFormat(StrEnum):
    """The formats that can be read."""

    ED269 = "ed-269"
    ED318 = "ed-318"
    GEOJSON = "geojson"
    OPENAIR = "openair"
    YAXIM = "yaxim"
    AIXM = "aixm-5.1"
    NOTAM = "notam"
    PIB = "pib"


@dataclass(frozen=True, slots=True)
class ReadFile:
    """One file: its name, and what was read of it or why it was not."""

    name: str
    decoded: Decoded | None
    refusal: str = ""


def import_(  # noqa: PLR0913, PLR0917 - one option for each thing a person may want
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", exists=True, dir_okay=False, help="What was published."),
    ],
    format_name: Annotated[
        SourceFormat | None,
        typer.Option("--format", help="Instead of telling it from the content."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            metavar="ID", help="Name of the source, the same at every refresh; else the format."
        ),
    ] = None,
    partial: Annotated[
        bool | None,
        typer.Option(
            "--partial/--complete",
            help="Whether the files are only a part of the source: a complete one withdraws what "
            "it no longer lists. Single NOTAMs are a part, everything else is complete.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read and report; tell no broker, change nothing.")
    ] = False,
    whenever: Annotated[
        bool,
        typer.Option("--whenever", help="With --dry-run: do not refuse what is already over."),
    ] = False,
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    as_json: AsJson = False,
) -> None:
    """Mirror published restrictions, and say of each item what became of it.

    Formats: ED-269, ED-318, GeoJSON, OpenAir, YAXIM, AIXM 5.1, NOTAM text and bulletins in XML.
    accepted: read as published. approximated: what is set is larger, and how. refused: and why.
    """
    if whenever and not dry_run:
        raise typer.BadParameter("only with --dry-run", param_hint="--whenever")
    now_us = None if whenever else time.time_ns() // 1_000
    read = [_read(path, format_name) for path in files]
    worst = 0
    for source_id, group in _by_source(read, source).items():
        mirrored = _mirrored(group, own_agency(system), source_id, now_us)
        sent = None
        if not dry_run and mirrored.rows:
            is_part = mirrored.format == notam.FORMAT if partial is None else partial
            sent = asyncio.run(_send(target, system, source_id, mirrored, is_part))
        _report(group, mirrored, sent, as_json)
        worst += sum(1 for refusals in sent.refusals.values() if refusals) if sent else 0
    worst += _say_unread(read, as_json)
    if worst:
        raise Problem(f"{worst} files or items were not taken", "see the rows above")


def _read(path: Path, format_name: SourceFormat | None) -> ReadFile:
    if path.stat().st_size > SOURCE_BYTES:
        return ReadFile(path.name, None, f"larger than {SOURCE_BYTES} bytes")
    try:
        return ReadFile(path.name, sources.decode(path.read_bytes(), format_name))
    except Unreadable as problem:
        return ReadFile(path.name, None, problem.detail)
    except OSError as error:
        raise Problem(f"{path}: {error.strerror}") from None


def _by_source(read: list[ReadFile], source: str | None) -> dict[str, list[ReadFile]]:
    """Files of one source together: it is refreshed as a whole."""
    groups: dict[str, list[ReadFile]] = {}
    for one in read:
        if one.decoded is None:
            continue
        named = source or one.decoded.format.replace(".", "-")
        try:
            identifier("source", named)
        except Refused as error:
            raise typer.BadParameter(error.refusals[0].reason, param_hint="--source") from None
        groups.setdefault(named, []).append(one)
    formats = {one.decoded.format for one in read if one.decoded is not None}
    if source is not None and len(formats) > 1:
        raise typer.BadParameter(
            f"the files are of several formats: {', '.join(sorted(formats))}",
            param_hint="--source",
        )
    return groups


def _mirrored(group: list[ReadFile], agency: str, source_id: str, now_us: int | None) -> Mirrored:
    """All files of one source as one."""
    decoded = [one.decoded for one in group if one.decoded is not None]
    whole = Decoded(decoded[0].format, tuple(item for one in decoded for item in one.items))
    return mirror(whole, agency, source_id, now_us)


async def _send(
    target: str | None, system: str, source_id: str, mirrored: Mirrored, is_part: bool
) -> Sent:
    async with broker_client(target, system) as client:
        return await send(client, source_id, mirrored, withdraw_unlisted=not is_part)


def _report(group: list[ReadFile], mirrored: Mirrored, sent: Sent | None, as_json: bool) -> None:
    rows = iter(mirrored.rows)
    names = {r.source.item_id: r.name for r in mirrored.restrictions}
    for one in group:
        assert one.decoded is not None
        own = [next(rows) for _ in one.decoded.items]
        for row in own:
            name = names.get(row.source_id, "") if row.zone is not None else ""
            refusals = sent.refusals.get(name, ()) if sent is not None and name else ()
            outcome = sent.outcomes.get(name, "") if sent is not None and name else ""
            if as_json:
                print(json.dumps(_row_json(one.name, row, name, outcome, refusals)))
            else:
                print("\n".join(_row_lines(row, outcome, refusals)))
        summary = _summary(one, own)
        print(json.dumps(summary) if as_json else "\n".join(_summary_lines(summary)))
    if sent is not None and sent.withdrawn:
        if as_json:
            print(json.dumps({"withdrawn": list(sent.withdrawn)}))
        else:
            print(f"withdrawn: {printable(', '.join(sent.withdrawn))}")


def _row_json(
    file: str, row: SourceItem, name: str, outcome: str, refusals: tuple[str, ...]
) -> dict[str, object]:
    said = {
        "file": file,
        "item": row.source_id,
        "title": row.title,
        "outcome": row.outcome.value,
        "unread": row.zone is not None and row.zone.unread,
        "how": list(row.coarser),
        "reason": row.refusal.value if row.refusal is not None else "",
        "detail": row.detail,
        "departures": list(row.deviations),
        "restriction": name,
        "broker": outcome,
        "broker_refusals": list(refusals),
    }
    return {key: value for key, value in said.items() if value or key in {"file", "item"}}


def _row_lines(row: SourceItem, outcome: str, refusals: tuple[str, ...]) -> Iterator[str]:
    head = f"{row.outcome.value:<13}{row.source_id:<14} {row.title[:60]}".rstrip()
    yield printable(head + (f"  [{outcome}]" if outcome else ""))
    if row.refusal is not None:
        yield printable(f"{'':13}{row.refusal.value}: {row.detail}")
    for how in row.coarser:
        yield printable(f"{'':13}coarser: {how}")
    for departure in row.deviations:
        yield printable(f"{'':13}departs: {departure}")
    for refusal in refusals:
        yield printable(f"{'':13}the broker refused it: {refusal}")


def _summary(one: ReadFile, rows: list[SourceItem]) -> dict[str, object]:
    assert one.decoded is not None
    outcomes = Counter(row.outcome for row in rows)
    reasons = Counter(row.refusal.value for row in rows if row.refusal is not None)
    return {
        "summary": one.name,
        "format": one.decoded.format,
        "items": len(rows),
        **{outcome.value: outcomes[outcome] for outcome in Outcome},
        "unread": sum(1 for row in rows if row.zone is not None and row.zone.unread),
        "refusals": dict(sorted(reasons.items())),
        "departures": list(one.decoded.deviations),
    }


def _summary_lines(summary: dict[str, object]) -> Iterator[str]:
    reasons = summary["refusals"]
    assert isinstance(reasons, dict)
    why = ", ".join(f"{count} {reason}" for reason, count in reasons.items())
    yield printable(
        f"{summary['summary']}: {summary['format']}, {summary['items']} items: "
        f"{summary['accepted']} accepted, {summary['approximated']} approximated "
        f"({summary['unread']} of them unread), {summary['refused']} refused"
        + (f" ({why})" if why else "")
    )
    departures = summary["departures"]
    assert isinstance(departures, list)
    yield from (printable(f"  the file departs: {departure}") for departure in departures)


def _say_unread(read: list[ReadFile], as_json: bool) -> int:
    """Files of which nothing could be read."""
    refused = [one for one in read if one.decoded is None]
    for one in refused:
        if as_json:
            print(json.dumps({"summary": one.name, "refused_file": one.refusal}))
        else:
            print(printable(f"{one.name}: refused: {one.refusal}"))
    return len(refused)
