"""``regroup datasets map``: where each image lies on a map of the dataset."""

from pathlib import Path
from typing import Annotated, Any

import typer

from app.commands.options import (
    DatasetArgument,
    HomeOption,
    JsonOption,
    check_file_to_write,
    print_json,
    say,
    wants_json,
    workspace_of,
)

app = typer.Typer()


@app.command("map")
def map_images(
    context: typer.Context,
    name: DatasetArgument,
    features: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="Compare what this run's network has learned; without it, pixels."),
    ] = None,
    method: Annotated[str, typer.Option(help="pca, tsne or umap.")] = "pca",
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write x, y, label, split and path of each image.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Start of the random numbers.")] = 0,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Place the images in a plane, similar ones together; a map that was made before is read."""
    from core.datasets.mapping.embedding import PIXELS, MapSettings, compute_map, load_map, map_table  # noqa: PLC0415
    from core.datasets.store import load_dataset  # noqa: PLC0415
    from core.explain.features import feature_reader, features_name  # noqa: PLC0415
    from core.runs.run import find_run  # noqa: PLC0415
    from core.workspace import write_bytes  # noqa: PLC0415

    if csv is not None:
        check_file_to_write(csv, "--csv")
    workspace = workspace_of(context, home)
    dataset = load_dataset(workspace, name)
    run = None if features is None else find_run(workspace, features)
    settings = MapSettings(method, PIXELS if run is None else features_name(run), seed)
    found = load_map(dataset, settings)
    if found is None:
        reader = None if run is None else feature_reader(workspace, run, dataset)
        found = compute_map(dataset, settings, read_features=reader)
    table = map_table(dataset, found)
    if csv is not None:
        write_bytes(csv, table.to_csv(index=False).encode())
    if wants_json(context, as_json):
        facts: dict[str, Any] = {"dataset": name, "method": method, "features": features, "seed": seed}
        facts |= {"num_images": len(table), "explained": found.explained}
        facts |= {"csv": str(csv)} if csv is not None else {"points": table.to_dict("records")}
        print_json(facts)
    elif csv is None:
        print(table.to_csv(index=False), end="")
    else:
        say(f"{len(table)} images were written to {csv}.")
