"""``regroup datasets exclude``, ``restore``, ``relabel``, ``move``, ``undo``, ``redo``, ``history``."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.options import (
    DatasetArgument,
    HomeOption,
    JsonOption,
    print_json,
    print_table,
    wants_json,
    workspace_of,
)
from core.errors import DatasetError

if TYPE_CHECKING:
    from core.datasets.dataset import Dataset
    from core.datasets.editing.edits import Step

app = typer.Typer()
MAX_DIGITS = 18  # of an image's number, which is kept in 64 bits

ImagesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="IMAGES...", help="Images: their numbers, or their paths below the dataset's folder."
    ),
]


@app.command("exclude")
def exclude(
    context: typer.Context,
    name: DatasetArgument,
    images: ImagesArgument,
    reason: Annotated[str, typer.Option(help="Why; kept with the edit.")] = "Excluded by hand.",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Leave images out of splits, counts and training; their files stay as they are."""
    from core.datasets.editing import edits  # noqa: PLC0415

    def make(dataset: "Dataset") -> "Step":
        return edits.exclude(dataset, find_images(dataset, images), reason=reason)

    _edit(context, home, as_json, name, make)


@app.command("restore")
def restore(
    context: typer.Context,
    name: DatasetArgument,
    images: ImagesArgument,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take excluded images back in."""
    from core.datasets.editing import edits  # noqa: PLC0415

    _edit(context, home, as_json, name, lambda dataset: edits.restore(dataset, find_images(dataset, images)))


@app.command("relabel")
def relabel(
    context: typer.Context,
    name: DatasetArgument,
    class_name: Annotated[str, typer.Argument(metavar="CLASS", help="The right class.")],
    images: ImagesArgument,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give images another class."""
    from core.datasets.editing import edits  # noqa: PLC0415

    def make(dataset: "Dataset") -> "Step":
        return edits.relabel(dataset, dict.fromkeys(find_images(dataset, images), class_name))

    _edit(context, home, as_json, name, make)


@app.command("move")
def move(
    context: typer.Context,
    name: DatasetArgument,
    split: Annotated[str, typer.Argument(metavar="SPLIT", help="train, val or test.")],
    images: ImagesArgument,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put images into another split."""
    from core.datasets.editing import edits  # noqa: PLC0415

    def make(dataset: "Dataset") -> "Step":
        return edits.move_to_split(dataset, find_images(dataset, images), split)

    _edit(context, home, as_json, name, make)


@app.command("undo")
def undo(
    context: typer.Context, name: DatasetArgument, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Take the last edit back."""
    from core.datasets.editing import edits  # noqa: PLC0415

    tell_edit(context, as_json, edits.undo(workspace_of(context, home), name), "Took the last edit back.")


@app.command("redo")
def redo(
    context: typer.Context, name: DatasetArgument, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Make the last undone edit hold again."""
    from core.datasets.editing import edits  # noqa: PLC0415

    tell_edit(
        context, as_json, edits.redo(workspace_of(context, home), name), "Made the last undone edit again."
    )


@app.command("history")
def history(
    context: typer.Context,
    name: DatasetArgument,
    to: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Go back or forward so that the first N edits hold; 0: as it was added."
        ),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the edits of a dataset, or go to any of its states."""
    from core.datasets.editing.edits import go_to, load_edits  # noqa: PLC0415
    from core.datasets.store import load_dataset  # noqa: PLC0415

    workspace = workspace_of(context, home)
    dataset = load_dataset(workspace, name) if to is None else go_to(workspace, name, to)
    log = load_edits(workspace.datasets_dir / dataset.name)
    rows = [
        {
            "number": number,
            "title": step.title,
            "num_images": step.num_images,
            "made": datetime.fromtimestamp(step.made).astimezone().isoformat(timespec="seconds"),
            "version": step.version,
            "holds": number <= log.position,
        }
        for number, step in enumerate(log.steps, start=1)
    ]
    if wants_json(context, as_json):
        print_json({"dataset": name, "version": dataset.version, "position": log.position, "edits": rows})
        return
    print(f"{name}: version {dataset.version}, {log.position} of {len(rows)} edits hold")
    if rows:
        shown = [[*list(row.values())[:5], "yes" if row["holds"] else "undone"] for row in rows]
        print_table(["edit", "title", "images", "made", "version", "holds"], shown)


def find_images(dataset: "Dataset", images: list[str]) -> list[int]:
    """Return the sample ids of images named by number or by path below the dataset's folder.

    Raises:
        DatasetError: There is no such image.
    """
    numbers = {text for text in images if text.isdecimal() and len(text) <= MAX_DIGITS}
    paths = [text for text in images if text not in numbers]
    found: dict[str, Any] = {}
    if paths:
        table = dataset.table[dataset.table["path"].isin(paths)]
        found = dict(zip(table["path"], table.index.tolist(), strict=True))
    missing = [path for path in paths if path not in found]
    if missing:
        raise DatasetError(
            f"{dataset.name!r} has no image {missing[0]!r}; give its number, or its path below the dataset's "
            f"folder as `regroup datasets check {dataset.name} --json` shows it."
        )
    return [int(text) if text in numbers else found[text] for text in images]


def tell_edit(context: typer.Context, as_json: bool, dataset: "Dataset", title: str, **more: Any) -> None:
    """Print what was done and the version of the dataset after it."""
    if wants_json(context, as_json):
        facts = {"dataset": dataset.name, "version": dataset.version, "num_edits": dataset.num_edits}
        print_json({**facts, "num_images": dataset.num_images, "title": title, **more})
    else:
        print(title)
        print(f"{dataset.name} is now version {dataset.version}; `regroup datasets undo` takes an edit back.")


def _edit(
    context: typer.Context,
    home: str | None,
    as_json: bool,
    name: str,
    make: "Callable[[Dataset], Step]",
) -> None:
    from core.datasets.editing.edits import record  # noqa: PLC0415
    from core.datasets.store import load_dataset  # noqa: PLC0415

    workspace = workspace_of(context, home)
    dataset = load_dataset(workspace, name)
    step = make(dataset)
    tell_edit(context, as_json, record(workspace, dataset, step), f"{step.title}.")
