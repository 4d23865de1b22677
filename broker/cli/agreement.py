"""`keepclear agreement`: local deconfliction agreements between agencies."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from broker.cli import wording
from broker.cli.agreement_files import read_terms
from broker.cli.connection import broker_client
from broker.cli.credentials import own_agency
from broker.cli.groups import Parts
from broker.cli.options import DEFAULT_SYSTEM, AsJson, System, Target, agency_of
from broker.cli.problems import EXIT_CODES_HELP
from broker.cli.proto_json import message_line
from broker.cli.restriction_wording import limit_words
from broker.cli.sharing import level_words
from broker.cli.wording import printable
from broker.core.errors import Refused
from broker.core.names import AgreementName, identifier
from keepclear.client.agreements import Agreements
from keepclear.v1 import agreements_pb2 as pb

_STATES: Final = {
    pb.AGREEMENT_STATE_PROPOSED: "proposed",
    pb.AGREEMENT_STATE_ACCEPTED: "signed by all, before its time",
    pb.AGREEMENT_STATE_IN_FORCE: "IN FORCE",
    pb.AGREEMENT_STATE_REPLACED: "replaced",
    pb.AGREEMENT_STATE_ENDED: "ended",
    pb.AGREEMENT_STATE_EXPIRED: "expired",
}
Answer = TypeVar("Answer")
Name = Annotated[str, typer.Argument(help="Its id, or its full name where another proposed it.")]
By = Annotated[str, typer.Option(help='Who signs, for example "Chief inspector, air support".')]

agreement_app = typer.Typer(
    help="Local deconfliction agreements: who signed what with whom.",
    no_args_is_help=True,
    cls=Parts,
    rich_markup_mode=None,
)


@agreement_app.command(epilog=EXIT_CODES_HELP)
def propose(
    file: Annotated[Path, typer.Argument(help="The terms, as TOML (docs/agreements.md).")],
    by: By,
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    as_json: AsJson = False,
) -> None:
    """Offer terms to the other parties, or other terms for an agreement that there is."""
    terms = read_terms(file)
    terms.name = _full_name(terms.name, system)
    _show(_run(target, system, lambda call: call.propose(terms, by)), as_json)


@agreement_app.command(epilog=EXIT_CODES_HELP)
def accept(
    name: Name,
    version: Annotated[int, typer.Option(help="The version that was read.", min=1)],
    by: By,
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    as_json: AsJson = False,
) -> None:
    """Sign an offered version for your agency."""
    full = _full_name(name, system)
    _show(_run(target, system, lambda call: call.accept(full, version, by)), as_json)


@agreement_app.command(epilog=EXIT_CODES_HELP)
def end(
    name: Name,
    by: By,
    reason: Annotated[str, typer.Option(help="Told to the other parties.")],
    version: Annotated[int, typer.Option(help="0: all that is not over.", min=0)] = 0,
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    as_json: AsJson = False,
) -> None:
    """End it at once for every party, or refuse an offer."""
    full = _full_name(name, system)
    _show(_run(target, system, lambda call: call.end(full, by, reason, version)), as_json)


@agreement_app.command(name="list", epilog=EXIT_CODES_HELP)
def list_(target: Target = None, system: System = DEFAULT_SYSTEM, as_json: AsJson = False) -> None:
    """Every version that your agency is a party to, the newest first."""
    found = _run(target, system, lambda call: call.list())
    if as_json:
        for one in found:
            print(message_line(one))
    elif not found:
        print("Your agency is a party to no agreement.")
    else:
        table = Table(title="Agreements", title_justify="left")
        for heading in ("name", "version", "title", "state", "parties", "until"):
            table.add_column(heading, overflow="fold")
        for one in found:
            parties = ", ".join(party.agency for party in one.parties)
            until = wording.instant_words(one.until_us)
            words = (one.name, str(one.version), one.title, _state(one), parties, until)
            table.add_row(*map(printable, words))
        Console().print(table)


@agreement_app.command(epilog=EXIT_CODES_HELP)
def show(
    name: Name,
    version: Annotated[int, typer.Option(help="0: that in force, or else the newest.", min=0)] = 0,
    target: Target = None,
    system: System = DEFAULT_SYSTEM,
    as_json: AsJson = False,
) -> None:
    """One version in full: parties, contacts, areas, who is shown what, and the outage script."""
    full = _full_name(name, system)
    found = _run(target, system, lambda call: call.get(full, version))
    if as_json:
        _show(found, as_json)
    else:
        print("\n".join(printable(line) for line in _lines(found)))


def _lines(one: pb.Agreement) -> list[str]:
    """What a person reads before signing."""
    since = wording.instant_words(one.from_us) if one.from_us else "when all have signed"
    lines = [
        f"{one.title} ({one.name}, version {one.version}): {_state(one)}",
        f"From {since} until {wording.instant_words(one.until_us)}",
        f"Made on pair policy {one.policy_version}",
    ]
    for party in one.parties:
        talkgroup = f"talkgroup {party.talkgroup}" if party.talkgroup else ""
        reach = ", ".join(word for word in (party.desk, party.telephone, talkgroup) if word)
        lines.append(f"Party {party.agency}: {reach}")
    lines += [f"Area: {_area(area)}" for area in one.areas] or ["Area: everywhere"]
    lines += [
        f"{share.reader} is shown {share.owner}'s flights: {level_words(share.level)}"
        for share in one.shares
    ]
    lines += [f"Signed by {_signature(signature)}" for signature in one.signatures]
    lines += [f"Not signed by {agency}" for agency in one.not_signed]
    if one.HasField("ended"):
        lines.append(f"Ended by {_signature(one.ended)}: {one.ended_reason}")
    return [*lines, "If the broker or a link is gone:", *one.outage_script.splitlines()]


def _area(area: pb.AgreementArea) -> str:
    shape = area.WhichOneof("shape")
    if shape == "circle":
        middle = area.circle.center
        words = (
            f"{area.circle.radius_m:.0f} m round {middle.latitude_deg:.5f}, "
            f"{middle.longitude_deg:.5f}"
        )
    else:
        words = f"a polygon of {len(area.polygon.vertices)} vertices"
    words += f", {limit_words(area.floor)} to {limit_words(area.ceiling)}"
    return f"{area.label}, {words}" if area.label else words


def _signature(signature: pb.AgreementSignature) -> str:
    agency, at = agency_of(signature.system), wording.instant_words(signature.signed_us)
    return f"{agency} ({signature.signed_by}), {at}"


def _state(one: pb.Agreement) -> str:
    return _STATES.get(one.state, "unknown")


def _show(made: pb.Agreement, as_json: bool) -> None:
    if as_json:
        print(message_line(made))
        return
    waits = f"; not signed yet by {', '.join(made.not_signed)}" if made.not_signed else ""
    print(printable(f"{made.name} version {made.version}: {_state(made)}{waits}"))


def _full_name(name: str, system: str) -> str:
    """The resource name for a short id of the caller's agency; a full name stays."""
    try:
        if "/" in name:
            return str(AgreementName.parse("name", name))
        return str(AgreementName(own_agency(system), identifier("name", name)))
    except Refused as error:
        reason = error.refusals[0].reason
        raise typer.BadParameter(f"'{name}': {reason}", param_hint="name") from None


def _run(
    target: str | None, system: str, work: Callable[[Agreements], Awaitable[Answer]]
) -> Answer:
    async def call() -> Answer:
        async with broker_client(target, system) as client:
            return await work(client.agreements)

    return asyncio.run(call())
