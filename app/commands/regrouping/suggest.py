"""``regroup suggest``: groups of confused classes."""

from typing import Annotated

import typer

from app.commands.options import HomeOption, JsonOption, workspace_of
from app.commands.regrouping.printing import RunArgument, print_scores, scores_of
from core.errors import GroupingError
from core.runs.run import find_run


def suggest(
    context: typer.Context,
    run: RunArgument,
    groups: Annotated[int, typer.Option(help="How many groups are wanted.")],
    save: Annotated[
        str | None, typer.Option(metavar="NAME", help="Save the grouping under this name.")
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Suggest groups of confused classes, from the validation images of a run."""
    from core.evaluation.confusion import compute_confusion  # noqa: PLC0415
    from core.predictions import load_predictions  # noqa: PLC0415
    from core.regrouping.history import GroupingHistory  # noqa: PLC0415
    from core.regrouping.scoring.score import score_grouping  # noqa: PLC0415
    from core.regrouping.store import save_grouping  # noqa: PLC0415
    from core.regrouping.suggesting.suggest import suggest_grouping  # noqa: PLC0415

    workspace = workspace_of(context, home)
    found = find_run(workspace, run)
    if found.config.groups is not None:
        raise GroupingError(f"Run {found.id} was trained on groups; choose a run that knows all classes.")
    predictions = load_predictions(found.predictions_path("val"))
    grouping = suggest_grouping(compute_confusion(predictions), predictions.class_names, groups)
    scores = scores_of(score_grouping(predictions, grouping))
    if save is not None:
        history = GroupingHistory.identity(predictions.class_names).apply(
            grouping, f"Suggested {groups} groups"
        )
        save_grouping(
            workspace, found.config.dataset, save, grouping, run_id=found.id, split="val", history=history
        )
    print_scores(
        context,
        as_json,
        found,
        {
            "name": save,
            "grouping": grouping.to_mapping(),
            "groups": grouping.members,
            "num_groups": grouping.num_groups,
            "val": scores,
        },
    )
