"""How a command with parts lists them, and how they are loaded no sooner than they are called.

The whole broker takes a second to import, and most commands need little of it. So the top command
knows of each part its place and its first sentence, and imports it when it is called or asked for
its own help.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar, Final

import typer
from typer.core import TyperGroup
from typer.main import get_group

from broker.cli.problems import EXIT_CODES_HELP

SENTENCE_CHARACTERS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Part:
    """One part: `module:name` of its function or group, and the first sentence of its help."""

    place: str
    sentence: str

    def loaded(self, name: str) -> Any:
        """The command."""
        module, _, attribute = self.place.partition(":")
        found = getattr(import_module(module), attribute)
        around = typer.Typer(rich_markup_mode=None)
        if isinstance(found, typer.Typer):
            around.add_typer(found, name=name)
        else:
            around.command(name=name, epilog=EXIT_CODES_HELP)(found)
        return get_group(around).commands[name]


class Parts(TyperGroup):
    """Click would cut each sentence off at the end of its line."""

    parts: ClassVar[Mapping[str, Part]] = {}
    """Those that are loaded when they are called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands: Any = {**dict.fromkeys(self.parts), **self.commands}

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One part, loaded."""
        if self.commands.get(cmd_name) is None and cmd_name in self.parts:
            self.commands[cmd_name] = self.parts[cmd_name].loaded(cmd_name)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list."""
        rows = []
        for name in self.list_commands(ctx):
            command = self.commands[name]
            if command is None:
                rows.append((name, self.parts[name].sentence))
            elif not command.hidden:
                rows.append((name, command.get_short_help_str(SENTENCE_CHARACTERS_MAX)))
        with formatter.section("Commands"):
            formatter.write_dl(rows)
