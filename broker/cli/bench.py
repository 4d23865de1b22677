"""`keepclear bench`: measure this machine against the peers, in the same run.

Each command imports what it runs, so that the others start without it.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from broker.bench.tables import table
from broker.cli.groups import Parts
from broker.cli.options import AsJson

bench_app = typer.Typer(
    help="Measure against the peers, in the same run.",
    no_args_is_help=True,
    cls=Parts,
    add_completion=False,
)

Short = Annotated[bool, typer.Option("--short", help="Fewer sizes and repeats.")]


def _progress(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


@bench_app.command()
def separation(as_json: AsJson = False, short: Short = False) -> None:
    """Separation: full passes and batched updates, beside BlueSky's compiled detector."""
    from broker.bench import separation as bench  # noqa: PLC0415  # numba takes long to import
    from broker.bench.separation_table import separation_table  # noqa: PLC0415

    results = bench.run(bench.SHORT if short else bench.SeparationBench(), _progress)
    print(json.dumps(results) if as_json else separation_table(results))


@bench_app.command()
def soak(as_json: AsJson = False, short: Short = False) -> None:
    """Separation: two hours of 2,000 tracks, every second audited; fails if an audit differs."""
    from broker.bench import soak as bench  # noqa: PLC0415

    results = bench.run(bench.SHORT if short else bench.SoakBench(), _progress)
    _show([results], as_json)
    if results["audits_that_differ"]:
        raise typer.Exit(1)


TRUTH_FILE: Final = Path("..") / "shared" / "truth" / "heli_drone_encounters.npz"
"""Where encounters judged by DAIDALUS stand, beside a checkout."""
RESULTS_PAGE: Final = Path("docs") / "separation-results.md"


@bench_app.command()
def encounters(
    as_json: AsJson = False,
    short: Short = False,
    truth: Annotated[
        Path | None, typer.Option(help="Encounters judged by DAIDALUS (.npz).")
    ] = None,
    write: Annotated[Path | None, typer.Option(help="Write the page to this file.")] = None,
) -> None:
    """Alerts: lead, missed, nuisance and episodes on encounters, beside DAIDALUS."""
    from broker.bench import encounters as bench  # noqa: PLC0415  # numba takes long to import
    from broker.bench.encounter_table import page  # noqa: PLC0415

    file = truth or (TRUTH_FILE if TRUTH_FILE.is_file() else None)
    if file is None:
        _progress("no judged encounters found: scoring our own only (--truth names a file)")
    results = bench.run(file, _progress, short)
    if write is not None:
        write.write_text(page(results), encoding="utf-8")
    print(json.dumps(results) if as_json else page(results))


@bench_app.command(name="alert-load")
def alert_load(
    as_json: AsJson = False,
    short: Short = False,
    write: Annotated[Path | None, typer.Option(help="Write the page to this file.")] = None,
    day_from: Annotated[float, typer.Option(min=0, max=24, help="Hour the day starts at.")] = 0.0,
    day_hours: Annotated[float, typer.Option(min=0.1, max=24, help="Hours of it.")] = 24.0,
    seed: Annotated[
        list[int] | None, typer.Option(help="Of the traffic; give several for several runs.")
    ] = None,
    explain: Annotated[
        Path | None, typer.Option(help="Write why each alert was told to this CSV file.")
    ] = None,
) -> None:
    """Alerts at each desk in simulated London, drones reacting or not; takes an hour."""
    from broker.bench import alert_load as bench  # noqa: PLC0415  # numba takes long to import
    from broker.bench.alert_load_explain import Row  # noqa: PLC0415
    from broker.bench.alert_load_explain import write as write_why  # noqa: PLC0415
    from broker.bench.alert_load_table import page  # noqa: PLC0415

    why: list[Row] = []
    loads = bench.SHORT if short else bench.full(day_from, day_hours, seed or bench.SEEDS)
    results = bench.run(loads, _progress, why)
    if explain is not None:
        write_why(explain, why)
    if write is not None:
        write.write_text(page(results), encoding="utf-8")
    print(json.dumps({"results": results}) if as_json else page(results))


@bench_app.command()
def latency(as_json: AsJson = False, short: Short = False) -> None:
    """Position in to alert out over gRPC and MQTT, beside a bare relay."""
    from broker.bench import latency as bench  # noqa: PLC0415

    results = bench.run(bench.SHORT if short else bench.LatencyBench(), _progress)
    _show(results["results"], as_json)


