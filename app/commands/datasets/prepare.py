"""``regroup datasets occlude``, ``derive`` and ``export``."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from app.commands.options import (
    DatasetArgument,
    HomeOption,
    JsonOption,
    print_json,
    say,
    wants_json,
    workspace_of,
)
from core.workspace import full_path

app = typer.Typer()
NewNameOption = Annotated[str, typer.Option("--as", metavar="NAME", help="Name of the new dataset.")]
SeedOption = Annotated[int, typer.Option(min=0, help="Start of the random numbers.")]


class Split(StrEnum):
    """Splits of a dataset."""

    TRAIN = "train"
    VAL = "val"
    TEST = "test"


class Kind(StrEnum):
    """Shapes of a mask that is drawn by chance."""

    RECTANGLE = "rectangle"
    POLYGON = "polygon"
    PERSON = "person"


class Fill(StrEnum):
    """What is painted where the mask is."""

    BLACK = "black"
    GREY = "grey"
    WHITE = "white"
    NOISE = "noise"
    MEAN = "mean"


class Layout(StrEnum):
    """Layouts of an export."""

    FOLDERS = "folders"
    CSV = "csv"


class Copies(StrEnum):
    """How the images of an export are written."""

    COPY = "copy"
    HARDLINK = "hardlink"
    NONE = "none"


@app.command("occlude")
def occlude(
    context: typer.Context,
    name: DatasetArgument,
    new: NewNameOption,
    kind: Annotated[Kind, typer.Option(help="Shape of the masks, drawn by chance.")] = Kind.RECTANGLE,
    share: Annotated[
        float, typer.Option(help="Share of each image's area that is hidden, 0.01 to 0.9.")
    ] = 0.2,
    masks: Annotated[
        str | None,  # no Path: an empty text would become the current folder
        typer.Option(
            metavar="DIR",
            help="Folder of mask pictures instead, one chosen by chance for each image; they hide where they "
            "are opaque, or white.",
        ),
    ] = None,
    invert: Annotated[
        bool, typer.Option("--invert", help="Hide what the mask pictures leave, and vice versa.")
    ] = False,
    fill: Annotated[Fill, typer.Option(help="What is painted there.")] = Fill.BLACK,
    splits: Annotated[
        list[Split] | None,
        typer.Option("--split", help="Split to occlude, may be given again; without it all."),
    ] = None,
    seed: SeedOption = 0,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a dataset whose images have a part painted over; no image is stored a second time."""
    from core.datasets.preparing.occlusion import Occlusion  # noqa: PLC0415

    if masks is None and invert:
        raise typer.BadParameter("--invert turns mask pictures around; give their folder with --masks.")
    occlusion = Occlusion.make(
        kind=kind.value if masks is None else "pictures",
        share=share,
        fill=fill.value,
        splits=[each.value for each in splits or Split],
        seed=seed,
    )
    masks_dir = None if masks is None else full_path(masks)
    _derive(context, name, new, home, as_json, occlusion=occlusion, masks_dir=masks_dir, invert_masks=invert)


@app.command("derive")
def derive(
    context: typer.Context,
    name: DatasetArgument,
    new: NewNameOption,
    classes: Annotated[
        list[str] | None,
        typer.Option("--class", help="Class to keep, may be given again; without it all."),
    ] = None,
    at_most: Annotated[
        int | None, typer.Option(min=1, help="Images of each class at most, chosen by chance.")
    ] = None,
    seed: SeedOption = 0,
    splits: Annotated[
        list[Split] | None,
        typer.Option("--split", help="Split to keep, may be given again; without it all."),
    ] = None,
    where: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Column of the source by which images are chosen.")
    ] = None,
    values: Annotated[
        list[str] | None, typer.Option("--is", help="Value of that column to keep, may be given again.")
    ] = None,
    lowest: Annotated[float | None, typer.Option(help="Smallest number of that column to keep.")] = None,
    highest: Annotated[float | None, typer.Option(help="Largest number of that column to keep.")] = None,
    grouping: Annotated[
        str | None, typer.Option(metavar="GROUPING", help="Saved grouping whose groups become the classes.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a dataset of a part of another one; no image is stored a second time."""
    from core.regrouping.keeping.store import load_grouping  # noqa: PLC0415

    groups = None
    if grouping is not None:
        groups = load_grouping(workspace_of(context, home), name, grouping).grouping.to_mapping()
    chosen = {"classes": classes or None, "splits": [each.value for each in splits or []] or None}
    limits = {"column": where, "values": values or None, "lowest": lowest, "highest": highest}
    _derive(
        context, name, new, home, as_json, **chosen, **limits, max_per_class=at_most, seed=seed, groups=groups
    )


@app.command("export")
def export(
    context: typer.Context,
    name: DatasetArgument,
    target: Annotated[str, typer.Argument(help="A folder that is not there yet, or is empty.")],
    layout: Annotated[
        Layout, typer.Option(help="folders: split/class/file; csv: images.csv beside a folder of images.")
    ] = Layout.FOLDERS,
    copies: Annotated[
        Copies,
        typer.Option(
            help="copy: files of their own; hardlink: second names of the same files, which take no space; "
            "none: the table alone, for csv."
        ),
    ] = Copies.COPY,
    splits: Annotated[
        bool, typer.Option("--splits/--no-splits", help="Whether class folders stand below train, val, test.")
    ] = True,
    grouping: Annotated[
        str | None, typer.Option(metavar="GROUPING", help="Saved grouping: one folder a group, not a class.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write the images that are not excluded into a new folder."""
    from core.datasets.preparing.derivation import regroup_dataset  # noqa: PLC0415
    from core.datasets.preparing.exporting import export_dataset  # noqa: PLC0415
    from core.datasets.store import load_dataset  # noqa: PLC0415
    from core.regrouping.keeping.store import load_grouping  # noqa: PLC0415

    workspace = workspace_of(context, home)
    dataset = load_dataset(workspace, name)
    if grouping is not None:
        dataset = regroup_dataset(dataset, load_grouping(workspace, name, grouping).grouping.to_mapping())
    done = export_dataset(dataset, target, layout=layout.value, copies=copies.value, splits=splits)
    if wants_json(context, as_json):
        print_json({**vars(done), "folder": str(done.folder)})
        return
    print(f"Wrote {done.num_images} images into {done.folder}; {done.num_linked} of them are hard links.")
    for class_name, folder in done.renamed.items():
        say(f"The folder of class {class_name!r} is {folder!r}; see classes.csv.")


def _derive(
    context: typer.Context, name: str, new: str, home: str | None, as_json: bool, **values: Any
) -> None:
    from core.datasets.balance import summarize  # noqa: PLC0415
    from core.datasets.preparing.deriving import Derivation, derive_dataset  # noqa: PLC0415
    from core.datasets.store import load_dataset  # noqa: PLC0415

    workspace = workspace_of(context, home)
    made = derive_dataset(workspace, load_dataset(workspace, name), Derivation.make(**values), name=new)
    if wants_json(context, as_json):
        print_json({**summarize(made), "origin": made.origin, "notes": made.notes, "version": made.version})
        return
    print(f"Made {made.name}: {made.num_images} images, {made.num_classes} classes. {made.origin}")
    for note in made.notes:
        say(note)
