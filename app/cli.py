"""The command ``regroup``: the dashboard, and every function of it from a terminal.

Exit status: 0, or 1 with one sentence on standard error for what a user can repair, or 2 for wrong
usage. With ``--json`` a command prints one JSON document on standard output and nothing else there.
"""

import io
import sys
from importlib.metadata import version
from typing import Annotated, ClassVar, NoReturn

import typer

from app.commands import serve
from app.commands.lazy import LazyGroup
from app.commands.options import HomeOption, JsonOption, Shared
from core.errors import RegroupError


class Commands(LazyGroup):
    """All commands, in the order of the help."""

    places: ClassVar = {
        "app": "app.commands.serve:start_dashboard",
        "datasets": "app.commands.datasets:app",
        "train": "app.commands.runs:train",
        "dry-run": "app.commands.trials:dry_run",
        "find-rate": "app.commands.trials:find_rate",
        "runs": "app.commands.runs:app",
        "export": "app.commands.export:export",
        "evaluate": "app.commands.evaluate:evaluate",
        "suggest": "app.commands.regrouping.suggest:suggest",
        "score": "app.commands.regrouping.score:score",
        "group": "app.commands.regrouping.group:app",
        "evidence": "app.commands.regrouping.evidence:evidence",
        "orders": "app.commands.regrouping.evidence:orders",
        "frontier": "app.commands.regrouping.frontier:frontier",
        "price": "app.commands.regrouping.truth:price",
        "gain": "app.commands.regrouping.truth:gain",
        "backoff": "app.commands.regrouping.truth:backoff",
        "duel": "app.commands.regrouping.compare:duel",
        "compare": "app.commands.regrouping.compare:duel",
        "depths": "app.commands.regrouping.depths:depths",
        "models": "app.commands.models:app",
        "cache": "app.commands.caches:app",
        "doctor": "app.commands.doctor:doctor",
    }


app = typer.Typer(
    cls=Commands,
    name="regroup",
    help="Train image classifiers, see which classes they confuse, group those, compare honestly. "
    "Alone, or as `regroup app`, it starts the dashboard in your browser.",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(version("regroup-lab"))
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    home: HomeOption = None,
    as_json: JsonOption = False,
    show_version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Remember the shared options; without a command start the dashboard."""
    context.obj = Shared(home=home, json=as_json)
    if context.invoked_subcommand is None:
        serve.start_dashboard(context)


def main() -> None:
    """Run the command line; errors that a user can repair become one sentence and exit status 1."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name the terminal cannot show must not end it
    try:
        app()
    except RegroupError as error:
        _end(str(error))
    except OSError as error:
        _end(
            f"{error.filename or 'A file'} cannot be read or written ({error.strerror or error}); check its "
            f"permissions and the free space of its disk, then try again."
        )


def _end(sentence: str) -> NoReturn:
    print("regroup:", *sentence.splitlines(), file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
