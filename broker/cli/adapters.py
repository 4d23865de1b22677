"""`keepclear adapters`: what feeds are known, what a recorded file yields, and playing one."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.kinds import KINDS, Kind
from adapters.registry import UnknownAdapter, kind_of
from adapters.settings import read_table
from adapters.table import AIRFRAMES, FileRead, airframes_row, as_markdown, read_file
from broker.bench.tables import table
from broker.cli.configuration import read_settings
from broker.cli.groups import Parts
from broker.cli.options import DEFAULT_SYSTEM, AsJson, System, Target
from broker.cli.problems import ExitCode, Problem
from broker.cli.publish import publish_reports, say_refusals
from broker.cli.publish_files import Placed, RefusedRecord, ReportFile

adapters_app = typer.Typer(
    help="Feeds from outside: which are known, what a recorded file yields, playing one.",
    no_args_is_help=True,
    cls=Parts,
    add_completion=False,
)

Config = Annotated[Path | None, typer.Option(help="TOML file with [feeds.NAME] tables.")]


@adapters_app.command(name="list")
def list_adapters(config: Config = None, as_json: AsJson = False) -> None:
    """Every format that can be read, and with --config every feed that is set up."""
    kinds = [
        {"adapter": name, "reads": kind.summary, "address": kind.address}
        for name, kind in KINDS.items()
    ]
    feeds = [
        {"feed": name, "kind": str(feed.get("kind", "")), **_feed_facts(name, feed)}
        for name, feed in (_feeds(config) if config else {}).items()
    ]
    if as_json:
        print(json.dumps({"adapters": kinds, "feeds": feeds}))
        return
    width = max(len(name) for name in KINDS) + 2
    for one in kinds:
        print(f"{one['adapter']:<{width}}{one['reads']}")
        print(f"{'':<{width}}{one['address']}")
    if feeds:
        print()
        print(table(list(feeds[0]), [list(feed.values()) for feed in feeds]))


def _feed_facts(name: str, feed: dict[str, Any]) -> dict[str, object]:
    """What of a feed's table may be shown: an address can hold a password."""
    try:
        settings = read_table(kind_of(str(feed.get("kind", ""))).settings, name, feed)
    except UnknownAdapter as error:
        return {"silent_after_s": None, "ready": f"no: {error}"}
    return {"silent_after_s": settings.silent_after_s, "ready": "yes"}


@adapters_app.command(name="test")
def try_files(
    name: Annotated[str, typer.Argument(help="An adapter, or a feed of --config.")],
    files: Annotated[list[Path], typer.Argument(help="Recorded files.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Decode recorded files without a broker: records, tracks, and what was refused and why.

    `airframes` as NAME reads lists of airframes. Exit code 1 where a file gives no track at all.
    """
    rows = [
        airframes_row(_readable(path)) if name == AIRFRAMES else _read(name, path, config).row
        for path in files
    ]
    print(json.dumps([row.as_json() for row in rows]) if as_json else as_markdown(rows))
    if any(row.tracks == 0 for row in rows):
        raise typer.Exit(ExitCode.PROBLEM)


@adapters_app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="A recorded file.")],
    adapter: Annotated[
        str, typer.Option(help="The file's adapter, or a feed of --config; else it is guessed.")
    ] = "",
    config: Config = None,
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    speed: Annotated[
        float, typer.Option(min=0.01, max=1_000.0, help="Times as fast as recorded.")
    ] = 1.0,
) -> None:
    """Play a recorded file to a broker of the exercise space, at its own pace, from now on.

    Recorded traffic is not there: it is marked simulated, and a live broker refuses it.
    """
    _readable(file)
    found = _read(adapter, file, config) if adapter else _guessed(file)
    if not found.reports:
        raise Problem(f"{file} holds no position that {found.row.adapter} can read.")
    ordered = sorted(found.reports, key=lambda report: report.time_of_validity_us)
    reports = ReportFile(
        tuple(Placed(f"position {number}", report) for number, report in enumerate(ordered)), ()
    )
    refusals: list[RefusedRecord] = []
    accepted = asyncio.run(publish_reports(target, system, reports, (speed, False, True), refusals))
    say_refusals(refusals)
    print(f"{accepted} accepted, {len(refusals)} refused ({found.row.adapter})")
    if refusals:
        raise typer.Exit(ExitCode.PROBLEM)


def _readable(path: Path) -> Path:
    if not path.exists():
        raise Problem(f"There is no file {path}.")
    return path


def _feeds(config: Path | None) -> dict[str, dict[str, Any]]:
    return {} if config is None else read_settings(config).feeds


def _read(name: str, path: Path, config: Path | None) -> FileRead:
    """Decode a file as one adapter, or one feed of the configuration, would."""
    feed = _feeds(config).get(name, {"kind": name})
    try:
        kind = kind_of(str(feed.get("kind", "")))
        settings = read_table(kind.settings, name, {**feed, "address": str(path)})
        return _decoded(name, kind, settings, _readable(path))
    except UnknownAdapter as error:
        raise Problem(str(error), "`keepclear adapters list` shows what is known.") from error


def _decoded(name: str, kind: Kind, settings: object, path: Path) -> FileRead:
    try:
        return read_file(name, path, kind.decoder(settings), kind.recorded)
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}") from error


def _guessed(path: Path) -> FileRead:
    """The adapter that finds the most positions in the file."""
    return max((_read(name, path, None) for name in KINDS), key=lambda read: read.row.positions)
