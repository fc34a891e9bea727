"""What all commands share: the workspace, JSON or text on standard output, and errors as one sentence."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import DatasetError
from core.workspace import HOME_VARIABLE, Workspace, open_workspace

HomeOption = Annotated[
    str | None,  # no Path: an empty text, as from an unset variable, would become the current folder
    typer.Option(
        "--home", metavar="DIR", help=f"Workspace folder; without it ${HOME_VARIABLE}, else ~/regroup."
    ),
]
DatasetArgument = Annotated[str, typer.Argument(help="Name of the dataset.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@dataclass
class Shared:
    """Options given before the command's name.

    Attributes:
        home: Workspace folder.
        json: Whether to print JSON.
    """

    home: str | None = None
    json: bool = False


def workspace_of(context: typer.Context, home: str | None) -> Workspace:
    """The workspace named after the command, else before it, else by the environment."""
    return open_workspace(home or context.ensure_object(Shared).home)


def wants_json(context: typer.Context, as_json: bool) -> bool:
    """Whether ``--json`` was given, before or after the command's name."""
    return as_json or context.ensure_object(Shared).json


def check_file_to_write(path: Path, option: str) -> None:
    """Refuse a file that could not be written, before the work whose result it is to hold.

    Raises:
        DatasetError: Its folder is missing, or it is a folder itself.
    """
    place = path.absolute()
    if place.is_dir():
        raise DatasetError(f"{place} is a folder; give {option} the name of a file in it.")
    if not place.parent.is_dir():
        raise DatasetError(f"There is no folder {place.parent}; choose another place for {option}.")


def print_json(content: Any) -> None:
    """Print one JSON document, in ASCII for every terminal; numbers that JSON cannot hold become null."""
    print(json.dumps(_plain(content), indent=1, ensure_ascii=True, allow_nan=False))


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print aligned columns, numbers to the right."""
    texts = [[_text(cell) for cell in row] for row in rows]
    widths = [max(len(line[i]) for line in [list(header), *texts]) for i in range(len(header))]
    right = [
        all(isinstance(row[i], int | float | None) for row in rows) and bool(rows) for i in range(len(header))
    ]
    for line in [list(header), *texts]:
        cells = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(line, widths, right, strict=True)
        ]
        print("  ".join(cells).rstrip())


def say(sentence: str) -> None:
    """Print progress to standard error, so that standard output stays clean."""
    print(sentence, file=sys.stderr, flush=True)


def figures_in_words(figures: Mapping[str, float | None]) -> str:
    """Return named figures in one line.

    >>> figures_in_words({"accuracy": 0.5, "macro_f1": None})
    'accuracy 0.5000, macro_f1 not measured'
    """
    return ", ".join(
        f"{name} {'not measured' if value is None else f'{value:.4f}'}" for name, value in figures.items()
    )


def _text(cell: object) -> str:
    if cell is None:
        return "-"
    return f"{cell:.4g}" if isinstance(cell, float) else str(cell)


def _plain(content: Any) -> Any:
    if isinstance(content, Mapping):
        return {str(key): _plain(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    if hasattr(content, "tolist"):
        return _plain(content.tolist())
    if isinstance(content, float) and not -float("inf") < content < float("inf"):
        return None
    return content
