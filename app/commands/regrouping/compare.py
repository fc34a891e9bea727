"""``regroup compare``: full, merged, summed and retrained on the same test images."""

from typing import Annotated

import typer

from app.commands.options import (
    HomeOption,
    JsonOption,
    print_json,
    print_table,
    say,
    wants_json,
    workspace_of,
)
from app.commands.regrouping.printing import RunArgument
from core.runs.run import find_run


def compare(
    context: typer.Context,
    run: RunArgument,
    grouping: Annotated[str, typer.Option(metavar="NAME", help="A saved grouping.")],
    retrained: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="A run trained on these groups; without it the newest is taken."),
    ] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Compare full, full-then-merged and retrained on the same test images."""
    from core.evaluation.shown import compare_pictures, pictures_seen  # noqa: PLC0415
    from core.predictions import load_predictions  # noqa: PLC0415
    from core.regrouping.duel.comparison import compare_on_test  # noqa: PLC0415
    from core.regrouping.duel.opponents import (  # noqa: PLC0415
        find_of_other_versions,
        find_retrained,
        has_other_version,
    )
    from core.regrouping.store import load_grouping  # noqa: PLC0415

    workspace = workspace_of(context, home)
    found = find_run(workspace, run)
    saved = load_grouping(workspace, found.config.dataset, grouping)
    candidates = (
        [find_run(workspace, retrained)] if retrained else find_retrained(workspace, found, saved.grouping)
    )
    second = candidates[0] if candidates else None
    others = [second] if second else find_of_other_versions(workspace, found, saved.grouping)
    if others and has_other_version(others[0], found):
        say(
            f"{others[0].id} and {found.id} saw different versions of dataset {found.config.dataset!r}, so "
            f"their test images or labels may differ; train one of them again for a fair comparison."
        )
    if second and (seen := compare_pictures(found.config, second.config, names=(found.id, second.id))):
        say(seen)
    duel = compare_on_test(
        load_predictions(found.predictions_path("test")),
        saved.grouping,
        load_predictions(second.predictions_path("test")) if second else None,
    )
    if wants_json(context, as_json):
        print_json(
            {
                "run": found.id,
                "grouping": saved.name,
                "retrained": second.id if second else None,
                "pictures": {each.id: pictures_seen(each.config) for each in (found, second) if each},
                "rows": [vars(row) for row in duel.rows],
                "mcnemar_p": duel.mcnemar_p,
                "conclusion": duel.conclusion,
            }
        )
        return
    print_table(
        ["on test", "classes", "accuracy", "low", "high", "balanced accuracy", "macro F1"],
        [
            [r.name, r.num_classes, r.accuracy, r.low, r.high, r.balanced_accuracy, r.macro_f1]
            for r in duel.rows
        ],
    )
    print(duel.conclusion)
