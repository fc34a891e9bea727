"""``regroup score``: what a saved grouping does to the scores of a run."""

from typing import Annotated, Any

import typer

from app.commands.options import HomeOption, JsonOption, say, workspace_of
from app.commands.regrouping.printing import RunArgument, Split, print_scores, scores_on
from core.runs.run import find_run


def score(
    context: typer.Context,
    run: RunArgument,
    grouping: Annotated[str, typer.Option(metavar="NAME", help="A saved grouping.")],
    split: Annotated[
        Split | None,
        typer.Option(help="Images to measure on; without it val, and test where there are predictions."),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a saved grouping scores on a run, without training again; a look at test is counted."""
    from core.regrouping.keeping.looks import record_look  # noqa: PLC0415
    from core.regrouping.keeping.store import load_grouping  # noqa: PLC0415

    workspace = workspace_of(context, home)
    found = find_run(workspace, run)
    saved = load_grouping(workspace, found.config.dataset, grouping)
    has_test = found.predictions_path("test").exists()
    splits = [split] if split else [Split.VAL, *([Split.TEST] if has_test else [])]
    scores: dict[str, Any] = {
        each.value: scores_on(workspace, found, saved.grouping, each) for each in splits
    }
    if Split.TEST in splits:
        look = record_look(workspace, found.config.dataset, found.id, saved.grouping, saved.name)
        scores["test"] |= {"look": look.of_dataset, "look_of_run": look.of_run}
        say(f"This is {look.in_words}, {look.of_run_in_words}.")
    print_scores(
        context,
        as_json,
        found,
        {
            "name": saved.name,
            "grouping": saved.grouping.to_mapping(),
            "groups": saved.grouping.members,
            "num_groups": saved.grouping.num_groups,
            **scores,
        },
    )
