"""`keepclear doctor`: what works on this machine, what does not, and what to do about it."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from broker.cli import machine_checks
from broker.cli.broker_checks import check_broker
from broker.cli.checks import Check, Verdict
from broker.cli.discovery import read_run_file
from broker.cli.options import DEFAULT_SYSTEM, AsJson, System, Target
from broker.cli.problems import ExitCode
from broker.cli.wording import printable

_MARKS = {Verdict.OK: "ok     ", Verdict.WARNING: "WARNING", Verdict.PROBLEM: "PROBLEM"}


def doctor(
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            envvar="KEEPCLEAR_DATA_DIR",
            help="Folder of the broker's log; without it the running broker's, or var/keepclear.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check this machine and its broker, in plain words. Exit code 1 if there is a problem."""
    checks = [
        machine_checks.python_version(),
        machine_checks.packages(),
        machine_checks.mqtt_engine(),
        machine_checks.disk(_data_folder(data_dir)),
        *asyncio.run(check_broker(target, system)),
    ]
    problem = any(check.verdict is Verdict.PROBLEM for check in checks)
    if as_json:
        print(json.dumps({"ok": not problem, "checks": [asdict(check) for check in checks]}))
    else:
        _print(checks, problem)
    if problem:
        raise typer.Exit(ExitCode.PROBLEM)


def _data_folder(asked: Path | None) -> Path:
    record = read_run_file()
    if asked is None and record is not None and record.data_dir:
        return Path(record.data_dir)
    return asked or Path("var") / "keepclear"


def _print(checks: list[Check], problem: bool) -> None:
    for check in checks:
        print(f"{_MARKS[check.verdict]}  {check.name}: {printable(check.finding)}")
        if check.next_step:
            print(f"         Next: {check.next_step}.")
    print("There is a problem: see above." if problem else "No problem found.")
