"""``regroup score``: what a saved grouping does to the scores of a run."""

from typing import Annotated

import typer

from app.commands.options import HomeOption, JsonOption, workspace_of
from app.commands.regrouping.printing import RunArgument, Split, SplitOption, print_scores, scores_of
from core.runs.run import find_run


def score(
    context: typer.Context,
    run: RunArgument,
    grouping: Annotated[str, typer.Option(metavar="NAME", help="A saved grouping.")],
    split: SplitOption = Split.VAL,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a saved grouping scores on a run, without training again."""
    from core.predictions import load_predictions  # noqa: PLC0415
    from core.regrouping.scoring.score import score_grouping  # noqa: PLC0415
    from core.regrouping.store import load_grouping  # noqa: PLC0415

    workspace = workspace_of(context, home)
    found = find_run(workspace, run)
    saved = load_grouping(workspace, found.config.dataset, grouping)
    predictions = load_predictions(found.predictions_path(split))
    print_scores(
        context,
        as_json,
        found,
        {
            "name": saved.name,
            "grouping": saved.grouping.to_mapping(),
            "groups": saved.grouping.members,
            "num_groups": saved.grouping.num_groups,
            split.value: scores_of(score_grouping(predictions, saved.grouping)),
        },
    )
