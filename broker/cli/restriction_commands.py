"""`keepclear restrictions`: all of its commands together."""

from broker.cli.ask import ask
from broker.cli.problems import EXIT_CODES_HELP
from broker.cli.restriction_emergency import emergency
from broker.cli.restriction_export import export
from broker.cli.restriction_import import import_
from broker.cli.restriction_publishing import add_commands
from broker.cli.restriction_verifying import key, verify
from broker.cli.restrictions import restrictions_app

__all__ = ["restrictions_app"]

restrictions_app.command(name="import", epilog=EXIT_CODES_HELP)(import_)
restrictions_app.command(epilog=EXIT_CODES_HELP)(export)
restrictions_app.command(epilog=EXIT_CODES_HELP)(ask)
add_commands(restrictions_app)
for command in (emergency, key, verify):
    restrictions_app.command(epilog=EXIT_CODES_HELP)(command)
