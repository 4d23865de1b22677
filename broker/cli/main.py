"""The `keepclear` command: its commands, and how every failure ends."""

import os
import sys
from typing import Annotated, Any, Final

import typer

from broker.cli.groups import Part, Parts
from broker.cli.problems import EXIT_CODES_HELP, ExitCode, Problem
from broker.core.errors import Refused
from broker.journal.errors import JournalError, JournalInUse

HELP: Final = (
    "Keepclear: a local deconfliction agreement between emergency services, run by machine. "
    "Advisory: the pilot or operator decides."
)
PARTS: Final = {
    "serve": Part(
        "broker.cli.serve:serve",
        "Serve one space on this machine until Ctrl-C.",
    ),
    "demo": Part(
        "broker.cli.demo:demo",
        "Serve the exercise space with simulated traffic over London until Ctrl-C.",
    ),
    "watch": Part(
        "broker.cli.watch:watch",
        "Show the shared picture live: aircraft, alerts, keep-clear requests and coverage.",
    ),
    "publish": Part(
        "broker.cli.publish:publish",
        "Publish positions at their own pace: JSON, JSON lines, an aircraft.json, or CSV.",
    ),
    "replay": Part(
        "broker.cli.replay:replay",
        "Apply a log again, without a broker.",
    ),
    "doctor": Part(
        "broker.cli.doctor:doctor",
        "Check this machine and its broker, in plain words.",
    ),
    "prepare": Part(
        "broker.cli.prepare:prepare",
        "Compile the separation kernels now, so that a start is quick.",
    ),
    "restrictions": Part(
        "broker.cli.restriction_commands:restrictions_app",
        "Keep-clear requests to partner agencies: advice, never law.",
    ),
    "alerts": Part(
        "broker.cli.alerts:alerts_app",
        "Alerts as your agency is shown them.",
    ),
    "aircraft": Part(
        "broker.cli.aircraft:aircraft_app",
        "What your agency flies: maker, country, firmware and data path, with an end date.",
    ),
    "sharing": Part(
        "broker.cli.sharing:sharing_app",
        "How your agency's flights are shown to the others.",
    ),
    "agreement": Part(
        "broker.cli.agreement:agreement_app",
        "Local deconfliction agreements: who signed what with whom.",
    ),
    "adapters": Part(
        "broker.cli.adapters:adapters_app",
        "Feeds from outside: which are known, what a recorded file yields, playing one.",
    ),
    "agency": Part(
        "broker.cli.agency:agency_app",
        "Systems of agencies: enrolment, roles, certificates, revocation.",
    ),
    "bench": Part(
        "broker.cli.bench:bench_app",
        "Measure against the peers, in the same run.",
    ),
    "separation": Part(
        "broker.cli.separation:separation_app",
        "Separation answers for your own data.",
    ),
}
"""In the order in which they are listed."""


class Commands(Parts):
    """The commands, with every error turned into words and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run one command; a traceback only with --debug."""
        try:
            return super().invoke(ctx)
        except Problem as problem:
            _say(problem.message, problem.next_step)
            raise typer.Exit(problem.exit_code) from None
        except Refused as refused:
            _say(str(refused), "")
            raise typer.Exit(ExitCode.PROBLEM) from None
        except JournalInUse as error:
            _say(str(error), "End the other broker, or give another --data-dir.")
            raise typer.Exit(ExitCode.PROBLEM) from None
        except JournalError as error:
            _say(str(error), "The log was not changed; keep its folder, and start with another.")
            raise typer.Exit(ExitCode.PROBLEM) from None
        except (KeyboardInterrupt, typer.Abort):
            raise typer.Exit(ExitCode.INTERRUPTED) from None
        except BrokenPipeError:
            # The reader (`| head`) has what it wanted; the interpreter must not flush into it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(ExitCode.OK) from None
        except Exception as error:
            # typer's own errors (usage, exit) carry an exit code and are typer's to show.
            if hasattr(error, "exit_code") or ctx.params.get("debug"):
                raise
            _say(
                f"unexpected error: {type(error).__name__}: {error}",
                "this is a fault in keepclear: repeat it as `keepclear --debug ...` "
                "and report what that prints",
            )
            raise typer.Exit(ExitCode.PROBLEM) from None


class Keepclear(Commands):
    """All of them."""

    parts = PARTS


app = typer.Typer(
    name="keepclear",
    help=HELP,
    epilog=EXIT_CODES_HELP,
    cls=Keepclear,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _say_version(wanted: bool) -> None:
    if wanted:
        from importlib import metadata  # noqa: PLC0415  # takes long to import

        print(f"keepclear {metadata.version('keepclear')}")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option(help="Show a traceback for an unexpected error.")] = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_say_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Options of every command; `debug` is read where errors end."""


def _say(message: str, next_step: str) -> None:
    print(f"keepclear: {message}", file=sys.stderr)
    if next_step:
        print(f"Next: {next_step.rstrip('.')}.", file=sys.stderr)


def run() -> None:
    """The entry point of the `keepclear` script."""
    app(prog_name="keepclear")
