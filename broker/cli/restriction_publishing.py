"""`keepclear restrictions draft|propose|preview|publish|approve|…`: publishing, step by step."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from google.protobuf.json_format import ParseDict, ParseError
from google.protobuf.message import Message

from broker.cli import values
from broker.cli.connection import broker_client
from broker.cli.options import DEFAULT_SYSTEM, AsJson, System, Target
from broker.cli.problems import EXIT_CODES_HELP, Problem
from broker.cli.proto_json import message_line
from broker.cli.restrictions import full_name
from broker.cli.values import option_parser
from broker.cli.wording import printable
from keepclear.client.drafts import Publishing
from keepclear.v1 import publishing_pb2 as pb
from keepclear.v1.restrictions_pb2 import Restriction

Answer = TypeVar("Answer")
Name = Annotated[str, typer.Argument(help="Its id or full name.")]
Revision = Annotated[int, typer.Option(help="The draft's revision that was read.", min=0)]


def run(target: str | None, system: str, work: Callable[[Publishing], Awaitable[Answer]]) -> Answer:
    """What publishing answers to `work`."""

    async def call() -> Answer:
        async with broker_client(target, system) as client:
            return await work(client.publishing)

    return asyncio.run(call())


def _show(message: Message, as_json: bool, *lines: str) -> None:
    if as_json:
        print(message_line(message))
    else:
        print("\n".join(printable(line) for line in lines if line))


def _show_result(made: Restriction | pb.Draft, as_json: bool) -> None:
    if isinstance(made, pb.Draft):
        name = made.restriction.name
        waits = made.state == pb.DRAFT_STATE_AWAITING_APPROVAL
        state = "waits for approval by another system" if waits else "is a draft: nobody is asked"
        _show(made, as_json, f"{name} revision {made.revision} {state}", made.note)
        return
    marked = "; an emergency that waits for approval" if made.publication.awaits_approval else ""
    _show(made, as_json, f"{made.name} version {made.version} is live{marked}")


def draft(
    file: Annotated[Path, typer.Argument(help="A restriction as JSON; - reads standard input.")],
    note: Annotated[str, typer.Option(help="Where it comes from.")] = "",
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    as_json: AsJson = False,
) -> None:
    """Keep a restriction as a draft; of one that is live, an amendment."""
    restriction = read_restriction(file)
    _show_result(run(target, system, lambda call: call.save_draft(restriction, note)), as_json)


def propose(
    name: Name,
    from_track: Annotated[str, typer.Option(help="Id of an unknown drone's track.")],
    contact: Annotated[str, typer.Option(help="Telephone or talkgroup that answers for it.")],
    radius: Annotated[float, typer.Option(help="Metres; 0: 500.")] = 0.0,
    lasts: Annotated[
        int, typer.Option("--for", parser=option_parser(values.duration_s), metavar="DURATION")
    ] = "30m",  # type: ignore[assignment]  # parsed like an option
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    as_json: AsJson = False,
) -> None:
    """Draft a circle round the sighting of an unknown drone; never live by itself."""
    request = pb.ProposeRestrictionRequest(
        name=full_name(name, system),
        track_id=from_track,
        contact=contact,
        radius_m=radius,
        duration_s=lasts,
    )
    _show_result(run(target, system, lambda call: call.propose(request)), as_json)


def drafts(target: Target = None, system: System = DEFAULT_SYSTEM, as_json: AsJson = False) -> None:
    """Show your agency's drafts."""
    found = run(target, system, lambda call: call.drafts())
    for one in found:
        _show_result(one, as_json)
    if not found and not as_json:
        print("There are no drafts.")


def discard(
    name: Name, target: Target = None, system: System = DEFAULT_SYSTEM, as_json: AsJson = False
) -> None:
    """Throw a draft away."""
    gone = run(target, system, lambda call: call.discard(full_name(name, system)))
    _show(gone, as_json, f"{gone.restriction.name} revision {gone.revision} was thrown away")


