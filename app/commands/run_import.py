"""``regroup runs import``: predictions made elsewhere, by any framework, as a run."""

from pathlib import Path
from typing import Annotated

import typer

from app.commands.options import HomeOption, JsonOption, print_json, say, wants_json, workspace_of

app = typer.Typer(rich_markup_mode=None)


@app.command("import")
def import_predictions(
    context: typer.Context,
    val: Annotated[
        Path,
        typer.Argument(
            metavar="VAL.npz",
            help="Answers on validation images: y_true, probs or y_pred, class_names, and ids if you like.",
        ),
    ],
    test: Annotated[
        Path | None, typer.Option(metavar="TEST.npz", help="The same on test images, to judge on.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Id of the run, and name of the dataset made for it.")
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(
            metavar="DATASET",
            help="A dataset here that has these images; the files' ids then are paths, file names or rows of "
            "it. Without it the labels become a dataset without pictures.",
        ),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Bring in predictions made elsewhere, to evaluate and regroup them like those of any run."""
    from core.evaluation.summary import summarize_run  # noqa: PLC0415
    from core.imported.importing import import_run  # noqa: PLC0415
    from core.runs.notes import load_about  # noqa: PLC0415

    run = import_run(workspace_of(context, home), val, test=test, name=name, dataset_name=dataset)
    summary = summarize_run(run)
    note = load_about(run).note
    if wants_json(context, as_json):
        print_json({**summary, "note": note})
        return
    print(f"{run.id} on dataset {summary['dataset']}: validation accuracy {summary['val']['accuracy']:.4f}")
    if note:
        say(note)
    if summary["test"] is None:
        say("There are no test predictions: a grouping can be chosen, but not judged. Give them with --test.")
