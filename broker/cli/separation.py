"""`keepclear separation`: the broker's own separation answers for anyone's data, CSV in and out."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from broker.cli.groups import Parts
from broker.cli.problems import EXIT_CODES_HELP, ExitCode, Problem
from broker.core.errors import Refused

separation_app = typer.Typer(
    help="Separation answers for your own data.",
    no_args_is_help=True,
    cls=Parts,
    rich_markup_mode=None,
)

Input = Annotated[Path, typer.Argument(metavar="IN.csv", help="What to judge.")]
Output = Annotated[Path, typer.Argument(metavar="OUT.csv", help="Where the answers go.")]


@separation_app.command(epilog=EXIT_CODES_HELP)
def check(
    source: Input,
    target: Output,
    detector: Annotated[
        Literal["cylinder", "wellclear"],
        typer.Option(help="Conflict with a cylinder, or DO-365 well clear."),
    ] = "cylinder",
) -> None:
    """Judge pairs of states, one a row: are they too close, and from when until when?"""
    from broker.cli import separation_check  # noqa: PLC0415  # numba takes long to import

    separation_check.run(source, target, detector)


@separation_app.command(epilog=EXIT_CODES_HELP)
def alerts(
    source: Input,
    target: Output,
    policy: Annotated[
        str, typer.Option(help="A pair policy: a file, or the name of a shipped one.")
    ] = "default",
) -> None:
    """Replay recorded encounters through the live core: the level of each pair each second."""
    from broker.cli import separation_alerts  # noqa: PLC0415
    from broker.cli.policies import policy_text  # noqa: PLC0415

    try:
        refused_count = separation_alerts.run(source, target, policy_text(policy))
    except Refused as error:
        raise Problem(str(error), "mend the policy or name another one") from None
    if refused_count:
        raise typer.Exit(ExitCode.PROBLEM)
