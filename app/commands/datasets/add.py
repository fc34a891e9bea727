"""``regroup datasets add``: make a dataset of what lies on disk."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.options import HomeOption, JsonOption, print_json, say, wants_json, workspace_of

app = typer.Typer()


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
