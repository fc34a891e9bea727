"""``regroup export``: the network of a run, for other programs."""

from dataclasses import asdict
from typing import Annotated

import typer

from app.commands.options import HomeOption, JsonOption, print_json, say, wants_json, workspace_of
from app.commands.progress import ProgressLine


def export(
    context: typer.Context,
    run: Annotated[str, typer.Argument(help="Id of the run, such as lenet-3.")],
    format: Annotated[
        str,
        typer.Option("--format", metavar="keras|saved_model|tflite|onnx", help="Kind of file to write."),
    ],
    out: Annotated[
        str, typer.Option("--out", metavar="PATH", help="File to write; a folder for saved_model.")
    ],
    grouping: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="A saved grouping: the network then gives the probabilities of its groups, the sums of "
            "those of their classes, without any training.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Export the network of a run's best epoch, checked to say the same on validation images."""
    from core.jobs.exports import export_run  # noqa: PLC0415
    from core.regrouping.keeping.store import load_grouping  # noqa: PLC0415
    from core.runs.run import find_run  # noqa: PLC0415

    workspace = workspace_of(context, home)
    found = find_run(workspace, run)
    groups = None if grouping is None else load_grouping(workspace, found.config.dataset, grouping).grouping
    with ProgressLine() as progress:
        report = export_run(
            workspace, found, format, out, grouping=groups, overwrite=force, progress=progress
        )
    if wants_json(context, as_json):
        paths = {"path": str(report.path), "labels_path": str(report.labels_path)}
        print_json({**asdict(report), **paths, "grouping": grouping})
        return
    what = "classes" if grouping is None else "groups"
    print(f"{report.path}: {report.bytes / 1e6:.1f} MB; names of the {what} in {report.labels_path}")
    reference = "the run's" if grouping is None else "the sums of the run's"
    say(
        f"Its probabilities differ by {report.max_difference:.1g} at most from {reference}, on "
        f"{report.num_images} validation images."
    )