@bench_app.command()
def throughput(as_json: AsJson = False, short: Short = False) -> None:
    """Positions accepted per second on one core, beside protobuf decoding alone."""
    from broker.bench import throughput as bench  # noqa: PLC0415

    results = bench.run(bench.SHORT if short else bench.ThroughputBench(), _progress)
    _show(results["results"], as_json)


@bench_app.command(name="sharing-cost")
def sharing_cost(as_json: AsJson = False, short: Short = False) -> None:
    """Latency and throughput with TLS, hidden flights and 20 agencies' views, beside without."""
    from broker.bench import sharing_cost as bench  # noqa: PLC0415

    results = bench.run(bench.SHORT if short else bench.SharingCostBench(), _progress)
    _show(results["results"], as_json)


@bench_app.command()
def fanout(as_json: AsJson = False, short: Short = False) -> None:
    """One picture and its restrictions to 200 subscribers over gRPC and MQTT."""
    from broker.bench import fanout as bench  # noqa: PLC0415

    results = bench.run(bench.SHORT if short else bench.FanoutBench(), _progress)
    _show(results["results"], as_json)


@bench_app.command()
def durability(as_json: AsJson = False, short: Short = False) -> None:
    """Control commands per second, each on disk, beside bare fdatasync."""
    from broker.bench import durability as bench  # noqa: PLC0415

    results = bench.run(bench.SHORT if short else bench.DurabilityBench(), _progress)
    _show(results["results"], as_json)


@bench_app.command()
def restrictions(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Published sources to import besides the made-up ones."),
    ] = None,
    as_json: AsJson = False,
    short: Short = False,
) -> None:
    """Answers and imports a second, and the engine's pass with and without restrictions."""
    from broker.bench import restrictions as bench  # noqa: PLC0415  # numba takes long to import

    sizes = bench.SHORT if short else bench.RestrictionBench()
    results = bench.run(sizes, _progress, files or ())
    _show([*results["results"], *results["imports"]], as_json)


@bench_app.command()
def idle(as_json: AsJson = False, short: Short = False) -> None:
    """Processor and memory with nobody connected, beside a bare gRPC server."""
    from broker.bench import idle as bench  # noqa: PLC0415

    results = bench.run(bench.SHORT if short else bench.IdleBench(), _progress)
    _show(results["results"], as_json)


@bench_app.command()
def adapters(as_json: AsJson = False, short: Short = False) -> None:
    """Records per second and core of each feed decoder, beside the bare library."""
    from broker.bench import adapters as bench  # noqa: PLC0415

    results = bench.run(_progress, short)
    _show(results["results"], as_json)


@bench_app.command()
def correlation(
    as_json: AsJson = False,
    short: Short = False,
    seed: Annotated[int, typer.Option(help="Of the traffic and of what the feeds hear.")] = 20_261,
) -> None:
    """One aircraft, one track: wrong merges, self-conflicts and missed merges; fails on either."""
    from broker.bench import correlation as bench  # noqa: PLC0415  # numba takes long to import

    sizes = bench.SHORT if short else bench.CorrelationBench()
    results = bench.run(replace(sizes, seed=seed), _progress)
    _show(results["results"], as_json)
    if any(row["wrong_merges"] or row["self_conflicts"] for row in results["results"]):
        raise typer.Exit(1)


def _show(results: Sequence[Mapping[str, object]], as_json: bool) -> None:
    """JSON, or one table for each set of columns."""
    if as_json:
        print(json.dumps({"results": list(results)}))
        return
    for heads in dict.fromkeys(tuple(entry) for entry in results):
        rows = [list(entry.values()) for entry in results if tuple(entry) == heads]
        print(table(heads, rows))


@bench_app.command(name="all")
def run_all() -> None:
    """Every bench with short settings; the encounters in full, as their page shows them."""
    separation(short=True)
    encounters(write=RESULTS_PAGE if TRUTH_FILE.is_file() and RESULTS_PAGE.is_file() else None)
    for one in (
        alert_load,
        latency,
        throughput,
        sharing_cost,
        fanout,
        durability,
        idle,
        adapters,
        correlation,
        restrictions,
    ):
        one(short=True)
