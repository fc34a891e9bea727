"""``regroup datasets relocate``: the images of a dataset lie in another folder now."""

from typing import Annotated

import typer

from app.commands.options import DatasetArgument, HomeOption, JsonOption, print_json, wants_json, workspace_of
from app.commands.progress import ProgressLine

app = typer.Typer()


@app.command("relocate")
def relocate(
    context: typer.Context,
    name: DatasetArgument,
    path: Annotated[str, typer.Argument(help="Folder in which its images lie now.")],
    allow_missing: Annotated[
        bool, typer.Option("--allow-missing", help="Also when some of the images are not there.")
    ] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell a dataset where its images have moved; some are compared before anything is changed."""
    from core.datasets.adding import relocate as relocating  # noqa: PLC0415

    with ProgressLine() as line:
        dataset = relocating.relocate(
            workspace_of(context, home), name, path, allow_missing=allow_missing, progress=line
        )
    missing = relocating.missing_files(dataset)
    if wants_json(context, as_json):
        print_json({"name": name, "root": str(dataset.root), "num_missing": missing.num_missing})
        return
    print(f"The images of {name} are in {dataset.root} now.")
    if missing.num_missing:
        print(f"{missing.num_missing} of {missing.num_files} are not there, such as {missing.names[0]}.")
