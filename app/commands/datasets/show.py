"""``regroup datasets list``, ``show`` and ``delete``."""

from typing import Any

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
from core.errors import RegroupError
from core.words import counted

app = typer.Typer()


@app.command("list")
def list_all(context: typer.Context, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """List the datasets of the workspace."""
    from core.datasets.store import list_datasets, load_dataset  # noqa: PLC0415

    workspace = workspace_of(context, home)
    rows: list[dict[str, Any]] = []
    for name in list_datasets(workspace):
        try:
            dataset = load_dataset(workspace, name)
        except RegroupError as error:
            rows.append({"name": name, "num_images": None, "num_classes": None, "problem": str(error)})
            continue
        rows.append(
            {
                "name": name,
                "num_images": dataset.num_images,
                "num_classes": dataset.num_classes,
                "problem": None,
            }
        )
    if wants_json(context, as_json):
        print_json(rows)
    else:
        print_table(["name", "images", "classes", "problem"], [list(row.values()) for row in rows])


@app.command("show")
def show(
    context: typer.Context,
    name: DatasetArgument,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the counts of a dataset's classes and splits, and what was left out."""
    from core.datasets.balance import FEW, count_images, summarize  # noqa: PLC0415
    from core.datasets.store import load_dataset  # noqa: PLC0415

    dataset = load_dataset(workspace_of(context, home), name)
    summary = summarize(dataset)
    if wants_json(context, as_json):
        print_json(summary)
        return
    print(f"{dataset.name}: {dataset.description}")
    print(
        f"{dataset.num_images} images, {dataset.num_classes} classes, "
        f"imbalance ratio {summary['imbalance_ratio']:.3g}, {len(dataset.rejected)} left out"
    )
    print(
        f"effective number of classes {summary['effective_classes']:.3g}, "
        f"largest class {summary['largest_share']:.1%} of all, "
        f"classes under {FEW} images: {len(summary['few_images'])}"
    )
    origin = f", made from: {dataset.origin}" if dataset.origin else ""
    print(f"version {dataset.version}, {counted(dataset.num_edits, 'edit')}{origin}")
    counts = count_images(dataset)
    print_table(
        ["class", *counts.columns], [[str(row[0]), *map(int, row[1:])] for row in counts.itertuples()]
    )
    for sentence in [*summary["advice"], *summary["notes"]]:
        print(sentence)
    for problem in summary["rejected"]:
        print(f"left out: {problem['path']}: {problem['reason']}")


@app.command("delete")
def delete(
    context: typer.Context,
    name: DatasetArgument,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Forget a dataset; the images of a folder stay where they are, and runs stay too."""
    from core.datasets.store import delete_dataset  # noqa: PLC0415

    delete_dataset(workspace_of(context, home), name)
    if wants_json(context, as_json):
        print_json({"deleted": name})
    else:
        print(f"Deleted {name}.")
