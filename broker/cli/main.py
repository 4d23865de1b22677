"""The `keepclear` command: its commands, and how every failure ends."""

import os
import sys
from importlib import metadata
from typing import Annotated, Any, Final

import typer

from broker.cli.adapters import adapters_app
from broker.cli.agency import agency_app
from broker.cli.agreement import agreement_app
from broker.cli.aircraft import aircraft_app
from broker.cli.alerts import alerts_app
from broker.cli.ask import ask
from broker.cli.bench import bench_app
from broker.cli.demo import demo
from broker.cli.doctor import doctor
from broker.cli.groups import Parts
from broker.cli.prepare import prepare
from broker.cli.problems import EXIT_CODES_HELP, ExitCode, Problem
from broker.cli.publish import publish
from broker.cli.replay import replay
from broker.cli.restriction_emergency import emergency
from broker.cli.restriction_export import export
from broker.cli.restriction_import import import_
from broker.cli.restriction_publishing import add_commands
from broker.cli.restriction_verifying import key, verify
from broker.cli.restrictions import restrictions_app
from broker.cli.separation import separation_app
from broker.cli.serve import serve
from broker.cli.sharing import sharing_app
from broker.cli.watch import watch
from broker.core.errors import Refused
from broker.journal.errors import JournalError, JournalInUse

HELP: Final = (
    "Keepclear: a local deconfliction agreement between emergency services, run by machine. "
    "Advisory: the pilot or operator decides."
)


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


app = typer.Typer(
    name="keepclear",
    help=HELP,
    epilog=EXIT_CODES_HELP,
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command(epilog=EXIT_CODES_HELP)(serve)
app.command(epilog=EXIT_CODES_HELP)(demo)
app.command(epilog=EXIT_CODES_HELP)(watch)
app.command(epilog=EXIT_CODES_HELP)(publish)
restrictions_app.command(name="import", epilog=EXIT_CODES_HELP)(import_)
restrictions_app.command(epilog=EXIT_CODES_HELP)(export)
restrictions_app.command(epilog=EXIT_CODES_HELP)(ask)
add_commands(restrictions_app)
for command in (emergency, key, verify):
    restrictions_app.command(epilog=EXIT_CODES_HELP)(command)
app.add_typer(restrictions_app, name="restrictions")
app.add_typer(alerts_app, name="alerts")
app.add_typer(aircraft_app, name="aircraft")
app.add_typer(sharing_app, name="sharing")
app.add_typer(agreement_app, name="agreement")
app.add_typer(adapters_app, name="adapters")
app.add_typer(agency_app, name="agency")
app.add_typer(bench_app, name="bench")
app.add_typer(separation_app, name="separation")
app.command(epilog=EXIT_CODES_HELP)(replay)
app.command(epilog=EXIT_CODES_HELP)(doctor)
app.command(epilog=EXIT_CODES_HELP)(prepare)


def _say_version(wanted: bool) -> None:
    if wanted:
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
