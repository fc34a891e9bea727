"""``regroup datasets scan``: look at the pixels of every image once."""

import typer

from app.commands.options import (
    DatasetArgument,
    HomeOption,
    JsonOption,
    print_json,
    print_table,
    say,
    wants_json,
    workspace_of,
)
from app.commands.progress import ProgressLine

app = typer.Typer()
FIGURES = ("smallest", "median", "largest")


@app.command("scan")
def scan(
    context: typer.Context,
    name: DatasetArgument,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure light, sharpness, color, likeness and strangeness of every image, and keep it for the pages."""
    from core.datasets.scanning.scan import scan_dataset  # noqa: PLC0415
    from core.datasets.scanning.statistics import channel_statistics, distributions  # noqa: PLC0415
    from core.datasets.store import load_dataset  # noqa: PLC0415

    workspace = workspace_of(context, home)
    dataset = load_dataset(workspace, name)
    with ProgressLine() as tell:
        found = scan_dataset(workspace, dataset, progress=tell)
    channels = channel_statistics(dataset, found)
    num_scanned = int(found["brightness"].notna().sum())
    measured = [
        {"name": each.name, "unit": each.unit, **{key: getattr(each, key) for key in FIGURES}}
        for each in distributions(dataset, found)
    ]
    if wants_json(context, as_json):
        print_json(
            {
                "name": name,
                "num_scanned": num_scanned,
                "num_unreadable": len(found) - num_scanned,
                "bytes": int(found["bytes"].sum()),
                "training_split": channels.to_dict(orient="index"),
                "measured": measured,
                "notes": found.attrs["notes"],
            }
        )
        return
    print(f"Scanned {num_scanned} images of {name}.")
    print_table(["measured", "unit", *FIGURES], [list(row.values()) for row in measured])
    print_table(
        ["training split", "mean", "deviation"],
        [[name, *row] for name, row in zip(channels.index, channels.to_numpy().tolist(), strict=True)],
    )
    for note in found.attrs["notes"]:
        say(note)
