"""`keepclear publish`: positions from a file or from standard input."""

import asyncio
import re
import sys
import time
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, Final

import typer

from broker.cli.connection import broker_client
from broker.cli.discovery import read_run_file
from broker.cli.options import DEFAULT_SYSTEM, System, Target
from broker.cli.problems import ExitCode, Problem
from broker.cli.publish_files import (
    FILE_BYTES_MAX,
    Placed,
    RefusedRecord,
    ReportFile,
    read_reports,
)
from broker.cli.publish_pacing import Batch, Plan, batches, plan, prepared
from broker.cli.wording import printable
from keepclear.client import Client, KeepclearError
from keepclear.client.build import now_us
from keepclear.v1.common_pb2 import SPACE_EXERCISE
from keepclear.v1.tracks_pb2 import PublishTracksResponse

SPACE_ASKED_S: Final = 3.0
REFUSALS_SHOWN_MAX: Final = 1_000
_REPORT_FIELD: Final = re.compile(r"reports\[(\d+)\]\.?(.*)")


def publish(
    file: Annotated[str, typer.Argument(help="The file; - reads standard input to its end.")],
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    simulated: Annotated[
        bool | None,
        typer.Option(
            "--simulated/--not-simulated",
            help="Mark the source SIMULATED; by itself when the broker serves an exercise.",
            show_default=False,
        ),
    ] = None,
    keep_times: Annotated[
        bool, typer.Option(help="Send old times as they are, instead of moving them to now.")
    ] = False,
    speed: Annotated[
        float, typer.Option(min=0.01, max=1_000.0, help="Times as fast as recorded.")
    ] = 1.0,
) -> None:
    """Publish positions at their own pace: JSON, JSON lines, an aircraft.json, or CSV.

    Times older than the broker accepts are moved to now with their spacing kept. Prints how many
    were accepted, and each refusal with its place, field and reason.
    """
    reports = read_reports(_read(file))
    refusals = list(reports.refusals)
    accepted = 0
    if reports.reports:
        accepted = asyncio.run(
            publish_reports(target, system, reports, (speed, keep_times, simulated), refusals)
        )
    say_refusals(refusals)
    print(f"{accepted} accepted, {len(refusals)} refused")
    if refusals:
        raise typer.Exit(ExitCode.PROBLEM)


def _read(file: str) -> bytes:
    try:
        if file == "-":
            return sys.stdin.buffer.read(FILE_BYTES_MAX + 1)
        with Path(file).open("rb") as opened:
            return opened.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise Problem(f"cannot read {file}: {error.strerror}", "check the path") from None


async def publish_reports(
    target: str | None,
    system: str,
    file: ReportFile,
    wishes: tuple[float, bool, bool | None],
    refusals: list[RefusedRecord],
) -> int:
    """Publish everything at its pace; adds to `refusals`, returns how many were accepted."""
    speed, keep_times, simulated = wishes
    async with broker_client(target, system) as client:
        if simulated is None:
            simulated = await _serves_exercise(client, target)
            if simulated:
                _note("the broker serves an exercise: reports are marked simulated")
        chosen = plan(file.reports, now_us(), speed, keep_times, simulated)
        if chosen.rebase:
            _note("the times are older than the broker accepts: moved to now, spacing kept")
        accepted = 0
        start_s = time.monotonic()
        for batch in batches(file.reports, chosen):
            await asyncio.sleep(max(0.0, start_s + batch.due_us / 1e6 - time.monotonic()))
            accepted += await _send(client, batch, chosen, refusals)
        return accepted


async def _send(client: Client, batch: Batch, chosen: Plan, refusals: list[RefusedRecord]) -> int:
    answer = await client.publish([prepared(placed, chosen) for placed in batch.reports])
    refusals += _refused(answer, batch.reports)
    return answer.accepted_count


async def _serves_exercise(client: Client, target: str | None) -> bool:
    """Ask the broker's feed which space it serves; the run file where the feed may not be read."""
    try:
        async with asyncio.timeout(SPACE_ASKED_S), aclosing(client.subscribe()) as messages:
            async for message in messages:
                return message.header.space == SPACE_EXERCISE
    except (KeepclearError, TimeoutError):
        pass
    record = read_run_file() if target is None else None
    return record is not None and record.space == "exercise"


def _refused(answer: PublishTracksResponse, sent: tuple[Placed, ...]) -> list[RefusedRecord]:
    """The broker's refusals, with the place in the file instead of the place in the batch."""
    found: list[RefusedRecord] = []
    for refusal in answer.refusals:
        match = _REPORT_FIELD.fullmatch(refusal.field)
        if match is None or int(match[1]) >= len(sent):
            found.append(RefusedRecord("batch", refusal.field, refusal.reason))
        else:
            found.append(RefusedRecord(sent[int(match[1])].place, match[2], refusal.reason))
    return found


def say_refusals(refusals: list[RefusedRecord]) -> None:
    """Print each refusal with its place, field and reason."""
    for refusal in refusals[:REFUSALS_SHOWN_MAX]:
        parts = [part for part in (refusal.place, refusal.field, refusal.reason) if part]
        print(printable(": ".join(parts)))
    if len(refusals) > REFUSALS_SHOWN_MAX:
        print(f"... and {len(refusals) - REFUSALS_SHOWN_MAX} more")


def _note(text: str) -> None:
    print(f"keepclear: {text}", file=sys.stderr)
