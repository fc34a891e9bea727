"""``regroup datasets``: one file a kind of command, collected here."""

import typer

from app.commands.datasets import (
    add,
    augment,
    check,
    map,
    mend,
    pictures,
    prepare,
    relocate,
    scan,
    show,
    split,
)

app = typer.Typer(
    help="Add datasets, look at them, mend and prepare them.", no_args_is_help=True, rich_markup_mode=None
)
for commands in (
    add.app,
    augment.app,
    check.app,
    map.app,
    mend.app,
    pictures.app,
    prepare.app,
    relocate.app,
    scan.app,
    show.app,
    split.app,
):
    app.add_typer(commands)