def preview(
    name: Name, target: Target = None, system: System = DEFAULT_SYSTEM, as_json: AsJson = False
) -> None:
    """Show what a draft would hit if it were in force now, and who is exempt."""
    seen = run(target, system, lambda call: call.preview(full_name(name, system)))
    age = f"{seen.picture_age_s:.0f} s old" if seen.HasField("picture_age_s") else "empty"
    lines = [f"revision {seen.revision}, picture {age}"]
    for one in seen.aircraft:
        when = "inside" if one.time_to_entry_s == 0 else f"enters in {one.time_to_entry_s:.0f} s"
        lines.append(f"aircraft     {one.label} ({one.agency}) {when}{', exempt' * one.exempt}")
    lines += [f"restriction  {one.title} ({one.name})" for one in seen.restrictions]
    further = seen.further_aircraft + seen.further_restrictions
    lines += [f"and {further} more"] * (further > 0)
    lines.append(f"exempt       {', '.join(seen.exempt_agencies) or 'nobody'}")
    lines.append(f"asked        {', '.join(seen.asked_agencies) or 'nobody'}")
    lines.append("approval     by another system of your agency" if seen.needs_approval else "")
    lines += [f"no emergency {one.field}: {one.reason}" for one in seen.emergency_refusals]
    _show(seen, as_json, *lines)


def publish(
    name: Name,
    revision: Revision = 0,
    emergency: Annotated[bool, typer.Option(help="Live at once, approved afterwards.")] = False,
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    as_json: AsJson = False,
) -> None:
    """Make a draft live, or hand it in where a second system must approve."""
    full = full_name(name, system)
    made = run(target, system, lambda call: call.publish(full, revision, emergency=emergency))
    _show_result(made, as_json)


def approve(
    name: Name,
    revision: Revision = 0,
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    as_json: AsJson = False,
) -> None:
    """Approve a draft's revision, or (without --revision) an emergency that is live."""
    full = full_name(name, system)
    _show_result(run(target, system, lambda call: call.approve(full, revision)), as_json)


def extend(
    name: Name,
    until: Annotated[str, typer.Option(metavar="TIME", help="2026-03-01T16:00Z.")],
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    as_json: AsJson = False,
) -> None:
    """Let a live one end later."""
    try:
        end_us = values.instant_us(until)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--until") from None
    if end_us is None:
        raise typer.BadParameter("give a time", param_hint="--until")
    full = full_name(name, system)
    _show_result(run(target, system, lambda call: call.extend(full, end_us)), as_json)


def acknowledge(
    name: Annotated[str, typer.Argument(help="Its full name.")],
    by: Annotated[str, typer.Option(help="Who read it: a desk or a person's role.")],
    version: Annotated[int, typer.Option(help="The version that was read; 0: newest.")] = 0,
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    as_json: AsJson = False,
) -> None:
    """Say that your desk has read a partner's restriction."""
    full = full_name(name, system)
    answer = run(target, system, lambda call: call.acknowledge(full, by, version))
    _show(answer, as_json, f"{answer.name} version {answer.version} is acknowledged")


def receipts(
    name: Name, target: Target = None, system: System = DEFAULT_SYSTEM, as_json: AsJson = False
) -> None:
    """Show who was sent, has received and has acknowledged one of yours, and who has not."""
    answer = run(target, system, lambda call: call.receipts(full_name(name, system)))
    lines = [answer.name]
    for edition in answer.editions:
        lines.append(f"version {edition.version}{', escalated' * (edition.escalated_us > 0)}")
        lines += [f"  {one.system}  {_moments(one)}" for one in edition.receipts]
    owing = ", ".join(answer.outstanding_agencies)
    lines.append(f"not acknowledged by: {owing}" if owing else "acknowledged by everybody")
    _show(answer, as_json, *lines)


def _moments(one: pb.Receipt) -> str:
    moments = [
        f"{what} after {getattr(one, f'{what}_after_s'):.1f} s"
        for what in ("sent", "received", "acknowledged")
        if one.HasField(f"{what}_after_s")
    ]
    return ", ".join(moments)


def read_restriction(file: Path) -> Restriction:
    """A restriction from JSON as `--json` prints it; a draft's own restriction too."""
    try:
        value = json.loads(file_text(file))
        inner = value.get("restriction", value) if isinstance(value, dict) else value
        return ParseDict(inner, Restriction())
    except (ValueError, ParseError, RecursionError, TypeError) as error:
        raise Problem(f"{file} is not a restriction: {error}") from error


def file_text(file: Path) -> str:
    """What is in a file, or on standard input; a Problem where it cannot be read."""
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{file} cannot be read: {error}") from error


def add_commands(group: typer.Typer) -> None:
    """Put these commands among those of `keepclear restrictions`."""
    for command in (
        draft,
        drafts,
        discard,
        propose,
        preview,
        publish,
        approve,
        extend,
        acknowledge,
        receipts,
    ):
        group.command(epilog=EXIT_CODES_HELP)(command)
