"""``regroup datasets list``, ``show`` and ``delete``."""

from typing import Annotated, Any

import typer

from app.commands.options import HomeOption, JsonOption, print_json, print_table, wants_json, workspace_of
from core.errors import RegroupError

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
    name: Annotated[str, typer.Argument(help="Name of the dataset.")],
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
    edits = "1 edit" if dataset.num_edits == 1 else f"{dataset.num_edits} edits"
    print(f"version {dataset.version}, {edits}{f', made from: {dataset.origin}' if dataset.origin else ''}")
    counts = count_images(dataset)
    print_table(
        ["class", *counts.columns], [[str(row[0]), *map(int, row[1:])] for row in counts.itertuples()]
    )
    for sentence in summary["advice"]:
        print(sentence)
    for problem in summary["rejected"]:
        print(f"left out: {problem['path']}: {problem['reason']}")


@app.command("delete")
def delete(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the dataset.")],
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
