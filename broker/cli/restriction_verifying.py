"""`keepclear restrictions key|verify`: is a restriction genuine and the newest seen, offline."""

import json
import os
from pathlib import Path
from typing import Annotated, Final

import typer

from broker.cli.options import DEFAULT_SYSTEM, System, Target
from broker.cli.problems import Problem
from broker.cli.restriction_publishing import file_text, read_restriction, run
from broker.cli.wording import printable
from keepclear.client.signatures import RestrictionVerifier, UnverifiedError

SEEN_SUFFIX: Final = ".seen.json"
_MEND: Final = "Do not act on it."


def key(target: Target = None, system: System = DEFAULT_SYSTEM) -> None:
    """Print the broker's public signing key, a JSON Web Key Set."""
    print(run(target, system, lambda call: call.signing_key()))


def verify(
    file: Annotated[Path, typer.Argument(help="A restriction as JSON; - reads standard input.")],
    jwks: Annotated[Path, typer.Option("--key", help="What `restrictions key` printed.")],
    seen: Annotated[
        Path | None,
        typer.Option(help="Where the newest versions seen are kept; else beside the key."),
    ] = None,
    exercise: Annotated[bool, typer.Option(help="It is of an exercise.")] = False,
) -> None:
    """Check a restriction's signature and version without asking any broker.

    The newest version of each is remembered: an older one is refused, also if it is signed.
    """
    restriction = read_restriction(file)
    memory = seen or jwks.with_name(jwks.name + SEEN_SUFFIX)
    try:
        verifier = RestrictionVerifier(file_text(jwks), exercise=exercise, newest=_read(memory))
        verifier.check(restriction)
    except UnverifiedError as error:
        raise Problem(str(error), _MEND) from error
    _write(memory, verifier.newest)
    print(printable(f"{restriction.name} version {restriction.version} is signed by that broker"))


def _read(memory: Path) -> dict[str, int]:
    """What earlier runs saw. A file that cannot be read is not taken for an empty one."""
    if not memory.exists():
        return {}
    try:
        found = json.loads(memory.read_text(encoding="utf-8"))
        versions = found.values() if isinstance(found, dict) else [None]
        why = "" if all(type(one) is int for one in versions) else "not names with versions"
    except (OSError, ValueError) as error:
        why = str(error)
    if why:
        reason = f"{memory}, which remembers the newest versions, cannot be read: {why}"
        raise Problem(reason, _MEND)
    return dict(found)


def _write(memory: Path, newest: dict[str, int]) -> None:
    """Whole or not at all."""
    half = memory.with_name(f"{memory.name}.{os.getpid()}")
    try:
        half.write_text(json.dumps(newest, sort_keys=True, indent=1), encoding="utf-8")
        half.replace(memory)
    except OSError as error:
        reason = f"{memory} cannot be written, so an older version would pass next time: {error}"
        raise Problem(reason) from error
