"""``regroup datasets``: add, list, show, delete."""

from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.options import (
    HomeOption,
    JsonOption,
    print_json,
    print_table,
    say,
    wants_json,
    workspace_of,
)
from core.errors import RegroupError

app = typer.Typer(
    help="Add datasets, list them, show what is in one.", no_args_is_help=True, rich_markup_mode=None
)


@app.command("add")
def add(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            help="A folder of class folders, a folder of images (with --labels), or an .npz file."
        ),
    ],
    name: Annotated[
        str | None, typer.Option(help="Name of the dataset; without it that of the source.")
    ] = None,
    labels: Annotated[Path | None, typer.Option(metavar="CSV", help="Table with one row an image.")] = None,
    image_column: Annotated[
        str | None, typer.Option(help="Column of CSV with the image's file name.")
    ] = None,
    label_column: Annotated[str | None, typer.Option(help="Column of CSV with the class.")] = None,
    group_column: Annotated[
        str | None,
        typer.Option(help="Column of CSV whose equal values never stand in two splits, such as the patient."),
    ] = None,
    group_separator: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="For class folders: file names that agree up to the last TEXT, such as _, are one group.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the 80/10/10 split.")] = 0,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a dataset; images in a folder stay where they are."""
    from core.datasets.adding import MetadataColumns, add_dataset  # noqa: PLC0415
    from core.datasets.balance import summarize  # noqa: PLC0415

    columns = (image_column, label_column, group_column)
    if labels is None and any(columns):
        raise typer.BadParameter("--image-column, --label-column and --group-column need --labels CSV.")
    metadata = None
    if labels is not None:
        if image_column is None or label_column is None:
            raise typer.BadParameter("--labels needs --image-column and --label-column.")
        metadata = MetadataColumns(labels, image_column, label_column, group_column)
    dataset = add_dataset(
        workspace_of(context, home),
        source,
        name=name,
        metadata=metadata,
        group_separator=group_separator,
        seed=seed,
    )
    summary = summarize(dataset)
    if wants_json(context, as_json):
        print_json(summary)
        return
    print(f"Added {dataset.name}: {dataset.num_images} images, {dataset.num_classes} classes.")
    for note in dataset.notes:
        say(note)
    if len(dataset.rejected):
        say(f"{len(dataset.rejected)} images were left out: see `regroup datasets show {dataset.name}`.")


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
    from core.datasets.balance import count_images, summarize  # noqa: PLC0415
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
    counts = count_images(dataset)
    print_table(
        ["class", *counts.columns], [[str(row[0]), *map(int, row[1:])] for row in counts.itertuples()]
    )
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
