"""``regroup datasets augment``: what training makes of an image, as one picture."""

from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.augment_options import with_augmentation
from app.commands.options import (
    DatasetArgument,
    HomeOption,
    JsonOption,
    check_file_to_write,
    print_json,
    wants_json,
    workspace_of,
)
from core.runs.config import RunConfig

app = typer.Typer()
NUM_COLUMNS = 5  # of pictures, the original first


def _help(setting: str) -> str:
    return RunConfig.model_fields[setting].description or ""


@app.command("augment")
@with_augmentation
def augment(
    context: typer.Context,
    name: DatasetArgument,
    image: Annotated[int, typer.Option(help="The image's row in the dataset, counted from 0.")],
    out: Annotated[Path, typer.Option(help="PNG file to write: the image, then one variant an epoch.")],
    augmentation: Any = None,
    image_size: Annotated[str, typer.Option(metavar="PIXELS|HxW", help=_help("image_size"))] = "64",
    seed: Annotated[int, typer.Option(help=_help("seed"))] = 0,
    epochs: Annotated[int, typer.Option(min=1, max=1000, help="How many epochs to show.")] = 9,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show an image as a run with these settings will see it in its first epochs."""
    import numpy as np  # noqa: PLC0415

    from core.datasets.images.reading import read_image  # noqa: PLC0415
    from core.datasets.images.resizing import resize_image  # noqa: PLC0415
    from core.datasets.store import load_dataset  # noqa: PLC0415
    from core.explain.service import show_augmented  # noqa: PLC0415
    from core.plots.image_grid import draw_sheet  # noqa: PLC0415
    from core.runs.augmentation import Augmentation, describe  # noqa: PLC0415
    from core.workspace import write_bytes  # noqa: PLC0415

    check_file_to_write(out, "--out")
    config = RunConfig.make(dataset=name, image_size=image_size, seed=seed, augmentation=augmentation)
    dataset = load_dataset(workspace_of(context, home), name)
    original = resize_image(read_image(dataset, image), config.resizing)
    variants = show_augmented(
        original,
        config.augmentation or Augmentation(),
        sample_id=image,
        seed=seed,
        epochs=range(1, epochs + 1),
    )
    write_bytes(out.absolute(), draw_sheet(np.concatenate([original[None], variants]), NUM_COLUMNS))
    if wants_json(context, as_json):
        settings = config.augmentation and config.augmentation.model_dump()
        print_json({"image": image, "out": str(out), "epochs": epochs, "augmentation": settings})
    else:
        print(f"{out}: image {image} and its first {epochs} epochs, {describe(config.augmentation)}.")
