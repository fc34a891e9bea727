"""``regroup frontier``: number of groups against what merging buys and costs, along the path of merges."""

from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from app.commands.options import (
    HomeOption,
    JsonOption,
    print_json,
    print_table,
    wants_json,
    workspace_of,
)
from app.commands.regrouping.demands import (
    AllowBlobOption,
    GoalName,
    GoalOption,
    LockOption,
    MaxSizeOption,
    MustLinkOption,
    NeverLinkOption,
    ParentsOption,
    read_demands,
)
from app.commands.regrouping.printing import RunArgument
from core.errors import GroupingError
from core.runs.run import find_run

NUM_ROWS = 25  # printed; --json gives all


class Method(StrEnum):
    """Methods that merge step by step."""

    AVERAGE = "average"
    COMPLETE = "complete"
    GREEDY = "greedy"


def frontier(
    context: typer.Context,
    run: RunArgument,
    method: Annotated[Method, typer.Option(help="How groups are merged, step by step.")] = Method.AVERAGE,
    goal: GoalOption = GoalName.SUMMED,
    must_link: MustLinkOption = None,
    never_link: NeverLinkOption = None,
    lock: LockOption = None,
    max_size: MaxSizeOption = None,
    parents: ParentsOption = None,
    allow_blob: AllowBlobOption = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what each number of groups buys and costs, on the validation images of a run."""
    from core.predictions import load_predictions  # noqa: PLC0415
    from core.regrouping.frontier import compute_frontier, find_knee  # noqa: PLC0415
    from core.regrouping.scoring.scorer import Scorer  # noqa: PLC0415
    from core.regrouping.suggesting.path import path  # noqa: PLC0415
    from core.regrouping.suggesting.settings import SearchSettings  # noqa: PLC0415

    found = find_run(workspace_of(context, home), run)
    if found.config.groups is not None:
        raise GroupingError(f"Run {found.id} was trained on groups; choose a run that knows all classes.")
    predictions = load_predictions(found.predictions_path("val"))
    wishes, locked = read_demands(
        predictions.class_names,
        must_link=must_link,
        never_link=never_link,
        lock=lock,
        max_size=max_size,
        parents=parents,
    )
    settings = SearchSettings(
        method=method.value,
        goal=goal.value,
        num_groups=2,
        wishes=wishes,
        locked=locked,
        allow_blob=allow_blob,
    )
    rows = compute_frontier(Scorer(predictions), path(predictions, settings))
    at = find_knee(rows)
    knee = None if at is None else rows[at].num_groups
    if wants_json(context, as_json):
        content = {
            "run": found.id,
            "split": "val",
            "num_images": predictions.num_samples,
            "method": method.value,
            "settings": settings.model_dump(mode="json", exclude={"num_groups", "accuracy", "seed"}),
            "knee": knee,
            "rows": [asdict(row) for row in rows],
        }
        print_json(content)
        return
    print(f"{found.id}, merged {method.value}, on val, {predictions.num_samples} images")
    every = -(-len(rows) // NUM_ROWS)
    names = ("num_groups", "accuracy_merged", "random_mean", "accuracy_summed", "bits_kept", "kappa")
    shown = [row for place, row in enumerate(rows) if place % every == 0 or row.num_groups == knee]
    print_table(
        [name.replace("_", " ").replace("num ", "") for name in names],
        [[getattr(row, name) for name in names] for row in shown],
    )
    print("no knee" if knee is None else f"knee: {knee} groups")
