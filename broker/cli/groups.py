"""How a command with parts lists them: the whole first sentence of each."""

from typing import Any, Final

from typer.core import TyperGroup

SENTENCE_CHARACTERS_MAX: Final = 200


class Parts(TyperGroup):
    """Click would cut each sentence off at the end of its line."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [
            (name, command.get_short_help_str(SENTENCE_CHARACTERS_MAX))
            for name, command in found
            if command is not None and not command.hidden
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
