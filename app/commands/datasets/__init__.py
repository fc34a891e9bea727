"""``regroup datasets``: one file a kind of command, collected here."""

import typer

from app.commands.datasets import add, show

app = typer.Typer(
    help="Add datasets, look at them, mend and prepare them.", no_args_is_help=True, rich_markup_mode=None
)
for commands in (add.app, show.app):
    app.add_typer(commands)
