"""Commands that are imported when they are called: the dashboard starts without those that it does not need.

As https://click.palletsprojects.com/en/stable/complex/#lazily-loading-subcommands has it, for typer.
"""

import importlib
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup


class LazyGroup(TyperGroup):
    """A group whose commands are named in ``places``; each place is a typer app or a function.

    Attributes:
        places: Name of each command, in the order of the help, and where it is: ``"module:attribute"``.
    """

    places: ClassVar[dict[str, str]] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return list(self.places)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, imported now; None when there is none of this name."""
        if cmd_name not in self.places:
            return None
        if cmd_name not in self.commands:
            module, _, attribute = self.places[cmd_name].partition(":")
            self.commands[cmd_name] = _to_command(
                cmd_name, getattr(importlib.import_module(module), attribute)
            )
        return self.commands[cmd_name]


def _to_command(name: str, found: Any) -> Any:
    if isinstance(found, typer.Typer):
        command: Any = typer.main.get_group(found)
    else:
        only = typer.Typer(add_completion=False, rich_markup_mode=None)
        only.command(name)(found)
        command = typer.main.get_command(only)
    command.name = name
    return command
